/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child of a session: the one place of lib/client with mysql.h. */
#include "config.h"

#include "lib/client/mysqld.h"

#include <errno.h>
#include <mysql.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/pack.h"
#include "lib/client/mysqld_box.h"
#include "lib/client/stream.h"

/* The parent ends us; nothing here has a limit of its own. */
#define FOR_EVER INT64_MAX

/* No answer that a check asks for is longer. */
static const unsigned long packet_max = 16 << 20;

struct box {
	struct stream parent;
	const struct mysqld_conf *conf;
	struct mysqld_watch *watch;
	int64_t until_ms;
	MYSQL *mysql;
};

/* --- to the parent ------------------------------------------------------------------- */

static int send_message(struct box *box, const struct buf *payload)
{
	if (payload->error)
		return payload->error;
	return mysqld_box_send(&box->parent, buf_text(payload), payload->size, FOR_EVER, NULL);
}

static int send_failure(struct box *box, int code, const char *text)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, MYSQLD_FAILED);
	pack_i64(&payload, code);
	pack_text(&payload, text, strlen(text));
	return send_message(box, &payload);
}

static int send_error(struct box *box)
{
	if (!box->mysql)
		return send_failure(box, -ENOMEM, "cannot connect: out of memory");
	return send_failure(
	    box, mysqld_meaning(mysql_errno(box->mysql)), mysql_error(box->mysql));
}

static int send_looked_up(struct box *box)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, MYSQLD_LOOKED_UP);
	return send_message(box, &payload);
}

static int send_ready(struct box *box)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	const char *version = mysql_get_server_info(box->mysql);
	const char *cipher = mysql_get_ssl_cipher(box->mysql);

	version = version ? version : "";
	cipher = cipher ? cipher : "";
	pack_u32(&payload, MYSQLD_READY);
	pack_text(&payload, version, strlen(version));
	pack_u32(&payload, (uint32_t)mysql_get_server_version(box->mysql));
	pack_text(&payload, cipher, strlen(cipher));
	return send_message(box, &payload);
}

/* --- how far we are -------------------------------------------------------------------- */

static int stage_of(const struct mysqld_watch *watch)
{
	const MYSQL *mysql = watch->client;
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	if (watch->logged_in)
		return MYSQLD_STAGE_QUERY;
	/* Both libraries set fd once they are connected, and the version by the greeting. */
	if (!mysql || mysql->net.fd <= STDERR_FILENO ||
	    getpeername(mysql->net.fd, (struct sockaddr *)&peer, &size) < 0)
		return MYSQLD_STAGE_CONNECT;
	return mysql->server_version ? MYSQLD_STAGE_LOGIN : MYSQLD_STAGE_GREETING;
}

static void end_with_stage(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	if (info->si_code == SI_QUEUE && info->si_pid == getppid())
		(void)syscall(SYS_exit_group, stage_of(info->si_value.sival_ptr));
}

static void watch_for_signal(void)
{
	struct sigaction action = { .sa_sigaction = end_with_stage, .sa_flags = SA_SIGINFO };
	sigset_t only;

	sigemptyset(&action.sa_mask);
	(void)sigaction(MYSQLD_STAGE_SIGNAL, &action, NULL);
	sigemptyset(&only);
	sigaddset(&only, MYSQLD_STAGE_SIGNAL);
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
}

/* --- the connection -------------------------------------------------------------------- */

static enum mysqld_tls tls_of(const struct mysqld_conf *conf)
{
	return conf->tls == MYSQLD_TLS_DEFAULT && conf->ca ? MYSQLD_TLS_VERIFY : conf->tls;
}

#ifdef MARIADB_BASE_VERSION
static void set_tls(MYSQL *mysql, enum mysqld_tls tls)
{
	static const my_bool yes = 1, no = 0;
	/* Passwords that go as they are only where the peer is proved to be the server. */
	static const char *const plugins =
	    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,"
	    "parsec,auth_gssapi_client,mysql_old_password";
	bool verify = tls == MYSQLD_TLS_VERIFY;

	if (!verify)
		mysql_optionsv(mysql, MARIADB_OPT_RESTRICTED_AUTH, plugins);
	if (tls == MYSQLD_TLS_DEFAULT)
		return;
	mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verify ? &yes : &no);
	mysql_options(
	    mysql, MYSQL_OPT_SSL_ENFORCE, verify || tls == MYSQLD_TLS_REQUIRED ? &yes : &no);
}
#else
static void set_tls(MYSQL *mysql, enum mysqld_tls tls)
{
	static const unsigned modes[] = {
		[MYSQLD_TLS_DISABLED] = SSL_MODE_DISABLED,
		[MYSQLD_TLS_REQUIRED] = SSL_MODE_REQUIRED,
		[MYSQLD_TLS_VERIFY] = SSL_MODE_VERIFY_IDENTITY,
	};

	if (tls != MYSQLD_TLS_DEFAULT)
		mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[tls]);
}
#endif

static void set_files(MYSQL *mysql, const struct mysqld_conf *conf, enum mysqld_tls tls)
{
	if (conf->my_cnf || conf->my_cnf_group) {
		if (conf->my_cnf)
			mysql_options(mysql, MYSQL_READ_DEFAULT_FILE, conf->my_cnf);
		mysql_options(mysql, MYSQL_READ_DEFAULT_GROUP,
		    conf->my_cnf_group ? conf->my_cnf_group : "client");
	}
	/* Asks for TLS, with or without files; a mode says what becomes of that. */
	if (tls != MYSQLD_TLS_DEFAULT && tls != MYSQLD_TLS_DISABLED)
		mysql_ssl_set(mysql, conf->key, conf->cert, conf->ca, NULL, NULL);
}

/* One attempt. host is NULL for a unix socket; timeout_s is 0 for none. */
static bool try_connect(struct box *box, const char *host, unsigned port, unsigned timeout_s)
{
	static const unsigned no = 0, tcp = MYSQL_PROTOCOL_TCP;
	static const char *const any[] = { [ADDRESS_IPV4] = "0.0.0.0", [ADDRESS_IPV6] = "::" };
	const struct mysqld_conf *conf = box->conf;
	enum mysqld_tls tls = tls_of(conf);

	if (box->mysql)
		mysql_close(box->mysql);
	box->watch->client = NULL;
	box->mysql = mysql_init(NULL);
	if (!box->mysql)
		return false;
	mysql_options(box->mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	mysql_options(box->mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet_max);
	mysql_options(box->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (timeout_s > 0)
		mysql_options(box->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout_s);
	set_files(box->mysql, conf, tls);
	set_tls(box->mysql, tls);
	/* To the library the host "localhost" is a socket otherwise. */
	if (host)
		mysql_options(box->mysql, MYSQL_OPT_PROTOCOL, &tcp);
	if (host && conf->family != ADDRESS_ANY)
		mysql_options(box->mysql, MYSQL_OPT_BIND, any[conf->family]);
	box->watch->client = box->mysql;
	return mysql_real_connect(box->mysql, host, conf->user, conf->password, NULL, port,
		   host ? NULL : conf->socket, 0) != NULL;
}

/* The address as a text for the library, which looks up what is none. */
static const char *numeric(const struct addrinfo *address, char out[ADDRESS_HOST_SIZE])
{
	int r = getnameinfo(address->ai_addr, address->ai_addrlen, out, ADDRESS_HOST_SIZE, NULL,
	    0, NI_NUMERICHOST);

	return r == 0 ? out : "";
}

static bool is_refused(const struct box *box)
{
	unsigned number = box->mysql ? mysql_errno(box->mysql) : 0;

	return number == 2002 || number == 2003;
}

/* A silent address leaves time for those behind it. */
static unsigned half_of_time_s(const struct box *box)
{
	int64_t half_s = (box->until_ms - clock_mono_ms()) / 2000;

	return half_s > 1 ? (unsigned)half_s : 1;
}

/* Why there is no connection: the library has lost the system's reason, so it is tried again
 * for that alone. */
static int send_no_connection(struct box *box, const char *address)
{
	CLEANUP_STREAM struct stream stream = STREAM_NONE;
	struct err err = ERR_INIT;
	int r = 0;

	if (is_refused(box) && address)
		r = stream_open(
		    address, MYSQLD_PORT, box->conf->family, box->until_ms, &stream, NULL);
	if (r == 0)
		return send_error(box);
	return send_failure(box, err_sys(&err, r, "cannot connect"), err.text);
}

/* Returns 1 once logged in, 0 or -errno when the parent was told, or is gone. */
static int connect_host(struct box *box)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE], text[ADDRESS_HOST_SIZE];
	struct err err = ERR_INIT;
	uint64_t number = 0;
	bool done = false;
	int r = address_split(box->conf->address, MYSQLD_PORT, host, port, &err);

	if (r == 0)
		r = num_u64(port, &number, &err);
	if (r == 0)
		r = address_look_up(host, port, box->conf->family, SOCK_STREAM, &list, &err);
	if (r < 0)
		return send_failure(box, r, err.text);
	r = send_looked_up(box);
	if (r < 0)
		return r;
	/* A certificate is for a name, so the library must know it. */
	if (tls_of(box->conf) == MYSQLD_TLS_VERIFY) {
		if (try_connect(box, host, (unsigned)number, 0))
			return 1;
		return send_no_connection(box, box->conf->address);
	}
	for (const struct addrinfo *item = list; item && !done; item = item->ai_next) {
		if (try_connect(box, numeric(item, text), (unsigned)number,
			item->ai_next ? half_of_time_s(box) : 0))
			return 1;
		done = !is_refused(box);
	}
	return send_no_connection(box, box->conf->address);
}

static int connect_socket(struct box *box)
{
	if (send_looked_up(box) < 0)
		return -EPIPE;
	return try_connect(box, NULL, 0, 0) ? 1 : send_no_connection(box, box->conf->socket);
}

/* --- statements ------------------------------------------------------------------------ */

static void pack_rows(MYSQL_RES *rows, struct buf *payload)
{
	unsigned n_columns = mysql_num_fields(rows);
	unsigned kept = n_columns < MYSQLD_COLUMNS_MAX ? n_columns : MYSQLD_COLUMNS_MAX;
	const MYSQL_FIELD *fields = mysql_fetch_fields(rows);
	MYSQL_ROW row;

	mysqld_pack_head(payload, kept);
	for (unsigned i = 0; i < kept; i++)
		mysqld_pack_cell(payload, fields[i].name, strlen(fields[i].name));
	/* What is left out is read all the same: the server waits for that. */
	for (size_t n = 0; (row = mysql_fetch_row(rows)) != NULL; n++) {
		unsigned long *sizes = mysql_fetch_lengths(rows);
		bool room = n < MYSQLD_ROWS_MAX && payload->size < MYSQLD_TABLE_MAX;

		for (unsigned i = 0; i < kept && room; i++)
			mysqld_pack_cell(payload, row[i], row[i] ? sizes[i] : 0);
	}
}

static int answer(struct box *box, const char *sql, size_t size)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	MYSQL_RES *rows;

	if (mysql_real_query(box->mysql, sql, (unsigned long)size) != 0)
		return send_error(box);
	pack_u32(&payload, MYSQLD_TABLE);
	rows = mysql_use_result(box->mysql);
	if (!rows && mysql_errno(box->mysql) != 0)
		return send_error(box);
	if (rows) {
		pack_rows(rows, &payload);
		mysql_free_result(rows);
	} else {
		mysqld_pack_head(&payload, 0);
	}
	/* A row may be what fails. */
	if (mysql_errno(box->mysql) != 0)
		return send_error(box);
	return send_message(box, &payload);
}

/* Returns when the parent has closed its end. */
static void serve_statements(struct box *box)
{
	int r = 0;

	while (r == 0) {
		CLEANUP_BUF struct buf message = BUF_INIT;
		const char *sql;
		size_t size;

		r = mysqld_box_receive(&box->parent, &message, &sql, &size, FOR_EVER, NULL);
		if (r == 0)
			r = answer(box, sql, size);
	}
}

int mysqld_serve(
    int fd, const struct mysqld_conf *conf, int64_t until_ms, struct mysqld_watch *watch)
{
	struct box box = {
		.parent = { .fd = fd }, .conf = conf, .until_ms = until_ms, .watch = watch
	};
	int r;

	watch_for_signal();
	r = conf->address ? connect_host(&box) : connect_socket(&box);
	if (r == 1) {
		watch->logged_in = 1;
		if (send_ready(&box) == 0)
			serve_statements(&box);
	}
	if (box.mysql)
		mysql_close(box.mysql);
	return 0;
}
