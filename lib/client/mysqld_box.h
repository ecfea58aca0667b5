/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What passes between the two processes of a session: frames of lib/base/pack.h on a pair of
 * sockets. For mysqld.c (the child) and mysqld_session.c alone.
 *
 *   child to parent  u32 kind, then
 *     MYSQLD_LOOKED_UP
 *     MYSQLD_READY     text version, u32 number, text cipher
 *     MYSQLD_TABLE     as mysqld_table_parse reads it
 *     MYSQLD_FAILED    i64 -errno, text
 *   parent to child  the statement
 */
#ifndef HAETAE_CLIENT_MYSQLD_BOX_H
#define HAETAE_CLIENT_MYSQLD_BOX_H

#include "lib/base/buf.h"
#include "lib/client/mysqld.h"
#include "lib/client/stream.h"

enum mysqld_message {
	MYSQLD_LOOKED_UP = 1,
	MYSQLD_READY,
	MYSQLD_TABLE,
	MYSQLD_FAILED,
};

/* Asked by a signal how far it is, the child ends with one of these. */
enum mysqld_stage {
	MYSQLD_STAGE_CONNECT = 101,
	MYSQLD_STAGE_GREETING,
	MYSQLD_STAGE_LOGIN,
	MYSQLD_STAGE_QUERY,
};
#define MYSQLD_STAGE_SIGNAL SIGUSR1

/* One message; ret_payload points into ret, which starts empty. Errors as of stream.h, and
 * -EBADMSG. */
int mysqld_box_send(struct stream *other, const char *payload, size_t size, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;
int mysqld_box_receive(struct stream *other, struct buf *ret, const char **ret_payload,
    size_t *ret_size, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;

/* Made before the fork, so that the parent can name it in the signal: the address is the
 * same in the child, which alone fills it. */
struct mysqld_watch {
	void *volatile client; /* MYSQL * */
	volatile int logged_in;
};

/* The -errno of mysqld.h that an error number of the server or the client library stands for. */
int mysqld_meaning(unsigned number);

/* The child: connects, answers what comes from fd until its end. Returns the exit code. The
 * parent ends it; until_ms is only for what else is tried before. */
int mysqld_serve(
    int fd, const struct mysqld_conf *conf, int64_t until_ms, struct mysqld_watch *watch);

#endif
