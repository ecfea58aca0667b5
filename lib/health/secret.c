/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/conf.h"

enum { FILE_SIZE_MAX = 64 << 10 };

/* What is freed may lie in a core file; a secret need not. */
static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void secret_free(struct secret *secret)
{
	wipe(secret->user);
	wipe(secret->password);
	*secret = (struct secret)SECRET_INIT;
}

static int from_environment(const char *prefix, struct secret *ret, struct err *err)
{
	static const char *const names[] = { "USER", "PASSWORD" };
	char **const fields[] = { &ret->user, &ret->password };
	char name[80];

	for (size_t i = 0; i < 2; i++) {
		const char *value;

		(void)snprintf(name, sizeof(name), "%s_%s", prefix, names[i]);
		value = getenv(name);
		*fields[i] = value ? strdup(value) : NULL;
		if (value && !*fields[i])
			return err_set(err, -ENOMEM, "cannot keep %s: out of memory", name);
	}
	return 0;
}

static void text_cleanup(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->room);
	buf_free(buf);
}

static int read_all(int fd, const char *file, struct buf *ret, struct err *err)
{
	for (;;) {
		char *room = buf_reserve(ret, 1024);
		ssize_t got;

		if (!room)
			return err_sys(err, ret->error, "cannot read %s", file);
		got = read(fd, room, 1024);
		if (got < 0 && errno != EINTR)
			return err_sys(err, -errno, "cannot read %s", file);
		if (got == 0)
			break;
		ret->size += got > 0 ? (size_t)got : 0;
	}
	buf_terminate(ret);
	return 0;
}

/* What was checked is what is read: one descriptor does both. */
static int open_private(const char *file, struct err *err)
{
	/* A fifo must not hang us. */
	CLEANUP_CLOSE int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat about;
	int taken;

	if (fd < 0 || fstat(fd, &about) < 0)
		return err_sys(err, -errno, "cannot open %s", file);
	if (!S_ISREG(about.st_mode))
		return err_set(err, -EINVAL, "%s is not a file", file);
	if (about.st_mode & S_IRWXO)
		return err_set(err, -EPERM,
		    "%s holds a password and is open to everybody; try: chmod o= %s", file,
		    file);
	taken = fd;
	fd = -1;
	return taken;
}

#ifdef HAVE_LIBCONFIG
static void conf_cleanup(struct conf **conf)
{
	conf_free(*conf);
}

int secret_read_keys(
    const char *file, const struct conf_key *keys, size_t n_keys, void *target, struct err *err)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;
	CLEANUP(text_cleanup) struct buf text = BUF_INIT_MAX(FILE_SIZE_MAX);
	CLEANUP_CLOSE int fd = open_private(file, err);
	int r = fd < 0 ? fd : read_all(fd, file, &text, err);

	if (r == 0)
		r = conf_parse(buf_text(&text), text.size, file, &conf, err);
	if (r < 0)
		return r;
	return conf_group_read(conf_root(conf), keys, n_keys, target, err);
}
#else
int secret_read_keys(
    const char *file, const struct conf_key *keys, size_t n_keys, void *target, struct err *err)
{
	(void)keys;
	(void)n_keys;
	(void)target;
	return err_set(err, -ENOTSUP,
	    "cannot read %s: built without libconfig; use the environment", file);
}
#endif

int secret_read_line(const char *file, char **ret, struct err *err)
{
	CLEANUP(text_cleanup) struct buf text = BUF_INIT_MAX(FILE_SIZE_MAX);
	CLEANUP_CLOSE int fd = open_private(file, err);
	int r = fd < 0 ? fd : read_all(fd, file, &text, err);
	size_t size;

	if (r < 0)
		return r;
	size = strcspn(buf_text(&text), "\r\n");
	if (size == 0)
		return err_set(err, -EBADMSG, "%s: its first line is empty", file);
	wipe(*ret);
	*ret = strndup(buf_text(&text), size);
	return *ret ? 0 : err_sys(err, -ENOMEM, "cannot keep what %s holds", file);
}

void secret_wipe(char **text)
{
	wipe(*text);
	*text = NULL;
}

static int from_file(const char *file, struct secret *ret, struct err *err)
{
	static const struct conf_key keys[] = {
		{ .name = "user", .type = CONF_TEXT, .offset = offsetof(struct secret, user) },
		{ .name = "password",
		    .type = CONF_TEXT,
		    .offset = offsetof(struct secret, password) },
	};

	return secret_read_keys(file, keys, sizeof(keys) / sizeof(keys[0]), ret, err);
}

int secret_read(const char *file, const char *prefix, struct secret *ret, struct err *err)
{
	int r;

	secret_free(ret);
	r = file ? from_file(file, ret, err) : from_environment(prefix, ret, err);
	if (r < 0)
		secret_free(ret);
	return r;
}
