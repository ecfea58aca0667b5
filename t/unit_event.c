/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as files, and what is said of a stage. */
#include "config.h"

#include "scheduler/event.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pack.h"
#include "scheduler/news.h"
#include "t/tap.h"

static struct err err;
static char spool[] = "/tmp/haetae-unit.XXXXXX";
static char folder[64];

/* Calls each file that is there, deletes it, and returns how many there were. */
typedef void each_fn(const char *text, size_t size, void *context);
static int take_files(each_fn *each, void *context)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort), files = 0;

	for (int i = 0; i < n; i++) {
		char path[512], text[EVENT_SIZE_MAX + 1];
		int fd;

		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_type == DT_REG) {
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (each)
				each(text, (size_t)read(fd, text, sizeof(text)), context);
			close(fd);
			(void)unlink(path);
			files++;
		}
		free(names[i]);
	}
	free(names);
	return files;
}

static void keep(const char *text, size_t size, void *context)
{
	(void)buf_add(context, text, size);
}

static int parse(const struct buf *text, struct db_event *ret)
{
	return event_parse(buf_text(text), text->size, ret, &err);
}

static void test_round(void)
{
	const struct db_event given = { .time_ms = 1800000000000,
		.eventid = 77,
		.level = EVENT_WARNING,
		.tag = "cleanup",
		.user = "",
		.host = "probe1",
		.node = "서울 사무실",
		.object = "pid 5",
		.new_value = "a 'quoted' | text\nin two lines" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_event event;

	ok(event_write(spool, &given, &err) == 0, "an event is written %s", err.text);
	is_num(take_files(keep, &text), 1, "as one file");
	ok(parse(&text, &event) == 0, "and read %s", err.text);
	is_num(event.time_ms, given.time_ms, "time");
	is_num(event.eventid, 77, "id");
	is_num(event.level, EVENT_WARNING, "level");
	is_str(event.tag, "cleanup", "tag");
	is_str(event.user, "", "user");
	is_str(event.node, given.node, "node");
	is_str(event.old_value, "", "what was not given");
	is_str(event.new_value, given.new_value, "and what was");
}

static void test_filled_in(void)
{
	const struct db_event given = { .tag = "stage", .new_value = "x" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_event event;
	char user[64];

	event_user(user, sizeof(user));
	ok(event_write(spool, &given, &err) == 0 && take_files(keep, &text) == 1 &&
		parse(&text, &event) == 0,
	    "an event without time, id and user");
	ok(clock_real_ms() - event.time_ms < 10000, "is of now");
	ok(event.eventid != 0, "has an id");
	is_str(event.user, user, "and the user");
}

/* Texts that are too long or no UTF-8 must not cost the event. */
static void test_hostile_texts(void)
{
	char long_text[9001];
	struct db_event given = {
		.tag = "stage", .old_value = "a\xff\xc3 b", .new_value = long_text
	};
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_event event;
	size_t size;

	for (size_t i = 0; i < 9000; i += 3)
		memcpy(long_text + i, "서", 3);
	long_text[9000] = '\0';
	given.user = given.host = given.node = given.object = long_text;
	ok(event_write(spool, &given, &err) == 0 && take_files(keep, &text) == 1 &&
		parse(&text, &event) == 0,
	    "long texts %s", err.text);
	ok(text.size <= EVENT_SIZE_MAX, "are cut");
	size = strlen(event.new_value);
	ok(size > 1000 && size % 3 == 0, "in front of a character");
	is_str(event.old_value, "a?? b", "what is no UTF-8 is replaced");
}

static void test_damage(void)
{
	const struct db_event given = { .time_ms = 1, .eventid = 1, .tag = "stage" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_event event;
	size_t bad = 0;

	ok(event_write(spool, &given, &err) == 0 && take_files(keep, &text) == 1,
	    "an event to be damaged");
	for (size_t i = 0; i < text.size; i++)
		bad += event_parse(text.data, i, &event, &err) == -EBADMSG;
	is_num(bad, text.size, "cut at every byte: refused");
	bad = 0;
	for (size_t i = 0; i < text.size; i++) {
		text.data[i] ^= 0x20;
		bad += parse(&text, &event) == -EBADMSG;
		text.data[i] ^= 0x20;
	}
	is_num(bad, text.size, "and with any byte changed");
	(void)buf_adds(&text, "more");
	ok(parse(&text, &event) == -EBADMSG, "and with something behind it");
}

/* A frame that is whole around what no event has. */
static void is_refused(int64_t time_ms, uint64_t id, const char *tag, size_t tag_size,
    uint32_t version, const char *what)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_event event;

	pack_u32(&payload, version);
	pack_i64(&payload, time_ms);
	pack_u64(&payload, id);
	pack_u32(&payload, 9);
	pack_text(&payload, tag, tag_size);
	for (int i = 0; i < 6; i++)
		pack_text(&payload, "", 1);
	(void)frame_add(&text, payload.data, payload.size);
	ok(parse(&text, &event) == -EBADMSG, "%s is refused", what);
}

static void test_refused(void)
{
	is_refused(5, 0, "stage", 6, 1, "an id of 0");
	is_refused(-5, 1, "stage", 6, 1, "a negative time");
	is_refused(
	    clock_real_ms() + (int64_t)400 * 86400000, 1, "stage", 6, 1, "a time of next year");
	is_refused(5, 1, "", 1, 1, "no tag");
	is_refused(5, 1, "stage", 5, 1, "a text without its end");
	is_refused(5, 1, "st\0ge", 6, 1, "a text with two");
	is_refused(5, 1, "st\xffge", 6, 1, "what is no UTF-8");
	is_refused(5, 1, "stage", 6, 2, "another version");
	ok(event_write("/nonexistent", &(struct db_event){ .tag = "x" }, &err) == -ENOENT,
	    "no spool: %s", err.text);
}

static void test_full(void)
{
	const struct db_event given = { .tag = "stage" };

	for (int i = 0; i < EVENT_FILES_MAX; i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%d", folder, i);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	ok(event_write(spool, &given, &err) == -ENOSPC, "a full folder: %s", err.text);
	is_num(take_files(NULL, NULL), EVENT_FILES_MAX, "gets no more files");
}

/* --- stages --------------------------------------------------------------------------------- */

static void add_line(const char *text, size_t size, void *context)
{
	struct db_event event;

	if (event_parse(text, size, &event, &err) == 0)
		(void)buf_addf(
		    context, "%d %s %s\n", (int)event.level, event.object, event.new_value);
}

static const char *said(struct buf *text)
{
	buf_reset(text);
	(void)take_files(add_line, text);
	return buf_text(text);
}

static void test_news(void)
{
	struct news news = { .spool = spool, .host = "probe1", .object = "run" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	int64_t now = 5000;

	news_say(&news, NEWS_START, EVENT_INFO, now, "started");
	news_say(&news, NEWS_END, EVENT_ERROR, now, "killed by signal %d (Killed)", 9);
	is_str(said(&text), "2 run started\n0 run killed by signal 9 (Killed)\n",
	    "the first of each kind is said at once");
	for (int i = 0; i < 12; i++) {
		now += 1000;
		news_say(&news, NEWS_START, EVENT_INFO, now, "restarted after 0.2 s");
		news_say(&news, NEWS_END, EVENT_ERROR, now, "ended with exit code 1");
	}
	ok(news_tick(&news, now), "something waits");
	is_str(said(&text), "", "the next dozen are counted");
	ok(news_tick(&news, now + NEWS_QUIET_MS), "another quiet minute");
	is_str(said(&text),
	    "2 run restarted after 0.2 s; 12 times within a minute\n"
	    "0 run ended with exit code 1; 12 times within a minute\n",
	    "and said at the end of the minute");
	ok(!news_tick(&news, now + 2 * NEWS_QUIET_MS), "then it is over");
	is_str(said(&text), "", "without a word");
	now += 3 * NEWS_QUIET_MS;
	news_say(&news, NEWS_END, EVENT_WARNING, now, "ended with exit code 0");
	is_str(said(&text), "1 run ended with exit code 0\n", "the next is said at once again");
	news_say(&news, NEWS_END, EVENT_WARNING, now, "ended with exit code 3");
	news_flush(&news);
	is_str(said(&text), "1 run ended with exit code 3\n", "what waits is said at the end");
}

int main(void)
{
	if (!mkdtemp(spool))
		return 1;
	(void)snprintf(folder, sizeof(folder), "%s/events", spool);
	if (mkdir(folder, 0700) < 0)
		return 1;
	test_round();
	test_filled_in();
	test_hostile_texts();
	test_damage();
	test_refused();
	test_full();
	test_news();
	(void)rmdir(folder);
	(void)rmdir(spool);
	return tap_done();
}
