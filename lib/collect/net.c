/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/net.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

/* "  eth0: 28713348 1206 0 0 0 0 0 0 78874 ...": 8 counters received, 8 sent. */
static bool parse_line(const char *p, const char *end, struct net_interface *interface)
{
	uint64_t unused;
	uint64_t *const fields[] = { &interface->in_bytes, &interface->in_packets,
		&interface->in_errors, &interface->in_drops, &unused, &unused, &unused, &unused,
		&interface->out_bytes, &interface->out_packets, &interface->out_errors,
		&interface->out_drops };
	const char *colon;
	size_t size;

	while (p < end && *p == ' ')
		p++;
	colon = memrchr(p, ':', (size_t)(end - p));
	size = colon ? (size_t)(colon - p) : 0;
	if (size == 0 || size >= NET_NAME_SIZE || memchr(p, '/', size) || memchr(p, '\0', size))
		return false;
	memcpy(interface->name, p, size);
	interface->name[size] = '\0';
	p = colon + 1;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (num_scan_u64(&p, end, fields[i]) < 0)
			return false;
	}
	return true;
}

int net_parse(const char *text, size_t size, struct net *ret, struct err *err)
{
	CLEANUP_NET struct net net = NET_INIT;
	const char *p = text, *end = text + size;
	size_t room = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct net_interface interface = { .name = "" };

		if (parse_line(p, newline ? newline : end, &interface)) {
			if (net.n_interfaces == NET_MAX)
				return err_set(err, -E2BIG,
				    "cannot read interfaces: more than %d", NET_MAX);
			if (net.n_interfaces == room) {
				struct net_interface *more;

				room = room ? room * 2 : 32;
				more = realloc(net.interfaces, room * sizeof(*more));
				if (!more)
					return err_sys(err, -ENOMEM, "cannot read interfaces");
				net.interfaces = more;
			}
			net.interfaces[net.n_interfaces++] = interface;
		}
		p = newline ? newline + 1 : end;
	}
	*ret = net;
	net = (struct net)NET_INIT;
	return 0;
}

void net_free(struct net *net)
{
	free(net->interfaces);
	*net = (struct net)NET_INIT;
}

void net_format(const struct net_interface *interface, struct buf *buf)
{
	const uint64_t fields[] = { interface->in_bytes, interface->in_packets,
		interface->in_errors, interface->in_drops, 0, 0, 0, 0, interface->out_bytes,
		interface->out_packets, interface->out_errors, interface->out_drops };

	buf_addf(buf, " %s:", interface->name);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_addf(buf, " %llu", (unsigned long long)fields[i]);
	buf_addc(buf, '\n');
}

int net_read_text(const struct fsroot *root, struct buf *buf, struct err *err)
{
	const char *path = "/proc/net/dev";

	if (!root->live && fsroot_exists(root, "/proc/1/net/dev"))
		path = "/proc/1/net/dev";
	return fsroot_read(root, path, buf, err);
}

bool net_name_is_virtual(const char *name)
{
	static const char *const patterns[] = { "lo", "tap*", "tun*", "veth*", "vnet*",
		"virbr*", "docker*", "cni*", "cali*", "flannel*", "lxc*", "lxdbr*", "br-*",
		"br[0-9]*", "bridge*", "qbr*", "qvo*", "qvb*", "qr-*", "qg-*", "ovs-*",
		"vxlan*", "vxlan_sys*", "gre*", "gretap*", "erspan*", "genev*", "ip6tnl*",
		"tunl*", "sit*", "wg*", "dummy*", "ifb*", "nlmon*", "macvtap*", "macvlan*",
		"ipvlan*", "vrf*", "bond[0-9]*", "team[0-9]*", "*.[0-9]*" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	}
	return false;
}

void net_mark_counted(const struct fsroot *root, struct net *net)
{
	bool any = false;

	if (fsroot_exists(root, "/sys/class/net")) {
		for (size_t i = 0; i < net->n_interfaces; i++) {
			char path[64];

			(void)snprintf(path, sizeof(path), "/sys/class/net/%s/device",
			    net->interfaces[i].name);
			net->interfaces[i].counted = fsroot_exists(root, path);
			any = any || net->interfaces[i].counted;
		}
	}
	if (any)
		return;
	for (size_t i = 0; i < net->n_interfaces; i++)
		net->interfaces[i].counted = !net_name_is_virtual(net->interfaces[i].name);
}

const struct net_interface *net_find(const struct net *net, const char *name, size_t hint)
{
	if (hint < net->n_interfaces && strcmp(net->interfaces[hint].name, name) == 0)
		return &net->interfaces[hint];
	for (size_t i = 0; i < net->n_interfaces; i++) {
		if (strcmp(net->interfaces[i].name, name) == 0)
			return &net->interfaces[i];
	}
	return NULL;
}

int net_rate(const struct net_interface *earlier, const struct net_interface *later,
    double seconds, struct net_rate *ret)
{
	static const struct net_interface zero = { .name = "" };
	const struct net_interface *from = earlier ? earlier : &zero;
	const struct {
		uint64_t from, to;
		double *rate;
	} rows[] = {
		{ from->in_bytes, later->in_bytes, &ret->in },
		{ from->out_bytes, later->out_bytes, &ret->out },
		{ from->in_packets, later->in_packets, &ret->in_packets },
		{ from->out_packets, later->out_packets, &ret->out_packets },
		{ from->in_errors, later->in_errors, &ret->in_errors },
		{ from->out_errors, later->out_errors, &ret->out_errors },
		{ from->in_drops, later->in_drops, &ret->in_drops },
		{ from->out_drops, later->out_drops, &ret->out_drops },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t delta;

		if (num_counter_delta(rows[i].from, rows[i].to, &delta) < 0)
			return -ERANGE;
		*rows[i].rate = (double)delta / seconds;
	}
	return 0;
}

void net_rate_add(struct net_rate *sum, const struct net_rate *rate)
{
	sum->in += rate->in;
	sum->out += rate->out;
	sum->in_packets += rate->in_packets;
	sum->out_packets += rate->out_packets;
	sum->in_errors += rate->in_errors;
	sum->out_errors += rate->out_errors;
	sum->in_drops += rate->in_drops;
	sum->out_drops += rate->out_drops;
}

/* The first line of a file of /sys/class/net/NAME, "" if it cannot be read: some files give
 * EINVAL while the interface is down. */
static void read_word(
    const struct fsroot *root, const char *name, const char *file, char *out, size_t out_size)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	char path[96];
	size_t size = 0;

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.15s/%.20s", name, file);
	if (fsroot_read(root, path, &text, NULL) == 0)
		size = strcspn(buf_text(&text), "\n");
	if (size >= out_size)
		size = 0;
	memcpy(out, buf_text(&text), size);
	out[size] = '\0';
}

void net_link_read(const struct fsroot *root, const char *name, struct net_link *ret)
{
	char word[32];
	double megabits;

	*ret = (struct net_link){ .state = NET_STATE_UNKNOWN };
	read_word(root, name, "operstate", ret->operstate, sizeof(ret->operstate));
	if (strcmp(ret->operstate, "up") == 0)
		ret->state = NET_STATE_UP;
	else if (ret->operstate[0] && strcmp(ret->operstate, "unknown") != 0)
		ret->state = NET_STATE_DOWN;
	/* Drivers that keep no operational state (tun, some hypervisors') tell the carrier. */
	if (ret->state == NET_STATE_UNKNOWN) {
		read_word(root, name, "carrier", word, sizeof(word));
		if (strcmp(word, "1") == 0)
			ret->state = NET_STATE_UP;
		else if (strcmp(word, "0") == 0)
			ret->state = NET_STATE_DOWN;
	}
	/* -1, or an error, when the speed is not known. */
	read_word(root, name, "speed", word, sizeof(word));
	if (word[0] && num_double(word, &megabits, NULL) == 0 && megabits > 0)
		ret->speed_mbit = megabits;
}

void net_detail_read(const struct fsroot *root, const char *name, struct net_detail *ret)
{
	char word[32];
	const char *hex = word + 2;
	uint64_t number;

	*ret = (struct net_detail){ .ifindex = 0 };
	read_word(root, name, "ifindex", word, sizeof(word));
	if (num_u64(word, &number, NULL) == 0 && number <= INT32_MAX)
		ret->ifindex = (uint32_t)number;
	read_word(root, name, "flags", word, sizeof(word));
	if (strncmp(word, "0x", 2) == 0 &&
	    num_scan_hex(&hex, word + strlen(word), &number) == 0) {
		ret->has_flags = true;
		ret->is_up = (number & 1) != 0;
	}
	read_word(root, name, "duplex", word, sizeof(word));
	if (strcmp(word, "full") == 0)
		ret->duplex = NET_DUPLEX_FULL;
	else if (strcmp(word, "half") == 0)
		ret->duplex = NET_DUPLEX_HALF;
	read_word(root, name, "carrier_changes", word, sizeof(word));
	ret->has_changes = num_u64(word, &ret->carrier_changes, NULL) == 0;
}
