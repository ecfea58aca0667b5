/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/master.h"

#include <errno.h>
#include <string.h>

#include "lib/client/stream.h"

/* RFC 2741, 6.1 and 7.1.4. */
enum { AGENTX_OPEN = 1, AGENTX_RESPONSE = 18, NETWORK_BYTE_ORDER = 0x10, HEADER_SIZE = 20 };

/* Session, transaction and packet are 0; the name is empty, and so is the description. */
static const unsigned char open_session[MASTER_OPEN_SIZE] = { 1, AGENTX_OPEN,
	NETWORK_BYTE_ORDER, [19] = MASTER_OPEN_SIZE - HEADER_SIZE, [20] = 1 };

int master_answer_parse(const unsigned char *answer, struct err *err)
{
	/* A master answers in the byte order of the question. */
	int refused = answer[24] << 8 | answer[25];

	if (answer[0] != 1 || answer[1] != AGENTX_RESPONSE || !(answer[2] & NETWORK_BYTE_ORDER))
		return err_set(err, -EPROTO, "what answers there does not speak AgentX");
	if (refused != 0)
		return err_set(
		    err, -EACCES, "snmpd refuses AgentX sessions (error %d)", refused);
	return 0;
}

/* What to do about it. */
static int say(const char *socket, int r, struct err *err)
{
	static const struct {
		int code;
		const char *advice;
	} advices[] = {
		{ -EACCES,
		    "snmpd.conf needs 'agentXPerms 0660 0750 root GROUP', with a group that "
		    "this process is in" },
		{ -ENOENT,
		    "is snmpd running, with 'master agentx' and this agentXSocket in its "
		    "snmpd.conf?" },
		{ -ECONNREFUSED, "is snmpd running?" },
		{ -ETIMEDOUT, "snmpd hangs, or is very busy" },
	};

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (advices[i].code == r)
			return err_sys(
			    err, r, "cannot reach snmpd at %s (%s)", socket, advices[i].advice);
	}
	err_prefix(err, "cannot reach snmpd at %s", socket);
	return r;
}

/* NULL: a form that only net-snmp knows. */
static const char *address_of(const char *socket, enum address_family *ret_family)
{
	static const struct {
		const char *prefix;
		enum address_family family;
	} forms[] = {
		{ "unix:", ADDRESS_ANY },
		{ "tcp:", ADDRESS_IPV4 },
		{ "tcp6:", ADDRESS_IPV6 },
	};

	*ret_family = ADDRESS_ANY;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t size = strlen(forms[i].prefix);

		if (strncmp(socket, forms[i].prefix, size) != 0)
			continue;
		*ret_family = forms[i].family;
		return socket + size;
	}
	return *socket == '/' ? socket : NULL;
}

int master_probe(const char *socket, int64_t until_ms, struct err *err)
{
	CLEANUP_STREAM struct stream stream = STREAM_NONE;
	enum address_family family;
	const char *address = address_of(socket, &family);
	unsigned char answer[MASTER_ANSWER_SIZE];
	int r;

	if (!address)
		return 0;
	r = stream_open(address, "705", family, until_ms, &stream, err);
	if (r == 0)
		r = stream_write(&stream, open_session, sizeof(open_session), until_ms, err);
	if (r == 0)
		r = stream_read_all(&stream, answer, sizeof(answer), until_ms, err);
	if (r < 0)
		return say(socket, r, err);
	r = master_answer_parse(answer, err);
	if (r < 0)
		err_prefix(err, "cannot open a session at %s", socket);
	return r;
}
