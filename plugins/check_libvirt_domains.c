/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/client/libvirt.h"
#include "lib/collect/passwd.h"
#include "plugins/libvirt_guests.h"

enum { DOMAINS, RUNNING, PAUSED, SHUTOFF, CRASHED, OTHER, QEMU, AUTOSTART_DOWN, POOL, TIME };

static const struct metric metrics[] = {
	[DOMAINS] = { .name = "domains", .help = "domains that libvirt knows" },
	[RUNNING] = { .name = "running", .help = "domains that run" },
	[PAUSED] = { .name = "paused", .help = "domains that are paused" },
	[SHUTOFF] = { .name = "shutoff", .help = "domains that are shut off" },
	[CRASHED] = { .name = "crashed", .help = "domains that crashed" },
	[OTHER] = { .name = "other", .help = "domains in any other state" },
	[QEMU] = { .name = "qemu", .help = "qemu processes with a UUID" },
	[AUTOSTART_DOWN] = { .name = "autostart_down",
	    .help = "domains with autostart that are not active" },
	[POOL] = { .name = "pool",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .warn = "90",
	    .crit = "95",
	    .help = "space used of an active storage pool" },
	[TIME] = { .name = "time",
	    .unit = UNIT_SECONDS,
	    .help = "that the daemon took to answer everything" },
};

/* A guest that starts or ends is seen by one side first: what differs must still differ then. */
enum { LOOK_AGAIN_MS = 1000 };

static const char default_uri[] = "qemu:///system";

struct domains_options {
	const char *uri, *user;
	struct opt_list domains, pools;
	bool no_processes;
};

static const struct opt options[] = {
	{ 0, "uri", "URI", OPT_STRING, offsetof(struct domains_options, uri), NULL,
	    "libvirt's URI (qemu:///system)" },
	{ 0, "domain", "PATTERN", OPT_LIST, offsetof(struct domains_options, domains), NULL,
	    "CRITICAL unless such a domain is running" },
	{ 0, "pool", "PATTERN", OPT_LIST, offsetof(struct domains_options, pools), NULL,
	    "CRITICAL unless such a storage pool is running" },
	{ 0, "user", "NAME", OPT_STRING, offsetof(struct domains_options, user), NULL,
	    "compare with the qemu processes of this user only" },
	{ 0, "no-processes", NULL, OPT_FLAG, offsetof(struct domains_options, no_processes),
	    NULL, "do not compare with the qemu processes of this node" },
};

static void release(struct check *check)
{
	struct domains_options *given = check->options;

	opt_list_free(&given->domains);
	opt_list_free(&given->pools);
}

static const char *uri_of(const struct check *check)
{
	const struct domains_options *given = check->options;

	return given->uri ? given->uri : default_uri;
}

/* --- what cannot be had ------------------------------------------------------------------ */

static void no_answer(struct check *check, int code, const struct err *err)
{
	if (code == -EACCES)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: %s; let this user read libvirt's read-only socket (group libvirt)",
		    uri_of(check), err->text);
	else
		result_problem(
		    check->result, STATE_CRITICAL, "%s: %s", uri_of(check), err->text);
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		thresholds_excuse(&check->thresholds, &metrics[i], NULL);
}

/* --- domains ---------------------------------------------------------------------------------- */

static void judge_domain(struct check *check, const struct libvirt_domain *domain)
{
	enum state state = domain->sick ? STATE_CRITICAL : STATE_OK;

	if (domain->sick)
		result_problem(check->result, state, "%s is %s%s%s", domain->name,
		    libvirt_state_text(domain->state), domain->reason[0] ? ": " : "",
		    domain->reason);
	result_detail(check->result, state, "%s: %s%s", domain->name,
	    libvirt_state_text(domain->state), domain->autostart ? ", autostart" : "");
}

/* "blocked" waits for something, as a guest of Xen does that has nothing to do. */
static bool runs(const struct libvirt_domain *domain)
{
	return domain->state == LIBVIRT_RUNNING || domain->state == LIBVIRT_BLOCKED;
}

static void judge_expected(struct check *check, const struct libvirt *libvirt)
{
	const struct domains_options *given = check->options;

	for (size_t i = 0; i < given->domains.n_items; i++) {
		const char *pattern = given->domains.items[i];
		const struct libvirt_domain *found = NULL;

		for (size_t k = 0; k < libvirt->n_domains; k++) {
			if (fnmatch(pattern, libvirt->domains[k].name, 0) != 0)
				continue;
			found = &libvirt->domains[k];
			if (runs(found))
				break;
		}
		if (!found)
			result_problem(
			    check->result, STATE_CRITICAL, "there is no domain %s", pattern);
		else if (!runs(found) && !found->sick)
			result_problem(check->result, STATE_CRITICAL, "%s is %s", found->name,
			    libvirt_state_text(found->state));
	}
}

static void give_domains(struct check *check, const struct libvirt *libvirt)
{
	static const int by_state[LIBVIRT_STATES] = { OTHER, RUNNING, RUNNING, PAUSED, OTHER,
		SHUTOFF, CRASHED, OTHER };
	double counts[OTHER + 1] = { 0 };
	size_t autostart_down = 0;

	for (size_t i = 0; i < libvirt->n_domains; i++) {
		const struct libvirt_domain *domain = &libvirt->domains[i];

		counts[DOMAINS]++;
		counts[domain->state < LIBVIRT_STATES ? by_state[domain->state] : OTHER]++;
		autostart_down += domain->autostart && !domain->active;
		judge_domain(check, domain);
	}
	for (int i = DOMAINS; i <= OTHER; i++)
		result_metric(check->result, &metrics[i], counts[i]);
	result_metric(check->result, &metrics[AUTOSTART_DOWN], (double)autostart_down);
	result_summary(check->result, "%g of %g domains run, %g paused, %g shut off",
	    counts[RUNNING], counts[DOMAINS], counts[PAUSED], counts[SHUTOFF]);
}

/* --- pools ---------------------------------------------------------------------------------- */

static bool is_expected(const struct opt_list *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->n_items; i++) {
		if (fnmatch(patterns->items[i], name, 0) == 0)
			return true;
	}
	return false;
}

static void judge_pool(struct check *check, const struct libvirt_pool *pool)
{
	const struct domains_options *given = check->options;
	enum state state = STATE_OK;
	double capacity = (double)pool->capacity_bytes;

	if (strcmp(pool->state, "degraded") == 0)
		state = STATE_WARNING;
	else if (strcmp(pool->state, "inaccessible") == 0 ||
		 (strcmp(pool->state, "running") != 0 &&
		     is_expected(&given->pools, pool->name)))
		state = STATE_CRITICAL;
	if (state != STATE_OK)
		result_problem(check->result, state, "pool %s is %s", pool->name, pool->state);
	if (pool->active && capacity > 0)
		state = state_worst(
		    state, result_value(check->result, &metrics[POOL], pool->name,
			       100 * (1 - (double)pool->available_bytes / capacity), 0, 100));
	result_detail(check->result, state, "pool %s: %s%s", pool->name, pool->state,
	    pool->autostart ? ", autostart" : "");
}

static void judge_pools(struct check *check, const struct libvirt *libvirt)
{
	const struct domains_options *given = check->options;

	for (size_t i = 0; i < libvirt->n_pools; i++)
		judge_pool(check, &libvirt->pools[i]);
	for (size_t i = 0; i < given->pools.n_items; i++) {
		bool found = false;

		for (size_t k = 0; k < libvirt->n_pools; k++)
			found |= fnmatch(given->pools.items[i], libvirt->pools[k].name, 0) == 0;
		if (!found)
			result_problem(check->result, STATE_CRITICAL, "there is no pool %s",
			    given->pools.items[i]);
	}
}

/* --- processes --------------------------------------------------------------------------- */

/* Another driver has no qemu, and another host's are not seen here. */
static bool has_processes(const struct check *check, const struct libvirt *libvirt)
{
	const struct domains_options *given = check->options;
	const char *host = strstr(uri_of(check), "://");

	return !given->no_processes && strcmp(libvirt->type, "QEMU") == 0 &&
	       (!host || host[3] == '/');
}

static int find_user(const struct check *check, uint32_t *ret, struct err *err)
{
	const struct domains_options *given = check->options;
	CLEANUP_BUF struct buf passwd = BUF_INIT;
	int r = fsroot_read(&check->root, "/etc/passwd", &passwd, err);

	if (r < 0)
		return r;
	if (!passwd_find_name(buf_text(&passwd), passwd.size, given->user, ret))
		return err_set(err, -ENOENT, "option --user: there is no user %s", given->user);
	return 0;
}

static int look(const struct check *check, const struct libvirt *libvirt, struct buf *problems,
    struct guests *guests, struct err *err)
{
	const struct domains_options *given = check->options;
	/* A session's daemon has the guests of its own user alone. */
	bool is_session = strstr(uri_of(check), ":///session") != NULL;
	uint32_t uid = geteuid();
	int r = given->user ? find_user(check, &uid, err) : 0;

	if (r == 0)
		r = guests_read(
		    &check->root, given->user || is_session ? &uid : NULL, guests, err);
	if (r < 0 || guests->hidden)
		return r;
	return guests_compare(guests, libvirt, problems);
}

static void give_problems(struct check *check, const struct buf *problems)
{
	const char *line = buf_text(problems), *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		result_problem(check->result, STATE_CRITICAL, "%.*s", (int)(end - line), line);
}

static int compare(struct check *check, const struct libvirt *libvirt, struct err *err)
{
	CLEANUP_BUF struct buf problems = BUF_INIT, again = BUF_INIT;
	CLEANUP_GUESTS struct guests guests = GUESTS_INIT;
	CLEANUP_LIBVIRT struct libvirt later = LIBVIRT_INIT;
	struct err why = ERR_INIT;
	int r = look(check, libvirt, &problems, &guests, err);

	if (r < 0)
		return r;
	if (guests.hidden) {
		result_detail(check->result, STATE_OK,
		    "other users' processes are hidden here (hidepid): qemu was not counted");
		thresholds_excuse(&check->thresholds, &metrics[QEMU], NULL);
		return 0;
	}
	if (problems.size > 0 && deadline_left_ms() > 2 * LOOK_AGAIN_MS) {
		clock_sleep_ms(LOOK_AGAIN_MS);
		guests_free(&guests);
		r = libvirt_ask(uri_of(check), deadline_left_ms(), &later, &why);
		if (r < 0) {
			no_answer(check, r, &why);
			return 0;
		}
		r = look(check, &later, &again, &guests, err);
		if (r < 0)
			return r;
		give_problems(check, &again);
	} else {
		give_problems(check, &problems);
	}
	result_metric(check->result, &metrics[QEMU], (double)guests.n_items);
	return 0;
}

/* --- the run ---------------------------------------------------------------------------------- */

static int run(struct check *check, struct err *err)
{
	CLEANUP_LIBVIRT struct libvirt libvirt = LIBVIRT_INIT;
	struct err why = ERR_INIT;
	int r;

	check_doing(check, "asking %.200s", uri_of(check));
	libvirt_global_init();
	r = libvirt_ask(uri_of(check), deadline_left_ms(), &libvirt, &why);
	if (r < 0) {
		no_answer(check, r, &why);
		return 0;
	}
	give_domains(check, &libvirt);
	judge_expected(check, &libvirt);
	judge_pools(check, &libvirt);
	result_metric(check->result, &metrics[TIME], libvirt.seconds);
	return has_processes(check, &libvirt) ? compare(check, &libvirt, err) : 0;
}

static const struct plugin domains_plugin = {
	.name = "check_libvirt_domains",
	.title = "LIBVIRT",
	.summary = "checks libvirt's domains and storage pools, and their qemu processes",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct domains_options),
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&domains_plugin, argc, argv);
}
