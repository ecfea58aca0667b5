/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What materialise and claim hand to the run stage: it comes back as it was, and of a file that
 * is cut or damaged anywhere nothing is taken. */
#include "config.h"

#include "scheduler/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/pack.h"
#include "t/tap.h"

enum { HOSTID = 7, N_SPECS = 3, N_SLOTS = 5 };

/* struct spec owns its texts, so it wants them writable. */
static char none[] = "", lines[] = "two\nlines", korean[] = "한국어", shell[] = "; rm -rf $(x)";
static char node[] = "서울", name[] = "probe", type[] = "plugin", command[] = "check_it",
	    group[] = "line";
static char *words[] = { none, lines, korean, shell };

static struct spec sample(unsigned n)
{
	return (struct spec){ .specid = n + 1,
		.version = 10 * n,
		.node = node,
		.name = name,
		.probetype = type,
		.command = n ? command : none,
		.args = words,
		.n_args = n ? 4 : 0,
		.testtype = n == 2 ? TESTTYPE_BACKGROUND_SYN : TESTTYPE_BACKGROUND,
		.synchgroup = n == 2 ? group : none,
		.interval_ms = 5000,
		.phase_ms = 4999,
		.timeout_ms = 1,
		.killgrace_ms = 0,
		.maxlate_ms = 86400000,
		.overrun = OVERRUN_QUEUE1,
		.catchup = CATCHUP_ALL,
		.catchup_max = 3,
		.jitter_ms = 500,
		.priority = 9,
		.attempts = 2,
		.retry_ms = 700,
		.backoff_ms = 60000,
		.judge = JUDGE_WORST,
		.enabled = true };
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool same_spec(const struct spec *a, const struct spec *b)
{
	if (a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++) {
		if (!same_text(a->args[i], b->args[i]))
			return false;
	}
	return a->specid == b->specid && a->version == b->version &&
	       same_text(a->node, b->node) && same_text(a->name, b->name) &&
	       same_text(a->probetype, b->probetype) && same_text(a->command, b->command) &&
	       same_text(a->synchgroup, b->synchgroup) && a->testtype == b->testtype &&
	       a->interval_ms == b->interval_ms && a->phase_ms == b->phase_ms &&
	       a->timeout_ms == b->timeout_ms && a->killgrace_ms == b->killgrace_ms &&
	       a->maxlate_ms == b->maxlate_ms && a->enabled == b->enabled &&
	       a->overrun == b->overrun && a->catchup == b->catchup &&
	       a->catchup_max == b->catchup_max && a->jitter_ms == b->jitter_ms &&
	       a->priority == b->priority && a->attempts == b->attempts &&
	       a->retry_ms == b->retry_ms && a->backoff_ms == b->backoff_ms &&
	       a->judge == b->judge;
}

typedef int parse_fn(const char *text, size_t size);

static int parse_specs(const char *text, size_t size)
{
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	uint32_t hostid;
	struct err err = ERR_INIT;

	return handover_parse_specs(text, size, &hostid, &list, &err);
}

static int parse_claims(const char *text, size_t size)
{
	CLEANUP(claims_free) struct claims claims = { 0 };
	struct err err = ERR_INIT;

	return handover_parse_claims(text, size, &claims, &err);
}

/* Each byte changed, each length that is shorter: from memory of exactly that size, so that a
 * sanitizer sees a read behind it. whole is where a cut leaves whole frames. */
static void test_damage(const struct buf *text, parse_fn *parse, const size_t *whole,
    size_t n_whole, const char *what)
{
	size_t taken = 0, cut_taken = 0;

	for (size_t i = 0; i < text->size; i++) {
		text->data[i] = (char)(text->data[i] ^ 0x20);
		taken += parse(text->data, text->size) == 0;
		text->data[i] = (char)(text->data[i] ^ 0x20);
	}
	ok(taken == 0, "%s: no changed byte is taken", what);
	for (size_t size = 0; size < text->size; size++) {
		CLEANUP_FREE char *piece = malloc(size + 1);
		bool is_whole = false;

		if (!piece)
			continue;
		for (size_t i = 0; i < n_whole; i++)
			is_whole |= whole[i] == size;
		if (size)
			memcpy(piece, text->data, size);
		cut_taken += parse(piece, size) == 0 && !is_whole;
	}
	ok(cut_taken == 0, "%s: no torn file is taken", what);
}

static void test_specs(const struct spool *spool)
{
	struct spec items[N_SPECS];
	const struct spec_list specs = { items, N_SPECS };
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t whole[N_SPECS + 1], n_whole = 0, size;
	uint32_t hostid = 0;
	struct err err = ERR_INIT;
	const char *p, *payload;
	bool same = true;

	for (unsigned i = 0; i < N_SPECS; i++)
		items[i] = sample(i);
	ok(handover_read_specs(spool, &hostid, &list, &err) == -ENOENT, "no copy yet");
	ok(handover_write_specs(spool, HOSTID, &specs, &err) == 0, "specs are written %s",
	    err.text);
	ok(handover_read_specs(spool, &hostid, &list, &err) == 0, "and read %s", err.text);
	ok(hostid == HOSTID && list.n == N_SPECS, "all of them, and the host");
	for (size_t i = 0; i < list.n && i < N_SPECS; i++)
		same &= same_spec(&list.items[i], &items[i]);
	ok(same, "as they were");

	ok(spool_read(spool, SPOOL_TOP, "specs", &text, &err) == 0, "the file");
	p = buf_text(&text);
	while (frame_next(&p, text.data + text.size, &payload, &size) == 1)
		whole[n_whole++] = (size_t)(p - text.data);
	test_damage(&text, parse_specs, whole, n_whole, "specs");

	items[1].interval_ms = 0;
	ok(handover_write_specs(spool, HOSTID, &specs, &err) == 0 &&
		handover_read_specs(spool, &hostid, &list, &err) == -EBADMSG,
	    "a spec that cannot be worked with is refused");
	ok(list.n == N_SPECS, "and the list is left alone");
	ok(handover_write_specs(spool, HOSTID, &(struct spec_list){ 0 }, &err) == 0,
	    "no spec at all is written");
	spec_list_free(&list);
	ok(handover_read_specs(spool, &hostid, &list, &err) == 0 && list.n == 0, "and read");
}

static void test_frontier(const struct spool *spool)
{
	struct err err = ERR_INIT;
	int64_t frontier = 5;

	ok(handover_read_frontier(spool, &frontier, &err) == -ENOENT && frontier == 5,
	    "no frontier yet");
	ok(handover_write_frontier(spool, 1795300000123, &err) == 0 &&
		handover_read_frontier(spool, &frontier, &err) == 0 &&
		frontier == 1795300000123,
	    "the frontier comes back");
	ok(spool_write(spool, SPOOL_TOP, "frontier", "garbage", 7, &err) == 0 &&
		handover_read_frontier(spool, &frontier, &err) == -EBADMSG,
	    "garbage is no frontier");
}

static void test_claims(const struct spool *spool)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	CLEANUP(claims_free) struct claims claims = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct slot slots[N_SLOTS];
	struct err err = ERR_INIT;
	bool same = true;

	for (unsigned i = 0; i < N_SLOTS; i++)
		slots[i] = (struct slot){ .scheduleid = UINT64_MAX - i, .due_ms = 1000 * i };
	ok(handover_write_claims(spool, 99, slots, N_SLOTS, &err) == 0, "claims are written %s",
	    err.text);
	ok(spool_list(spool, SPOOL_CLAIMS, &names, &err) == 0 && names.n == 1, "one file");
	ok(handover_read_claims(spool, names.items[0], &claims, &err) == 0, "and read %s",
	    err.text);
	for (unsigned i = 0; i < claims.n_slots && i < N_SLOTS; i++)
		same &= claims.slots[i].scheduleid == slots[i].scheduleid &&
			claims.slots[i].due_ms == slots[i].due_ms;
	ok(same && claims.n_slots == N_SLOTS && claims.horizon_ms == 99, "as they were");
	ok(spool_read(spool, SPOOL_CLAIMS, names.items[0], &text, &err) == 0, "the file");
	test_damage(&text, parse_claims, NULL, 0, "claims");

	ok(spool_write(spool, SPOOL_CLAIMS, "garbage", "garbage", 7, &err) == 0 &&
		handover_read_claims(spool, "garbage", &claims, &err) == -EBADMSG,
	    "garbage is no batch of claims");
	ok(strstr(err.text, "claims/garbage") != NULL, "and is named: %s", err.text);
	ok(claims.n_slots == N_SLOTS, "the claims are left alone");
	ok(handover_read_claims(spool, "none", &claims, &err) == -ENOENT, "no file");
	ok(symlinkat("garbage", spool->dirs[SPOOL_CLAIMS], "link") == 0 &&
		handover_read_claims(spool, "link", &claims, &err) == -EBADMSG,
	    "a link is not followed");
	ok(mkdirat(spool->dirs[SPOOL_CLAIMS], "folder", 0700) == 0 &&
		handover_read_claims(spool, "folder", &claims, &err) == -EBADMSG,
	    "a folder is no file");
	ok(mkfifoat(spool->dirs[SPOOL_CLAIMS], "fifo", 0600) == 0 &&
		handover_read_claims(spool, "fifo", &claims, &err) == -EBADMSG,
	    "nor is a FIFO, which nobody waits for");
	(void)unlinkat(spool->dirs[SPOOL_CLAIMS], "folder", AT_REMOVEDIR);
	for (size_t i = 0; i < names.n; i++)
		(void)spool_unlink(spool, SPOOL_CLAIMS, names.items[i]);
}

static void remove_spool(const char *path, const struct spool *spool)
{
	static const char *const dirs[] = { "claims", "run", "segments", "ready", "data",
		"loaded", "bad", "events" };
	static const char *const files[] = { "garbage", "link", "fifo" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)spool_unlink(spool, SPOOL_CLAIMS, files[i]);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		(void)unlinkat(spool->dirs[SPOOL_TOP], dirs[i], AT_REMOVEDIR);
	(void)spool_unlink(spool, SPOOL_TOP, "id");
	(void)spool_unlink(spool, SPOOL_TOP, "specs");
	(void)spool_unlink(spool, SPOOL_TOP, "frontier");
	(void)rmdir(path);
}

int main(void)
{
	char path[] = "/tmp/haetae-unit.XXXXXX";
	struct err err = ERR_INIT;
	struct spool spool;

	if (!mkdtemp(path) || spool_open(path, &spool, &err) < 0) {
		ok(false, "a spool: %s", err.text);
		return tap_done();
	}
	test_specs(&spool);
	test_frontier(&spool);
	test_claims(&spool);
	remove_spool(path, &spool);
	ok(access(path, F_OK) < 0, "nothing else was left in the spool");
	spool_close(&spool);
	return tap_done();
}
