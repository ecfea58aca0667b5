/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/conf.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/fsroot.h"
#include "lib/base/num.h"

struct conf {
	config_t config;
	char *name;
};

static const config_setting_t *setting_of(const struct conf_item *item)
{
	return (const config_setting_t *)(const void *)item;
}

static const struct conf_item *item_of(const config_setting_t *setting)
{
	return (const struct conf_item *)(const void *)setting;
}

/* --- files --------------------------------------------------------------------------- */

static unsigned count_lines(const char *text, const char *end)
{
	unsigned lines = 1;

	for (; text < end; text++)
		lines += *text == '\n';
	return lines;
}

/* libconfig would open the named file before anybody could look at who owns it. */
static int refuse_include(const char *text, const char *name, struct err *err)
{
	const char *line = text;

	while (line) {
		const char *p = line + strspn(line, " \t");

		if (strncmp(p, "@include", 8) == 0)
			return err_set(err, -EBADMSG,
			    "%s:%u: @include is not taken; use conf.d", name,
			    count_lines(text, line));
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return 0;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	config_destroy(&conf->config);
	free(conf->name);
	free(conf);
}

static void cleanup_conf(struct conf **conf)
{
	conf_free(*conf);
}

int conf_parse(
    const char *text, size_t size, const char *name, struct conf **ret, struct err *err)
{
	CLEANUP(cleanup_conf) struct conf *conf = NULL;
	CLEANUP_FREE char *copy = NULL;
	int r;

	if (memchr(text, '\0', size))
		return err_set(err, -EBADMSG, "%s: a NUL is in it", name);
	copy = strndup(text, size);
	conf = calloc(1, sizeof(*conf));
	if (!copy || !conf)
		return err_sys(err, -ENOMEM, "cannot read %s", name);
	config_init(&conf->config);
	config_set_auto_convert(&conf->config, CONFIG_FALSE);
	r = refuse_include(copy, name, err);
	if (r < 0)
		return r;
	conf->name = strdup(name);
	if (!conf->name)
		return err_sys(err, -ENOMEM, "cannot read %s", name);
	if (config_read_string(&conf->config, copy) != CONFIG_TRUE)
		return err_set(err, -EBADMSG, "%s:%d: %s", name,
		    config_error_line(&conf->config), config_error_text(&conf->config));
	config_setting_set_hook(config_root_setting(&conf->config), conf->name);
	*ret = conf;
	conf = NULL;
	return 0;
}

int conf_read(const char *file, struct conf **ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(CONF_SIZE_MAX);
	struct fsroot here = FSROOT_LIVE;
	int r = fsroot_read(&here, file, &text, err);

	return r < 0 ? r : conf_parse(buf_text(&text), text.size, file, ret, err);
}

const struct conf_item *conf_root(const struct conf *conf)
{
	return item_of(config_root_setting(&conf->config));
}

const char *conf_file(const struct conf_item *item)
{
	const config_setting_t *setting = setting_of(item);

	while (!config_setting_is_root(setting))
		setting = config_setting_parent(setting);
	return config_setting_get_hook(setting);
}

unsigned conf_line(const struct conf_item *item)
{
	return config_setting_source_line(setting_of(item));
}

int conf_error(const struct conf_item *item, struct err *err)
{
	unsigned line = conf_line(item);

	/* The whole file has no line of its own. */
	err_prefix(err, "%s:%u", conf_file(item), line ? line : 1);
	return -EBADMSG;
}

/* --- lists ---------------------------------------------------------------------------- */

bool conf_is_list(const struct conf_item *item)
{
	return config_setting_is_list(setting_of(item));
}

size_t conf_count(const struct conf_item *list)
{
	int n = config_setting_length(setting_of(list));

	return n > 0 ? (size_t)n : 0;
}

const struct conf_item *conf_at(const struct conf_item *list, size_t index)
{
	return item_of(config_setting_get_elem(setting_of(list), (unsigned)index));
}

const struct conf_item *conf_member(const struct conf_item *group, const char *name)
{
	const config_setting_t *setting = setting_of(group);
	const config_setting_t *member =
	    config_setting_is_group(setting) ? config_setting_get_member(setting, name) : NULL;

	return member ? item_of(member) : NULL;
}

const char *conf_text(const struct conf_item *item)
{
	return config_setting_get_string(setting_of(item));
}

int conf_error_key(const struct conf_item *group, const char *name, struct err *err)
{
	const struct conf_item *member = conf_member(group, name);

	err_prefix(err, "key '%s'", name);
	return conf_error(member ? member : group, err);
}

void conf_texts_free(struct conf_texts *texts)
{
	for (size_t i = 0; texts->items && i < texts->n; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct conf_texts){ 0 };
}

/* --- values ---------------------------------------------------------------------------- */

static int read_text(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	const char *text = config_setting_get_string(setting);
	char **field = to;
	char *copy;

	(void)key;
	if (!text)
		return err_set(err, -EBADMSG, "expected a text in quotes");
	copy = strdup(text);
	if (!copy)
		return err_sys(err, -ENOMEM, "cannot keep it");
	free(*field);
	*field = copy;
	return 0;
}

static int read_texts(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	CLEANUP(conf_texts_free) struct conf_texts texts = { 0 };
	struct conf_texts *field = to;
	size_t n;

	(void)key;
	if (!config_setting_is_list(setting) && !config_setting_is_array(setting))
		return err_set(
		    err, -EBADMSG, "expected a list of texts, such as ( \"-w\", \"5\" )");
	n = conf_count(item_of(setting));
	texts.items = calloc(n + 1, sizeof(*texts.items));
	if (!texts.items)
		return err_sys(err, -ENOMEM, "cannot keep it");
	for (; texts.n < n; texts.n++) {
		const char *text = config_setting_get_string_elem(setting, (int)texts.n);

		if (!text)
			return err_set(err, -EBADMSG,
			    "expected texts in quotes, but element %zu is none", texts.n + 1);
		texts.items[texts.n] = strdup(text);
		if (!texts.items[texts.n])
			return err_sys(err, -ENOMEM, "cannot keep it");
	}
	conf_texts_free(field);
	*field = texts;
	texts = (struct conf_texts){ 0 };
	return 0;
}

static int read_bool(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	bool *field = to;

	(void)key;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return err_set(err, -EBADMSG, "expected true or false");
	*field = config_setting_get_bool(setting) != CONFIG_FALSE;
	return 0;
}

static int check_range(const struct conf_key *key, int64_t value, struct err *err)
{
	const char *unit = key->type == CONF_MS	     ? " ms"
			   : key->type == CONF_BYTES ? " bytes"
						     : "";

	if (!key->least && !key->most)
		return 0;
	if (value < key->least || value > key->most)
		return err_set(err, -EBADMSG, "%lld%s is not between %lld and %lld%s",
		    (long long)value, unit, (long long)key->least, (long long)key->most, unit);
	return 0;
}

static int read_number(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	int type = config_setting_type(setting);
	int64_t value;
	int r;

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return err_set(err, -EBADMSG, "expected a whole number");
	value = type == CONFIG_TYPE_INT ? config_setting_get_int(setting)
					: config_setting_get_int64(setting);
	r = check_range(key, value, err);
	if (r < 0)
		return r;
	if (key->type == CONF_NUMBER) {
		*(int64_t *)to = value;
	} else if (value < 0 || value > UINT32_MAX) {
		return err_set(err, -EBADMSG, "%lld is out of range", (long long)value);
	} else {
		*(unsigned *)to = (unsigned)value;
	}
	return 0;
}

/* "5 s" as "5s": units are written with a blank or without. */
static int text_with_unit(const char *text, int (*parse)(const char *, double *, struct err *),
    double *ret, struct err *err)
{
	char joined[64];
	size_t digits = strspn(text, "-.0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");

	if (digits + strlen(unit) >= sizeof(joined))
		return err_set(err, -EINVAL, "'%.40s' is too long", text);
	memcpy(joined, text, digits);
	memcpy(joined + digits, unit, strlen(unit) + 1);
	return parse(joined, ret, err);
}

/* A number, or a text with a unit, times scale. */
static int read_quantity(const config_setting_t *setting,
    int (*parse)(const char *, double *, struct err *), double scale, const char *expected,
    int64_t *ret, struct err *err)
{
	double value;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		value = config_setting_get_int(setting);
		break;
	case CONFIG_TYPE_INT64:
		value = (double)config_setting_get_int64(setting);
		break;
	case CONFIG_TYPE_FLOAT:
		value = config_setting_get_float(setting);
		break;
	case CONFIG_TYPE_STRING:
		if (text_with_unit(config_setting_get_string(setting), parse, &value, err) < 0)
			return -EBADMSG;
		break;
	default:
		return err_set(err, -EBADMSG, "expected %s", expected);
	}
	value *= scale;
	/* False for nan; the limit is what a double counts exactly. */
	if (!(value >= 0 && value <= 9007199254740992.0))
		return err_set(err, -EBADMSG, "expected %s", expected);
	*ret = (int64_t)(value + 0.5);
	return 0;
}

static int read_ms(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	int64_t value;
	int r = read_quantity(setting, num_seconds, 1000,
	    "a time: a number of seconds, or a text such as \"500 ms\" or \"5 m\"", &value,
	    err);

	if (r == 0)
		r = check_range(key, value, err);
	if (r == 0)
		*(int64_t *)to = value;
	return r;
}

static int read_bytes(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	int64_t value;
	int r = read_quantity(setting, num_bytes, 1,
	    "a number of bytes, or a text such as \"64 KiB\"", &value, err);

	if (r == 0)
		r = check_range(key, value, err);
	if (r == 0)
		*(uint64_t *)to = (uint64_t)value;
	return r;
}

static int read_item(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err)
{
	const struct conf_item **field = to;

	(void)key;
	if (!config_setting_is_group(setting) && !config_setting_is_list(setting))
		return err_set(err, -EBADMSG, "expected a group { … } or a list ( … )");
	*field = item_of(setting);
	return 0;
}

typedef int read_fn(
    const config_setting_t *setting, const struct conf_key *key, void *to, struct err *err);

static read_fn *const readers[] = {
	[CONF_TEXT] = read_text,
	[CONF_TEXTS] = read_texts,
	[CONF_BOOL] = read_bool,
	[CONF_NUMBER] = read_number,
	[CONF_UNSIGNED] = read_number,
	[CONF_MS] = read_ms,
	[CONF_BYTES] = read_bytes,
	[CONF_ITEM] = read_item,
};

static int unknown_key(
    const char *name, const struct conf_key *keys, size_t n_keys, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;

	for (size_t i = 0; i < n_keys; i++)
		(void)buf_addf(&known, "%s%s", i ? ", " : "", keys[i].name);
	return err_set(
	    err, -EBADMSG, "unknown key '%.60s'; known are %s", name, buf_text(&known));
}

static int read_member(const config_setting_t *setting, const struct conf_key *keys,
    size_t n_keys, void *target, struct err *err)
{
	const char *name = config_setting_name(setting);
	const struct conf_key *key = NULL;
	char *base = target;

	for (size_t i = 0; !key && i < n_keys; i++) {
		if (strcmp(keys[i].name, name) == 0)
			key = &keys[i];
	}
	if (!key)
		return unknown_key(name, keys, n_keys, err);
	if (readers[key->type](setting, key, base + key->offset, err) < 0) {
		err_prefix(err, "key '%s'", name);
		return -EBADMSG;
	}
	if (key->seen_offset)
		*(bool *)(base + key->seen_offset) = true;
	return 0;
}

int conf_group_read(const struct conf_item *group, const struct conf_key *keys, size_t n_keys,
    void *target, struct err *err)
{
	const config_setting_t *setting = setting_of(group);

	if (!config_setting_is_group(setting)) {
		(void)err_set(err, -EBADMSG, "expected a group { … }");
		return conf_error(group, err);
	}
	for (size_t i = 0; i < conf_count(group); i++) {
		const struct conf_item *member = conf_at(group, i);

		if (read_member(setting_of(member), keys, n_keys, target, err) < 0)
			return conf_error(member, err);
	}
	return 0;
}
