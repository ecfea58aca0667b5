/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/client/address.h"
#include "plugins/connectivity.h"

enum { ROUNDS = 5, INTERVAL_MS = 200, WAIT_MS = 1000 };

static int take_need(void *target, const char *value, struct err *err)
{
	struct connectivity_options *given = target;

	given->has_need = true;
	return num_u64(value, &given->need, err);
}

static int take_times(const char *value, uint64_t *ret, struct err *err)
{
	if (num_u64(value, ret, NULL) == 0 && *ret >= 1 && *ret <= REACH_ROUNDS_MAX)
		return 0;
	return err_set(
	    err, -EINVAL, "expected 1 to %d rounds, found '%.40s'", REACH_ROUNDS_MAX, value);
}

static int take_rounds(void *target, const char *value, struct err *err)
{
	return take_times(value, &((struct connectivity_options *)target)->rounds, err);
}

static int take_fail(void *target, const char *value, struct err *err)
{
	return take_times(value, &((struct connectivity_options *)target)->fail, err);
}

/* Counted in milliseconds, and less than one is none. */
static int take_seconds(const char *value, double *ret, struct err *err)
{
	if (num_seconds(value, ret, NULL) == 0 && *ret >= 0.001 && *ret <= 3600)
		return 0;
	return err_set(err, -EINVAL, "expected 1ms to an hour, found '%.40s'", value);
}

static int take_interval(void *target, const char *value, struct err *err)
{
	return take_seconds(value, &((struct connectivity_options *)target)->interval_s, err);
}

static int take_wait(void *target, const char *value, struct err *err)
{
	return take_seconds(value, &((struct connectivity_options *)target)->wait_s, err);
}

#define FIELD(name) offsetof(struct connectivity_options, name)

static const struct opt options[] = {
	{ 'H', "host", "TARGET", OPT_LIST, FIELD(hosts), NULL,
	    "[NETWORK=]HOST[:PORT], may repeat (at most 64); with PORT by TCP, else by ICMP" },
	{ 0, "tcp", "PORT", OPT_STRING, FIELD(tcp_port), NULL,
	    "ask all targets without a port of their own by TCP at PORT" },
	{ 0, "need", "N", OPT_CALL, 0, take_need,
	    "so many targets of each network must answer (all of them)" },
	{ 0, "rounds", "R", OPT_CALL, 0, take_rounds, "ask every target R times (5)" },
	{ 0, "fail", "F", OPT_CALL, 0, take_fail,
	    "a target that leaves F rounds unanswered does not answer (all of them)" },
	{ 0, "interval", "SECONDS", OPT_CALL, 0, take_interval,
	    "from one round to the next (0.2)" },
	{ 0, "wait", "SECONDS", OPT_CALL, 0, take_wait, "for each answer (1)" },
	{ 0, "source", "ADDRESS", OPT_STRING, FIELD(source), NULL,
	    "ask from this address of the node" },
	{ 0, "interface", "NAME", OPT_STRING, FIELD(interface), NULL,
	    "ask through this interface" },
	{ 0, "netns", "NAME", OPT_STRING, FIELD(netns), NULL,
	    "ask from this network namespace (ip netns; needs cap_sys_admin)" },
	{ '4', "ipv4", NULL, OPT_FLAG, FIELD(ipv4), NULL, "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, FIELD(ipv6), NULL, "look up IPv6 addresses only" },
};

static int validate_numbers(struct connectivity_options *given, struct err *err)
{
	if (given->rounds == 0)
		given->rounds = ROUNDS;
	if (given->fail == 0)
		given->fail = given->rounds;
	if (given->fail > given->rounds)
		return err_set(err, -EINVAL,
		    "option --fail: %llu of %llu rounds can never fail",
		    (unsigned long long)given->fail, (unsigned long long)given->rounds);
	if (given->has_need && (given->need == 0 || given->need > given->hosts.n_items))
		return err_set(err, -EINVAL, "option --need: expected 1 to %zu targets",
		    given->hosts.n_items);
	return 0;
}

static int source_address(const char *source, struct addrinfo **ret)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };

	return getaddrinfo(source, NULL, &hints, ret);
}

static int validate_source(const struct connectivity_options *given, struct err *err)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;

	if (source_address(given->source, &list) != 0)
		return err_set(
		    err, -EINVAL, "option --source: '%.100s' is no address", given->source);
	if ((given->ipv4 && list->ai_family != AF_INET) ||
	    (given->ipv6 && list->ai_family != AF_INET6))
		return err_set(err, -EINVAL,
		    "option --source: %.100s is no IPv%c address, as -%c asks for",
		    given->source, given->ipv4 ? '4' : '6', given->ipv4 ? '4' : '6');
	return 0;
}

/* Behind "NETWORK=". */
static const char *address_of(const char *host)
{
	const char *equals = strchr(host, '=');

	return equals ? equals + 1 : host;
}

static int validate(struct check *check, struct err *err)
{
	struct connectivity_options *given = check->options;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (given->hosts.n_items == 0)
		return err_set(err, -EINVAL, "option -H: expected a target");
	if (given->hosts.n_items > REACH_TARGETS_MAX)
		return err_set(err, -EINVAL, "option -H: %zu targets, expected at most %d",
		    given->hosts.n_items, REACH_TARGETS_MAX);
	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (given->source && validate_source(given, err) < 0)
		return -EINVAL;
	if (given->netns && strchr(given->netns, '/'))
		return err_set(err, -EINVAL, "option --netns: expected a name, without '/'");
	for (size_t i = 0; i < given->hosts.n_items; i++) {
		if (address_split(address_of(given->hosts.items[i]), "", host, port, err) < 0) {
			err_prefix(err, "option -H");
			return -EINVAL;
		}
	}
	if (given->tcp_port) {
		uint64_t number;

		if (num_u64(given->tcp_port, &number, NULL) < 0 || number < 1 || number > 65535)
			return err_set(
			    err, -EINVAL, "option --tcp: expected a port from 1 to 65535");
	}
	return validate_numbers(given, err);
}

static void release(struct check *check)
{
	struct connectivity_options *given = check->options;

	opt_list_free(&given->hosts);
}

static enum address_family family(const struct connectivity_options *given)
{
	return given->ipv4 ? ADDRESS_IPV4 : given->ipv6 ? ADDRESS_IPV6 : ADDRESS_ANY;
}

/* --- what needs privileges, and giving them up -------------------------------------------- */

static int enter_netns(const char *name, struct err *err)
{
	char path[512];
	CLEANUP_CLOSE int fd = -1;

	(void)snprintf(path, sizeof(path), "/run/netns/%.400s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open network namespace %s", path);
	if (setns(fd, CLONE_NEWNET) < 0)
		return err_set(err, -errno, "cannot enter network namespace %s: %s%s", name,
		    strerror(errno),
		    errno == EPERM ? "; give this program cap_sys_admin, or run it by sudo"
				   : "");
	return 0;
}

/* The sockets are open: nothing below needs more than its user has. */
static int drop_privileges(struct err *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (setresgid(getgid(), getgid(), getgid()) < 0 ||
	    setresuid(getuid(), getuid(), getuid()) < 0 ||
	    syscall(SYS_capset, &header, none) < 0)
		return err_sys(err, -errno, "cannot give up privileges");
	return 0;
}

static int find_source(
    const struct connectivity_options *given, struct reach *reach, struct err *err)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;

	if (!given->source)
		return 0;
	if (source_address(given->source, &list) != 0)
		return err_set(err, -EINVAL, "cannot use the source address");
	memcpy(&reach->source, list->ai_addr, list->ai_addrlen);
	reach->source_size = list->ai_addrlen;
	return 0;
}

static bool has_tcp(const struct connectivity_options *given, const char *address)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	return given->tcp_port ||
	       (address_split(address, "", host, port, NULL) == 0 && port[0] != '\0');
}

/* One for each family that may be needed. err keeps the reason when there is none at all. */
static int open_sockets(
    const struct connectivity_options *given, struct reach *reach, struct err *err)
{
	const struct sockaddr *source = (const struct sockaddr *)&reach->source;
	struct err why[2] = { ERR_INIT, ERR_INIT };
	int from = reach->source_size > 0 ? reach->source.ss_family : AF_UNSPEC;
	int r4 = -EAFNOSUPPORT, r6 = -EAFNOSUPPORT;
	bool wanted = false;

	for (size_t i = 0; i < given->hosts.n_items; i++)
		wanted |= !has_tcp(given, address_of(given->hosts.items[i]));
	if (!wanted)
		return 0;
	if (!given->ipv6 && from != AF_INET6)
		r4 = icmp_open(AF_INET, from == AF_INET ? source : NULL, reach->source_size,
		    given->interface, &reach->icmp4, &why[0]);
	if (!given->ipv4 && from != AF_INET)
		r6 = icmp_open(AF_INET6, from == AF_INET6 ? source : NULL, reach->source_size,
		    given->interface, &reach->icmp6, &why[1]);
	if (r4 == 0 || r6 == 0)
		return 0;
	return err_set(err, r4, "%s", why[r4 == -EAFNOSUPPORT].text);
}

/* --- the targets ------------------------------------------------------------------------------ */

static bool has_socket(const struct reach *reach, int address_family)
{
	return (address_family == AF_INET ? reach->icmp4.fd : reach->icmp6.fd) >= 0;
}

static void find_target(
    struct connectivity *work, const struct connectivity_options *given, size_t i)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;
	struct reach_target *target = &work->targets[i];
	struct connectivity_peer *peer = &work->peers[i];
	const struct addrinfo *item;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int from = work->reach.source_size > 0 ? work->reach.source.ss_family : AF_UNSPEC;
	enum address_family wanted = from == AF_INET	? ADDRESS_IPV4
				     : from == AF_INET6 ? ADDRESS_IPV6
							: family(given);

	if (address_split(peer->address, given->tcp_port ? given->tcp_port : "", host, port,
		&peer->err) < 0)
		return;
	target->tcp = port[0] != '\0';
	if (address_look_up(
		host, target->tcp ? port : NULL, wanted, SOCK_STREAM, &list, &peer->err) < 0)
		return;
	item = list;
	while (item && !target->tcp && !has_socket(&work->reach, item->ai_family))
		item = item->ai_next;
	if (!item) {
		(void)err_set(&peer->err, -EAFNOSUPPORT, "no socket for its kind of address");
		return;
	}
	memcpy(&target->address, item->ai_addr, item->ai_addrlen);
	target->address_size = item->ai_addrlen;
}

static void name_peers(struct connectivity *work, const struct connectivity_options *given)
{
	for (size_t i = 0; i < given->hosts.n_items; i++) {
		const char *host = given->hosts.items[i], *equals = strchr(host, '=');
		struct connectivity_peer *peer = &work->peers[i];

		peer->address = address_of(host);
		peer->network = equals ? host : NULL;
		peer->network_size = equals ? (size_t)(equals - host) : 0;
		(void)snprintf(peer->label, sizeof(peer->label), "%.*s%s%s",
		    (int)peer->network_size, host, equals ? " " : "", peer->address);
	}
	work->n = given->hosts.n_items;
}

/* --- the run ---------------------------------------------------------------------------------- */

static int prepare(struct check *check, struct connectivity *work, struct err *err)
{
	const struct connectivity_options *given = check->options;
	int r = 0;

	work->reach.rounds = (unsigned)given->rounds;
	work->reach.interval_ms =
	    given->interval_s > 0 ? (int64_t)(given->interval_s * 1000) : INTERVAL_MS;
	work->reach.wait_ms = given->wait_s > 0 ? (int64_t)(given->wait_s * 1000) : WAIT_MS;
	work->reach.interface = given->interface;
	if (given->netns)
		r = enter_netns(given->netns, err);
	if (r == 0)
		r = find_source(given, &work->reach, err);
	if (r == 0)
		r = open_sockets(given, &work->reach, err);
	if (r == 0)
		r = drop_privileges(err);
	return r;
}

static void work_close(struct connectivity *work)
{
	icmp_close(&work->reach.icmp4);
	icmp_close(&work->reach.icmp6);
}

static int run(struct check *check, struct err *err)
{
	const struct connectivity_options *given = check->options;
	CLEANUP(work_close)
	struct connectivity work = { .reach = {
					 .targets = work.targets,
					 .icmp4 = ICMP_NONE,
					 .icmp6 = ICMP_NONE,
				     } };
	int r = prepare(check, &work, err);

	if (r < 0)
		return r;
	name_peers(&work, given);
	work.reach.n_targets = work.n;
	for (size_t i = 0; i < work.n; i++) {
		check_doing(check, "looking up %.100s", work.peers[i].address);
		find_target(&work, given, i);
	}
	check_doing(check, "asking %zu targets", work.n);
	r = reach_run(&work.reach, clock_mono_ms() + deadline_left_ms(), err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < work.n; i++) {
		const struct reach_target *target = &work.targets[i];
		unsigned fail =
		    given->fail < target->sent ? (unsigned)given->fail : target->sent;

		work.peers[i].failed =
		    target->sent == 0 || target->sent - target->received >= fail;
	}
	connectivity_report(check, &work);
	return 0;
}

static const struct plugin connectivity_plugin = {
	.name = "check_connectivity",
	.title = "CONNECTIVITY",
	.summary = "checks whether the targets of each network of this node answer",
	.notes = "-H storage=192.0.2.1 -H storage=192.0.2.2 -H business=198.51.100.1 --need 1\n"
		 "asks for one of the two of \"storage\", and for the one of \"business\".\n",
	.metrics = connectivity_metrics,
	.n_metrics = CONNECTIVITY_METRICS,
	PLUGIN_OPTIONS(options, struct connectivity_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&connectivity_plugin, argc, argv);
}
