/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session with a MySQL or MariaDB server, which never takes longer than it may.
 *
 * The client libraries' own limits are whole seconds a packet, so that a server that sends a
 * byte a second holds them for ever. Therefore a child process speaks with the server, and we
 * wait for the child: until a moment on the monotonic clock, then it is killed. What a hostile
 * server does to the library, it does to that child.
 *
 * It only asks: no statement here changes anything but the session's own settings.
 */
#ifndef HAETAE_CLIENT_MYSQLD_H
#define HAETAE_CLIENT_MYSQLD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/address.h"
#include "lib/client/mysqld_table.h"

#define MYSQLD_PORT "3306"

enum mysqld_tls {
	MYSQLD_TLS_DEFAULT, /* VERIFY with a CA, else what the client library does */
	MYSQLD_TLS_DISABLED,
	MYSQLD_TLS_REQUIRED, /* nothing is verified */
	MYSQLD_TLS_VERIFY,   /* the chain, the dates, and the name or address */
};

/* All texts are borrowed; NULL where nothing was given. */
struct mysqld_conf {
	const char *address; /* HOST[:PORT]; NULL: the socket, or the library's own default */
	enum address_family family;
	const char *socket;
	const char *user, *password;
	const char *my_cnf, *my_cnf_group; /* an option file of the client library */
	enum mysqld_tls tls;
	const char *ca, *cert, *key; /* files */
};

struct mysqld;
#define CLEANUP_MYSQLD CLEANUP(mysqld_closep)

/*
 * Connects and logs in. A name is looked up first; that has no limit but the deadline of the
 * process. *ret is NULL on failure:
 *   -ETIMEDOUT    silence; the text names the stage: connection, greeting or login
 *   -EACCES       the login was refused, or the socket may not be opened
 *   -EUSERS       too many connections, of all or of this user
 *   -EKEYREJECTED TLS failed, as for a certificate that is not trusted
 *   -ECHILD       the child could not be started, or was killed: the server has no part in it
 *   -ECONNREFUSED, -EPROTO and others: no server there, or none that speaks so
 */
int mysqld_open(const struct mysqld_conf *conf, int64_t until_ms, struct mysqld **ret,
    struct err *err) ATTR_MUST_CHECK;
/* Says goodbye, waits for it a moment. NULL is accepted. */
void mysqld_close(struct mysqld *session);
static inline void mysqld_closep(struct mysqld **session)
{
	mysqld_close(*session);
}

/*
 * Runs one statement; `what` names it in texts. The caller frees *ret.
 *   -ETIMEDOUT  no answer in time. The session is over, as after all that is not below:
 *   -EACCES     the right is missing
 *   -EBUSY      the server gave up: a lock, or its limit of time
 *   -EOPNOTSUPP this server does not know the statement, the table or the column
 *   -EAGAIN     a Galera node that accepts no statements now
 *   -EIO        the server refuses it otherwise, in its own words
 */
int mysqld_ask(struct mysqld *session, const char *sql, const char *what, int64_t until_ms,
    struct mysqld_table *ret, struct err *err) ATTR_MUST_CHECK;
/* False once the session is over. */
bool mysqld_is_open(const struct mysqld *session);

/* What is known since the login. */
const char *mysqld_version(const struct mysqld *session);     /* "10.11.6-MariaDB" */
unsigned mysqld_version_number(const struct mysqld *session); /* 101106 */
bool mysqld_is_mariadb(const struct mysqld *session);
const char *mysqld_tls_cipher(const struct mysqld *session); /* "" without TLS */

#endif
