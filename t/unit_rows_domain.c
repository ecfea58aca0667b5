/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The collector of libvirt's domains, with libvirt's own test driver. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/libvirt.h"
#include "lib/mib/domain.h"
#include "subagent/collector.h"
#include "t/tap.h"

extern const struct collector collector_libvirt;

static int collect(char *uri, struct mib_rows *rows, struct err *err)
{
	const struct settings settings = { .libvirt_uri = uri };
	struct collect given = { .settings = &settings, .until_ms = clock_mono_ms() + 20000 };
	int r = collector_libvirt.open(&settings, &given.state, err);

	mib_rows_init(&mib_domain, 0, rows);
	if (r < 0)
		return r;
	r = collector_libvirt.collect(&given, rows, err);
	collector_libvirt.close(given.state);
	return r < 0 ? r : mib_rows_finish(rows);
}

static void test_driver(void)
{
	char uri[] = "test:///default";
	struct mib_rows rows;
	struct err err = ERR_INIT;
	const struct mib_domain *row;

	is_num(collect(uri, &rows, &err), 0, "the test driver answers");
	is_num(rows.n, 1, "with one domain");
	if (rows.n != 1)
		return;
	row = mib_rows_at(&rows, 0);
	is_str(row->name, "test", "its name");
	is_num(row->state, MIB_DOMAIN_RUNNING, "its state");
	is_num(row->health, MIB_OK, "its health");
	is_str(row->health_text, "test is running", "in words");
	is_num(row->index[0], 0x66, "its UUID is the index");
	is_num(row->index[15], 0x3f, "to the last octet");
	is_num(row->active, 1, "it is active");
	ok(row->vcpus > 0 && row->memory_limit > 0, "CPUs and memory are told");
	mib_rows_free(&rows);
}

static void test_none(void)
{
	char uri[] = "nosuch:///";
	struct mib_rows rows;
	struct err err = ERR_INIT;
	const struct settings none = { .libvirt_uri = NULL }, some = { .libvirt_uri = uri };

	is_num(collect(uri, &rows, &err), -ECONNREFUSED, "a URI that is none");
	ok(strstr(err.text, "libvirt at nosuch:///: cannot connect"), "is told: %s", err.text);
	ok(!collector_libvirt.is_wanted(&none), "nobody is asked where none is named");
	ok(collector_libvirt.is_wanted(&some), "and who is named is");
	mib_rows_free(&rows);
}

int main(void)
{
	libvirt_global_init();
	test_driver();
	test_none();
	return tap_done();
}
