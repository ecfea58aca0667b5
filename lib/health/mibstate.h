/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States of the plugins, in the order of exit codes, and those of HAETAE-MIB, in the order of
 * severity.
 */
#ifndef HAETAE_HEALTH_MIBSTATE_H
#define HAETAE_HEALTH_MIBSTATE_H

#include <stdint.h>

#include "lib/check/state.h"
#include "lib/mib/mib.h"

enum mib_state mibstate_of(enum state state);
/* disabled is OK: nobody asks. What is no state is UNKNOWN. */
enum state mibstate_back(int64_t state);

#endif
