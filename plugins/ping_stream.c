/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds tcp and unix: a connection, perhaps with a text that is sent and one that must come. */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>
#include <string.h>

#include "lib/base/pattern.h"

/* What the expression is looked for in. Enough for a banner; expressions get slow on long text. */
enum { ANSWER_MAX = 16 << 10, SEND_MAX = 16 << 10 };

/* "\r", "\n", "\t", "\0", "\\" and "\xHH" as C has them: options come from files of one line. */
static int unescape(const char *text, struct buf *buf, struct err *err)
{
	static const char letters[] = "rnt0\\", bytes[] = "\r\n\t\0\\",
			  digits[] = "0123456789abcdef";

	for (const char *p = text; *p; p++) {
		const char *letter;

		if (*p != '\\') {
			buf_addc(buf, *p);
			continue;
		}
		p++;
		letter = *p ? strchr(letters, *p) : NULL;
		if (letter) {
			buf_addc(buf, bytes[letter - letters]);
		} else if (*p == 'x' && p[1] && p[2] &&
			   strspn(p + 1, "0123456789abcdefABCDEF") >= 2) {
			size_t high = (size_t)(strchr(digits, p[1] | 0x20) - digits);
			size_t low = (size_t)(strchr(digits, p[2] | 0x20) - digits);

			buf_addc(buf, (char)(high << 4 | low));
			p += 2;
		} else {
			return err_set(err, -EINVAL,
			    "expected \\r, \\n, \\t, \\0, \\\\ or \\xHH, found '\\%.1s'", p);
		}
	}
	return buf->error ? err_set(err, -EINVAL, "a text of over %d bytes", SEND_MAX) : 0;
}

int ping_stream_validate(const struct ping_options *given, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SEND_MAX);
	struct pattern expect = { 0 };

	if (given->send && unescape(given->send, &text, err) < 0) {
		err_prefix(err, "option --send");
		return -EINVAL;
	}
	if (given->expect && pattern_compile(given->expect, &expect, err) < 0) {
		err_prefix(err, "option --expect");
		return -EINVAL;
	}
	pattern_free(&expect);
	return 0;
}

/* The answer as a text: NULs would end it. */
static void make_text(const struct dialog *dialog, struct buf *text)
{
	buf_reset(text);
	buf_add(text, buf_text(&dialog->in), dialog->in.size);
	for (size_t i = 0; i < text->size; i++) {
		if (text->data[i] == '\0')
			text->data[i] = '?';
	}
}

/* Reads until the expression is found; gives a verdict when it is not. */
static bool wait_for_answer(struct ping *ping, struct dialog *dialog)
{
	CLEANUP_PATTERN struct pattern expect = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = pattern_compile(ping->given->expect, &expect, &err);

	while (r == 0) {
		make_text(dialog, &text);
		if (text.size > 0 && pattern_found(&expect, buf_text(&text), text.size))
			return true;
		r = dialog_more(dialog, &err);
	}
	if (dialog->in.size > 0 && r != -ECONNRESET)
		ping_problem(ping, STATE_CRITICAL, "%s '%.60s' instead of '%.60s'",
		    r == -ETIMEDOUT ? "only says" : "says", buf_text(&text),
		    ping->given->expect);
	else
		ping_no_answer(ping, r, ping->given->send ? "what was sent" : "the connection",
		    dialog, &err);
	return false;
}

int ping_stream(struct ping *ping, struct err *err)
{
	CLEANUP_DIALOG struct dialog dialog = DIALOG_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SEND_MAX);
	const struct ping_options *given = ping->given;
	char words[PING_WORDS_SIZE];
	int r = dialog_open(ping->address, ping->kind->port, ping->family, ping->until_ms,
	    ANSWER_MAX, &dialog, err);

	if (r < 0) {
		ping_no_connection(ping, r, err);
		return 0;
	}
	ping_connected(ping);
	if (given->send) {
		r = unescape(given->send, &text, err);
		if (r == 0)
			r = dialog_send(&dialog, buf_text(&text), text.size, err);
		if (r < 0) {
			ping_no_answer(ping, r, "what was sent", &dialog, err);
			return 0;
		}
	}
	if (given->expect && !wait_for_answer(ping, &dialog))
		return 0;
	ping_took(ping, words);
	result_summary(ping->check->result, "%s %s in %s", ping->who,
	    given->expect ? "answered as expected" : "took the connection", words);
	if (given->expect) {
		make_text(&dialog, &text);
		result_detail(ping->check->result, STATE_OK, "answer: %.200s", buf_text(&text));
	}
	return 0;
}
