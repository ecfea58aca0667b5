/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockproc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

/* Longer than any line: a unix name has 108 bytes. */
enum { CHUNK_SIZE = 64 << 10, PATH_SIZE = 64 };

static const struct {
	const char *name;
	enum sock_proto proto;
	uint8_t family;
	uint8_t type;
} files[SOCKPROC_FILES] = {
	[SOCKPROC_TCP] = { "tcp", SOCK_TCP, AF_INET, SOCK_STREAM },
	[SOCKPROC_TCP6] = { "tcp6", SOCK_TCP, AF_INET6, SOCK_STREAM },
	[SOCKPROC_UDP] = { "udp", SOCK_UDP, AF_INET, SOCK_DGRAM },
	[SOCKPROC_UDP6] = { "udp6", SOCK_UDP, AF_INET6, SOCK_DGRAM },
	[SOCKPROC_UNIX] = { "unix", SOCK_UNIX, AF_UNIX, 0 },
};

/* A line that is read from left to right. Once something is wrong it stays so. */
struct scan {
	const char *p, *end;
	bool bad;
};

static uint64_t scan_hex(struct scan *scan, uint64_t max)
{
	uint64_t value = 0;

	if (scan->bad || num_scan_hex(&scan->p, scan->end, &value) < 0 || value > max)
		scan->bad = true;
	return value;
}

static uint64_t scan_decimal(struct scan *scan, uint64_t max)
{
	uint64_t value = 0;

	if (scan->bad || num_scan_u64(&scan->p, scan->end, &value) < 0 || value > max)
		scan->bad = true;
	return value;
}

static void scan_char(struct scan *scan, char c)
{
	if (scan->bad || scan->p == scan->end || *scan->p != c)
		scan->bad = true;
	else
		scan->p++;
}

/* "0100007F:1F90": words of 32 bits in this machine's byte order. */
static void scan_address(
    struct scan *scan, uint8_t family, struct sock_address *ret, uint16_t *ret_port)
{
	size_t words = family == AF_INET6 ? 4 : 1;

	while (scan->p < scan->end && *scan->p == ' ')
		scan->p++;
	ret->family = family;
	for (size_t i = 0; i < words && !scan->bad; i++) {
		const char *p = scan->p, *end = p + 8;
		uint64_t word;
		uint32_t bytes;

		if (scan->end - p < 8 || num_scan_hex(&p, end, &word) < 0 || p != end) {
			scan->bad = true;
			return;
		}
		scan->p = end;
		bytes = (uint32_t)word;
		memcpy(ret->bytes + 4 * i, &bytes, sizeof(bytes));
	}
	scan_char(scan, ':');
	*ret_port = (uint16_t)scan_hex(scan, UINT16_MAX);
}

/* "sl local remote st tx:rx tr:when retransmits uid probes inode ..." */
static bool parse_inet(struct scan *scan, enum sockproc_file file, struct sock *ret)
{
	uint64_t wait, retransmits, probes;

	(void)scan_decimal(scan, UINT64_MAX);
	scan_char(scan, ':');
	scan_address(scan, files[file].family, &ret->local, &ret->local_port);
	scan_address(scan, files[file].family, &ret->remote, &ret->remote_port);
	ret->state = (uint8_t)scan_hex(scan, UINT8_MAX);
	ret->tx_queue = (uint32_t)scan_hex(scan, UINT32_MAX);
	scan_char(scan, ':');
	ret->rx_queue = (uint32_t)scan_hex(scan, UINT32_MAX);
	ret->timer = (uint8_t)scan_hex(scan, UINT8_MAX);
	scan_char(scan, ':');
	wait = scan_hex(scan, UINT64_MAX);
	retransmits = scan_hex(scan, UINT32_MAX);
	ret->uid = (uint32_t)scan_decimal(scan, UINT32_MAX);
	probes = scan_decimal(scan, UINT32_MAX);
	ret->inode = scan_decimal(scan, UINT64_MAX);
	if (ret->timer == SOCK_TIMER_PROBE)
		retransmits = probes;
	/* In hundredths of a second (USER_HZ); what lies in the past is not negative. */
	ret->wait_ms = wait < UINT32_MAX / 10 ? (uint32_t)wait * 10 : 0;
	ret->tries = retransmits < UINT16_MAX ? (uint16_t)retransmits : UINT16_MAX;
	ret->has_uid = true;
	ret->proto = (uint8_t)files[file].proto;
	ret->type = files[file].type;
	if (ret->state >= SOCK_STATES)
		ret->state = 0;
	return !scan->bad;
}

/* "Num RefCount Protocol Flags Type St Inode Path": the number is a pointer with a colon. */
static bool parse_unix(
    struct scan *scan, struct sock *ret, const char **ret_name, size_t *ret_size)
{
	/* SS_* of include/uapi/linux/net.h */
	static const uint8_t states[] = { 0, SOCK_CLOSE, SOCK_SYN_SENT, SOCK_ESTABLISHED,
		SOCK_CLOSING };
	enum { ACCEPTS = 1 << 16 }; /* __SO_ACCEPTCON */
	uint64_t flags, state;

	(void)scan_hex(scan, UINT64_MAX);
	scan_char(scan, ':');
	(void)scan_hex(scan, UINT32_MAX);
	(void)scan_hex(scan, UINT32_MAX);
	flags = scan_hex(scan, UINT32_MAX);
	ret->type = (uint8_t)scan_hex(scan, UINT8_MAX);
	state = scan_hex(scan, UINT8_MAX);
	ret->inode = scan_decimal(scan, UINT64_MAX);
	if (scan->bad)
		return false;
	ret->proto = SOCK_UNIX;
	ret->local.family = ret->remote.family = AF_UNIX;
	ret->state = state < sizeof(states) ? states[state] : 0;
	if (flags & ACCEPTS)
		ret->state = SOCK_LISTEN;
	/* One blank, then the name, which may itself begin with blanks. */
	if (scan->p < scan->end)
		scan_char(scan, ' ');
	*ret_name = scan->p;
	*ret_size = (size_t)(scan->end - scan->p);
	return !scan->bad;
}

static bool is_heading(const char *line, size_t size)
{
	while (size > 0 && *line == ' ') {
		line++;
		size--;
	}
	return size >= 3 && (memcmp(line, "sl ", 3) == 0 || memcmp(line, "Num", 3) == 0);
}

static int parse_line(enum sockproc_file file, const char *line, size_t size, unsigned wants,
    struct sock_table *table, bool *ret_more, struct err *err)
{
	struct scan scan = { line, line + size, false };
	struct sock sock = { 0 };
	const char *name = NULL;
	size_t name_size = 0;
	bool good;
	int r;

	if (size == 0 || is_heading(line, size))
		return 0;
	if (file == SOCKPROC_UNIX)
		good = parse_unix(&scan, &sock, &name, &name_size);
	else
		good = parse_inet(&scan, file, &sock);
	if (!good) {
		table->n_bad++;
		return 0;
	}
	if (sock.proto == SOCK_TCP && sock.state != SOCK_LISTEN)
		*ret_more = wants & (SOCK_WANT_TCP_CONNECTIONS | SOCK_WANT_TIME_WAIT);
	if (!sock_wanted(wants, (enum sock_proto)sock.proto, sock.state))
		return 0;
	r = sock_table_add(table, &sock, err);
	if (r == 0 && name_size > 0)
		r = sock_table_name(table, name, name_size, err);
	return r;
}

int sockproc_parse(enum sockproc_file file, const char *text, size_t size, unsigned wants,
    struct sock_table *table, bool *ret_more, struct err *err)
{
	const char *end = text + size;
	int r = 0;

	*ret_more = true;
	while (r == 0 && *ret_more && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		r = parse_line(file, text, (size_t)(stop - text), wants, table, ret_more, err);
		text = newline ? newline + 1 : end;
	}
	return r;
}

/* Parses what is whole in the chunk and moves the rest to its beginning. */
static int parse_chunk(enum sockproc_file file, char *chunk, size_t *size, bool at_end,
    unsigned wants, struct sock_table *table, bool *more, struct err *err)
{
	const char *newline = memrchr(chunk, '\n', *size);
	size_t whole = newline ? (size_t)(newline - chunk) + 1 : 0;
	int r;

	if (at_end)
		whole = *size;
	if (whole == 0 && *size == CHUNK_SIZE) {
		table->n_bad++;
		*size = 0;
		return 0;
	}
	r = sockproc_parse(file, chunk, whole, wants, table, more, err);
	*size -= whole;
	memmove(chunk, chunk + whole, *size);
	return r;
}

static int read_fd(
    int fd, enum sockproc_file file, unsigned wants, struct sock_table *table, struct err *err)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK_SIZE);
	size_t size = 0;
	bool more = true;
	int r = 0;

	if (!chunk)
		return err_sys(err, -ENOMEM, "cannot read sockets");
	while (r == 0 && more) {
		ssize_t got = read(fd, chunk + size, CHUNK_SIZE - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		size += (size_t)got;
		r = parse_chunk(file, chunk, &size, got == 0, wants, table, &more, err);
		if (got == 0)
			break;
	}
	return r;
}

static int read_file(const struct fsroot *root, const char *folder, enum sockproc_file file,
    unsigned wants, struct sock_table *table, struct err *err)
{
	CLEANUP_CLOSE int fd = -1;
	char path[PATH_SIZE];
	int r;

	(void)snprintf(path, sizeof(path), "%.40s/%s", folder, files[file].name);
	fd = fsroot_open_file(root, path, err);
	if (fd < 0)
		return fd;
	r = read_fd(fd, file, wants, table, err);
	if (r < 0 && r != -ENOMEM && r != -E2BIG)
		(void)err_sys(err, r, "cannot read %s", path);
	return r;
}

int sockproc_read(const struct fsroot *root, const char *folder, enum sock_proto proto,
    unsigned wants, struct sock_table *table, struct err *err)
{
	int found = -ENOENT;

	for (unsigned file = 0; file < SOCKPROC_FILES; file++) {
		int r;

		if (files[file].proto != proto)
			continue;
		r = read_file(root, folder, (enum sockproc_file)file, wants, table, err);
		/* A node without IPv6 has no tcp6. EINVAL: the namespace is gone. */
		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r == -EINVAL || r == -ESRCH)
			return -ESRCH;
		if (r < 0)
			return r;
		found = 0;
	}
	return found;
}
