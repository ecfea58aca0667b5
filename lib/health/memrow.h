/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory in words, the same in every program.
 */
#ifndef HAETAE_HEALTH_MEMROW_H
#define HAETAE_HEALTH_MEMROW_H

#include "lib/base/buf.h"
#include "lib/collect/mem.h"

/* "61.0% used, 4.8GiB of 7.8GiB; swap 25.0%, 2GiB of 8GiB; huge pages 230GiB, 87.0% used" */
void memrow_text(const struct mem *mem, struct buf *buf);

#endif
