/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "plugins/ovs.h"

/* Line 1 and the details name so many; the metric counts all. */
enum { NAMED_MAX = 20 };

static bool is_asked(const struct ovs_run *run, const char *name)
{
	const struct opt_list *asked = &run->given->interfaces;

	for (size_t i = 0; i < asked->n_items; i++) {
		if (strcmp(asked->items[i], name) == 0)
			return true;
	}
	return false;
}

static void report(struct ovs_run *run, const struct vswitch_interface *one, enum state state)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)ovs_verdict_interface(&run->ovs->vswitch, one, &run->given->verdicts, &text);
	result_problem(run->check->result, state, "%s", buf_text(&text));
}

static void report_asked(
    struct ovs_run *run, const struct vswitch_interface *one, const char *what)
{
	const char *bridge = vswitch_bridge_name(&run->ovs->vswitch, one->bridge);

	result_problem(run->check->result, STATE_CRITICAL, "interface %s%s%s %s", one->name,
	    *bridge ? " of " : "", bridge, what);
}

/* An interface that was named must work, whatever --verdict says of others. */
static void judge_asked(struct ovs_run *run, const struct vswitch_interface *one)
{
	if (ovs_interface_has_failed(one))
		report(run, one, STATE_CRITICAL);
	else if (one->link == VSWITCH_LINK_DOWN && one->admin != VSWITCH_LINK_DOWN)
		report_asked(run, one, "has no link");
	else if (one->admin == VSWITCH_LINK_DOWN)
		report_asked(run, one, "is not set up (administratively down)");
	else if (!one->has_ofport)
		report_asked(run, one, "was not made by ovs-vswitchd yet");
	result_detail(run->check->result, STATE_OK, "interface %s: link %s, port %lld%s%s",
	    one->name,
	    one->link == VSWITCH_LINK_UP     ? "up"
	    : one->link == VSWITCH_LINK_DOWN ? "down"
					     : "unknown",
	    (long long)one->ofport, *one->type ? ", type " : "", one->type);
}

static void judge_missing(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	const struct opt_list *asked = &run->given->interfaces;

	for (size_t i = 0; i < asked->n_items; i++) {
		size_t k = 0;

		while (k < vswitch->n_interfaces &&
		       strcmp(vswitch->interfaces[k].name, asked->items[i]) != 0)
			k++;
		if (k < vswitch->n_interfaces)
			continue;
		if (run->ovs->hidden.interfaces)
			result_problem(run->check->result, STATE_UNKNOWN,
			    "interface %s is not among the %zu of %zu that the subagent shows "
			    "(ovs_interfaces in haetae.conf)",
			    asked->items[i], vswitch->n_interfaces,
			    vswitch->n_interfaces + run->ovs->hidden.interfaces);
		else
			result_problem(run->check->result, STATE_CRITICAL, "no interface %s",
			    asked->items[i]);
	}
}

static void report_rest(struct ovs_run *run, size_t n, enum state state, const char *what)
{
	if (n > NAMED_MAX)
		result_problem(
		    run->check->result, state, "%zu more interfaces %s", n - NAMED_MAX, what);
}

void ovs_judge_ports(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	const struct ovs_hidden *hidden = &run->ovs->hidden;
	enum state failed_state = ovs_verdict_of(run, OVS_TOPIC_PORT);
	enum state down_state = ovs_verdict_of(run, OVS_TOPIC_LINK);
	size_t n_failed = 0, n_down = 0, n_failed_asked = 0, n_down_asked = 0;

	judge_missing(run);
	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		const struct vswitch_interface *one = &vswitch->interfaces[i];
		bool asked = is_asked(run, one->name);

		if (asked)
			judge_asked(run, one);
		if (ovs_interface_has_failed(one)) {
			n_failed_asked += asked;
			if (++n_failed - n_failed_asked <= NAMED_MAX && !asked)
				report(run, one, failed_state);
		} else if (ovs_interface_is_down(one)) {
			n_down_asked += asked;
			if (++n_down - n_down_asked <= NAMED_MAX && !asked)
				report(run, one, down_state);
		}
	}
	n_failed += hidden->failed;
	n_down += hidden->down;
	report_rest(run, n_failed - n_failed_asked, failed_state, "do not work");
	report_rest(run, n_down - n_down_asked, down_state, "have no link");
	result_metric(run->check->result, &run->metrics[OVS_PORT_ERRORS], (double)n_failed);
	result_metric(run->check->result, &run->metrics[OVS_LINKS_DOWN], (double)n_down);
}
