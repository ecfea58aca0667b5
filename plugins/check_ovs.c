/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/health/ovs_ask.h"
#include "plugins/ovs.h"

struct options {
	struct ovs_options ovs; /* the first */
	const char *rundir, *db;
	const char *ca, *cert, *key;
	bool ipv4, ipv6;
};

/* --- options ---------------------------------------------------------------------------------- */

static int take_db(void *target, const char *value, struct err *err)
{
	struct options *given = target;
	enum jsonrpc_kind kind;
	const char *address;

	given->db = value;
	return jsonrpc_remote_parse(value, &kind, &address, err);
}

static int take_rundir(void *target, const char *value, struct err *err)
{
	struct options *given = target;

	given->rundir = value;
	return *value == '/' ? 0 : err_set(err, -EINVAL, "expected a path from the root");
}

#define AT(field) offsetof(struct options, field)

static const struct opt options[] = {
	OVS_OPTIONS(struct options, ovs),
	{ 0, "db", "REMOTE", OPT_CALL, 0, take_db,
	    "the database: unix:PATH, tcp:HOST[:PORT] or ssl:HOST[:PORT]" },
	{ 0, "rundir", "DIR", OPT_CALL, 0, take_rundir,
	    "folder of pidfiles and sockets (" OVS_RUNDIR ")" },
	{ 0, "ca", "FILE", OPT_STRING, AT(ca), NULL,
	    "authority that signed the database's certificate (ssl:)" },
	{ 0, "cert", "FILE", OPT_STRING, AT(cert), NULL,
	    "our certificate, where the database asks for one (ssl:)" },
	{ 0, "key", "FILE", OPT_STRING, AT(key), NULL, "the private key of --cert" },
	{ '4', "ipv4", NULL, OPT_FLAG, AT(ipv4), NULL, "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, AT(ipv6), NULL, "look up IPv6 addresses only" },
};

static const char notes[] = OVS_NOTES
    "With tcp: or ssl: and without --rundir, the database alone is asked; with --root\n"
    "and without --rundir or --db, processes alone are looked at.\n";

static int validate(struct check *check, struct err *err)
{
	const struct options *given = check->options;

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (!given->cert != !given->key)
		return err_set(err, -EINVAL, "option --%s: needs --%s",
		    given->cert ? "cert" : "key", given->cert ? "key" : "cert");
	if ((given->ca || given->cert) && !(given->db && strncmp(given->db, "ssl:", 4) == 0))
		return err_set(err, -EINVAL, "option --%s: needs --db ssl:HOST",
		    given->ca ? "ca" : "cert");
	return 0;
}

static void release(struct check *check)
{
	ovs_options_free(&((struct options *)check->options)->ovs);
}

/* What is to be looked at, which --root has a say in. */
static int choose_parts(const struct check *check, unsigned *ret, struct err *err)
{
	const struct options *given = check->options;
	unsigned chosen = given->ovs.parts;

	if (!chosen)
		chosen = ovs_parts_to_ask(check->root.live, given->rundir, given->db);
	if (chosen & (OVS_PART_CONTROL | OVS_PART_FLOWS) && !check->root.live && !given->rundir)
		return err_set(err, -EINVAL,
		    "option --check: control and flows need --rundir where there is --root");
	*ret = chosen;
	return ovs_check_parts(&given->ovs, chosen, "--check or --root", err);
}

/* --- the plugin --------------------------------------------------------------------- */

static void doing(void *context, const char *what, const char *object)
{
	check_doing(context, "%s %s", what, object);
}

static int run(struct check *check, struct err *err)
{
	const struct options *given = check->options;
	struct ovs_question question = {
		.root = &check->root,
		.rundir = given->rundir	     ? given->rundir
			  : check->root.live ? OVS_RUNDIR
					     : NULL,
		.db = given->db,
		.tls = { given->ca, given->cert, given->key },
		.family = given->ipv4	? ADDRESS_IPV4
			  : given->ipv6 ? ADDRESS_IPV6
					: ADDRESS_ANY,
		.bridges = given->ovs.bridges.items,
		.n_bridges = given->ovs.bridges.n_items,
		.until_ms = clock_mono_ms() + deadline_left_ms(),
		.doing = doing,
		.context = check,
	};
	struct ovs_run judged = { .check = check,
		.given = &given->ovs,
		.who = "this user",
		.where = "here",
		.rundir = "--rundir" };
	struct ovs_ask ask;
	int r = choose_parts(check, &question.parts, err);

	if (r < 0)
		return r;
	r = ovs_ask(&question, &ask, err);
	judged.ovs = &ask.ovs;
	judged.parts = question.parts;
	if (r == 0)
		ovs_judge(&judged);
	ovs_ask_free(&ask);
	return r;
}

static const struct plugin ovs_plugin = {
	.name = "check_ovs",
	.title = "OVS",
	.summary = "checks Open vSwitch: daemons, database, bridges, ports, controllers, flows",
	.notes = notes,
	.metrics = ovs_metrics,
	.n_metrics = OVS_METRICS,
	PLUGIN_OPTIONS(options, struct options),
	.validate = validate,
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&ovs_plugin, argc, argv);
}
