/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/health/mibstate.h"
#include "lib/health/service_rows.h"
#include "lib/mib/finding.h"
#include "lib/mib/service.h"
#include "plugins/remote.h"
#include "plugins/services.h"

/* --- options -------------------------------------------------------------------------------- */

struct options {
	struct services_options base;
	struct remote remote;
};

static const struct opt options[] = {
	SERVICES_OPTIONS(
	    struct options, base.profile, base.services, base.components, base.dirs),
	REMOTE_OPTIONS(struct options, remote),
};

static const char notes[] =
    "The profile is read here: its ranges judge what the node tells. The node must\n"
    "have it too, in agentx.profiles of its haetae.conf. Without --profile all\n"
    "services of the node are shown, with the node's own verdicts.\n" REMOTE_NOTES;

static int validate(struct check *check, struct err *err)
{
	struct options *given = check->options;
	int r = services_validate(&given->base, err);

	return r < 0 ? r : remote_validate(&given->remote, err);
}

static void release(struct check *check)
{
	struct options *given = check->options;

	services_release(&given->base);
	remote_release(&given->remote);
}

/* --- what the node tells ---------------------------------------------------------------------- */

struct told {
	struct mib_rows services, findings;
	int64_t now_ms; /* ages are from then */
};

static void told_free(struct told *told)
{
	mib_rows_free(&told->services);
	mib_rows_free(&told->findings);
}

/* A node without services, or with nothing to say of them, is none that fails. */
static int ask(struct check *check, struct remote *remote, struct told *told, struct err *err)
{
	struct snmprows_want wants[] = {
		{ .table = &mib_service, .rows = &told->services, .optional = true },
		{ .table = &mib_finding, .rows = &told->findings, .optional = true },
	};
	struct snmprows_collector collector = { .name = "services" };
	int r = remote_read(
	    check, remote, wants, sizeof(wants) / sizeof(wants[0]), &collector, 1, err);

	told->now_ms = clock_mono_ms();
	return r;
}

/* --- without a profile ------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
	const struct service_spec *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static struct service_spec *make_spec(const struct mib_service *row)
{
	struct service_spec *spec = calloc(1, sizeof(*spec));

	if (!spec)
		return NULL;
	spec->name = strdup(row->name);
	spec->component = strdup(row->component);
	spec->advice = strdup(row->advice);
	/* One that runs all the same was judged on the node. */
	spec->unwanted = row->wanted == MIB_SERVICE_UNWANTED && row->running <= 0;
	spec->optional = row->wanted == MIB_SERVICE_OPTIONAL;
	return spec;
}

/* All services of the node: without ranges, for the node has judged them. */
static int make_profile(const char *host, const struct mib_rows *rows, struct profile *ret)
{
	ret->name = strdup(host);
	ret->title = strdup(host);
	ret->file = strdup("");
	ret->services = calloc(rows->n + 1, sizeof(struct service_spec *));
	if (!ret->name || !ret->title || !ret->file || !ret->services)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++) {
		struct service_spec *spec = make_spec(mib_rows_at(rows, i));

		if (!spec)
			return -ENOMEM;
		ret->services[ret->n_services++] = spec;
		if (!spec->name || !spec->component || !spec->advice)
			return -ENOMEM;
	}
	qsort(ret->services, ret->n_services, sizeof(struct service_spec *), compare_names);
	return 0;
}

/* --- rows of services ----------------------------------------------------------------------------- */

/* What is wrong is said by the node's own words. */
static void take_verdict(struct service_row *row, const struct mib_service *from)
{
	enum state state = mibstate_back(from->state);

	for (size_t i = 0; i < row->n_problems; i++)
		free(row->problems[i].text);
	row->n_problems = 0;
	row->state = STATE_OK;
	if (state != STATE_OK)
		(void)service_problem(row, SERVICE_FROM_OTHERS, state, "%s", from->state_text);
}

/* Returns how many the node does not tell of. */
static size_t take_rows(const struct told *told, bool has_profile, struct services *services)
{
	size_t n_missing = 0;

	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		const struct mib_service *from =
		    mib_rows_find_label(&told->services, row->spec->name);

		if (!from) {
			n_missing++;
			(void)service_problem(
			    row, SERVICE_FROM_OTHERS, STATE_UNKNOWN, "not told by the node");
			continue;
		}
		service_row_take(row, from, told->now_ms);
		service_findings_take(row, from->index[0], &told->findings);
		if (!has_profile)
			take_verdict(row, from);
	}
	return n_missing;
}

static void tell_missing(struct check *check, const struct options *given, size_t n)
{
	result_detail(check->result, STATE_UNKNOWN,
	    "%zu service%s of profile %s not told by %s: add it to agentx.profiles of "
	    "haetae.conf there",
	    n, n == 1 ? " is" : "s are", given->base.profile, given->remote.host);
}

/* --- the run ------------------------------------------------------------------------------------- */

/* A mistake of the command line is told before anybody is asked. */
static int prepare(struct check *check, struct options *given, struct err *err)
{
	int r;

	if (!given->base.profile)
		return 0;
	r = services_load(check, &given->base, err);
	return r < 0 ? r : services_choose(&given->base, err);
}

static int choose_told(struct options *given, const struct told *told, struct err *err)
{
	struct services_options *base = &given->base;
	int r;

	if (base->profile)
		return 0;
	r = make_profile(given->remote.host, &told->services, &base->loaded);
	if (r < 0)
		return err_sys(err, r, "cannot keep services");
	if (base->loaded.n_services == 0)
		return err_set(err, -ENOENT,
		    "%s tells of no services: its agentx.profiles have none",
		    given->remote.host);
	return services_choose(base, err);
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(told_free) struct told told = { .now_ms = 0 };
	CLEANUP(services_free) struct services services = { 0 };
	struct options *given = check->options;
	size_t n_missing;
	int r = prepare(check, given, err);

	if (r < 0)
		return r;
	r = ask(check, &given->remote, &told, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = choose_told(given, &told, err);
	if (r == 0)
		r = services_open_rows(&services, &given->base.loaded, err);
	if (r < 0)
		return r;
	services_set_ranges(check, &services);
	n_missing = take_rows(&told, given->base.profile != NULL, &services);
	services_judge(&services);
	services_report(check, &services);
	if (n_missing > 0)
		tell_missing(check, given, n_missing);
	return 0;
}

static const struct plugin services_plugin = {
	.name = "check_services_snmp",
	.title = "SERVICES",
	.summary = "checks over SNMP whether the services of another node run, listen and are "
		   "connected",
	.notes = notes,
	.metrics = service_metrics,
	.n_metrics = SERVICE_FACTS,
	PLUGIN_OPTIONS(options, struct options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&services_plugin, argc, argv);
}
