/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/state.h"

#include <errno.h>
#include <strings.h>

static const struct {
	const char *text;
	int severity;
} states[STATE_COUNT] = {
	[STATE_OK] = { "OK", 0 },
	[STATE_WARNING] = { "WARNING", 2 },
	[STATE_CRITICAL] = { "CRITICAL", 3 },
	[STATE_UNKNOWN] = { "UNKNOWN", 1 },
};

const char *state_text(enum state state)
{
	return states[state].text;
}

int state_severity(enum state state)
{
	return states[state].severity;
}

enum state state_worst(enum state a, enum state b)
{
	return states[a].severity >= states[b].severity ? a : b;
}

int state_parse(const char *text, enum state *ret, struct err *err)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		if (strcasecmp(text, states[i].text) == 0 ||
		    (text[0] == '0' + i && text[1] == '\0')) {
			*ret = (enum state)i;
			return 0;
		}
	}
	return err_set(err, -EINVAL,
	    "'%.40s' is not a state: expected OK, WARNING, CRITICAL or UNKNOWN", text);
}
