/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/modstatus.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/client/facts.h"

static const char letters[] = "_SRWKDCLGI.";
static const char *const words[MODSTATUS_N_WORKERS] = { "waiting", "starting", "reading",
	"sending", "keepalive", "looking up", "closing", "logging", "finishing", "idle cleanup",
	"open slots" };

static const struct fact facts[] = {
	{ "ServerVersion", offsetof(struct modstatus, version), 64 },
	{ "Uptime", offsetof(struct modstatus, uptime_s), 0 },
	{ "Total Accesses", offsetof(struct modstatus, accesses), 0 },
	{ "Total kBytes", offsetof(struct modstatus, kbytes), 0 },
	{ "BusyWorkers", offsetof(struct modstatus, busy), 0 },
	{ "IdleWorkers", offsetof(struct modstatus, idle), 0 },
};
enum { N_FACTS = sizeof(facts) / sizeof(facts[0]) };

const char *modstatus_worker_text(enum modstatus_worker worker)
{
	return words[worker];
}

static void count_workers(const char *text, size_t size, unsigned *workers)
{
	static const char name[] = "\nScoreboard: ";
	const char *end = text + size;
	const char *p = memmem(text, size, name, sizeof(name) - 1);

	if (!p)
		return;
	for (p += sizeof(name) - 1; p < end && *p != '\n'; p++) {
		const char *letter = *p ? strchr(letters, *p) : NULL;

		if (letter)
			workers[letter - letters]++;
	}
}

int modstatus_parse(const char *text, size_t size, struct modstatus *ret, struct err *err)
{
	struct modstatus status = { .version = "" };

	facts_clear(facts, N_FACTS, &status);
	(void)facts_parse(text, size, "", ": ", facts, N_FACTS, &status);
	if (isnan(status.busy) || isnan(status.idle))
		return err_set(err, -EBADMSG, "a page without BusyWorkers and IdleWorkers");
	count_workers(text, size, status.workers);
	*ret = status;
	return 0;
}
