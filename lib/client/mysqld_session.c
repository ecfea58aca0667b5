/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent of a session: starts the child, waits for it, ends it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/pack.h"
#include "lib/client/mysqld_box.h"

enum {
	/* How long the child may take to say how far it is, and to say goodbye to the server. */
	STAGE_WAIT_MS = 100,
	GOODBYE_MS = 200,
	CHILD_MEMORY = 512 << 20, /* what it maps: libraries, an answer, a server's worst */
	VERSION_SIZE = 128,
	CIPHER_SIZE = 64,
};

#ifdef __SANITIZE_ADDRESS__
enum { IS_SANITIZED = 1 }; /* maps terabytes, and its report must be seen */
#else
enum { IS_SANITIZED = 0 };
#endif

struct mysqld {
	pid_t pid; /* 0 once it was waited for */
	struct stream child;
	struct mysqld_watch watch; /* the child's copy counts */
	char version[VERSION_SIZE];
	char cipher[CIPHER_SIZE];
	unsigned version_number;
	bool is_mariadb;
};

/* --- the child --------------------------------------------------------------------------- */

/* Nothing of ours but the socket: Nagios waits for the end of stdout and stderr. */
static int keep_only(int fd)
{
	int null, kept = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	int last = IS_SANITIZED ? STDOUT_FILENO : STDERR_FILENO;

	null = open("/dev/null", O_RDWR);
	if (kept < 0 || null < 0)
		return -1;
	for (int i = STDIN_FILENO; i <= last; i++) {
		if (dup2(null, i) < 0)
			return -1;
	}
	if (dup2(kept, STDERR_FILENO + 1) < 0)
		return -1;
	child_close_from(STDERR_FILENO + 2);
	return STDERR_FILENO + 1;
}

static int in_child(int fd, pid_t parent, const struct mysqld_conf *conf, int64_t until_ms,
    struct mysqld *session)
{
	const struct rlimit memory = { CHILD_MEMORY, CHILD_MEMORY };

	/* Whoever ends us by the deadline's signal ends the child, too. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return 1;
	fd = keep_only(fd);
	if (fd < 0)
		return 1;
	if (!IS_SANITIZED)
		(void)setrlimit(RLIMIT_AS, &memory);
	return mysqld_serve(fd, conf, until_ms, &session->watch);
}

static int start(
    struct mysqld *session, const struct mysqld_conf *conf, int64_t until_ms, struct err *err)
{
	int ends[2], code;
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(
		    err, -ECHILD, "cannot make a pair of sockets: %s", strerror(errno));
	session->pid = fork();
	code = errno;
	if (session->pid == 0)
		/* As in child.c: _exit would make the sanitizers look for another stack. */
		(void)syscall(
		    SYS_exit_group, in_child(ends[1], parent, conf, until_ms, session));
	close(ends[1]);
	session->child.fd = ends[0];
	if (session->pid > 0)
		return 0;
	session->pid = 0;
	return err_set(err, -ECHILD, "cannot start a process: %s", strerror(code));
}

/* Waits for the end of its side of the socket, which is its own end. */
static bool ends_within(const struct mysqld *session, int64_t ms)
{
	int64_t until_ms = clock_mono_ms() + ms;
	struct stream child = session->child;
	char rest[256];
	size_t got = 1;

	while (got > 0) {
		if (stream_read(&child, rest, sizeof(rest), until_ms, &got, NULL) < 0)
			return clock_mono_ms() < until_ms;
	}
	return true;
}

/* Returns its status as of waitpid. */
static int reap(struct mysqld *session, bool kill_it)
{
	int status = 0;

	if (session->pid <= 0)
		return 0;
	if (kill_it)
		(void)kill(session->pid, SIGKILL);
	while (waitpid(session->pid, &status, 0) < 0 && errno == EINTR)
		;
	session->pid = 0;
	stream_close(&session->child);
	return status;
}

/* How far it is; MYSQLD_STAGE_CONNECT if it does not say. Ends it. */
static int ask_stage(struct mysqld *session)
{
	union sigval where = { .sival_ptr = &session->watch };
	bool asked = sigqueue(session->pid, MYSQLD_STAGE_SIGNAL, where) == 0;
	bool ended = asked && ends_within(session, STAGE_WAIT_MS);
	int status = reap(session, !ended);

	return WIFEXITED(status) && WEXITSTATUS(status) >= MYSQLD_STAGE_CONNECT
		   ? WEXITSTATUS(status)
		   : MYSQLD_STAGE_CONNECT;
}

/* --- messages ---------------------------------------------------------------------------- */

/* The child is gone without a word: it was killed, or it crashed. */
static int gone(struct mysqld *session, struct err *err)
{
	int status = reap(session, true);

	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		return err_set(err, -EPROTO,
		    "the client library failed on the server's answer (signal %d)",
		    WTERMSIG(status));
	return err_set(err, -ECHILD, "the process that asks the server has ended");
}

static int take_failure(struct unpack *in, struct err *err)
{
	int64_t code = unpack_i64(in);
	size_t size;
	const char *text = unpack_text(in, &size);

	if (!unpack_done(in) || code >= 0 || code < -4095)
		return err_set(err, -EBADMSG, "cannot read a message: damaged");
	return err_set(err, (int)code, "%.*s", (int)size, text);
}

/* The next message, which is to be of that kind: *ret is what follows. */
static int receive(struct mysqld *session, enum mysqld_message kind, int64_t until_ms,
    struct buf *message, struct unpack *ret, struct err *err)
{
	const char *payload;
	size_t size;
	int r = mysqld_box_receive(&session->child, message, &payload, &size, until_ms, err);

	if (r == -ETIMEDOUT)
		return r;
	if (r < 0)
		return gone(session, err);
	*ret = (struct unpack){ .p = payload, .end = payload + size };
	r = (int)unpack_u32(ret);
	if (r == MYSQLD_FAILED)
		return take_failure(ret, err);
	return r == (int)kind ? 0 : err_set(err, -EBADMSG, "cannot read a message: damaged");
}

/* --- opening ----------------------------------------------------------------------------- */

static int silent(struct mysqld *session, int64_t waited_ms, struct err *err)
{
	double waited_s = (double)waited_ms / 1000;

	switch (ask_stage(session)) {
	case MYSQLD_STAGE_CONNECT:
		return err_set(err, -ETIMEDOUT, "no connection within %.1f s", waited_s);
	case MYSQLD_STAGE_GREETING:
		return err_set(err, -ETIMEDOUT,
		    "accepts the connection, but sends no greeting within %.1f s", waited_s);
	default:
		return err_set(err, -ETIMEDOUT,
		    "greets, but does not finish the login within %.1f s", waited_s);
	}
}

static int take_ready(struct mysqld *session, struct unpack *in, struct err *err)
{
	size_t version_size, cipher_size;
	const char *version = unpack_text(in, &version_size), *cipher;

	session->version_number = unpack_u32(in);
	cipher = unpack_text(in, &cipher_size);
	if (!unpack_done(in))
		return err_set(err, -EBADMSG, "cannot read a message: damaged");
	(void)snprintf(session->version, sizeof(session->version), "%.*s",
	    version_size < VERSION_SIZE ? (int)version_size : VERSION_SIZE - 1, version);
	(void)snprintf(session->cipher, sizeof(session->cipher), "%.*s",
	    cipher_size < CIPHER_SIZE ? (int)cipher_size : CIPHER_SIZE - 1, cipher);
	session->is_mariadb = strcasestr(session->version, "mariadb") != NULL;
	return 0;
}

static int log_in(struct mysqld *session, int64_t until_ms, struct err *err)
{
	CLEANUP_BUF struct buf looked_up = BUF_INIT;
	CLEANUP_BUF struct buf ready = BUF_INIT;
	struct unpack in = { .p = "", .end = NULL };
	int64_t start_ms;
	/* A name that is not found is our own unfinished work: the deadline itself ends it. */
	int r = receive(session, MYSQLD_LOOKED_UP, INT64_MAX, &looked_up, &in, err);

	if (r < 0)
		return r;
	start_ms = clock_mono_ms();
	r = receive(session, MYSQLD_READY, until_ms, &ready, &in, err);
	if (r == -ETIMEDOUT)
		return silent(session, clock_mono_ms() - start_ms, err);
	return r < 0 ? r : take_ready(session, &in, err);
}

int mysqld_open(
    const struct mysqld_conf *conf, int64_t until_ms, struct mysqld **ret, struct err *err)
{
	struct mysqld *session = calloc(1, sizeof(*session));
	int r;

	*ret = NULL;
	if (!session)
		return err_sys(err, -ENOMEM, "cannot connect");
	session->child.fd = -1;
	r = start(session, conf, until_ms, err);
	if (r == 0)
		r = log_in(session, until_ms, err);
	if (r < 0)
		mysqld_close(session);
	else
		*ret = session;
	return r;
}

void mysqld_close(struct mysqld *session)
{
	bool ended;

	if (!session)
		return;
	if (session->pid > 0) {
		/* Its end of the socket tells it; its own tells us. */
		(void)shutdown(session->child.fd, SHUT_WR);
		ended = ends_within(session, GOODBYE_MS);
		(void)reap(session, !ended);
	}
	stream_close(&session->child);
	free(session);
}

/* --- asking ------------------------------------------------------------------------------ */

bool mysqld_is_open(const struct mysqld *session)
{
	return session->pid > 0;
}

/* Whether the session goes on after such an error. */
static bool goes_on(int code)
{
	return code == -EACCES || code == -EBUSY || code == -EOPNOTSUPP || code == -EAGAIN ||
	       code == -EIO;
}

int mysqld_ask(struct mysqld *session, const char *sql, const char *what, int64_t until_ms,
    struct mysqld_table *ret, struct err *err)
{
	CLEANUP_BUF struct buf message = BUF_INIT;
	struct unpack in = { .p = "", .end = NULL };
	int64_t start_ms = clock_mono_ms();
	int r;

	if (!mysqld_is_open(session))
		return err_set(err, -ECONNRESET, "cannot ask for %s: no connection", what);
	r = mysqld_box_send(&session->child, sql, strlen(sql), until_ms, err);
	if (r == 0)
		r = receive(session, MYSQLD_TABLE, until_ms, &message, &in, err);
	if (r == 0)
		return mysqld_table_parse(in.p, (size_t)(in.end - in.p), ret, err);
	if (r == -ETIMEDOUT)
		(void)err_set(err, r, "no answer to %s within %.1f s", what,
		    (double)(clock_mono_ms() - start_ms) / 1000);
	else
		err_prefix(err, "%s", what);
	if (!goes_on(r))
		(void)reap(session, true);
	return r;
}

const char *mysqld_version(const struct mysqld *session)
{
	return session->version;
}

unsigned mysqld_version_number(const struct mysqld *session)
{
	return session->version_number;
}

bool mysqld_is_mariadb(const struct mysqld *session)
{
	return session->is_mariadb;
}

const char *mysqld_tls_cipher(const struct mysqld *session)
{
	return session->cipher;
}
