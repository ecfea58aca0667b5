/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/iscsi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS    "/sys/class/iscsi_session"
#define CONNECTIONS "/sys/class/iscsi_connection"
#define EXPORTS	    "/sys/kernel/config/target/iscsi"

enum { PATH_SIZE = 640 };

static void dir_close(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}
#define CLEANUP_DIR CLEANUP(dir_close)

/* A path made of parts; what does not fit names no file. */
static void join(char out[PATH_SIZE], const char *a, const char *b, const char *c)
{
	if (snprintf(out, PATH_SIZE, "%s/%.250s%s%.250s", a, b, *c ? "/" : "", c) >= PATH_SIZE)
		out[0] = '\0';
}

/* The one line of an attribute, cut to fit; "" if it cannot be read. */
static void read_word(const struct fsroot *root, const char *path, char *out, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);

	out[0] = '\0';
	if (fsroot_read(root, path, &text, NULL) < 0)
		return;
	(void)snprintf(out, size, "%.*s", (int)strcspn(buf_text(&text), "\n"), buf_text(&text));
}

/* Goes to the next name that begins with prefix; NULL at the end. */
static const char *next_name(DIR *dir, const char *prefix)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			return entry->d_name;
	}
	return NULL;
}

/* Room for one more of n items, zeroed; NULL with err. */
static void *add_item(void **items, size_t *n, size_t size, struct err *err)
{
	char *grown;

	if (*n >= ISCSI_MAX) {
		(void)err_set(
		    err, -E2BIG, "over %d iSCSI sessions, devices or targets", ISCSI_MAX);
		return NULL;
	}
	grown = reallocarray(*items, *n + 1, size);
	if (!grown) {
		(void)err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	*items = grown;
	memset(grown + *n * size, 0, size);
	return grown + (*n)++ * size;
}

#define ADD(items, n, err) add_item((void **)&(items), &(n), sizeof(*(items)), (err))

/* --- the initiator ------------------------------------------------------------------------ */

/* The disk of "3:0:0:1", in its folder block/. */
static void find_disk(const struct fsroot *root, const char *path, struct iscsi_device *device)
{
	CLEANUP_DIR DIR *dir = NULL;
	char block[PATH_SIZE];
	const char *name;

	join(block, path, "block", "");
	if (fsroot_opendir(root, block, &dir, NULL) < 0)
		return;
	name = next_name(dir, "");
	if (name)
		(void)snprintf(device->name, sizeof(device->name), "%.47s", name);
}

/* Folders "H:B:T:L" in one "targetH:B:T". */
static int read_devices(
    const struct fsroot *root, const char *path, struct iscsi *iscsi, struct err *err)
{
	CLEANUP_DIR DIR *dir = NULL;
	const char *name;

	if (fsroot_opendir(root, path, &dir, NULL) < 0)
		return 0;
	while ((name = next_name(dir, "")) != NULL) {
		char device_path[PATH_SIZE], state[PATH_SIZE];
		struct iscsi_device *device;

		if (name[strspn(name, "0123456789:")] != '\0')
			continue;
		device = ADD(iscsi->devices, iscsi->n_devices, err);
		if (!device)
			return -ENOMEM;
		(void)snprintf(device->name, sizeof(device->name), "%.47s", name);
		join(device_path, path, name, "");
		join(state, path, name, "state");
		read_word(root, state, device->state, sizeof(device->state));
		find_disk(root, device_path, device);
	}
	return 0;
}

static int read_session_devices(const struct fsroot *root, struct iscsi *iscsi,
    struct iscsi_session *session, struct err *err)
{
	CLEANUP_DIR DIR *dir = NULL;
	char path[PATH_SIZE];
	const char *name;
	int r = 0;

	session->first_device = iscsi->n_devices;
	join(path, SESSIONS, session->name, "device");
	if (fsroot_opendir(root, path, &dir, NULL) < 0)
		return 0;
	while (r == 0 && (name = next_name(dir, "target")) != NULL) {
		char target[PATH_SIZE];

		join(target, path, name, "");
		r = read_devices(root, target, iscsi, err);
	}
	session->n_devices = iscsi->n_devices - session->first_device;
	return r;
}

/* Connection "3:0" is the first one of session3. */
static void read_portal(const struct fsroot *root, struct iscsi_session *session)
{
	char connection[ISCSI_WORD_SIZE + 16], path[PATH_SIZE];
	char address[ISCSI_WORD_SIZE], port[ISCSI_WORD_SIZE];

	(void)snprintf(connection, sizeof(connection), "connection%s:0",
	    session->name + strlen("session"));
	join(path, CONNECTIONS, connection, "persistent_address");
	read_word(root, path, address, sizeof(address));
	join(path, CONNECTIONS, connection, "persistent_port");
	read_word(root, path, port, sizeof(port));
	if (address[0])
		(void)snprintf(session->portal, sizeof(session->portal),
		    strchr(address, ':') ? "[%.45s]:%.8s" : "%.45s:%.8s", address, port);
}

static int read_sessions(const struct fsroot *root, struct iscsi *iscsi, struct err *err)
{
	CLEANUP_DIR DIR *dir = NULL;
	const char *name;
	int r = fsroot_opendir(root, SESSIONS, &dir, err);

	/* The module is not loaded: there was never a session. A tree without any class is no
	 * node's. */
	if (r == -ENOENT)
		return fsroot_opendir(root, "/sys/class", &dir, err);
	while (r == 0 && (name = next_name(dir, "session")) != NULL) {
		struct iscsi_session *session = ADD(iscsi->sessions, iscsi->n_sessions, err);
		char path[PATH_SIZE];

		if (!session)
			return -ENOMEM;
		(void)snprintf(session->name, sizeof(session->name), "%.47s", name);
		join(path, SESSIONS, name, "targetname");
		read_word(root, path, session->target, sizeof(session->target));
		join(path, SESSIONS, name, "state");
		read_word(root, path, session->state, sizeof(session->state));
		read_portal(root, session);
		r = read_session_devices(root, iscsi, session, err);
	}
	return r;
}

/* --- the target --------------------------------------------------------------------------- */

static size_t count_names(const struct fsroot *root, const char *path)
{
	CLEANUP_DIR DIR *dir = NULL;
	size_t n = 0;

	if (fsroot_opendir(root, path, &dir, NULL) < 0)
		return 0;
	while (n < ISCSI_MAX && next_name(dir, ""))
		n++;
	return n;
}

/* Returns whether all that it is asked for may be read. */
static bool read_groups(
    const struct fsroot *root, const char *path, struct iscsi_export *export)
{
	CLEANUP_DIR DIR *dir = NULL;
	const char *name;
	bool readable = true;

	if (fsroot_opendir(root, path, &dir, NULL) < 0)
		return false;
	while ((name = next_name(dir, "tpgt_")) != NULL) {
		char file[PATH_SIZE], word[ISCSI_WORD_SIZE];

		join(file, path, name, "enable");
		read_word(root, file, word, sizeof(word));
		readable &= word[0] != '\0';
		if (strcmp(word, "1") != 0)
			continue;
		export->enabled = true;
		join(file, path, name, "np");
		export->n_portals += count_names(root, file);
	}
	return readable;
}

static int read_exports(const struct fsroot *root, struct iscsi *iscsi, struct err *err)
{
	CLEANUP_DIR DIR *dir = NULL;
	const char *name;
	int r = fsroot_opendir(root, EXPORTS, &dir, err);

	if (r == -ENOENT)
		return 0;
	iscsi->exports_denied = r == -EACCES;
	if (r == -EACCES)
		return 0;
	while (r == 0 && (name = next_name(dir, "")) != NULL) {
		struct iscsi_export *export;
		char path[PATH_SIZE];

		/* Beside the targets there is discovery_auth. */
		if (strncmp(name, "iqn.", 4) != 0 && strncmp(name, "eui.", 4) != 0 &&
		    strncmp(name, "naa.", 4) != 0)
			continue;
		export = ADD(iscsi->exports, iscsi->n_exports, err);
		if (!export)
			return -ENOMEM;
		(void)snprintf(export->target, sizeof(export->target), "%.223s", name);
		join(path, EXPORTS, name, "");
		iscsi->exports_denied |= !read_groups(root, path, export);
	}
	return r;
}

/* --- both ----------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	const struct iscsi_session *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	const struct iscsi_export *x = a, *y = b;

	return strcmp(x->target, y->target);
}

int iscsi_read(const struct fsroot *root, struct iscsi *ret, struct err *err)
{
	CLEANUP_ISCSI struct iscsi iscsi = ISCSI_INIT;
	int r = read_sessions(root, &iscsi, err);

	if (r == 0)
		r = read_exports(root, &iscsi, err);
	if (r < 0)
		return r;
	if (iscsi.n_sessions > 1)
		qsort(iscsi.sessions, iscsi.n_sessions, sizeof(iscsi.sessions[0]), by_number);
	if (iscsi.n_exports > 1)
		qsort(iscsi.exports, iscsi.n_exports, sizeof(iscsi.exports[0]), by_name);
	*ret = iscsi;
	iscsi = (struct iscsi)ISCSI_INIT;
	return 0;
}

void iscsi_free(struct iscsi *iscsi)
{
	free(iscsi->sessions);
	free(iscsi->devices);
	free(iscsi->exports);
	*iscsi = (struct iscsi)ISCSI_INIT;
}

bool iscsi_is_logged_in(const struct iscsi_session *session)
{
	return strcmp(session->state, "LOGGED_IN") == 0;
}
