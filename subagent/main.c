/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/sdnotify.h"
#include "lib/check/opt.h"
#include "lib/client/http.h"
#include "lib/client/libvirt.h"
#include "lib/mib/mib.h"
#include "subagent/agentx.h"
#include "subagent/board.h"
#include "subagent/collect.h"
#include "subagent/collector.h"
#include "subagent/given.h"
#include "subagent/privileges.h"
#include "subagent/settings.h"

struct options {
	struct given given;
	bool test, list, help, version;
};

static const struct opt rows[] = {
	{ 0, "config", "FILE", OPT_STRING, offsetof(struct options, given.config), NULL,
	    "read FILE instead of " HAETAE_SYSCONFDIR "/haetae.conf" },
	{ 0, "socket", "ADDRESS", OPT_STRING, offsetof(struct options, given.socket), NULL,
	    "of the master agent, instead of agentx.socket: a path, or tcp:HOST:PORT" },
	{ 0, "ping-interval", "SECONDS", OPT_SECONDS, offsetof(struct options, given.ping_s),
	    NULL,
	    "ask every so often whether the master is there, and connect again, instead of "
	    "agentx.ping; 1 to 60" },
	{ 0, "root", "DIR", OPT_STRING, offsetof(struct options, given.root), NULL,
	    "read the facts of the tree below DIR, instead of agentx.root" },
	{ 0, "list", NULL, OPT_FLAG, offsetof(struct options, list), NULL,
	    "print all tables and columns of HAETAE-MIB and end" },
	{ 'T', "test", NULL, OPT_FLAG, offsetof(struct options, test), NULL,
	    "check the configuration and end" },
	{ 'V', "version", NULL, OPT_FLAG, offsetof(struct options, version), NULL,
	    "print the version" },
	{ 'h', "help", NULL, OPT_FLAG, offsetof(struct options, help), NULL,
	    "print this help" },
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	TICK_MS = 1000,
	STOP_COLLECTORS_MS = 300, /* what hangs is not waited for */
	STOP_SESSION_MS = 500,
	RELOAD_MS = 500, /* that rounds have to end at SIGHUP */
	ARENAS_MAX = 2,	 /* each thread's own would keep what the others could use */
};

/* The process, as its threads share it. */
struct daemon {
	struct options options;
	struct agentx_options session;
	struct agentx_stats stats;
	struct board *board;
	struct collect_threads *threads;
	struct sdnotify manager;
	_Atomic bool stopped, session_ended;
	int session_code;
	/* Of the session's thread. */
	int64_t fed_ms;
	bool is_ready;
	int told_link;
};

static int usage(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_adds(&text, "haetae-agentx: shows the facts of this node to SNMP pollers, as an "
			"AgentX subagent of snmpd.\n\nUsage: haetae-agentx [OPTION]...\n\n");
	opt_help(rows, N_ROWS, &text);
	(void)fputs(buf_text(&text), stdout);
	return 0;
}

/* OID behind haetaeObjects, name, what it is. */
static int list_tables(void)
{
	for (size_t i = 0; i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];

		(void)printf("%u\t%s\t%s\n", table->number, table->name, table->help);
		for (size_t k = 0; k < table->n_columns; k++)
			(void)printf("%u.%u\t%s%s\t%s\n", table->number,
			    table->columns[k].number, table->name, table->columns[k].name,
			    table->columns[k].help);
	}
	return 0;
}

/* --- the session's thread --------------------------------------------------------------------- */

/* READY also without a master: what can be done is, and it may come later. */
static void tell_link(struct daemon *daemon)
{
	static const char *const words[] = {
		[AGENTX_DISCONNECTED] = "waits for the master agent",
		[AGENTX_CONNECTED] = "registers with the master agent",
		[AGENTX_DUPLICATE] = "another subagent has registered our objects",
		[AGENTX_REGISTERED] = "registered with the master agent",
	};
	char text[128];
	int link = atomic_load(&daemon->stats.link);

	if (daemon->is_ready && link == daemon->told_link)
		return;
	(void)snprintf(text, sizeof(text), "%sSTATUS=%s", daemon->is_ready ? "" : "READY=1\n",
	    words[link]);
	sdnotify_tell(&daemon->manager, text);
	daemon->told_link = link;
	daemon->is_ready = true;
}

static void alive(void *context)
{
	struct daemon *daemon = context;
	int64_t now_ms = clock_mono_ms();

	tell_link(daemon);
	if (daemon->manager.watchdog_ms == 0 ||
	    now_ms - daemon->fed_ms < daemon->manager.watchdog_ms / 4)
		return;
	daemon->fed_ms = now_ms;
	sdnotify_tell(&daemon->manager, "WATCHDOG=1");
}

static bool is_stopped(void *context)
{
	const struct daemon *daemon = context;

	return atomic_load(&daemon->stopped);
}

static void pin(void *context, struct view *ret)
{
	board_pin(((struct daemon *)context)->board, ret);
}

static void unpin(void *context)
{
	board_unpin(((struct daemon *)context)->board);
}

static bool take(void *context, struct notification *ret)
{
	return board_take(((struct daemon *)context)->board, ret);
}

static void put_back(void *context, struct notification *taken)
{
	board_put_back(((struct daemon *)context)->board, taken);
}

static int64_t wait_ms(void *context)
{
	return board_wait_ms(((struct daemon *)context)->board);
}

static void *run_session(void *context)
{
	struct daemon *daemon = context;
	struct agentx_source source = { .context = daemon,
		.pin = pin,
		.unpin = unpin,
		.take = take,
		.put_back = put_back,
		.wait_ms = wait_ms,
		.wake_fd = board_wake_fd(daemon->board),
		.is_stopped = is_stopped,
		.alive = alive };
	struct err err = ERR_INIT;

	daemon->session_code = agentx_run(&daemon->session, &source, &daemon->stats, &err);
	if (daemon->session_code < 0)
		log_error("%s", err.text);
	atomic_store(&daemon->session_ended, true);
	/* The main thread waits for signals. */
	(void)kill(getpid(), SIGUSR1);
	return NULL;
}

/* --- the main thread -------------------------------------------------------------------------- */

/* A file with a mistake changes nothing. The session goes on: socket, ping and user are those of the
 * start. */
static void reload(struct daemon *daemon)
{
	struct settings settings;
	struct err err = ERR_INIT;
	size_t n_left;

	if (given_read(&daemon->options.given, &settings, &err) < 0) {
		log_error("the configuration stays as it was: %s", err.text);
		return;
	}
	log_open(
	    "haetae-agentx", NULL, settings.log_syslog, (enum log_level)settings.log_level);
	if (strcmp(settings.socket, daemon->session.socket) != 0 ||
	    settings.ping_ms != daemon->session.ping_ms)
		log_warning("socket and ping stay as they were: they need a restart");
	n_left = collect_stop(daemon->threads, RELOAD_MS);
	daemon->threads = NULL;
	if (n_left > 0)
		log_warning("%zu collector%s left behind: in a round that hangs", n_left,
		    n_left == 1 ? "" : "s");
	if (board_configure(daemon->board, &settings, &err) < 0 ||
	    collect_start(collectors, &settings, daemon->board, &daemon->threads, &err) < 0) {
		log_error("%s", err.text);
		return;
	}
	log_info("the configuration was read again");
}

static void wait_for_signals(struct daemon *daemon, const sigset_t *signals)
{
	const struct timespec tick = { .tv_sec = TICK_MS / 1000 };

	while (!atomic_load(&daemon->session_ended)) {
		int signo = sigtimedwait(signals, NULL, &tick);

		if (signo == SIGTERM || signo == SIGINT)
			return;
		if (signo == SIGHUP)
			reload(daemon);
		board_tick(daemon->board, clock_mono_ms());
	}
}

/* True if nothing hangs. */
static bool stop(struct daemon *daemon, pthread_t session)
{
	int64_t until_ms;
	size_t n_left;

	sdnotify_tell(&daemon->manager, "STOPPING=1");
	atomic_store(&daemon->stopped, true);
	board_wake(daemon->board);
	n_left = collect_stop(daemon->threads, STOP_COLLECTORS_MS);
	until_ms = clock_mono_ms() + STOP_SESSION_MS;
	while (!atomic_load(&daemon->session_ended) && clock_mono_ms() < until_ms)
		clock_sleep_ms(5);
	if (atomic_load(&daemon->session_ended))
		pthread_join(session, NULL);
	else
		log_warning("the master agent does not answer: not waited for");
	if (n_left > 0)
		log_warning("%zu collector%s not waited for: in a round that hangs", n_left,
		    n_left == 1 ? "" : "s");
	return n_left == 0 && atomic_load(&daemon->session_ended);
}

static int run(struct daemon *daemon, struct settings *settings, const sigset_t *signals)
{
	struct err err = ERR_INIT;
	pthread_t session;
	int r;

	daemon->session =
	    (struct agentx_options){ .socket = settings->socket, .ping_ms = settings->ping_ms };
	daemon->session.socket = strdup(settings->socket);
	r = daemon->session.socket ? board_new(settings, &daemon->stats, &daemon->board, &err)
				   : err_sys(&err, -ENOMEM, "cannot start");
	if (r == 0)
		r = collect_start(collectors, settings, daemon->board, &daemon->threads, &err);
	if (r == 0)
		r = -pthread_create(&session, NULL, run_session, daemon);
	if (r < 0) {
		log_error("%s", *err.text ? err.text : "cannot start a thread");
		return EXIT_FAILED;
	}
	log_info("runs: socket %s", daemon->session.socket);
	wait_for_signals(daemon, signals);
	/* Threads that hang have what would be freed; nobody would gain by it. */
	if (!stop(daemon, session)) {
		log_flush();
		_exit(daemon->session_code < 0 ? EXIT_FAILED : 0);
	}
	board_free(daemon->board);
	free((char *)(uintptr_t)daemon->session.socket);
	log_info("ends");
	return daemon->session_code < 0 ? EXIT_FAILED : 0;
}

/* Threads inherit what is blocked here, so only the main thread sees signals. */
static void block_signals(sigset_t *ret)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

	(void)sigemptyset(ret);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaddset(ret, signals[i]);
	(void)pthread_sigmask(SIG_BLOCK, ret, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* What libraries set up once for all threads. */
static int prepare_libraries(struct err *err)
{
	int r = 0;

#ifdef HAVE_CURL
	r = http_global_init(err);
#endif
#ifdef HAVE_LIBVIRT
	libvirt_global_init();
#endif
	(void)err;
	return r;
}

int main(int argc, char **argv)
{
	static struct daemon daemon = { .manager = SDNOTIFY_NONE };
	const struct opt_set sets[] = { { rows, N_ROWS, &daemon.options } };
	struct settings settings = { 0 };
	struct err err = ERR_INIT;
	sigset_t signals;
	int code;

	log_open("haetae-agentx", NULL, false, LOG_LEVEL_INFO);
	if (opt_parse(sets, 1, argc, argv, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	if (daemon.options.help)
		return usage();
	if (daemon.options.version) {
		(void)printf("haetae-agentx (haetae) %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (daemon.options.list)
		return list_tables();
	if (daemon.options.given.ping_s != 0 &&
	    !(daemon.options.given.ping_s >= 1 && daemon.options.given.ping_s <= 60)) {
		log_error("option --ping-interval: it is not between 1 and 60 seconds");
		return EXIT_USAGE;
	}
	if (given_read(&daemon.options.given, &settings, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_FAILED;
	}
	if (daemon.options.test) {
		code = given_tell(&settings);
		settings_free(&settings);
		return code;
	}
	log_open(
	    "haetae-agentx", NULL, settings.log_syslog, (enum log_level)settings.log_level);
	(void)mallopt(M_ARENA_MAX, ARENAS_MAX);
	block_signals(&signals);
	if (sdnotify_open(&daemon.manager, &err) < 0 ||
	    privileges_drop(settings.user, &err) < 0 || prepare_libraries(&err) < 0) {
		log_error("%s", err.text);
		settings_free(&settings);
		return EXIT_FAILED;
	}
	code = run(&daemon, &settings, &signals);
	sdnotify_close(&daemon.manager);
	settings_free(&settings);
	return code;
}
