/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_event.h"

#include <errno.h>
#include <stdlib.h>

#include "scheduler/event.h"

enum { EVENTS_AT_ONCE = 500 };

struct file {
	const char *name;
	struct buf text; /* the event points into it */
};

struct files {
	struct file items[EVENTS_AT_ONCE];
	struct db_event events[EVENTS_AT_ONCE];
	size_t n;
	const struct load_target *target;
	load_refuse_fn *refuse;
	void *context;
};

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		buf_free(&files->items[i].text);
	files->n = 0;
}

/* What is no event goes to bad/ without more: nothing depends on it. */
static int add_file(struct files *files, const char *name, const char *host, struct err *err)
{
	struct file *file = &files->items[files->n];
	struct db_event *event = &files->events[files->n];
	struct err reason = ERR_INIT;
	int r;

	*file = (struct file){ name, BUF_INIT_MAX(EVENT_SIZE_MAX) };
	r = spool_read(files->target->spool, SPOOL_EVENTS, name, &file->text, &reason);
	if (r == 0)
		r = event_parse(buf_text(&file->text), file->text.size, event, &reason);
	if (r == 0) {
		if (!*event->host)
			event->host = host;
		files->n++;
		return 0;
	}
	buf_free(&file->text);
	if (r == -ENOENT)
		return 0;
	if (r != -E2BIG && r != -EBADMSG && r != -EACCES)
		return err_set(err, r, "%s", reason.text);
	return files->refuse(files->context, name, reason.text, err);
}

/* Halved until the one is found that the table does not take. */
static int store(const struct files *files, size_t first, size_t n, struct err *err)
{
	struct err reason = ERR_INIT;
	int r = db_events_add(files->target->db, files->events + first, n, &reason);

	if (r != -EBADMSG) {
		for (size_t i = first; r == 0 && i < first + n; i++)
			(void)spool_unlink(
			    files->target->spool, SPOOL_EVENTS, files->items[i].name);
		return r < 0 ? err_set(err, r, "%s", reason.text) : 0;
	}
	if (n == 1)
		return files->refuse(
		    files->context, files->items[first].name, reason.text, err);
	r = store(files, first, n / 2, err);
	return r < 0 ? r : store(files, first + n / 2, n - n / 2, err);
}

int load_events(const struct load_target *target, const struct spool_names *names,
    const char *host, load_refuse_fn *refuse, void *context, struct err *err)
{
	CLEANUP_FREE struct files *files = calloc(1, sizeof(*files));
	int r = 0;

	if (!files)
		return err_set(err, -ENOMEM, "out of memory");
	files->target = target;
	files->refuse = refuse;
	files->context = context;
	for (size_t i = 0; r == 0 && i < names->n; i++) {
		r = add_file(files, names->items[i], host, err);
		if (r == 0 && files->n && (files->n == EVENTS_AT_ONCE || i + 1 == names->n)) {
			r = store(files, 0, files->n, err);
			files_free(files);
		}
	}
	files_free(files);
	return r;
}
