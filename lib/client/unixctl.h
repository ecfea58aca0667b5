/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control sockets of the daemons of Open vSwitch and OVN, as ovs-appctl uses them: JSON-RPC
 * whose result is a text for people, over RUNDIR/NAME.PID.ctl. A daemon answers there from the
 * same loop that does its work: it is the one place where a hung ovs-vswitchd shows.
 */
#ifndef HAETAE_CLIENT_UNIXCTL_H
#define HAETAE_CLIENT_UNIXCTL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/client/jsonrpc.h"

/* The content of RUNDIR/NAME.pid. -EBADMSG if it is no number of a process. */
int unixctl_pid_parse(
    const char *text, size_t size, int32_t *ret, struct err *err) ATTR_MUST_CHECK;

/* Opens the socket at path. */
int unixctl_open(
    const char *path, int64_t until_ms, struct jsonrpc *ret, struct err *err) ATTR_MUST_CHECK;

/* Sends a command without arguments; a constant. */
int unixctl_send(struct jsonrpc *ctl, const char *command, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;
/* The answer to it, appended to ret. -EREMOTEIO for a command that the daemon does not know or
 * that fails, with its words; else as jsonrpc_receive. */
int unixctl_receive(
    struct jsonrpc *ctl, int64_t until_ms, struct buf *ret, struct err *err) ATTR_MUST_CHECK;
/* Both. */
int unixctl_call(struct jsonrpc *ctl, const char *command, int64_t until_ms, struct buf *ret,
    struct err *err) ATTR_MUST_CHECK;

/* The text in a whole answer; lives as long as that. */
int unixctl_parse(const struct json *answer, const char **ret, size_t *ret_size,
    struct err *err) ATTR_MUST_CHECK;

#endif
