/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/cleanup.h"
#include "lib/base/conf.h"
#include "t/fuzz/fuzz.h"

/* libconfig's scanner forgets a string that it was in the middle of. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

struct values {
	char *text;
	struct conf_texts texts;
	bool is_set;
	int64_t number;
	unsigned count;
	int64_t ms;
	uint64_t bytes;
	const struct conf_item *item;
};

static const struct conf_key keys[] = {
	{ "text", CONF_TEXT, offsetof(struct values, text), 0, 0, 0 },
	{ "texts", CONF_TEXTS, offsetof(struct values, texts), 0, 0, 0 },
	{ "is_set", CONF_BOOL, offsetof(struct values, is_set), 0, 0, 0 },
	{ "number", CONF_NUMBER, offsetof(struct values, number), -5, 1000, 0 },
	{ "count", CONF_UNSIGNED, offsetof(struct values, count), 0, 0, 0 },
	{ "ms", CONF_MS, offsetof(struct values, ms), 0, 86400000, 0 },
	{ "bytes", CONF_BYTES, offsetof(struct values, bytes), 0, 0, 0 },
	{ "item", CONF_ITEM, offsetof(struct values, item), 0, 0, 0 },
};

static void check_group(const struct conf_item *group, int depth)
{
	struct values values = { .number = 1 };
	struct err err = ERR_INIT;

	if (conf_group_read(group, keys, sizeof(keys) / sizeof(keys[0]), &values, &err) == 0) {
		fuzz_promise(values.number >= -5 && values.number <= 1000);
		fuzz_promise(values.ms >= 0 && values.ms <= 86400000);
		if (values.item && conf_is_list(values.item) && depth < 4) {
			for (size_t i = 0; i < conf_count(values.item); i++)
				check_group(conf_at(values.item, i), depth + 1);
		}
	} else {
		/* The file and the line are named. */
		fuzz_promise(strncmp(err.text, "fuzz:", 5) == 0);
	}
	free(values.text);
	conf_texts_free(&values.texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct conf *conf;

	if (conf_parse((const char *)data, size, "fuzz", &conf, &err) < 0) {
		fuzz_promise(strncmp(err.text, "fuzz:", 5) == 0);
		return 0;
	}
	check_group(conf_root(conf), 0);
	conf_free(conf);
	return 0;
}
