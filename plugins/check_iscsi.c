/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "lib/check/plugin.h"
#include "lib/collect/iscsi.h"

enum { SESSIONS, LOGGED_IN, DEVICES, DEVICES_SICK, EXPORTS };

static const struct metric metrics[] = {
	[SESSIONS] = { .name = "sessions", .help = "sessions of this node's initiator" },
	[LOGGED_IN] = { .name = "logged_in",
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help =
		"sessions that are logged in; with @TARGET those to one that was asked for" },
	[DEVICES] = { .name = "devices", .help = "devices that the sessions brought" },
	[DEVICES_SICK] = { .name = "devices_sick", .help = "devices that are not running" },
	[EXPORTS] = { .name = "exports",
	    .flags = METRIC_QUIET,
	    .help = "targets that this node's kernel serves and that are enabled" },
};

struct iscsi_options {
	struct opt_list targets;
	struct opt_list exports;
};

static const struct opt options[] = {
	{ 0, "target", "PATTERN", OPT_LIST, offsetof(struct iscsi_options, targets), NULL,
	    "CRITICAL without a session that is logged in to such a target (IQN)" },
	{ 0, "export", "PATTERN", OPT_LIST, offsetof(struct iscsi_options, exports), NULL,
	    "CRITICAL unless this node's kernel serves such a target (IQN)" },
};

static void release(struct check *check)
{
	struct iscsi_options *given = check->options;

	opt_list_free(&given->targets);
	opt_list_free(&given->exports);
}

/* A session that recovers holds its devices for some time, and they may come back. */
static enum state device_state(const struct iscsi_device *device)
{
	if (strcmp(device->state, "running") == 0 || device->state[0] == '\0')
		return STATE_OK;
	return strcmp(device->state, "blocked") == 0 ? STATE_WARNING : STATE_CRITICAL;
}

static void judge_session(
    struct check *check, const struct iscsi *iscsi, const struct iscsi_session *session)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = STATE_OK;

	if (!iscsi_is_logged_in(session)) {
		state = STATE_CRITICAL;
		result_problem(check->result, state, "%s to %s at %s is %s", session->name,
		    session->target, session->portal,
		    session->state[0] ? session->state : "gone");
	}
	for (size_t i = 0; i < session->n_devices; i++) {
		const struct iscsi_device *device = &iscsi->devices[session->first_device + i];
		enum state one = device_state(device);

		if (one != STATE_OK)
			result_problem(check->result, one, "%s of %s is %s", device->name,
			    session->target, device->state);
		state = state_worst(state, one);
		buf_addf(&text, "%s %s", i > 0 ? "," : "", device->name);
		if (one != STATE_OK)
			buf_addf(&text, " %s", device->state);
	}
	result_detail(check->result, state, "%s: %s at %s, %s, devices:%s", session->name,
	    session->target, session->portal, session->state,
	    text.size > 0 ? buf_text(&text) : " none");
}

static void judge_target(struct check *check, const struct iscsi *iscsi, const char *pattern)
{
	size_t n = 0, n_good = 0;

	for (size_t i = 0; i < iscsi->n_sessions; i++) {
		if (fnmatch(pattern, iscsi->sessions[i].target, 0) != 0)
			continue;
		n++;
		n_good += iscsi_is_logged_in(&iscsi->sessions[i]);
	}
	if (n == 0)
		result_problem(
		    check->result, STATE_CRITICAL, "no session to target %s", pattern);
	result_value(
	    check->result, &metrics[LOGGED_IN], pattern, (double)n_good, 0, RESULT_NONE);
}

static void deny_exports(struct check *check)
{
	result_problem(check->result, STATE_UNKNOWN,
	    "cannot read the targets that are served: run this as root");
}

static void judge_export(struct check *check, const struct iscsi *iscsi, const char *pattern)
{
	bool found = false;

	for (size_t i = 0; i < iscsi->n_exports; i++) {
		const struct iscsi_export *export = &iscsi->exports[i];

		if (fnmatch(pattern, export->target, 0) != 0)
			continue;
		found = true;
		if (!export->enabled && iscsi->exports_denied)
			deny_exports(check);
		else if (!export->enabled)
			result_problem(check->result, STATE_CRITICAL,
			    "target %s is not enabled", export->target);
		else if (export->n_portals == 0)
			result_problem(check->result, STATE_CRITICAL, "target %s has no portal",
			    export->target);
	}
	if (!found && iscsi->exports_denied)
		deny_exports(check);
	else if (!found)
		result_problem(
		    check->result, STATE_CRITICAL, "target %s is not served here", pattern);
}

static void give_totals(struct check *check, const struct iscsi *iscsi)
{
	size_t n_good = 0, n_sick = 0, n_exports = 0;

	for (size_t i = 0; i < iscsi->n_sessions; i++)
		n_good += iscsi_is_logged_in(&iscsi->sessions[i]);
	for (size_t i = 0; i < iscsi->n_devices; i++)
		n_sick += device_state(&iscsi->devices[i]) != STATE_OK;
	for (size_t i = 0; i < iscsi->n_exports; i++)
		n_exports += iscsi->exports[i].enabled;
	result_metric(check->result, &metrics[SESSIONS], (double)iscsi->n_sessions);
	result_metric(check->result, &metrics[LOGGED_IN], (double)n_good);
	result_metric(check->result, &metrics[DEVICES], (double)iscsi->n_devices);
	result_metric(check->result, &metrics[DEVICES_SICK], (double)n_sick);
	if (!iscsi->exports_denied)
		result_metric(check->result, &metrics[EXPORTS], (double)n_exports);
	else if (thresholds_given(&check->thresholds, &metrics[EXPORTS]))
		deny_exports(check);
	if (iscsi->exports_denied)
		thresholds_excuse(&check->thresholds, &metrics[EXPORTS], NULL);
	if (iscsi->n_sessions == 0)
		result_summary(check->result, "no iSCSI session on this node");
	else
		result_summary(check->result, "%zu of %zu sessions logged in, %zu devices",
		    n_good, iscsi->n_sessions, iscsi->n_devices);
}

static int run(struct check *check, struct err *err)
{
	const struct iscsi_options *given = check->options;
	CLEANUP_ISCSI struct iscsi iscsi = ISCSI_INIT;
	int r = iscsi_read(&check->root, &iscsi, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < given->targets.n_items; i++)
		judge_target(check, &iscsi, given->targets.items[i]);
	for (size_t i = 0; i < given->exports.n_items; i++)
		judge_export(check, &iscsi, given->exports.items[i]);
	for (size_t i = 0; i < iscsi.n_sessions; i++)
		judge_session(check, &iscsi, &iscsi.sessions[i]);
	give_totals(check, &iscsi);
	return 0;
}

static const struct plugin iscsi_plugin = {
	.name = "check_iscsi",
	.title = "ISCSI",
	.summary = "checks the iSCSI sessions and devices of this node, and its own targets",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct iscsi_options),
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&iscsi_plugin, argc, argv);
}
