/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an AgentX master answers, asked with a session of its own that is closed at once
 * (RFC 2741, 6.2.1). net-snmp waits for a master without an end once the queue of its socket
 * is full, so it is called only for one that has just answered; and why one does not is said
 * here in words that help.
 */
#ifndef HAETAE_SUBAGENT_MASTER_H
#define HAETAE_SUBAGENT_MASTER_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

enum { MASTER_OPEN_SIZE = 32, MASTER_ANSWER_SIZE = 28 };

/* socket as net-snmp writes it: "/PATH", "unix:/PATH", "tcp:HOST:PORT", "tcp6:[HOST]:PORT",
 * "HOST:PORT"; of any other form nothing is asked, and the answer is 0. -EACCES, -ENOENT,
 * -ECONNREFUSED, -ETIMEDOUT, or -EPROTO when it does not speak AgentX. */
int master_probe(const char *socket, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;

/* For tests: 0, or what is wrong with the answer of that size to the session that was asked for. */
int master_answer_parse(const unsigned char *answer, struct err *err) ATTR_MUST_CHECK;

#endif
