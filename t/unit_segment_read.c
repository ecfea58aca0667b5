/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damaged segments: cut at every length, every byte of them overwritten, bytes lost and added.
 * What is whole is read exactly, in front of the damage and behind it, and nothing else. */
#include "config.h"

#include "scheduler/segment_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/pack.h"
#include "t/tap.h"

enum { N_RECORDS = 5 };

/* Records of several sizes; the longest has room for another one in its output. */
static const size_t output_sizes[N_RECORDS] = { 0, 1, 40, 300, 7 };

struct sample {
	char *bytes;
	size_t size;
	size_t starts[N_RECORDS + 1]; /* the last is the end */
};

static char output_byte(size_t record, size_t at)
{
	return (char)(at % 7 ? 'a' + (int)((record + at) % 26) : '\n');
}

static void sample_make(struct sample *sample)
{
	struct buf text = BUF_INIT;
	char output[512];

	for (unsigned i = 0; i < N_RECORDS; i++) {
		struct record record = { .scheduleid = (uint64_t)7 << 32 | (1000 + i),
			.due_ms = (1000 + i) * 1000 + 250,
			.last_due_ms = (1000 + i) * 1000 + 250,
			.n_slots = 1,
			.outcome = OUTCOME_RUN,
			.exit_code = (int)i % 4,
			.started_ms = (1000 + i) * 1000 + 251,
			.duration_ms = 12,
			.output = output,
			.output_size = output_sizes[i],
			.reason = "why",
			.reason_size = i % 4 };

		for (size_t at = 0; at < output_sizes[i]; at++)
			output[at] = output_byte(i, at);
		sample->starts[i] = text.size;
		if (record_add(&record, &text) < 0)
			exit(99);
	}
	sample->starts[N_RECORDS] = text.size;
	sample->bytes = text.data;
	sample->size = text.size;
}

static bool is_sample(const struct record *record, size_t n)
{
	if (record->scheduleid != ((uint64_t)7 << 32 | (1000 + n)) ||
	    record->exit_code != (int)n % 4 || record->output_size != output_sizes[n] ||
	    record->reason_size != n % 4)
		return false;
	for (size_t at = 0; at < record->output_size; at++) {
		if (record->output[at] != output_byte(n, at))
			return false;
	}
	return true;
}

/* A text of exactly its size on the heap, so that a sanitizer sees a byte too many. */
struct heard {
	unsigned records; /* a bit each */
	size_t n_damages;
	struct segment_damage damage; /* the last */
	bool wrong;		      /* a record that is none of ours, or out of order */
};

static struct heard hear(const char *bytes, size_t size)
{
	struct heard heard = { 0 };
	struct segment_reader reader;
	char *copy = malloc(size + 1);
	struct record record;
	struct err err = ERR_INIT;
	size_t next = 0;
	int r;

	if (!copy)
		exit(99);
	/* At its end, so that what lies behind it is no memory of ours. */
	memcpy(copy + 1, bytes, size);
	segment_read(&reader, copy + 1, size);
	while ((r = segment_next(&reader, &record, &heard.damage, &err)) != 0) {
		if (r < 0) {
			heard.n_damages++;
			heard.wrong |= heard.damage.size == 0;
			continue;
		}
		while (next < N_RECORDS && !is_sample(&record, next))
			next++;
		heard.wrong |= next == N_RECORDS;
		heard.records |= 1U << next;
	}
	free(copy);
	return heard;
}

enum { ALL = (1 << N_RECORDS) - 1 };

/* All records but one, whose bytes are the damage. */
static bool lacks_one(const struct heard *heard, const struct sample *sample, size_t n)
{
	return !heard->wrong && heard->records == (ALL & ~(1U << n)) && heard->n_damages == 1 &&
	       heard->damage.offset == sample->starts[n] &&
	       heard->damage.offset + heard->damage.size == sample->starts[n + 1];
}

static size_t record_at(const struct sample *sample, size_t at)
{
	size_t n = 0;

	while (sample->starts[n + 1] <= at)
		n++;
	return n;
}

static void test_whole(const struct sample *sample)
{
	struct heard heard = hear(sample->bytes, sample->size);

	ok(!heard.wrong && heard.records == ALL && heard.n_damages == 0, "a whole segment");
	heard = hear("", 0);
	ok(heard.records == 0 && heard.n_damages == 0, "an empty one");
}

static void test_cuts(const struct sample *sample)
{
	size_t right = 0;

	for (size_t cut = 0; cut < sample->size; cut++) {
		struct heard heard = hear(sample->bytes, cut);
		size_t n = record_at(sample, cut);
		bool torn = cut > sample->starts[n];

		right += !heard.wrong && heard.records == (1U << n) - 1 &&
			 heard.n_damages == torn &&
			 (!torn || (heard.damage.offset == sample->starts[n] &&
				       heard.damage.size == cut - sample->starts[n]));
	}
	ok(right == sample->size, "%zu of %zu lengths: what is whole is read, the rest is told",
	    right, sample->size);
}

/* Each bit of each byte is flipped; of a frame's head, lengths that reach into other records too,
 * each byte gets every other value. */
static void test_bytes(const struct sample *sample)
{
	size_t right = 0;

	for (size_t at = 0; at < sample->size; at++) {
		size_t n = record_at(sample, at), n_right = 0, n_tried = 0;
		bool head = at - sample->starts[n] < FRAME_HEAD_SIZE;
		char was = sample->bytes[at];

		for (int other = 1; other < 256; other = head ? other + 1 : 2 * other) {
			struct heard heard;

			sample->bytes[at] = (char)(was ^ other);
			heard = hear(sample->bytes, sample->size);
			n_right += lacks_one(&heard, sample, n);
			n_tried++;
		}
		sample->bytes[at] = was;
		right += n_right == n_tried;
	}
	ok(right == sample->size,
	    "%zu of %zu bytes: the record of a byte that is overwritten is told, all others "
	    "are read",
	    right, sample->size);
}

static void test_lost_and_added(const struct sample *sample)
{
	char *bytes = malloc(sample->size + 1);
	size_t lost = 0, added = 0;

	if (!bytes)
		exit(99);
	for (size_t at = 0; at < sample->size; at++) {
		size_t n = record_at(sample, at);
		struct heard heard;

		memcpy(bytes, sample->bytes, at);
		memcpy(bytes + at, sample->bytes + at + 1, sample->size - at - 1);
		heard = hear(bytes, sample->size - 1);
		lost +=
		    !heard.wrong && heard.records == (ALL & ~(1U << n)) && heard.n_damages == 1;
		bytes[at] = 'X';
		memcpy(bytes + at + 1, sample->bytes + at, sample->size - at);
		heard = hear(bytes, sample->size + 1);
		/* Between two records it harms neither. */
		added += !heard.wrong && heard.n_damages == 1 &&
			 heard.records == (at == sample->starts[n] ? ALL : (ALL & ~(1U << n)));
	}
	free(bytes);
	ok(lost == sample->size, "%zu of %zu bytes that are lost", lost, sample->size);
	ok(added == sample->size, "%zu of %zu bytes that are added", added, sample->size);
}

static void test_runs(const struct sample *sample)
{
	char *bytes = malloc(2 * sample->size + 64);
	struct heard heard;
	size_t two = sample->starts[2];

	if (!bytes)
		exit(99);
	memset(bytes, 0, 64);
	memcpy(bytes + 64, sample->bytes, sample->size);
	heard = hear(bytes, sample->size + 64);
	ok(!heard.wrong && heard.records == ALL && heard.n_damages == 1 &&
		heard.damage.size == 64,
	    "zeroes in front, as a disk that lost power leaves them");
	memcpy(bytes, sample->bytes, sample->size);
	memset(bytes + two + 3, 0, sample->starts[4] - two - 3);
	heard = hear(bytes, sample->size);
	ok(!heard.wrong && heard.records == 0x13 && heard.n_damages == 1 &&
		heard.damage.offset == two && heard.damage.size == sample->starts[4] - two,
	    "a hole over two records is one damage");
	bytes[0] = (char)(bytes[0] ^ 1);
	heard = hear(bytes, sample->size);
	ok(!heard.wrong && heard.records == 0x12 && heard.n_damages == 2, "two damages");
	free(bytes);
}

/* A record of another version is whole, but not ours to read: it is told in its own words. */
static void test_version(const struct sample *sample)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct segment_reader reader;
	struct segment_damage damage;
	struct record record;
	struct err err = ERR_INIT;

	ok(frame_add(&text, "\377\0\0\0later", 9) == 0 &&
		buf_add(&text, sample->bytes, sample->starts[1]) == 0,
	    "a record of version 255, and one of ours");
	segment_read(&reader, buf_text(&text), text.size);
	ok(segment_next(&reader, &record, &damage, &err) == -EBADMSG && damage.offset == 0 &&
		damage.size == 17 && strstr(err.text, "record of version 255"),
	    "told: %s", err.text);
	ok(segment_next(&reader, &record, &damage, &err) == 1 && is_sample(&record, 0) &&
		segment_next(&reader, &record, &damage, &err) == 0,
	    "and ours is read");
}

/* Heads of records without end, each of which reaches to the end of the file: were all their
 * checksums computed, it would take a minute. */
static void test_hostile(void)
{
	enum { SIZE = 12 << 20, STEP = 128 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SIZE + STEP);
	CLEANUP_BUF struct buf head = BUF_INIT;
	int64_t began = clock_mono_ms();
	struct record record = { .scheduleid = (uint64_t)7 << 32 | 1,
		.due_ms = 1000,
		.last_due_ms = 1000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.output = "",
		.reason = "" };
	struct segment_reader reader;
	struct segment_damage damage;
	size_t head_size, n = 0;

	ok(record_add(&record, &head) == 0, "a head");
	/* Without the sizes of its two texts. */
	head_size = head.size - 8;
	while (text.size + STEP <= SIZE) {
		size_t start = text.size, payload = SIZE - start - FRAME_HEAD_SIZE;

		if (payload > FRAME_PAYLOAD_MAX)
			payload = FRAME_PAYLOAD_MAX;
		pack_u32(&text, (uint32_t)payload);
		buf_add(&text, head.data + 4, head_size - 4);
		pack_u32(&text, (uint32_t)(payload - (head_size - FRAME_HEAD_SIZE) - 8));
		while (text.size < start + STEP)
			pack_u32(&text, 0);
	}
	segment_read(&reader, buf_text(&text), text.size);
	while (segment_next(&reader, &record, &damage, NULL) != 0)
		n++;
	ok(n == 1 && damage.offset == 0 && damage.size == text.size,
	    "%zu bytes that look like records are one damage", text.size);
	ok(clock_mono_ms() - began < 20000, "found out in %lld ms",
	    (long long)(clock_mono_ms() - began));
}

int main(void)
{
	struct sample sample;

	sample_make(&sample);
	test_whole(&sample);
	test_cuts(&sample);
	test_bytes(&sample);
	test_lost_and_added(&sample);
	test_runs(&sample);
	test_version(&sample);
	test_hostile();
	free(sample.bytes);
	return tap_done();
}
