/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own answer to "which sockets are there": netlink sock_diag (sock_diag(7)),
 * which any user may ask about the network namespace that the process is in.
 */
#ifndef HAETAE_COLLECT_SOCKDIAG_H
#define HAETAE_COLLECT_SOCKDIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/collect/sock.h"

/* Adds the sockets of one datagram of netlink messages to the table. *ret_done once the answer
 * is whole. A message that is cut is counted in n_bad. -errno of the kernel's if it refuses. */
int sockdiag_parse(enum sock_proto proto, const void *data, size_t size, unsigned wants,
    struct sock_table *table, bool *ret_done, struct err *err) ATTR_MUST_CHECK;

/* Asks for one protocol. Any failure leaves the table as it was, so that another source can
 * be asked: -ENOENT, -EPROTONOSUPPORT, -EAFNOSUPPORT, -EPERM and others. */
int sockdiag_read(enum sock_proto proto, unsigned wants, struct sock_table *table,
    struct err *err) ATTR_MUST_CHECK;

#endif
