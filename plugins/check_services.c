/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/services.h"

/* --- options ---------------------------------------------------------------------- */

static const struct opt options[] = {
	SERVICES_OPTIONS(struct services_options, profile, services, components, dirs),
};

static const char notes[] =
    "haetae profile list tells which profiles there are, haetae-profiles(5) what\n"
    "stands in them. The ranges of the profile decide; one of -w or -c takes the\n"
    "place of the profile's for the services that it names (METRIC@SERVICE=RANGE),\n"
    "or for all.\n";

static int validate(struct check *check, struct err *err)
{
	const struct services_options *given = check->options;

	if (!given->profile)
		return err_set(err, -EINVAL,
		    "option --profile: expected the name of a profile; 'haetae profile list' "
		    "tells which there are");
	return services_validate(given, err);
}

static void release(struct check *check)
{
	services_release(check->options);
}

/* --- what two runs tell --------------------------------------------------------------- */

/* The two samples of CPU time: the walk has given one, a second one is read if need be. */
struct sampling {
	struct services *services;
	bool again;
};

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	struct sampling *sampling = context;
	int r = 0;

	(void)root;
	if (sampling->again)
		r = services_resample(sampling->services, err);
	sampling->again = true;
	if (r == 0) {
		r = services_sample(sampling->services, buf);
		if (r < 0)
			err_sys(err, r, "cannot keep the CPU time");
	}
	return r;
}

static int measure_cpu(struct check *check, struct services *services, struct err *err)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct sampling sampling = { .services = services };
	int r;

	if (!services_want(services, SERVICE_CPU))
		return 0;
	r = sample_pair_take(&check->samples, &check->root, read_sample, &sampling, &pair, err);
	if (r == 0)
		services_rates(services, buf_text(&pair.earlier), pair.earlier.size,
		    pair.since_boot ? 0 : pair.seconds);
	return r;
}

/* State that cannot be kept is said, and hides nothing else. */
static void count_restarts(struct check *check, struct services *services)
{
	CLEANUP(sample_store_free) struct sample_store store;
	CLEANUP_BUF struct buf earlier = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_BUF struct buf later = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	struct err err = ERR_INIT;
	double age_s;
	int r;

	sample_store_beside(&check->samples, "restarts", &store);
	if (!services_want(services, SERVICE_RESTARTS))
		return;
	check_doing(check, "reading the state of the last run");
	r = sample_store_read(&store, &check->root, &earlier, &age_s);
	/* Processes of before a long pause are the same still, those of another boot are not. */
	if (r < 0 && r != -ETIME)
		buf_reset(&earlier);
	services_restarts(services, buf_text(&earlier), earlier.size);
	if (services_restarts_keep(services, &later) < 0 ||
	    sample_store_keep(&store, &check->root, buf_text(&later), later.size) < 0)
		return;
	if (sample_store_write(&store, deadline_left_ms() / 2, &err) < 0)
		result_detail(check->result, STATE_UNKNOWN,
		    "no restarts kept for the next run: %s", err.text);
}

/* --- pings ------------------------------------------------------------------------------ */

static void cleanup_questions(struct service_questions **questions)
{
	service_questions_free(*questions);
}

/* check_service_ping stands beside this program, wherever that was installed. */
static const char *ping_program(char *path, size_t size)
{
	static const char name[] = "check_service_ping";
	ssize_t n = readlink("/proc/self/exe", path, size - sizeof(name));
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

	if (!slash)
		return HAETAE_PLUGINDIR "/check_service_ping";
	memcpy(slash + 1, name, sizeof(name));
	return path;
}

/* --- the run -------------------------------------------------------------------------- */

static int survey(struct check *check, struct services *services, struct err *err)
{
	const struct services_options *given = check->options;
	const struct services_how how = {
		.root = &check->root,
		.asker = check->plugin->name,
		.self = { check->root.live ? check->pids[0] : 0,
		    check->root.live ? check->pids[1] : 0 },
		.facts = check->all_perf ? SERVICE_ALL_FACTS : 0,
	};
	int r = services_open(services, &given->loaded, &how, err);

	if (r < 0)
		return r;
	services_set_ranges(check, services);
	check_doing(check, "reading processes");
	return services_walk(services, err);
}

static int survey_rest(struct check *check, struct services *services, struct err *err)
{
	CLEANUP(cleanup_questions) struct service_questions *questions = NULL;
	char path[PATH_MAX];
	int r;

	/* A bus that hangs leaves time for all else. */
	check_doing(check, "asking systemd");
	services_units(services, clock_mono_ms() + deadline_left_ms() / 4);
	r = service_questions_start(
	    services, ping_program(path, sizeof(path)), deadline_left_ms(), &questions, err);
	if (r == 0) {
		check_doing(check, "reading sockets");
		r = services_sockets(services, err);
	}
	if (r == 0)
		r = measure_cpu(check, services, err);
	if (r < 0)
		return r;
	count_restarts(check, services);
	check_doing(check, "waiting for pings");
	service_questions_finish(questions, clock_mono_ms() + deadline_left_ms());
	return 0;
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(services_free) struct services services = { 0 };
	struct services_options *given = check->options;
	int r = services_load(check, given, err);

	if (r == 0)
		r = services_choose(given, err);
	if (r == 0)
		r = survey(check, &services, err);
	if (r == 0)
		r = survey_rest(check, &services, err);
	if (r < 0)
		return r;
	services_find(&services);
	services_judge(&services);
	services_report(check, &services);
	return 0;
}

static const struct plugin services_plugin = {
	.name = "check_services",
	.title = "SERVICES",
	.summary = "checks whether the services of a profile run, listen and are connected",
	.notes = notes,
	.metrics = service_metrics,
	.n_metrics = SERVICE_FACTS,
	PLUGIN_OPTIONS(options, struct services_options),
	.validate = validate,
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&services_plugin, argc, argv);
}
