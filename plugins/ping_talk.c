/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

/* --- peers that do not answer --------------------------------------------------------------- */

void ping_problem(struct ping *ping, enum state state, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	result_problem(ping->check->result, state, "%s %s", ping->who, text);
}

static double waited_s(const struct ping *ping)
{
	return (double)(clock_mono_us() - ping->start_us) / 1e6;
}

void ping_no_connection(struct ping *ping, int code, const struct err *err)
{
	bool is_socket = ping->given->socket != NULL;

	switch (code) {
	case -ECONNREFUSED:
		ping_problem(
		    ping, STATE_CRITICAL, "refuses the connection: nothing listens there");
		break;
	case -ENOENT:
		ping_problem(ping, STATE_CRITICAL, "is not there: no such socket");
		break;
	case -ETIMEDOUT:
		ping_problem(ping, STATE_CRITICAL, "did not take the connection within %.1f s",
		    waited_s(ping));
		break;
	case -ECONNRESET:
		ping_problem(ping, STATE_CRITICAL, "reset the connection");
		break;
	case -EACCES:
	case -EPERM:
		ping_problem(ping, STATE_UNKNOWN, "may not be connected to%s",
		    is_socket ? ": let this user write to the socket and enter its folder"
			      : " by this user (a firewall of this node?)");
		break;
	default:
		ping_problem(ping, STATE_CRITICAL, "cannot be reached: %s", err->text);
		break;
	}
}

/* What came instead of an answer: a tired operator may know who talks like that. */
static void tell_answer(const struct dialog *dialog, char out[80])
{
	size_t size = dialog->in.size < 40 ? dialog->in.size : 40;
	CLEANUP_BUF struct buf line = BUF_INIT;

	buf_add(&line, buf_text(&dialog->in), size);
	for (size_t i = 0; i < line.size; i++) {
		/* Binary bytes say no more than one of them does. */
		if (line.data[i] == '\r' || line.data[i] == '\n' || line.data[i] == '\0')
			buf_cut(&line, i);
	}
	(void)snprintf(
	    out, 80, "'%s'%s", buf_text(&line), dialog->in.size > line.size ? "..." : "");
}

void ping_no_answer(struct ping *ping, int code, const char *question,
    const struct dialog *dialog, const struct err *err)
{
	bool is_partial = dialog->in.size > 0;
	char said[80];

	switch (code) {
	case -ETIMEDOUT:
		ping_problem(ping, STATE_CRITICAL,
		    is_partial ? "began to answer %s, but did not end within %.1f s"
			       : "took the connection, but did not answer %s within %.1f s",
		    question, waited_s(ping));
		break;
	case -EPIPE:
		ping_problem(ping, STATE_CRITICAL,
		    is_partial ? "closed the connection in the middle of its answer to %s"
			       : "closed the connection without an answer to %s",
		    question);
		break;
	case -ECONNRESET:
		ping_problem(ping, STATE_CRITICAL,
		    "reset the connection instead of answering %s", question);
		break;
	case -EBADMSG:
	case -EMSGSIZE:
		tell_answer(dialog, said);
		ping_problem(ping, STATE_CRITICAL, "is no %s: to %s it says %s (%s)",
		    ping->kind->name, question, said, err->text);
		break;
	default:
		ping_problem(
		    ping, STATE_CRITICAL, "did not answer %s: %s", question, err->text);
		break;
	}
}

/* --- values ----------------------------------------------------------------------------- */

void ping_value(struct ping *ping, enum ping_metric metric, double value)
{
	if (isfinite(value))
		result_metric(ping->check->result, &ping_metrics[metric], value);
}

void ping_share(
    struct ping *ping, enum ping_metric share, enum ping_metric amount, double used, double max)
{
	if (max > 0)
		ping_value(ping, share, used / max * 100);
	if (isfinite(used))
		result_value(ping->check->result, &ping_metrics[amount], NULL, used, 0,
		    max > 0 ? max : RESULT_NONE);
}

void ping_connected(struct ping *ping)
{
	ping_value(ping, PING_CONNECT_TIME, waited_s(ping));
}

void ping_took_s(struct ping *ping, double seconds, char words[PING_WORDS_SIZE])
{
	ping->answered = true;
	ping_value(ping, PING_TIME, seconds);
	if (seconds < 1)
		(void)snprintf(words, PING_WORDS_SIZE, "%.1f ms", seconds * 1000);
	else
		(void)snprintf(words, PING_WORDS_SIZE, "%.2f s", seconds);
}

void ping_took(struct ping *ping, char words[PING_WORDS_SIZE])
{
	ping_took_s(ping, waited_s(ping), words);
}

/* --- rates ------------------------------------------------------------------------------ */

bool ping_wants_rates(const struct ping *ping)
{
	if (ping->given->rates)
		return true;
	for (int i = PING_REQUESTS_RATE; i <= PING_BYTES_RATE; i++) {
		if (thresholds_given(&ping->check->thresholds, &ping_metrics[i]))
			return true;
	}
	return false;
}

bool ping_take_pair(
    struct ping *ping, sample_read_fn *read, void *context, struct sample_pair *ret)
{
	struct check *check = ping->check;
	struct err err = ERR_INIT;

	if (sample_pair_take(&check->samples, &check->root, read, context, ret, &err) < 0) {
		result_detail(check->result, STATE_UNKNOWN, "no rates: %s", err.text);
		return false;
	}
	/* A peer is not a part of a captured tree. */
	return !ret->since_boot;
}

void ping_rate(
    struct ping *ping, enum ping_metric metric, double earlier, double later, double seconds)
{
	if (later >= earlier)
		ping_value(ping, metric, (later - earlier) / seconds);
}
