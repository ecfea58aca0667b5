/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/collect/net.h"
#include "lib/mib/interface.h"
#include "subagent/collector.h"

/* What seldom changes is read again after so many rounds, and when the link comes or goes. */
enum { DETAIL_ROUNDS = 6 };

/* One interface, from round to round; in the order of struct net. */
struct known {
	struct net_link link;
	struct net_detail detail;
	unsigned rounds; /* since the details were read */
};

struct net_memory {
	struct net earlier;
	struct known *known; /* of each in earlier; owned */
	double uptime;	     /* of earlier */
};

static int open_state(const struct settings *settings, void **ret_state, struct err *err)
{
	struct net_memory *state = calloc(1, sizeof(*state));

	(void)settings;
	if (!state)
		return err_sys(err, -ENOMEM, "cannot start");
	*ret_state = state;
	return 0;
}

static void close_state(void *given)
{
	struct net_memory *state = given;

	net_free(&state->earlier);
	free(state->known);
	free(state);
}

/* --- a row ------------------------------------------------------------------------------------ */

static int64_t hundredths(double value)
{
	return isnan(value) || value > 1e16 ? MIB_NONE : (int64_t)(value * 100 + 0.5);
}

static void put_rates(const struct net_interface *earlier, const struct net_interface *now,
    double seconds, double speed_mbit, struct mib_interface *row)
{
	struct net_rate rate;
	double bytes_per_percent = speed_mbit > 0 ? speed_mbit * 1e6 / 8 / 100 : NAN;

	row->in = row->out = row->in_errors = row->out_errors = MIB_NONE;
	row->in_drops = row->out_drops = row->in_use = row->out_use = MIB_NONE;
	if (!earlier || !(seconds > 0) || net_rate(earlier, now, seconds, &rate) < 0)
		return;
	row->in = hundredths(rate.in / 1024);
	row->out = hundredths(rate.out / 1024);
	row->in_errors = hundredths(rate.in_errors);
	row->out_errors = hundredths(rate.out_errors);
	row->in_drops = hundredths(rate.in_drops);
	row->out_drops = hundredths(rate.out_drops);
	row->in_use = hundredths(rate.in / bytes_per_percent);
	row->out_use = hundredths(rate.out / bytes_per_percent);
}

static void put_link(const struct known *known, struct mib_interface *row)
{
	static const char *const words[] = {
		[NET_STATE_UNKNOWN] = "link not known",
		[NET_STATE_UP] = "up",
		[NET_STATE_DOWN] = "down",
	};
	static const char *const duplexes[] = {
		[NET_DUPLEX_UNKNOWN] = "",
		[NET_DUPLEX_HALF] = " half duplex",
		[NET_DUPLEX_FULL] = " full duplex",
	};
	const struct net_detail *detail = &known->detail;
	bool disabled = detail->has_flags && !detail->is_up;
	char speed[48] = "";

	if (known->link.speed_mbit > 0)
		(void)snprintf(speed, sizeof(speed), ", %.0f Mbit/s", known->link.speed_mbit);
	row->state = disabled ? MIB_DISABLED : MIB_OK;
	(void)snprintf(row->state_text, sizeof(row->state_text), "%s%s%s",
	    disabled ? "set down" : words[known->link.state], speed, duplexes[detail->duplex]);
	row->link = (int64_t)known->link.state + MIB_INTERFACE_LINK_UNKNOWN;
	row->duplex = (int64_t)detail->duplex + MIB_INTERFACE_DUPLEX_UNKNOWN;
	row->speed = known->link.speed_mbit > 0 ? (int64_t)known->link.speed_mbit : MIB_NONE;
	row->ifindex = detail->ifindex;
	row->admin_up = detail->has_flags ? detail->is_up : MIB_NONE;
	row->carrier_changes =
	    detail->has_changes ? (int64_t)detail->carrier_changes : MIB_NONE;
}

static int add_row(const struct net_memory *state, const struct net_interface *now,
    const struct known *known, size_t place, double seconds, struct mib_rows *rows)
{
	const struct net_interface *earlier = net_find(&state->earlier, now->name, place);
	size_t dropped = rows->n_dropped;
	struct mib_interface *row = mib_rows_add(rows, now->name);

	if (!row)
		return rows->n_dropped == dropped ? -ENOMEM : 0;
	(void)snprintf(row->name, sizeof(row->name), "%s", now->name);
	row->hardware = now->counted;
	row->in_octets = (int64_t)now->in_bytes;
	row->out_octets = (int64_t)now->out_bytes;
	put_link(known, row);
	put_rates(earlier, now, seconds, known->link.speed_mbit, row);
	return 0;
}

/* --- a round ---------------------------------------------------------------------------------- */

static void look(const struct fsroot *root, const struct net_memory *state,
    const struct net_interface *now, size_t place, struct known *ret)
{
	const struct net_interface *earlier = net_find(&state->earlier, now->name, place);
	const struct known *before =
	    earlier ? &state->known[earlier - state->earlier.interfaces] : NULL;

	net_link_read(root, now->name, &ret->link);
	if (before && before->rounds + 1 < DETAIL_ROUNDS &&
	    before->link.state == ret->link.state) {
		ret->detail = before->detail;
		ret->rounds = before->rounds + 1;
		return;
	}
	net_detail_read(root, now->name, &ret->detail);
	ret->rounds = 0;
}

static int read_net(
    const struct fsroot *root, struct net *ret, double *ret_uptime, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	int r = net_read_text(root, &text, err);

	if (r == 0)
		r = fsroot_uptime(root, ret_uptime, err);
	if (r == 0)
		r = net_parse(buf_text(&text), text.size, ret, err);
	if (r == 0)
		net_mark_counted(root, ret);
	return r;
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	CLEANUP_NET struct net net = NET_INIT;
	CLEANUP_FREE struct known *known = NULL;
	struct net_memory *state = given->state;
	double uptime = 0;
	int r = read_net(given->root, &net, &uptime, err);

	if (r < 0)
		return r;
	known = calloc(net.n_interfaces + 1, sizeof(*known));
	if (!known)
		return err_sys(err, -ENOMEM, "cannot read interfaces");
	for (size_t i = 0; i < net.n_interfaces; i++)
		look(given->root, state, &net.interfaces[i], i, &known[i]);
	/* Hardware first, should there be more than fit. */
	for (int hardware = 1; hardware >= 0 && r == 0; hardware--) {
		for (size_t i = 0; i < net.n_interfaces && r == 0; i++) {
			if (net.interfaces[i].counted == (hardware == 1))
				r = add_row(state, &net.interfaces[i], &known[i], i,
				    uptime - state->uptime, rows);
		}
	}
	if (r < 0)
		return err_sys(err, r, "cannot keep interfaces");
	net_free(&state->earlier);
	free(state->known);
	state->earlier = net;
	state->known = known;
	state->uptime = uptime;
	net = (struct net)NET_INIT;
	known = NULL;
	return 0;
}

static const struct mib_table *const tables[] = { &mib_interface, NULL };

const struct collector collector_net = {
	.name = "net",
	.interval_ms = 30000,
	.tables = tables,
	.open = open_state,
	.close = close_state,
	.collect = collect,
};
