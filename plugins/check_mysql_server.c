/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/health/secret.h"
#include "plugins/mysql_server.h"

static int take_ssl_mode(void *target, const char *value, struct err *err)
{
	static const char *const names[] = {
		[MYSQLD_TLS_DISABLED] = "disabled",
		[MYSQLD_TLS_REQUIRED] = "required",
		[MYSQLD_TLS_VERIFY] = "verify",
	};
	struct mysql_options *options = target;

	for (size_t i = MYSQLD_TLS_DISABLED; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], value) == 0) {
			options->tls = (enum mysqld_tls)i;
			return 0;
		}
	}
	return err_set(
	    err, -EINVAL, "expected disabled, required or verify, found '%.40s'", value);
}

static int take_restart(void *target, const char *value, struct err *err)
{
	struct mysql_options *options = target;

	options->restart = true;
	options->restart_state = STATE_WARNING;
	return *value ? state_parse(value, &options->restart_state, err) : 0;
}

#define AT(field) offsetof(struct mysql_options, field)
static const struct opt options[] = {
	{ 'H', "host", "HOST[:PORT]", OPT_STRING, AT(address), NULL,
	    "the server (port 3306); without -H and --socket, what the client library takes" },
	{ 0, "socket", "PATH", OPT_STRING, AT(socket), NULL, "the server's unix socket" },
	{ '4', "ipv4", NULL, OPT_FLAG, AT(ipv4), NULL, "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, AT(ipv6), NULL, "look up IPv6 addresses only" },
	{ 0, "config", "FILE", OPT_STRING, AT(config), NULL,
	    "user and password, in a file that only its owner reads" },
	{ 0, "my-cnf", "FILE", OPT_STRING, AT(my_cnf), NULL,
	    "an option file of MySQL or MariaDB" },
	{ 0, "my-cnf-group", "NAME", OPT_STRING, AT(my_cnf_group), NULL,
	    "its group (client); alone: in the usual files" },
	{ 0, "ssl-mode", "MODE", OPT_CALL, 0, take_ssl_mode,
	    "disabled, required or verify (verify with --ca, else as the client library)" },
	{ 0, "ca", "FILE", OPT_STRING, AT(ca), NULL, "certificates that are trusted (PEM)" },
	{ 0, "cert", "FILE", OPT_STRING, AT(cert), NULL, "our own certificate (PEM)" },
	{ 0, "key", "FILE", OPT_STRING, AT(key), NULL, "its key (PEM)" },
	{ 0, "replica", NULL, OPT_FLAG, AT(replica), NULL, "the server must be a replica" },
	{ 0, "channel", "NAME", OPT_LIST, AT(channels), NULL,
	    "a replication channel that must be there ('default': the one without a name)" },
	{ 0, "galera", NULL, OPT_FLAG, AT(galera), NULL, "the server must be a Galera node" },
	{ 0, "read-only", NULL, OPT_FLAG, AT(read_only), NULL, "the server must be read only" },
	{ 0, "writable", NULL, OPT_FLAG, AT(writable), NULL, "the server must accept writes" },
	{ 0, "restart", "[STATE]", OPT_CALL, 0, take_restart,
	    "STATE (WARNING) when the server restarted since the last run" },
	{ 0, "query", "SQL", OPT_STRING, AT(query), NULL,
	    "a statement whose first cell is the number of the metric query" },
	{ 0, "query-name", "NAME", OPT_STRING, AT(query_name), NULL,
	    "what the number is called" },
};

static int validate(struct check *check, struct err *err)
{
	const struct mysql_options *given = check->options;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (given->address && given->socket)
		return err_set(err, -EINVAL, "option --socket: excludes -H");
	if (given->read_only && given->writable)
		return err_set(err, -EINVAL, "option --read-only: excludes --writable");
	if (given->tls == MYSQLD_TLS_DISABLED && (given->ca || given->cert || given->key))
		return err_set(
		    err, -EINVAL, "option --ssl-mode: disabled, and files are given");
	if ((given->cert == NULL) != (given->key == NULL))
		return err_set(err, -EINVAL, "option --%s: needs --%s",
		    given->cert ? "cert" : "key", given->cert ? "key" : "cert");
	if (given->query_name && !given->query)
		return err_set(err, -EINVAL, "option --query-name: needs --query");
	if (given->address && address_split(given->address, MYSQLD_PORT, host, port, err) < 0) {
		err_prefix(err, "option -H");
		return -EINVAL;
	}
	return 0;
}

static void release(struct check *check)
{
	struct mysql_options *given = check->options;

	opt_list_free(&given->channels);
}

/* --- the run -------------------------------------------------------------------------------- */

/* Whom it asks about is CRITICAL if it does not answer; what it may not see is UNKNOWN. */
static void no_session(struct mysql_run *run, int code, const struct err *err)
{
	struct result *result = run->check->result;

	if (code == -EACCES)
		result_problem(result, STATE_UNKNOWN,
		    "%s: %s; see ACCOUNT in check_mysql_server(1)", run->peer, err->text);
	else
		result_problem(result, code == -ECHILD ? STATE_UNKNOWN : STATE_CRITICAL,
		    "%s: %s", run->peer, err->text);
}

static void summarise(struct mysql_run *run)
{
	const double *numbers = run->now.number;
	const char *cipher = mysqld_tls_cipher(run->session);
	char up[CLOCK_TEXT_SIZE] = "?";

	if (numbers[MYSQLD_UPTIME] >= 0)
		mysql_age_text(numbers[MYSQLD_UPTIME], up);
	if (isnan(numbers[MYSQLD_THREADS_CONNECTED]) || isnan(numbers[MYSQLD_MAX_CONNECTIONS]))
		result_summary(
		    run->check->result, "%s at %s", mysqld_version(run->session), run->peer);
	else
		result_summary(run->check->result, "%s at %s, %g of %g connections, up %s",
		    mysqld_version(run->session), run->peer, numbers[MYSQLD_THREADS_CONNECTED],
		    numbers[MYSQLD_MAX_CONNECTIONS], up);
	if (*cipher)
		result_detail(run->check->result, STATE_OK, "TLS: %s", cipher);
}

/* Where the server is gone, that is the verdict, whatever was asked for. */
static void excuse_all(struct check *check)
{
	for (size_t i = 0; i < MYSQL_METRICS; i++)
		thresholds_excuse(&check->thresholds, &mysql_metrics[i], NULL);
}

/* The library would only say that TLS failed, or say nothing. */
static int files_are_readable(const struct mysql_options *given, struct err *err)
{
	const char *const files[] = { given->ca, given->cert, given->key, given->my_cnf };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i] && access(files[i], R_OK) < 0)
			return err_sys(err, -errno, "cannot read %s", files[i]);
	}
	return 0;
}

static int run(struct check *check, struct err *err)
{
	const struct mysql_options *given = check->options;
	CLEANUP_SECRET struct secret secret = SECRET_INIT;
	struct mysql_run run = {
		.check = check,
		.peer = given->address	? given->address
			: given->socket ? given->socket
					: "the local server",
		.variables = BUF_INIT_MAX(MYSQLD_STATUS_MAX),
	};
	struct mysqld_conf conf = {
		.address = given->address,
		.family = given->ipv4	? ADDRESS_IPV4
			  : given->ipv6 ? ADDRESS_IPV6
					: ADDRESS_ANY,
		.socket = given->socket,
		.my_cnf = given->my_cnf,
		.my_cnf_group = given->my_cnf_group,
		.tls = given->tls,
		.ca = given->ca,
		.cert = given->cert,
		.key = given->key,
	};
	int64_t start_ms = clock_mono_ms();
	double login_s;
	int r = secret_read(given->config, "HAETAE_MYSQL", &secret, err);

	if (r == 0)
		r = files_are_readable(given, err);
	if (r < 0)
		return r;
	conf.user = secret.user;
	conf.password = secret.password;
	run.until_ms = start_ms + deadline_left_ms();
	check_doing(check, "looking up or asking %s", run.peer);
	r = mysqld_open(&conf, run.until_ms, &run.session, err);
	if (r < 0) {
		no_session(&run, r, err);
		excuse_all(check);
		return 0;
	}
	login_s = (double)(clock_mono_ms() - start_ms) / 1000;
	mysql_ask_all(&run);
	result_metric(check->result, &mysql_metrics[MYSQL_LOGIN_TIME], login_s);
	if (!mysqld_is_open(run.session))
		excuse_all(check);
	summarise(&run);
	mysqld_close(run.session);
	buf_free(&run.variables);
	return 0;
}

static const struct plugin mysql_server_plugin = {
	.name = "check_mysql_server",
	.title = "MYSQL",
	.summary = "checks a MySQL or MariaDB server, its replication and its Galera cluster",
	.notes = "The user and password are those of --config, of HAETAE_MYSQL_USER and\n"
		 "HAETAE_MYSQL_PASSWORD, or of --my-cnf.\n",
	.metrics = mysql_metrics,
	.n_metrics = MYSQL_METRICS,
	PLUGIN_OPTIONS(options, struct mysql_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&mysql_server_plugin, argc, argv);
}
