/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make_tree DIR <TREE: makes files, folders and links below DIR, for what a checkout
 * cannot hold: links such as /proc/PID/exe, file names with newlines, 33,000 folders.
 *
 * A line is an entry, in tab-separated fields: "f PATH CONTENT" a file, "d PATH" a folder,
 * "l PATH TARGET" a link. \n, \t, \\ and \xHH stand for bytes. Folders above a file must
 * come first; one that is there already is no error.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Resolves escapes in place. Returns the new size. */
static size_t unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		if (*p != '\\' || !p[1]) {
			*to++ = *p;
			continue;
		}
		p++;
		if (*p == 'x' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			*to++ = (char)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
			p += 2;
		} else {
			*to++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

static int make_file(int dir, const char *path, const char *content, size_t size)
{
	CLEANUP_CLOSE int fd =
	    openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd >= 0 && write(fd, content, size) == (ssize_t)size ? 0 : -1;
}

static int make_entry(int dir, char *line)
{
	char *path = line + 2, *rest = strchr(path, '\t');
	size_t size = 0;

	if (rest) {
		*rest++ = '\0';
		size = unescape(rest);
	}
	unescape(path);
	if (line[1] != '\t')
		return -1;
	switch (line[0]) {
	case 'd':
		return mkdirat(dir, path, 0755) == 0 || errno == EEXIST ? 0 : -1;
	case 'f':
		return rest ? make_file(dir, path, rest, size) : -1;
	case 'l':
		return rest ? symlinkat(rest, dir, path) : -1;
	default:
		return -1;
	}
}

int main(int argc, char **argv)
{
	CLEANUP_FREE char *line = NULL;
	CLEANUP_CLOSE int dir = -1;
	size_t room = 0, n = 0;
	ssize_t size;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: make_tree DIR <TREE\n");
		return 2;
	}
	dir = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		perror(argv[1]);
		return 1;
	}
	while ((size = getline(&line, &room, stdin)) > 0) {
		n++;
		if (line[size - 1] == '\n')
			line[size - 1] = '\0';
		if (line[0] == '\0')
			continue;
		errno = EINVAL;
		if (make_entry(dir, line) < 0) {
			(void)fprintf(stderr, "make_tree: line %zu: %s\n", n, strerror(errno));
			return 1;
		}
	}
	return 0;
}
