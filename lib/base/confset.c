/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/confset.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/trusted.h"

enum { CONFSET_SIZE_MAX = 1 << 20 };

struct confset {
	confset_fn *call;
	void *context;
	char *host;
};

static void cleanup_conf(struct conf **conf)
{
	conf_free(*conf);
}

/* A host that is no text is the scheduler's to complain about. */
static int take_host(struct confset *set, const struct conf_item *root, struct err *err)
{
	const struct conf_item *group = conf_member(root, "scheduler");
	const struct conf_item *item = group ? conf_member(group, "host") : NULL;
	const char *text = item ? conf_text(item) : NULL;
	char *copy;

	if (!text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	free(set->host);
	set->host = copy;
	return 0;
}

static int read_file(struct confset *set, const char *path, struct err *err)
{
	CLEANUP(cleanup_conf) struct conf *conf = NULL;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(CONFSET_SIZE_MAX);
	int r = trusted_read(path, &text, err);

	if (r == 0)
		r = conf_parse(buf_text(&text), text.size, path, &conf, err);
	if (r == 0)
		r = set->call(conf_root(conf), set->context, err);
	return r < 0 ? r : take_host(set, conf_root(conf), err);
}

static int is_cfg(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 4 &&
	       strcmp(entry->d_name + size - 4, ".cfg") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_folder(struct confset *set, const char *folder, struct err *err)
{
	struct dirent **names;
	int n, r = trusted_folder(folder, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	n = scandir(folder, &names, is_cfg, by_bytes);
	if (n < 0)
		return err_sys(err, -errno, "cannot read folder %s", folder);
	for (int i = 0; i < n; i++) {
		CLEANUP_BUF struct buf path = BUF_INIT;

		(void)buf_addf(&path, "%s/%s", folder, names[i]->d_name);
		if (r == 0)
			r = read_file(set, buf_text(&path), err);
		free(names[i]);
	}
	free(names);
	return r;
}

static int set_host(struct confset *set, struct err *err)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (set->host)
		return 0;
	if (gethostname(name, sizeof(name) - 1) < 0)
		return err_sys(err, -errno, "cannot ask for this host's name");
	set->host = strdup(name);
	return set->host ? 0 : err_sys(err, -ENOMEM, "cannot keep the settings");
}

/* hosts/HOSTNAME.cfg. A name with a '/' could be any file. */
static int read_host_file(struct confset *set, const char *folder, struct err *err)
{
	CLEANUP_BUF struct buf hosts = BUF_INIT;
	CLEANUP_BUF struct buf path = BUF_INIT;
	int r;

	if (strchr(set->host, '/'))
		return 0;
	(void)buf_addf(&hosts, "%s/hosts", folder);
	(void)buf_addf(&path, "%s/hosts/%s.cfg", folder, set->host);
	if (access(buf_text(&path), F_OK) < 0)
		return 0;
	r = trusted_folder(buf_text(&hosts), err);
	return r < 0 ? r : read_file(set, buf_text(&path), err);
}

static int read_files(struct confset *set, const char *file, bool must_exist, struct err *err)
{
	CLEANUP_BUF struct buf folder = BUF_INIT;
	CLEANUP_BUF struct buf conf_d = BUF_INIT;
	const char *slash = strrchr(file, '/');
	int r = 0;

	if (slash)
		(void)buf_add(&folder, file, slash == file ? 1 : (size_t)(slash - file));
	else
		(void)buf_addc(&folder, '.');
	(void)buf_addf(&conf_d, "%s/conf.d", buf_text(&folder));
	if (must_exist || access(file, F_OK) == 0 || errno != ENOENT)
		r = read_file(set, file, err);
	if (r == 0)
		r = read_folder(set, buf_text(&conf_d), err);
	if (r == 0)
		r = set_host(set, err);
	return r < 0 ? r : read_host_file(set, buf_text(&folder), err);
}

int confset_read(const char *file, bool must_exist, confset_fn *call, void *context,
    char **ret_host, struct err *err)
{
	struct confset set = { .call = call, .context = context };
	int r = read_files(&set, file, must_exist, err);

	if (r == 0 && ret_host)
		*ret_host = set.host;
	else
		free(set.host);
	return r;
}
