/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_*_snmp share: the options that say how another node's agent is asked, the secrets,
 * and the verdicts for an agent that is silent, has no objects of ours, or tells old facts.
 *
 *   struct options { struct remote remote; ... };
 *   static const struct opt options[] = { REMOTE_OPTIONS(struct options, remote), ... };
 *
 * validate calls remote_validate, release remote_release, and run:
 *
 *   int r = remote_read(check, &given->remote, wants, n, collectors, n, err);
 *   if (r != 0)
 *           return r < 0 ? r : 0;
 */
#ifndef HAETAE_PLUGINS_REMOTE_H
#define HAETAE_PLUGINS_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/check/plugin.h"
#include "lib/health/snmprows.h"

/* From the file or the environment; owned. */
struct remote_secret {
	char *community;
	char *user, *level;
	char *auth_protocol, *auth_password, *priv_protocol, *priv_password;
};

struct remote {
	const char *host, *version, *config, *community_file, *context;
	const char *retries_text;
	bool ipv4, ipv6;
	/* after remote_validate */
	unsigned retries;
	struct remote_secret secret;
};

/* Rows of an option table: type is the plugin's struct, field its struct remote. */
#define REMOTE_OPTIONS(type, field)                                                           \
	{ 'H', "host", "HOST[:PORT]", OPT_STRING, offsetof(type, field.host), NULL,           \
		"the node whose agent is asked (port 161); needed" },                         \
	    { 0, "snmp-version", "VERSION", OPT_STRING, offsetof(type, field.version), NULL,  \
		    "2c or 3 (2c, or 3 when there is a user)" },                              \
	    { 0, "config", "FILE", OPT_STRING, offsetof(type, field.config), NULL,            \
		    "community, or user, level, auth_protocol, auth_password, priv_protocol " \
		    "and "                                                                    \
		    "priv_password, in a file that others may not read" },                    \
	    { 0, "community-file", "FILE", OPT_STRING, offsetof(type, field.community_file),  \
		    NULL,                                                                     \
		    "the community alone, the first line of a file that others may not "      \
		    "read" },                                                                 \
	    { 0, "context", "NAME", OPT_STRING, offsetof(type, field.context), NULL,          \
		    "the SNMPv3 context (none)" },                                            \
	    { 0, "retries", "N", OPT_STRING, offsetof(type, field.retries_text), NULL,        \
		    "ask again so many times within the timeout, 0 to 10 (2)" },              \
	    { '4', "ipv4", NULL, OPT_FLAG, offsetof(type, field.ipv4), NULL,                  \
		    "look up IPv4 addresses only" },                                          \
	{                                                                                     \
		'6', "ipv6", NULL, OPT_FLAG, offsetof(type, field.ipv6), NULL,                \
		    "look up IPv6 addresses only"                                             \
	}

/* A part of the plugin's notes, a literal: where secrets come from and what must be allowed. */
#define REMOTE_NOTES                                                                         \
	"The node runs haetae-agentx behind its snmpd; haetae-snmp(7) says how. Without\n"   \
	"--config and --community-file, HAETAE_SNMP_COMMUNITY, or HAETAE_SNMP_USER,\n"       \
	"HAETAE_SNMP_AUTH_PASSWORD and HAETAE_SNMP_PRIV_PASSWORD say who asks. Silence is\n" \
	"CRITICAL, facts older than the agent's limit are UNKNOWN.\n"

/* Checks the options. Negative with err is a usage error. */
int remote_validate(struct remote *remote, struct err *err) ATTR_MUST_CHECK;
void remote_release(struct remote *remote);

/*
 * Reads what is wanted until a tenth before the deadline. 0: all is there and fresh, judge it.
 * 1: the verdict has been given to check->result (no answer: CRITICAL; refused, no objects,
 * stale: UNKNOWN, with what to look at), and there is nothing to judge. Negative with err: UNKNOWN.
 * A collector with an error text of its own is told as a detail line, and judged.
 */
int remote_read(struct check *check, struct remote *remote, struct snmprows_want *wants,
    size_t n_wants, struct snmprows_collector *collectors, size_t n_collectors,
    struct err *err) ATTR_MUST_CHECK;

#endif
