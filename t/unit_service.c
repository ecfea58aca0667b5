/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>

#include "lib/base/cleanup.h"
#include "lib/health/service.h"
#include "lib/health/service_process.h"
#include "t/tap.h"

static const char text[] =
    "name = \"u\"; services = (\n"
    "{ name = \"a\"; match = \"x\"; count = \"2:\"; owner = \"nobody-here\"; },\n"
    "{ name = \"b\"; match = \"y\"; optional = true; } );";

/* Services without processes, to which the tests add their own. */
static bool open_services(
    struct services *services, struct profile *profile, const struct fsroot *root)
{
	const struct profile_path nowhere = { .n_dirs = 0 };
	const struct services_how how = { .root = root };

	return profile_parse(text, strlen(text), "u", &nowhere, profile, NULL) == 0 &&
	       services_open(services, profile, &how, NULL) == 0;
}

static void add_process(struct service_row *row, int32_t pid, int32_t ppid, uint64_t start)
{
	struct proc_row *rows =
	    reallocarray(row->group.rows, row->group.n_rows + 1, sizeof(row->group.rows[0]));

	if (!rows)
		abort();
	row->group.rows = rows;
	rows[row->group.n_rows++] =
	    (struct proc_row){ .pid = pid, .ppid = ppid, .start_ticks = start, .threads = 1 };
}

static const char *words(const struct service_row *row)
{
	static char out[1024];
	CLEANUP_BUF struct buf buf = BUF_INIT;

	service_words(row, &buf);
	(void)snprintf(out, sizeof(out), "%s", buf_text(&buf));
	return out;
}

static void test_judge(const struct fsroot *root)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(services_free) struct services services = { 0 };
	const struct range none = { .start = 0, .end = 0 };
	struct service_row *a, *b;

	ok(open_services(&services, &profile, root), "services");
	a = &services.rows[0];
	b = &services.rows[1];
	ok(a->no_user, "a user that there is not");
	add_process(a, 10, 1, 100);
	service_problem(a, SERVICE_FROM_OTHERS, STATE_CRITICAL, "no connection");
	service_set_range(a, SERVICE_CPU, true, &none);
	service_set_range(b, SERVICE_COUNT, false, &none);
	services_find(&services);
	services_judge(&services);
	is_str(words(a),
	    "1 of 2: and no connection and 1 process not of user nobody-here, pid 10 is of 0 "
	    "and cpu is not known",
	    "processes, what follows, then by weight");
	ok(a->state == STATE_CRITICAL && b->state == STATE_OK, "the worst of them");
	is_num(a->facts[SERVICE_COUNT], 1, "a count");
	ok(isnan(a->facts[SERVICE_CPU]) && isnan(b->facts[SERVICE_AGE]), "what is not known");
	for (int i = 0; i < 2 * SERVICE_PROBLEMS_MAX; i++)
		service_problem(b, SERVICE_FROM_OTHERS, STATE_WARNING, "%d", i);
	ok(b->n_problems == SERVICE_PROBLEMS_MAX, "problems have an end");
	for (int i = 0; i < 1000; i++)
		service_note(b, "a note");
	ok(b->notes.size <= 2048, "and so have notes");
}

static void test_restarts(const struct fsroot *root)
{
	static const char *const hostile[] = { "", "@", "@a", "@a\n", "@a\np", "@a\np 1",
		"@a\np 1 ", "@a\nr 99999999999999999999999\n", "@a\nq 1 2\np 10 100\n",
		"@a\np -1 5\n", "@b\np 1 1\n@a", "\n\n\n@a\nr\n",
		"@a\np 10 100\np 10 100\np 10 100\n" };
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(services_free) struct services services = { 0 };
	CLEANUP_BUF struct buf kept = BUF_INIT;
	struct service_row *a;

	ok(open_services(&services, &profile, root), "services");
	a = &services.rows[0];
	add_process(a, 10, 1, 100);
	add_process(a, 11, 10, 100);
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		a->n_restarts = 0;
		services_restarts(&services, hostile[i], strlen(hostile[i]));
		ok(a->n_restarts == 0, "no restarts in text %zu", i);
	}
	ok(services_restarts_keep(&services, &kept) == 0, "what is kept");
	is_str(buf_text(&kept), "@a\np 10 100\n@b\n", "is leaders alone");
	a->group.rows[0].start_ticks = 101;
	services_restarts(&services, buf_text(&kept), kept.size);
	ok(a->n_restarts == 1 && a->restarts[0] == 101, "the same number, another process");
	services_rates(&services, "@a\nrubbish", 10, 1);
	services_rates(&services, "@a\n10 101 0\n@b\n1", 15, 1);
	ok(a->has_cpu, "CPU time of any text");
}

static void test_section(void)
{
	static const char kept[] = "@a\n1\n2\n@ab\n3\n@b\n";
	size_t size;
	const char *found = service_section(kept, sizeof(kept) - 1, "a", &size);

	ok(found && size == 4 && memcmp(found, "1\n2\n", 4) == 0, "a section");
	found = service_section(kept, sizeof(kept) - 1, "b", &size);
	ok(found && size == 0, "an empty one");
	ok(!service_section(kept, sizeof(kept) - 1, "abc", &size), "none");
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	struct fsroot root;
	char tree[4096];

	(void)snprintf(tree, sizeof(tree), "%s/t/data/root-zed", srcdir ? srcdir : "..");
	if (fsroot_open(tree, &root, NULL) < 0)
		return 1;
	test_judge(&root);
	test_restarts(&root);
	test_section();
	fsroot_close(&root);
	return tap_done();
}
