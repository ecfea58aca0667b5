/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domains of the libvirt daemon that the settings name. A daemon that hangs keeps one thread
 * of ours waiting, and no more.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/libvirt.h"
#include "lib/mib/domain.h"
#include "subagent/collector.h"

enum { INTERVAL_MS = 30000 };

_Static_assert((int)LIBVIRT_SUSPENDED + 1 == (int)MIB_DOMAIN_SUSPENDED,
    "states are numbered as libvirt does, from 1");

static const struct mib_table *const tables[] = { &mib_domain, NULL };

static bool is_wanted(const struct settings *settings)
{
	return settings->libvirt_uri;
}

static int open_asker(const struct settings *settings, void **ret, struct err *err)
{
	struct libvirt_asker *asker;
	int r = libvirt_asker_new(settings->libvirt_uri, &asker, err);

	if (r == 0)
		*ret = asker;
	return r;
}

static void close_asker(void *state)
{
	libvirt_asker_free(state);
}

/* --- a row -------------------------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "01234567-89ab-…" as 16 numbers; false for anything else. */
static bool parse_uuid(const char *text, uint32_t ret[MIB_UUID_SIZE])
{
	size_t n = 0;

	while (*text && n < MIB_UUID_SIZE) {
		int high, low;

		if (*text == '-') {
			text++;
			continue;
		}
		high = digit(text[0]);
		low = text[1] ? digit(text[1]) : -1;
		if (high < 0 || low < 0)
			return false;
		ret[n++] = (uint32_t)(high * 16 + low);
		text += 2;
	}
	return n == MIB_UUID_SIZE && !*text;
}

static int64_t known(int64_t value)
{
	return value < 0 ? MIB_NONE : value;
}

/* A pause or an end that somebody wished is no fault. */
static enum mib_state judge(const struct libvirt_domain *domain)
{
	if (domain->sick)
		return MIB_CRITICAL;
	return domain->state == LIBVIRT_NO_STATE ? MIB_UNKNOWN : MIB_OK;
}

static void fill(const struct libvirt_domain *domain, int64_t now_ms, struct mib_domain *row)
{
	(void)snprintf(row->name, sizeof(row->name), "%s", domain->name);
	row->state = (int64_t)domain->state + 1;
	if (domain->state >= LIBVIRT_STATES)
		row->state = MIB_DOMAIN_NO_STATE;
	row->health = judge(domain);
	row->health_age = now_ms;
	(void)snprintf(row->health_text, sizeof(row->health_text), "%.150s is %s%s%s",
	    domain->name, libvirt_state_text(domain->state), *domain->reason ? ": " : "",
	    domain->reason);
	(void)snprintf(row->reason, sizeof(row->reason), "%s", domain->reason);
	row->active = domain->active;
	row->autostart = domain->autostart;
	row->vcpus = known(domain->vcpus);
	row->cpu_time = known(domain->cpu_ms);
	row->memory_used = known(domain->memory_kib);
	row->memory_limit = known(domain->memory_max_kib);
}

/* --- a round ------------------------------------------------------------------------------ */

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	const char *uri = given->settings->libvirt_uri;
	CLEANUP_LIBVIRT struct libvirt libvirt = LIBVIRT_INIT;
	int64_t now_ms;
	int r = libvirt_asker_ask(given->state, given->until_ms, &libvirt, err);

	if (r < 0) {
		err_prefix(err, "libvirt at %.200s", uri);
		return r;
	}
	now_ms = clock_mono_ms();
	for (size_t i = 0; i < libvirt.n_domains; i++) {
		const struct libvirt_domain *domain = &libvirt.domains[i];
		uint32_t uuid[MIB_UUID_SIZE];
		struct mib_domain *row;

		/* One that has gone between two questions has no UUID any more. */
		if (!parse_uuid(domain->uuid, uuid))
			continue;
		row = mib_rows_add_indexed(&rows[0]);
		if (!row && rows[0].n < rows[0].cap)
			return err_set(err, -ENOMEM, "out of memory");
		if (!row)
			continue;
		memcpy(row->index, uuid, sizeof(uuid));
		fill(domain, now_ms, row);
	}
	return 0;
}

const struct collector collector_libvirt = {
	.name = "libvirt",
	.interval_ms = INTERVAL_MS,
	.tables = tables,
	.is_wanted = is_wanted,
	.open = open_asker,
	.close = close_asker,
	.collect = collect,
};
