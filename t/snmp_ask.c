/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manager for tests, by net-snmp (v2c).
 *   snmp_ask random AGENT COMMUNITY ROOT SECONDS   random GETNEXTs below ROOT, whose cells must not
 *                                                  change meanwhile: each answer is the first cell
 *                                                  behind the question
 *   snmp_ask walkers AGENT COMMUNITY ROOT SECONDS N  N processes that walk ROOT again and again, with
 *                                                  many repetition counts: no error, no duplicate,
 *                                                  no decrease
 *   snmp_ask uptime AGENT COMMUNITY SECONDS        GETs sysUpTime every 10 ms; prints how many
 *                                                  answers, how many in vain, and the longest in ms
 *   snmp_ask traps LISTEN                          notifications: prints "TRAPOID OID=VALUE ..." for each
 * Prints what it has done; ends with 1 when a promise broke.
 */
#include "config.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

enum { CELLS_MAX = 100000, PATIENCE_S = 20 };

struct name {
	oid subids[MAX_OID_LEN];
	size_t n;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "snmp_ask: %s\n", what);
	exit(1);
}

static double number(const char *text)
{
	double ret;

	if (num_double(text, &ret, NULL) < 0)
		die("expected a number");
	return ret;
}

static netsnmp_session *open_agent(const char *agent, const char *community)
{
	netsnmp_session session, *ret;

	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = strdup(agent);
	session.community = (u_char *)strdup(community);
	session.community_len = strlen(community);
	session.timeout = PATIENCE_S * 1000000L;
	session.retries = 0;
	ret = snmp_open(&session);
	free(session.peername);
	free(session.community);
	if (!ret)
		die("cannot open a session");
	return ret;
}

static struct name parse_name(const char *text)
{
	struct name ret = { .n = MAX_OID_LEN };

	if (!read_objid(text, ret.subids, &ret.n))
		die("expected an OID");
	return ret;
}

static int compare(const struct name *a, const struct name *b)
{
	return snmp_oid_compare(a->subids, a->n, b->subids, b->n);
}

static bool is_below(const struct name *root, const netsnmp_variable_list *variable)
{
	return variable->name_length >= root->n &&
	       memcmp(variable->name, root->subids, root->n * sizeof(oid)) == 0 &&
	       variable->type != SNMP_ENDOFMIBVIEW;
}

/* The answer; the caller frees it. NULL: none, or an error. */
static netsnmp_pdu *ask(
    netsnmp_session *session, int command, const struct name *name, long repetitions)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command), *response = NULL;

	if (command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = repetitions;
	}
	snmp_add_null_var(pdu, name->subids, name->n);
	if (snmp_synch_response(session, pdu, &response) != STAT_SUCCESS ||
	    response->errstat != SNMP_ERR_NOERROR || !response->variables) {
		fprintf(stderr, "snmp_ask: no answer, or an error: %s\n",
		    response ? snmp_errstring((int)response->errstat)
			     : snmp_api_errstring(session->s_snmp_errno));
		if (response)
			snmp_free_pdu(response);
		return NULL;
	}
	return response;
}

static struct name name_of(const netsnmp_variable_list *variable)
{
	struct name ret = { .n = variable->name_length };

	memcpy(ret.subids, variable->name, ret.n * sizeof(oid));
	return ret;
}

/* All cells below root, in ret if it is there. -1: a promise broke. */
static long walk(
    netsnmp_session *session, const struct name *root, long repetitions, struct name *ret)
{
	struct name at = *root;
	long n = 0;

	for (;;) {
		netsnmp_pdu *response = ask(session,
		    repetitions > 1 ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT, &at, repetitions);

		if (!response)
			return -1;
		for (netsnmp_variable_list *v = response->variables; v; v = v->next_variable) {
			struct name next = name_of(v);

			if (!is_below(root, v)) {
				snmp_free_pdu(response);
				return n;
			}
			if (compare(&next, &at) <= 0 || n == CELLS_MAX) {
				fprintf(stderr, "snmp_ask: not increasing, cell %ld\n", n);
				snmp_free_pdu(response);
				return -1;
			}
			if (ret)
				ret[n] = next;
			n++;
			at = next;
		}
		snmp_free_pdu(response);
	}
}

/* --- random --------------------------------------------------------------------------------- */

static oid random_subid(void)
{
	static const oid odd[] = { 0, 1, 2, 3, 4, 9, 17, 22, 2147483647, 4294967294,
		4294967295 };

	if (random() % 3)
		return odd[(size_t)random() % (sizeof(odd) / sizeof(odd[0]))];
	return (oid)random();
}

static struct name random_name(const struct name *root, const struct name *cells, long n_cells)
{
	struct name ret = *root;
	size_t more = (size_t)random() % 6;

	/* Most begin as a cell that exists. */
	if (random() % 4 && n_cells > 0) {
		const struct name *cell = &cells[random() % n_cells];
		size_t keep = root->n + (size_t)random() % (cell->n - root->n + 1);

		ret = *cell;
		ret.n = keep;
		more = (size_t)random() % 3;
	}
	for (size_t i = 0; i < more; i++)
		ret.subids[ret.n++] = random_subid();
	if (ret.n > root->n && random() % 4 == 0 && ret.subids[ret.n - 1] > 0)
		ret.subids[ret.n - 1]--;
	return ret;
}

static int ask_random(netsnmp_session *session, const struct name *root, double seconds)
{
	struct name *cells = calloc(CELLS_MAX, sizeof(*cells));
	int64_t end = clock_mono_ms() + (int64_t)(seconds * 1000);
	long n_cells = walk(session, root, 25, cells), n = 0, bad = 0;

	for (; n_cells >= 0 && clock_mono_ms() < end; n++) {
		struct name question = random_name(root, cells, n_cells);
		netsnmp_pdu *response = ask(session, SNMP_MSG_GETNEXT, &question, 0);
		long low = 0, high = n_cells;

		while (low < high) {
			long middle = low + (high - low) / 2;

			if (compare(&cells[middle], &question) <= 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (!response) {
			bad++;
			continue;
		}
		if (is_below(root, response->variables) != (low < n_cells)) {
			bad++;
		} else if (low < n_cells) {
			struct name got = name_of(response->variables);

			bad += compare(&got, &cells[low]) != 0;
		}
		snmp_free_pdu(response);
	}
	free(cells);
	printf("cells %ld questions %ld bad %ld\n", n_cells, n, bad);
	return n_cells > 0 && n > 0 && bad == 0 ? 0 : 1;
}

/* --- walkers -------------------------------------------------------------------------------- */

static int walk_often(
    const char *agent, const char *community, const struct name *root, double seconds, int me)
{
	static const long repetitions[] = { 10, 1, 25, 50, 2 };
	netsnmp_session *session = open_agent(agent, community);
	int64_t end = clock_mono_ms() + (int64_t)(seconds * 1000);
	long cells = 0, walks = 0;

	for (unsigned i = (unsigned)me; clock_mono_ms() < end; i++, walks++) {
		long n = walk(session, root, repetitions[i % 5], NULL);

		if (n <= 0) {
			fprintf(stderr, "snmp_ask: walker %d found %ld cells\n", me, n);
			return 1;
		}
		cells += n;
	}
	printf("walker %d walks %ld cells %ld\n", me, walks, cells);
	snmp_close(session);
	return 0;
}

static int run_walkers(
    const char *agent, const char *community, const struct name *root, double seconds, int n)
{
	int failed = 0, status;

	for (int i = 0; i < n; i++) {
		if (fork() == 0) {
			int rc = walk_often(agent, community, root, seconds, i);

			fflush(stdout);
			_exit(rc);
		}
	}
	while (wait(&status) > 0)
		failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	return failed;
}

/* --- sysUpTime ------------------------------------------------------------------------------ */

static int ask_uptime(netsnmp_session *session, double seconds)
{
	const struct name name = { { 1, 3, 6, 1, 2, 1, 1, 3, 0 }, 9 };
	int64_t end = clock_mono_ms() + (int64_t)(seconds * 1000), longest_us = 0;
	long n = 0, failed = 0;

	while (!stopped && clock_mono_ms() < end) {
		int64_t begin_us = clock_mono_us(), took_us;
		netsnmp_pdu *response = ask(session, SNMP_MSG_GET, &name, 0);

		took_us = clock_mono_us() - begin_us;
		longest_us = took_us > longest_us ? took_us : longest_us;
		n++;
		failed += response == NULL;
		if (response)
			snmp_free_pdu(response);
		clock_sleep_ms(10);
	}
	printf("asked %ld failed %ld longest_ms %.1f\n", n, failed, (double)longest_us / 1000);
	return failed > 0;
}

/* --- notifications -------------------------------------------------------------------------- */

static int print_trap(int op, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *unused)
{
	char name[512], value[1024];
	int at = 0;

	(void)session;
	(void)id;
	(void)unused;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		return 1;
	for (netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable, at++) {
		snprint_objid(name, sizeof(name), v->name, v->name_length);
		snprint_value(value, sizeof(value), v->name, v->name_length, v);
		printf("%s%s=%s", at ? "\t" : "", name, value);
	}
	printf("\n");
	fflush(stdout);
	return 1;
}

static int receive(const char *address)
{
	netsnmp_transport *transport = netsnmp_transport_open_server("snmptrap", address);
	netsnmp_session session;

	if (!transport)
		die("cannot listen");
	snmp_sess_init(&session);
	session.peername = SNMP_DEFAULT_PEERNAME;
	session.version = SNMP_DEFAULT_VERSION;
	session.callback = print_trap;
	session.isAuthoritative = SNMP_SESS_UNKNOWNAUTH;
	if (!snmp_add(&session, transport, NULL, NULL))
		die("cannot listen");
	while (!stopped) {
		int n_fds = 0, block = 0;
		struct timeval timeout = { 0, 200000 };
		fd_set fds;

		FD_ZERO(&fds);
		snmp_select_info(&n_fds, &fds, &timeout, &block);
		if (select(n_fds, &fds, NULL, NULL, &timeout) > 0)
			snmp_read(&fds);
	}
	snmp_close_sessions();
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct name root;

	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_QUICK_PRINT, 1);
	netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_OID_OUTPUT_FORMAT,
	    NETSNMP_OID_OUTPUT_NUMERIC);
	init_snmp("snmp_ask");
	signal(SIGTERM, on_signal);
	srandom(4711);
	if (strcmp(what, "traps") == 0)
		return receive(argv[2]);
	if (strcmp(what, "uptime") == 0 && argc == 5)
		return ask_uptime(open_agent(argv[2], argv[3]), number(argv[4]));
	if (argc < 6)
		die("expected random, walkers, uptime or traps");
	root = parse_name(argv[4]);
	if (strcmp(what, "random") == 0)
		return ask_random(open_agent(argv[2], argv[3]), &root, number(argv[5]));
	if (strcmp(what, "walkers") == 0 && argc == 7)
		return run_walkers(
		    argv[2], argv[3], &root, number(argv[5]), (int)number(argv[6]));
	die("expected random, walkers, uptime or traps");
}
