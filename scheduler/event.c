/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/event.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pack.h"
#include "lib/base/utf8.h"
#include "scheduler/spool.h"

enum { EVENT_VERSION = 1, TEXTS = 7, PATH_SIZE = 4096, LOGIN_SIZE = 256 };
enum { TEXT_SIZE_MAX = EVENT_SIZE_MAX / TEXTS - 16 };

/* Who became root: as sudo says, else as the session does (su keeps its login). Only root's word
 * counts: anybody may set a variable. */
static bool login_behind_root(char *out, size_t size)
{
	const char *sudo = getenv("SUDO_USER");
	char login[LOGIN_SIZE];

	if (geteuid() != 0)
		return false;
	if (!sudo || !*sudo) {
		if (getlogin_r(login, sizeof(login)) != 0 || !*login)
			return false;
		sudo = login;
	}
	(void)snprintf(out, size, "%s", sudo);
	return true;
}

void event_user(char *out, size_t size)
{
	const struct passwd *user = getpwuid(geteuid());

	if (login_behind_root(out, size))
		return;
	if (user)
		(void)snprintf(out, size, "%s", user->pw_name);
	else
		(void)snprintf(out, size, "uid %lu", (unsigned long)geteuid());
}

/* The table refuses what is no UTF-8. Cut in front of a character. */
static void clean(const char *text, struct buf *ret)
{
	const char *p = text ? text : "", *end = p + strlen(p);

	while (p < end) {
		size_t n = utf8_size(p, end);

		if (ret->size + (n ? n : 1) > TEXT_SIZE_MAX)
			break;
		(void)buf_add(ret, n ? p : "?", n ? n : 1);
		p += n ? n : 1;
	}
}

/* A terminator is part of each text, so that the reader can point at it. */
static void pack_event(const struct db_event *event, struct buf *payload)
{
	const char *const texts[TEXTS] = { event->tag, event->user, event->host, event->node,
		event->object, event->old_value, event->new_value };

	pack_u32(payload, EVENT_VERSION);
	pack_i64(payload, event->time_ms);
	pack_u64(payload, event->eventid);
	pack_u32(payload, (uint32_t)event->level);
	for (int i = 0; i < TEXTS; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;

		clean(texts[i], &text);
		pack_text(payload, buf_text(&text), text.size + 1);
		payload->error = payload->error ? payload->error : text.error;
	}
}

static bool is_utf8(const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		size_t n = utf8_size(text, end);

		if (n == 0)
			return false;
		text += n;
	}
	return true;
}

static const char *unpack_string(struct unpack *in)
{
	size_t size;
	const char *text = unpack_text(in, &size);

	if (in->bad || size == 0 || memchr(text, '\0', size) != text + size - 1 ||
	    !is_utf8(text, size - 1)) {
		in->bad = true;
		return "";
	}
	return text;
}

int event_parse(const char *text, size_t size, struct db_event *ret, struct err *err)
{
	const char *p = text, *end = text + size, *payload;
	struct db_event event = { 0 };
	const char **const texts[TEXTS] = { &event.tag, &event.user, &event.host, &event.node,
		&event.object, &event.old_value, &event.new_value };
	struct unpack in;
	uint32_t level;

	if (size > EVENT_SIZE_MAX || frame_next(&p, end, &payload, &size) != 1 || p != end)
		return err_set(err, -EBADMSG, "damaged event");
	in = (struct unpack){ .p = payload, .end = payload + size };
	if (unpack_u32(&in) != EVENT_VERSION)
		return err_set(err, -EBADMSG, "event of another version");
	event.time_ms = unpack_i64(&in);
	event.eventid = unpack_u64(&in);
	level = unpack_u32(&in);
	event.level = level > EVENT_INFO ? EVENT_INFO : (enum event_level)level;
	for (int i = 0; i < TEXTS; i++)
		*texts[i] = unpack_string(&in);
	/* A year from now is no time of an event. */
	if (!unpack_done(&in) || event.eventid == 0 || event.time_ms < 0 || !*event.tag ||
	    event.time_ms > clock_real_ms() + (int64_t)366 * 86400000)
		return err_set(err, -EBADMSG, "damaged event");
	*ret = event;
	return 0;
}

static int is_full(int dir_fd)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n = 0;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		int error = errno;

		close(fd);
		return -error;
	}
	while (n < EVENT_FILES_MAX + 2 && readdir(dir))
		n++;
	return n >= EVENT_FILES_MAX + 2;
}

static int write_file(int dir_fd, const struct buf *text)
{
	char name[SPOOL_NAME_SIZE], temporary[SPOOL_NAME_SIZE + 8];
	CLEANUP_CLOSE int fd = -1;
	struct stat st;
	ssize_t written;
	int r = 0;

	spool_new_name(name);
	(void)snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
	fd = openat(
	    dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	written = write(fd, buf_text(text), text->size);
	/* A file that is full takes a part, without an error. */
	if (written != (ssize_t)text->size)
		r = written < 0 ? -errno : -ENOSPC;
	if (r == 0 && geteuid() == 0 &&
	    (fstat(dir_fd, &st) < 0 || fchown(fd, st.st_uid, st.st_gid) < 0))
		r = -errno;
	if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, temporary, 0);
	return r;
}

int event_write(const char *spool, const struct db_event *event, struct err *err)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_CLOSE int dir_fd = -1;
	struct db_event whole = *event;
	char path[PATH_SIZE], user[64];
	int r;

	event_user(user, sizeof(user));
	if (!whole.user)
		whole.user = user;
	if (whole.time_ms == 0)
		whole.time_ms = clock_real_ms();
	if (whole.eventid == 0)
		whole.eventid = db_event_id();
	pack_event(&whole, &payload);
	if (payload.error || frame_add(&text, buf_text(&payload), payload.size) < 0)
		return err_sys(err, -ENOMEM, "cannot write an event");
	(void)snprintf(path, sizeof(path), "%s/events", spool);
	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir_fd < 0)
		return err_sys(err, -errno, "cannot open %s", path);
	r = is_full(dir_fd);
	if (r > 0)
		return err_set(err, -ENOSPC, "%s has %d files already", path, EVENT_FILES_MAX);
	if (r == 0)
		r = write_file(dir_fd, &text);
	return r < 0 ? err_sys(err, r, "cannot write into %s", path) : 0;
}

void event_say(const char *spool, const struct db_event *event)
{
	struct err err = ERR_INIT;

	if (event_write(spool, event, &err) < 0)
		log_warning("an event is not kept: %s", err.text);
}
