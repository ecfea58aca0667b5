/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments and the journal: whatever byte a kill or a full disk cuts them at, what is whole
 * is found, and nothing else. (What else damages them: unit_segment_read.) */
#include "config.h"

#include "scheduler/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/pack.h"
#include "scheduler/journal.h"
#include "t/tap.h"

enum { N_RECORDS = 3 };

static void remove_all(const struct spool *spool, enum spool_dir dir)
{
	struct spool_names names = { 0 };

	if (spool_list(spool, dir, &names, NULL) == 0) {
		for (size_t i = 0; i < names.n; i++)
			(void)spool_unlink(spool, dir, names.items[i]);
	}
	spool_names_free(&names);
}

static struct record sample(unsigned n)
{
	static const char output[] = "OK - fine\nsecond line | 'a'=1";

	return (struct record){ .scheduleid = (uint64_t)7 << 32 | (1000 + n),
		.due_ms = (1000 + n) * 1000,
		.last_due_ms = (1000 + n) * 1000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.exit_code = 2,
		.started_ms = 5,
		.duration_ms = 6,
		.rss_kb = 7,
		.cpu_ms = 8,
		.cut = true,
		.output = output,
		.output_size = sizeof(output) - 1,
		.reason = "why",
		.reason_size = 3 };
}

static int append(struct segment *segment, unsigned n)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;
	struct record record = sample(n);
	struct err err = ERR_INIT;
	int r = record_add(&record, &frame);

	return r ? r : segment_append(segment, frame.data, frame.size, &err);
}

/* Counts the records of a segment in ready/; -1 when a record is not what was written. */
static int count_from(const struct spool *spool, const char *name, unsigned first)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const char *p, *payload;
	struct record record;
	unsigned n = 0;
	size_t size;

	if (spool_read(spool, SPOOL_READY, name, &text, NULL) < 0)
		return -1;
	p = buf_text(&text);
	while (frame_next(&p, buf_text(&text) + text.size, &payload, &size) == 1) {
		struct record want = sample(first + n);

		if (record_parse(payload, size, &record, NULL) < 0 ||
		    record.scheduleid != want.scheduleid ||
		    record.exit_code != want.exit_code ||
		    record.output_size != want.output_size ||
		    memcmp(record.output, want.output, want.output_size) != 0 || !record.cut)
			return -1;
		n++;
	}
	return (int)n;
}

static int count_records(const struct spool *spool, const char *name)
{
	return count_from(spool, name, 0);
}

static void test_cuts(const struct spool *spool)
{
	struct segment segment;
	struct spool_names names = { 0 };
	CLEANUP_BUF struct buf whole = BUF_INIT;
	char file[SPOOL_NAME_SIZE + 8];
	size_t right = 0;

	segment_init(&segment, spool);
	for (unsigned i = 0; i < N_RECORDS; i++)
		ok(append(&segment, i) == 0, "record %u is appended", i);
	(void)snprintf(file, sizeof(file), "%s.open", segment.name);
	ok(spool_read(spool, SPOOL_SEGMENTS, file, &whole, NULL) == 0, "the segment is there");
	(void)spool_unlink(spool, SPOOL_SEGMENTS, file);
	ok(spool_list(spool, SPOOL_READY, &names, NULL) == 0 && names.n == 0,
	    "and nobody else sees it yet");
	spool_names_free(&names);
	for (size_t cut = 0; cut <= whole.size; cut++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		bool there;

		remove_all(spool, SPOOL_READY);
		if (spool_write(spool, SPOOL_SEGMENTS, "1.open", whole.data, cut, NULL) < 0 ||
		    segment_recover(spool, NULL) < 0)
			continue;
		there = spool_read(spool, SPOOL_READY, "1", &text, NULL) == 0;
		right += there == (cut > 0) && text.size == cut &&
			 (cut == 0 || memcmp(text.data, whole.data, cut) == 0) &&
			 count_records(spool, "1") ==
			     (cut ? (int)(cut * N_RECORDS / whole.size) : -1);
	}
	ok(right == whole.size + 1, "%zu of %zu cuts: it is handed over as it is", right,
	    whole.size + 1);
	segment_free(&segment);
}

static void test_rotation(const struct spool *spool)
{
	struct segment segment;
	char name[SPOOL_NAME_SIZE];

	remove_all(spool, SPOOL_READY);
	segment_init(&segment, spool);
	ok(segment_sync(&segment, true, NULL) == 0, "nothing to rotate is no error");
	ok(append(&segment, 0) == 0, "a record");
	(void)snprintf(name, sizeof(name), "%s", segment.name);
	ok(segment_sync(&segment, false, NULL) == 0 && segment.fd >= 0, "a sync keeps it open");
	ok(segment_sync(&segment, true, NULL) == 0 && segment.fd < 0, "a rotation closes it");
	ok(count_records(spool, name) == 1, "and hands it over");
	segment_free(&segment);
}

/* fdatasync of a pipe fails with EINVAL: as a disk that could not write. */
static void test_failed_sync(const struct spool *spool)
{
	struct segment segment;
	char first[SPOOL_NAME_SIZE], name[SPOOL_NAME_SIZE];
	struct err err = ERR_INIT;
	int ends[2];

	remove_all(spool, SPOOL_READY);
	segment_init(&segment, spool);
	ok(append(&segment, 0) == 0 && segment_sync(&segment, false, NULL) == 0,
	    "one is synced");
	ok(append(&segment, 1) == 0 && append(&segment, 2) == 0, "two are not");
	(void)snprintf(first, sizeof(first), "%s", segment.name);
	ok(pipe(ends) == 0 && dup2(ends[1], segment.fd) >= 0, "the disk fails");
	ok(segment_sync(&segment, true, &err) < 0 && strstr(err.text, "cannot sync"),
	    "said: %s", err.text);
	ok(segment_sync(&segment, true, NULL) == 0, "the next sync is well");
	(void)snprintf(name, sizeof(name), "%s", segment.name);
	ok(strcmp(first, name) != 0, "in another segment");
	ok(count_from(spool, name, 1) == 2, "which has the two");
	ok(segment_recover(spool, NULL) == 0 && count_from(spool, first, 0) == 3,
	    "the first is recovered with all three");
	segment_free(&segment);
	close(ends[0]);
	close(ends[1]);
}

/* What is no file of ours is no reason for the run stage not to start. */
static void test_strange(const struct spool *spool)
{
	struct stat st;

	remove_all(spool, SPOOL_READY);
	ok(mkdirat(spool->dirs[SPOOL_SEGMENTS], "2.open", 0700) == 0 &&
		symlinkat("/etc/passwd", spool->dirs[SPOOL_SEGMENTS], "3.open") == 0,
	    "a folder and a link among the segments");
	ok(segment_recover(spool, NULL) == 0, "are no failure");
	ok(fstatat(spool->dirs[SPOOL_READY], "2", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode) &&
		fstatat(spool->dirs[SPOOL_READY], "3", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISLNK(st.st_mode),
	    "the load stage gets them, too");
	(void)unlinkat(spool->dirs[SPOOL_READY], "2", AT_REMOVEDIR);
	remove_all(spool, SPOOL_READY);
}

static void test_journal(const struct spool *spool)
{
	struct journal journal;
	struct journal_state none = { 0 }, state;
	struct journal_open open = { .scheduleid = (uint64_t)7 << 32 | 10,
		.due_ms = 10500,
		.started_ms = 10600,
		.probetype = "plugin" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t whole = 0;

	ok(journal_read(spool, &state, NULL) == 0 && state.n_opens == 0 && !state.torn,
	    "no journal is an empty one");
	journal_state_free(&state);
	ok(journal_start(&journal, spool, &none, NULL) == 0, "a journal begins");
	ok(journal_begin(&journal, &open, NULL) == 0 &&
		journal_spawned(&journal, open.scheduleid, 4711, 99, NULL) == 0,
	    "a slot begins");
	journal_end(&journal, (uint64_t)8 << 32 | 20, 20000);
	ok(journal_flush(&journal, NULL) == 0, "another one ends");
	ok(journal_read(spool, &state, NULL) == 0 && state.same_boot, "it is of this boot");
	ok(state.n_opens == 1 && state.opens[0].pid == 4711 && state.opens[0].starttime == 99 &&
		strcmp(state.opens[0].probetype, "plugin") == 0,
	    "the open slot has its process");
	is_num(state.opens[0].attempts, 1, "and was started once");
	ok(state.n_cursors == 1 && state.cursors[0].specid == 8 &&
		state.cursors[0].due_ms == 20000,
	    "the ended one its cursor");
	journal_state_free(&state);
	ok(journal_again(&journal, open.scheduleid, NULL) == 0 &&
		journal_again(&journal, open.scheduleid, NULL) == 0 &&
		journal_read(spool, &state, NULL) == 0 && state.n_opens == 1 &&
		state.opens[0].attempts == 3,
	    "it is started twice more");
	journal_close(&journal);
	ok(journal_start(&journal, spool, &state, NULL) == 0, "a rewrite");
	journal_state_free(&state);
	ok(journal_read(spool, &state, NULL) == 0 && state.n_opens == 1 &&
		state.opens[0].attempts == 3,
	    "keeps that");
	journal_state_free(&state);
	journal_end(&journal, open.scheduleid, open.due_ms);
	ok(journal_flush(&journal, NULL) == 0, "it ends");
	ok(journal_read(spool, &state, NULL) == 0 && state.n_opens == 0 && state.n_cursors == 2,
	    "nothing is open");
	journal_close(&journal);
	ok(journal_start(&journal, spool, &state, NULL) == 0, "a rewrite keeps the cursors");
	journal_state_free(&state);
	journal_close(&journal);
	ok(journal_read(spool, &state, NULL) == 0 && state.n_cursors == 2, "both of them");
	journal_state_free(&state);
	ok(spool_read(spool, SPOOL_RUN, "journal", &text, NULL) == 0, "its bytes");
	for (size_t cut = 0; cut < text.size; cut++) {
		if (spool_write(spool, SPOOL_RUN, "journal", text.data, cut, NULL) < 0 ||
		    journal_read(spool, &state, NULL) < 0)
			continue;
		whole += state.n_cursors <= 2 && state.n_opens == 0;
		journal_state_free(&state);
	}
	ok(whole == text.size, "cut at any byte it is read up to there");
}

int main(void)
{
	char path[] = "/tmp/haetae-unit-segment.XXXXXX";
	static const char *const folders[] = { "claims", "run", "segments", "ready", "data",
		"loaded", "bad", "events" };
	struct spool spool;
	struct err err = ERR_INIT;
	int fd;

	if (!mkdtemp(path))
		return 99;
	if (!ok(spool_open(path, &spool, &err) == 0, "a spool opens: %s", err.text))
		return 99;
	ok(strlen(spool.id) == 36, "it has an id");
	ok(spool_lock(&spool, "run", &fd, NULL) == 0, "a lock is taken");
	test_cuts(&spool);
	test_rotation(&spool);
	test_failed_sync(&spool);
	test_strange(&spool);
	test_journal(&spool);
	for (int i = 0; i < SPOOL_DIR_COUNT; i++)
		remove_all(&spool, (enum spool_dir)i);
	close(fd);
	spool_close(&spool);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char folder[96];

		(void)snprintf(folder, sizeof(folder), "%s/%s", path, folders[i]);
		(void)rmdir(folder);
	}
	(void)rmdir(path);
	ok(access(path, F_OK) != 0, "nothing is left behind");
	return tap_done();
}
