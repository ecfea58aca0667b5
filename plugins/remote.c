/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "lib/base/num.h"
#include "lib/health/secret.h"

enum { RETRIES = 2 };

/* --- options ------------------------------------------------------------------------------------ */

static int check_retries(struct remote *remote, struct err *err)
{
	uint64_t retries = RETRIES;

	if (remote->retries_text && (num_u64(remote->retries_text, &retries, NULL) < 0 ||
					retries > SNMP_PEER_RETRIES_MAX))
		return err_set(err, -EINVAL, "option --retries: '%.20s' is not 0 to %d",
		    remote->retries_text, SNMP_PEER_RETRIES_MAX);
	remote->retries = (unsigned)retries;
	return 0;
}

int remote_validate(struct remote *remote, struct err *err)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (!remote->host)
		return err_set(err, -EINVAL, "option -H: is needed");
	if (address_split(remote->host, SNMP_PEER_PORT, host, port, err) < 0) {
		err_prefix(err, "option -H");
		return -EINVAL;
	}
	if (remote->ipv4 && remote->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (remote->version && strcmp(remote->version, "2c") != 0 &&
	    strcmp(remote->version, "3") != 0)
		return err_set(err, -EINVAL, "option --snmp-version: '%.20s' is not 2c or 3",
		    remote->version);
	if (remote->config && remote->community_file)
		return err_set(err, -EINVAL, "option --community-file: excludes --config");
	return check_retries(remote, err);
}

static char **secret_field(struct remote_secret *secret, size_t i)
{
	char **const fields[] = { &secret->community, &secret->user, &secret->level,
		&secret->auth_protocol, &secret->auth_password, &secret->priv_protocol,
		&secret->priv_password };

	return i < sizeof(fields) / sizeof(fields[0]) ? fields[i] : NULL;
}

void remote_release(struct remote *remote)
{
	char **field;

	for (size_t i = 0; (field = secret_field(&remote->secret, i)); i++)
		secret_wipe(field);
}

/* --- who asks ------------------------------------------------------------------------------------ */

static int from_environment(struct remote_secret *ret, struct err *err)
{
	const struct {
		const char *name;
		char **field;
	} variables[] = {
		{ "HAETAE_SNMP_COMMUNITY", &ret->community },
		{ "HAETAE_SNMP_USER", &ret->user },
		{ "HAETAE_SNMP_AUTH_PASSWORD", &ret->auth_password },
		{ "HAETAE_SNMP_PRIV_PASSWORD", &ret->priv_password },
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i].name);

		*variables[i].field = value ? strdup(value) : NULL;
		if (value && !*variables[i].field)
			return err_sys(err, -ENOMEM, "cannot keep %s", variables[i].name);
	}
	return 0;
}

static int from_file(const char *file, struct remote_secret *ret, struct err *err)
{
#define KEY(field)                                              \
	{                                                       \
		.name = #field, .type = CONF_TEXT,              \
		.offset = offsetof(struct remote_secret, field) \
	}
	static const struct conf_key keys[] = {
		KEY(community),
		KEY(user),
		KEY(level),
		KEY(auth_protocol),
		KEY(auth_password),
		KEY(priv_protocol),
		KEY(priv_password),
	};

	return secret_read_keys(file, keys, sizeof(keys) / sizeof(keys[0]), ret, err);
}

/* What is given says how much of it is used, unless the level does. */
static int choose_level(
    const struct remote_secret *secret, enum snmp_peer_level *ret, struct err *err)
{
	static const char *const levels[] = { "noAuthNoPriv", "authNoPriv", "authPriv" };

	*ret = secret->priv_password   ? SNMP_PEER_PRIV
	       : secret->auth_password ? SNMP_PEER_AUTH
				       : SNMP_PEER_NO_AUTH;
	if (!secret->level)
		return 0;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i], secret->level) == 0) {
			*ret = (enum snmp_peer_level)i;
			return 0;
		}
	return err_set(err, -EINVAL,
	    "level '%.20s' is not noAuthNoPriv, authNoPriv or authPriv", secret->level);
}

static int describe(struct remote *remote, struct snmp_peer_settings *ret, struct err *err)
{
	struct remote_secret *secret = &remote->secret;
	int r;

	/* What an earlier question had. */
	remote_release(remote);
	if (remote->config)
		r = from_file(remote->config, secret, err);
	else if (remote->community_file)
		r = secret_read_line(remote->community_file, &secret->community, err);
	else
		r = from_environment(secret, err);
	if (r < 0)
		return r;
	*ret = (struct snmp_peer_settings){
		.host = remote->host,
		.family = remote->ipv4	 ? ADDRESS_IPV4
			  : remote->ipv6 ? ADDRESS_IPV6
					 : ADDRESS_ANY,
		.v3 = remote->version ? strcmp(remote->version, "3") == 0
				      : secret->user && !secret->community,
		.community = secret->community,
		.user = secret->user,
		.auth_protocol = secret->auth_protocol,
		.auth_password = secret->auth_password,
		.priv_protocol = secret->priv_protocol,
		.priv_password = secret->priv_password,
		.context = remote->context,
		.retries = remote->retries,
	};
	r = choose_level(secret, &ret->level, err);
	if (r == 0)
		r = snmp_peer_check(ret, err);
	if (r < 0 && remote->config)
		err_prefix(err, "%s", remote->config);
	return r;
}

/* --- verdicts ------------------------------------------------------------------------------------ */

static void excuse_all(struct check *check)
{
	for (size_t i = 0; i < check->plugin->n_metrics; i++)
		thresholds_excuse(&check->thresholds, &check->plugin->metrics[i], NULL);
}

/* What a silent, a refusing, an empty agent wants done about it. */
static void advise(struct check *check, const struct remote *remote, bool v3, int code)
{
	struct result *result = check->result;

	if (code == -ETIMEDOUT && v3)
		result_detail(result, STATE_CRITICAL,
		    "snmpd is silent, too, for a wrong privacy password and an unknown "
		    "context");
	else if (code == -ETIMEDOUT)
		result_detail(result, STATE_CRITICAL,
		    "snmpd is silent, too, for a wrong community and where it allows none from "
		    "here");
	else if (code == -ECONNREFUSED)
		result_detail(result, STATE_CRITICAL,
		    "does snmpd run there, and does its agentaddress name this address?");
	else if (code == -EACCES)
		result_detail(result, STATE_UNKNOWN,
		    "snmpd.conf there wants rocommunity or rouser with a view of .%s",
		    HAETAE_ENTERPRISE_OID);
	else if (code == -ENOENT || code == -EIO)
		result_detail(result, STATE_UNKNOWN,
		    "look at %s: does haetae-agentx run, has snmpd.conf 'master agentx', does "
		    "its "
		    "view include .%s?",
		    remote->host, HAETAE_ENTERPRISE_OID);
}

/* Gives the verdict for a failure; negative: it is ours. */
static int fail(struct check *check, const struct remote *remote, bool v3, int64_t start_ms,
    int code, const struct err *err)
{
	struct result *result = check->result;
	double seconds = (double)(clock_mono_ms() - start_ms) / 1000;

	if (code == -ENOMEM || code == -EINVAL)
		return code;
	if (code == -ETIMEDOUT)
		result_problem(
		    result, STATE_CRITICAL, "%s: no answer in %.1f s", remote->host, seconds);
	else if (code == -ECONNREFUSED)
		result_problem(
		    result, STATE_CRITICAL, "%s: nobody listens there (UDP)", remote->host);
	else if (code == -EACCES || code == -EIO || code == -EBADMSG || code == -E2BIG)
		result_problem(result, STATE_UNKNOWN, "%s", err->text);
	else if (code == -ENOENT)
		result_problem(result, STATE_UNKNOWN, "%s: %s", remote->host, err->text);
	else
		result_problem(result, STATE_CRITICAL, "%s", err->text);
	advise(check, remote, v3, code);
	excuse_all(check);
	return 1;
}

static void tell_stale(struct check *check, const struct remote *remote,
    const struct snmprows_collector *collector)
{
	char age[CLOCK_TEXT_SIZE];

	if (!collector->found) {
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: haetae-agentx has no collector '%s'", remote->host, collector->name);
		result_detail(check->result, STATE_UNKNOWN,
		    "is it off in the group agentx of haetae.conf there, or not set up "
		    "(profiles, rabbitmq_host, probes)?");
		return;
	}
	clock_age_text(collector->age_s, age);
	if (collector->age_s == MIB_NONE)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: collector '%s' has read nothing yet", remote->host, collector->name);
	else
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: facts of collector '%s' are %s old", remote->host, collector->name,
		    age);
	if (*collector->error)
		result_detail(check->result, STATE_UNKNOWN, "collector '%s': %s",
		    collector->name, collector->error);
}

/* 1: the facts are too old, or are not collected. */
static int judge_collectors(struct check *check, const struct remote *remote,
    const struct snmprows_collector *collectors, size_t n)
{
	int ret = 0;

	for (size_t i = 0; i < n; i++)
		if (!collectors[i].found || collectors[i].stale) {
			tell_stale(check, remote, &collectors[i]);
			ret = 1;
		}
	if (ret)
		excuse_all(check);
	for (size_t i = 0; !ret && i < n; i++)
		if (*collectors[i].error)
			result_detail(check->result, STATE_UNKNOWN, "collector '%s': %s",
			    collectors[i].name, collectors[i].error);
	return ret;
}

int remote_read(struct check *check, struct remote *remote, struct snmprows_want *wants,
    size_t n_wants, struct snmprows_collector *collectors, size_t n_collectors, struct err *err)
{
	CLEANUP_SNMP_PEER struct snmp_peer *peer = NULL;
	struct snmp_peer_settings settings;
	int64_t start_ms = clock_mono_ms(), until_ms = start_ms + deadline_left_ms();
	int r = describe(remote, &settings, err);

	if (r < 0)
		return r;
	check_doing(check, "asking %s", remote->host);
	r = snmp_peer_open(&settings, until_ms, &peer, err);
	if (r == 0)
		r = snmprows_read(
		    peer, wants, n_wants, collectors, n_collectors, until_ms, err);
	if (r < 0)
		return fail(check, remote, settings.v3, start_ms, r, err);
	if (check->verbose)
		result_detail(check->result, STATE_OK, "%u datagrams in %.3f s",
		    snmp_peer_datagrams(peer), (double)(clock_mono_ms() - start_ms) / 1000);
	return judge_collectors(check, remote, collectors, n_collectors);
}
