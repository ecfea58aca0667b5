/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/client/chrony.h"
#include "lib/client/ntp.h"
#include "lib/collect/time.h"

enum {
	OFFSET,
	SYNCHRONISED,
	MAX_ERROR,
	EST_ERROR,
	STRATUM,
	ROOT_DELAY,
	ROOT_DISPERSION,
	SOURCE_AGE,
	KERNEL_OFFSET,
	FREQUENCY,
	TAI_OFFSET,
	LEAP,
};

static const struct metric metrics[] = {
	[OFFSET] = { .name = "offset",
	    .unit = UNIT_SECONDS,
	    .help = "distance of the clock from its source, never negative" },
	[SYNCHRONISED] = { .name = "synchronised",
	    .help = "1 when the kernel, and the daemon if asked, say that the clock is" },
	[MAX_ERROR] = { .name = "max_error",
	    .unit = UNIT_SECONDS,
	    .help = "the kernel's bound of the error; grows while nobody sets the clock" },
	[EST_ERROR] = { .name = "est_error",
	    .unit = UNIT_SECONDS,
	    .help = "the kernel's estimate of the error" },
	[STRATUM] = { .name = "stratum",
	    .help = "steps from a reference clock, as the daemon or server says" },
	[ROOT_DELAY] = { .name = "root_delay",
	    .unit = UNIT_SECONDS,
	    .help = "network delay to the reference clock" },
	[ROOT_DISPERSION] = { .name = "root_dispersion",
	    .unit = UNIT_SECONDS,
	    .help = "error that has added up from the reference clock" },
	[SOURCE_AGE] = { .name = "source_age",
	    .unit = UNIT_SECONDS,
	    .help = "time since chronyd last compared the clock" },
	[KERNEL_OFFSET] = { .name = "kernel_offset",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_SIGNED | METRIC_QUIET,
	    .help = "what the kernel has still to correct" },
	[FREQUENCY] = { .name = "frequency",
	    .flags = METRIC_SIGNED | METRIC_QUIET,
	    .help = "the kernel's correction of the clock's rate in ppm" },
	[TAI_OFFSET] = { .name = "tai_offset",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_SIGNED | METRIC_QUIET,
	    .help = "TAI less UTC, 0 when not told" },
	[LEAP] = { .name = "leap",
	    .flags = METRIC_SIGNED | METRIC_QUIET,
	    .help = "1 or -1 when the day ends with a second more or less" },
};

/* How long the daemons of this node may take that nobody asked for: they answer at once. */
enum { LOCAL_WAIT_MS = 300 };

struct time_options {
	const char *chrony, *ntp;
	bool ipv4, ipv6;
	bool has_state;
	enum state state; /* of a clock that is not synchronised */
};

/* What a daemon of this node, or a server, says. */
struct source {
	char who[ADDRESS_HOST_SIZE]; /* "chronyd", "NTP server 192.0.2.1" */
	char follows[ADDRESS_HOST_SIZE];
	unsigned stratum;
	bool synchronised;
	double offset_s; /* this node's clock is behind (ahead: negative) */
	double root_delay_s, root_dispersion_s;
	double updated_s; /* since 1970; 0 where it is not told */
};

static int take_state(void *target, const char *value, struct err *err)
{
	struct time_options *options = target;

	options->has_state = true;
	return state_parse(value, &options->state, err);
}

static const struct opt options[] = {
	{ 0, "unsynchronised", "STATE", OPT_CALL, 0, take_state,
	    "STATE of a clock that is not synchronised (WARNING)" },
	{ 0, "chrony", "ADDRESS", OPT_STRING, offsetof(struct time_options, chrony), NULL,
	    "ask chronyd at HOST[:PORT] or the path of its socket" },
	{ 0, "ntp", "HOST[:PORT]", OPT_STRING, offsetof(struct time_options, ntp), NULL,
	    "measure the offset against an NTP server" },
	{ '4', "ipv4", NULL, OPT_FLAG, offsetof(struct time_options, ipv4), NULL,
	    "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, offsetof(struct time_options, ipv6), NULL,
	    "look up IPv6 addresses only" },
};

static int validate(struct check *check, struct err *err)
{
	const struct time_options *given = check->options;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (given->chrony && *given->chrony != '/' &&
	    address_split(given->chrony, CHRONY_PORT, host, port, err) < 0) {
		err_prefix(err, "option --chrony");
		return -EINVAL;
	}
	if (given->ntp && address_split(given->ntp, NTP_PORT, host, port, err) < 0) {
		err_prefix(err, "option --ntp");
		return -EINVAL;
	}
	return 0;
}

static enum address_family family(const struct time_options *given)
{
	return given->ipv4 ? ADDRESS_IPV4 : given->ipv6 ? ADDRESS_IPV6 : ADDRESS_ANY;
}

/* --- the sources ------------------------------------------------------------------- */

static void set_names(struct source *source, const char *who, const char *follows)
{
	/* Reference clock type 1 is "undisciplined local clock" (RFC 5905, ntpd's driver 1). */
	bool is_own = *follows == '\0' || strncmp(follows, "127.127.1.", 10) == 0;

	(void)snprintf(source->who, sizeof(source->who), "%s", who);
	(void)snprintf(source->follows, sizeof(source->follows), "%s",
	    is_own ? "nothing but its own clock" : follows);
}

static int ask_chrony(const char *address, enum address_family family, int64_t wait_ms,
    struct source *ret, struct err *err)
{
	struct chrony chrony;
	int r = chrony_ask(address, family, wait_ms, &chrony, err);

	if (r < 0)
		return r;
	*ret = (struct source){
		.stratum = chrony.stratum,
		.synchronised = chrony.leap != CHRONY_UNSYNCHRONISED,
		.offset_s = chrony.correction_s,
		.root_delay_s = chrony.root_delay_s,
		.root_dispersion_s = chrony.root_dispersion_s,
		.updated_s = chrony.updated_s,
	};
	set_names(ret, "chronyd", chrony.source);
	return 0;
}

static void from_ntp(const struct ntp *ntp, const char *who, struct source *ret)
{
	*ret = (struct source){
		.stratum = ntp->stratum,
		.synchronised =
		    ntp->leap != NTP_UNSYNCHRONISED && ntp->stratum < NTP_STRATUM_MAX,
		.offset_s = ntp->offset_s,
		.root_delay_s = ntp->root_delay_s,
		.root_dispersion_s = ntp->root_dispersion_s,
	};
	set_names(ret, who, ntp->source);
}

/* Who was asked about and does not answer is CRITICAL; who may not be asked is UNKNOWN. */
static void no_answer(
    struct check *check, int code, const char *who, const char *address, const struct err *err)
{
	bool forbidden = code == -EPERM || code == -EACCES;

	result_problem(check->result, forbidden ? STATE_UNKNOWN : STATE_CRITICAL, "%s %s: %s",
	    who, address, err->text);
}

/* The chronyd that was named, else one or an ntpd of this node. False if none answers. */
static bool ask_daemon(struct check *check, struct source *ret)
{
	const struct time_options *given = check->options;
	struct err err = ERR_INIT;
	struct ntp ntp;
	int r;

	if (given->chrony) {
		check_doing(check, "asking chronyd at %s", given->chrony);
		r = ask_chrony(given->chrony, family(given), deadline_left_ms(), ret, &err);
		if (r < 0)
			no_answer(check, r, "chronyd at", given->chrony, &err);
		return r == 0;
	}
	/* A captured tree has no daemons; who names a server wants to know that alone. */
	if (!check->root.live || given->ntp)
		return false;
	if (ask_chrony(CHRONY_ADDRESS, ADDRESS_IPV4, LOCAL_WAIT_MS, ret, NULL) == 0)
		return true;
	if (ntp_read_vars(NTP_ADDRESS, ADDRESS_IPV4, LOCAL_WAIT_MS, &ntp, NULL) < 0)
		return false;
	from_ntp(&ntp, "ntpd", ret);
	return true;
}

static bool ask_server(struct check *check, struct source *ret)
{
	const struct time_options *given = check->options;
	char who[ADDRESS_HOST_SIZE];
	struct err err = ERR_INIT;
	struct ntp ntp;
	int r;

	if (!given->ntp)
		return false;
	check_doing(check, "asking NTP server %s", given->ntp);
	r = ntp_measure(given->ntp, family(given), deadline_left_ms(), &ntp, &err);
	if (r < 0) {
		no_answer(check, r, "NTP server", given->ntp, &err);
		return false;
	}
	(void)snprintf(who, sizeof(who), "NTP server %.200s", given->ntp);
	from_ntp(&ntp, who, ret);
	return true;
}

/* --- the verdicts ------------------------------------------------------------------ */

static void unsynchronised(struct check *check, const char *who, const char *hint)
{
	const struct time_options *given = check->options;

	result_problem(check->result, given->has_state ? given->state : STATE_WARNING,
	    "%s is not synchronised%s", who, hint);
}

/* What is told about a source, whether or not it is the one that metrics are of. */
static void describe(struct check *check, const struct source *source)
{
	if (!source->synchronised) {
		unsynchronised(check, source->who, "");
		return;
	}
	result_detail(check->result, STATE_OK,
	    "%s: stratum %u, follows %s; this clock is %.6f s %s, root delay %.6f s, "
	    "root dispersion %.6f s",
	    source->who, source->stratum, source->follows, fabs(source->offset_s),
	    source->offset_s < 0 ? "ahead" : "behind", source->root_delay_s,
	    source->root_dispersion_s);
}

static void give_source(struct check *check, const struct source *source)
{
	struct result *result = check->result;
	double age_s = (double)clock_real_ms() / 1000 - source->updated_s;

	result_metric(result, &metrics[STRATUM], source->stratum);
	result_metric(result, &metrics[ROOT_DELAY], source->root_delay_s);
	result_metric(result, &metrics[ROOT_DISPERSION], source->root_dispersion_s);
	if (source->updated_s > 0)
		result_metric(result, &metrics[SOURCE_AGE], age_s > 0 ? age_s : 0);
}

static void give_kernel(struct check *check, const struct time_status *kernel)
{
	struct result *result = check->result;

	result_metric(result, &metrics[MAX_ERROR], kernel->max_error_s);
	result_metric(result, &metrics[EST_ERROR], kernel->est_error_s);
	result_metric(result, &metrics[KERNEL_OFFSET], kernel->offset_s);
	result_metric(result, &metrics[FREQUENCY], kernel->frequency_ppm);
	result_metric(result, &metrics[TAI_OFFSET], kernel->tai_s);
	result_metric(result, &metrics[LEAP], kernel->leap);
}

static void summarise(struct check *check, const struct time_status *kernel,
    const struct source *source, double offset_s)
{
	const struct time_options *given = check->options;
	char text[UNIT_TEXT_SIZE];

	if (!isnan(offset_s)) {
		unit_value_text(UNIT_SECONDS, offset_s, text);
		result_summary(check->result, "offset %s by %s", text,
		    source ? source->who : "the kernel");
	} else if (kernel) {
		unit_value_text(UNIT_SECONDS, kernel->max_error_s, text);
		result_summary(check->result, "maximum error %s", text);
	} else if (!source && !given->chrony && !given->ntp) {
		result_summary(check->result, "the clock of a captured tree cannot be asked");
	}
}

/* kernel, daemon and server are NULL where nobody answered. */
static void judge(struct check *check, const struct time_status *kernel,
    const struct source *daemon, const struct source *server)
{
	const struct time_options *given = check->options;
	bool kernel_good = !kernel || kernel->synchronised;
	bool good = kernel_good && (!daemon || daemon->synchronised);
	/* A server's comparison is fresher than what a daemon remembers. */
	const struct source *source = server && server->synchronised ? server : daemon;
	double offset_s = NAN;

	if (!kernel_good && daemon && daemon->synchronised)
		unsynchronised(
		    check, "the kernel's clock", ", though its daemon is (option -x?)");
	else if (!kernel_good)
		unsynchronised(check, "the clock",
		    given->chrony || given->ntp || daemon || !check->root.live
			? ""
			: ", and no chronyd or ntpd answers here");
	if (daemon)
		describe(check, daemon);
	if (server)
		describe(check, server);
	if (source && source->synchronised)
		offset_s = fabs(source->offset_s);
	else if (!source && kernel && kernel->synchronised)
		offset_s = fabs(kernel->offset_s);
	if (!isnan(offset_s))
		result_metric(check->result, &metrics[OFFSET], offset_s);
	if (kernel || daemon)
		result_metric(check->result, &metrics[SYNCHRONISED], good);
	if (kernel)
		give_kernel(check, kernel);
	if (source)
		give_source(check, source);
	summarise(check, kernel, source, offset_s);
}

static int run(struct check *check, struct err *err)
{
	struct time_status kernel;
	struct source daemon, server;
	int r = time_read(&check->root, &kernel, err);
	bool has_daemon, has_server;

	if (r < 0 && r != -ENOENT)
		return r;
	has_daemon = ask_daemon(check, &daemon);
	has_server = ask_server(check, &server);
	judge(check, r == 0 ? &kernel : NULL, has_daemon ? &daemon : NULL,
	    has_server ? &server : NULL);
	return 0;
}

static const struct plugin time_plugin = {
	.name = "check_time",
	.title = "TIME",
	.summary = "checks whether the clock of this node is synchronised, and how well",
	.notes = "Without --chrony or --ntp, a chronyd or ntpd of this node is asked, if one\n"
		 "answers at once.\n",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct time_options),
	.validate = validate,
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&time_plugin, argc, argv);
}
