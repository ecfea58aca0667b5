/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Deeper than any tree of groups; a circle in the table ends here. */
enum { DEPTH_MAX = 32 };

struct rule {
	char *metric; /* owned, with the two behind it */
	const char *warn, *crit;
};

/* The rules of one place. */
struct place {
	UT_hash_handle hh;
	uint64_t key;
	struct rule *rules; /* by metric */
	size_t n, room;
};

struct group {
	UT_hash_handle hh;
	uint32_t groupid, parentid;
};

struct judge_rules {
	struct place *places;
	struct group *groups;
};

/* --- the rules ------------------------------------------------------------------------------ */

int judge_new(struct judge_rules **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_sys(err, -ENOMEM, "cannot keep the thresholds");
}

static void place_free(struct place *place)
{
	for (size_t i = 0; i < place->n; i++)
		free(place->rules[i].metric);
	free(place->rules);
	free(place);
}

void judge_clear(struct judge_rules *judge)
{
	struct place *place, *next_place;
	struct group *group, *next_group;

	HASH_ITER(hh, judge->places, place, next_place)
	{
		HASH_DEL(judge->places, place);
		place_free(place);
	}
	HASH_ITER(hh, judge->groups, group, next_group)
	{
		HASH_DEL(judge->groups, group);
		free(group);
	}
}

void judge_free(struct judge_rules *judge)
{
	if (!judge)
		return;
	judge_clear(judge);
	free(judge);
}

int judge_add_group(
    struct judge_rules *judge, uint32_t groupid, uint32_t parentid, struct err *err)
{
	struct group *group = calloc(1, sizeof(*group));

	if (group) {
		group->groupid = groupid;
		group->parentid = parentid;
		HASH_ADD(hh, judge->groups, groupid, sizeof(groupid), group);
		if (group->hh.tbl)
			return 0;
	}
	free(group);
	return err_sys(err, -ENOMEM, "cannot keep the groups");
}

static uint64_t place_key(enum threshold_scope scope, uint32_t scopeid)
{
	return (uint64_t)scope << 32 | scopeid;
}

static struct place *find_place(const struct judge_rules *judge, uint64_t key)
{
	struct place *place = NULL;

	HASH_FIND(hh, judge->places, &key, sizeof(key), place);
	return place;
}

static struct place *get_place(struct judge_rules *judge, uint64_t key)
{
	struct place *place = find_place(judge, key);

	if (place)
		return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		return NULL;
	place->key = key;
	HASH_ADD(hh, judge->places, key, sizeof(key), place);
	if (place->hh.tbl)
		return place;
	free(place);
	return NULL;
}

/* All texts in one piece of memory. */
static int rule_init(struct rule *rule, const struct db_threshold *row)
{
	size_t metric = strlen(row->metric) + 1, warn = strlen(row->warn) + 1,
	       crit = strlen(row->crit) + 1;
	char *text = malloc(metric + warn + crit);

	if (!text)
		return -ENOMEM;
	memcpy(text, row->metric, metric);
	memcpy(text + metric, row->warn, warn);
	memcpy(text + metric + warn, row->crit, crit);
	*rule = (struct rule){ text, text + metric, text + metric + warn };
	return 0;
}

int judge_add(struct judge_rules *judge, const struct db_threshold *row, struct err *err)
{
	struct place *place = get_place(judge, place_key(row->scope, row->scopeid));
	struct rule rule;
	size_t at;

	if (!place)
		return err_sys(err, -ENOMEM, "cannot keep the thresholds");
	if (place->n == place->room) {
		size_t room = place->room ? 2 * place->room : 4;
		struct rule *rules = reallocarray(place->rules, room, sizeof(*rules));

		if (!rules)
			return err_sys(err, -ENOMEM, "cannot keep the thresholds");
		place->rules = rules;
		place->room = room;
	}
	if (rule_init(&rule, row) < 0)
		return err_sys(err, -ENOMEM, "cannot keep the thresholds");
	/* The store gives them sorted, so this moves nothing. */
	for (at = place->n; at > 0 && strcmp(place->rules[at - 1].metric, rule.metric) > 0;
	     at--)
		;
	memmove(place->rules + at + 1, place->rules + at, (place->n - at) * sizeof(rule));
	place->rules[at] = rule;
	place->n++;
	return 0;
}

/* --- finding a range ------------------------------------------------------------------------ */

/* A label, and what of it a rule may name. */
struct wanted {
	const char *label;
	size_t base_size; /* of METRIC in METRIC@INSTANCE; 0: it has no instance */
	bool has_plain;
	struct judge_range *warn, *crit;
};

/* The rule of "METRIC" and a tail, which is "" or "@*". */
static const struct rule *find_rule(
    const struct place *place, const char *metric, size_t size, const char *tail)
{
	size_t low = 0, high = place->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct rule *rule = &place->rules[middle];
		int order = strncmp(rule->metric, metric, size);

		if (order == 0)
			order = strcmp(rule->metric + size, tail);
		if (order == 0)
			return rule;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void take(const struct rule *rule, const struct place *place, struct wanted *wanted)
{
	enum threshold_scope scope = (enum threshold_scope)(place->key >> 32);
	uint32_t scopeid = (uint32_t)place->key;

	if (!rule)
		return;
	if (!wanted->warn->text && *rule->warn)
		*wanted->warn = (struct judge_range){ rule->warn, scope, scopeid };
	if (!wanted->crit->text && *rule->crit)
		*wanted->crit = (struct judge_range){ rule->crit, scope, scopeid };
}

/* Takes what one place says. Returns whether both are found. */
static bool ask(const struct judge_rules *judge, enum threshold_scope scope, uint32_t scopeid,
    struct wanted *wanted)
{
	const struct place *place = find_place(judge, place_key(scope, scopeid));
	const char *label = wanted->label;

	if (!place)
		return false;
	take(find_rule(place, label, strlen(label), ""), place, wanted);
	if (wanted->base_size)
		take(find_rule(place, label, wanted->base_size, "@*"), place, wanted);
	if (wanted->base_size && !wanted->has_plain)
		take(find_rule(place, label, wanted->base_size, ""), place, wanted);
	return wanted->warn->text && wanted->crit->text;
}

static uint32_t parent_of(const struct judge_rules *judge, uint32_t groupid)
{
	struct group *group = NULL;

	HASH_FIND(hh, judge->groups, &groupid, sizeof(groupid), group);
	return group ? group->parentid : 0;
}

static void drop_none(struct judge_range *range)
{
	if (range->text && strcmp(range->text, THRESHOLD_NONE) == 0)
		range->text = NULL;
}

/* The size of METRIC where the label is METRIC@INSTANCE, else 0. */
static size_t base_size_of(const char *label)
{
	const char *at = strchr(label, '@');

	return at ? (size_t)(at - label) : 0;
}

void judge_find(const struct judge_rules *judge, const struct db_spec_place *place,
    const char *label, bool has_plain, struct judge_range *ret_warn,
    struct judge_range *ret_crit)
{
	struct wanted wanted = { label, base_size_of(label), has_plain, ret_warn, ret_crit };
	uint32_t groupid = place->groupid;
	bool found;

	*ret_warn = *ret_crit = (struct judge_range){ 0 };
	if (!judge->places)
		return;
	found = (place->specid && ask(judge, THRESHOLD_SPEC, place->specid, &wanted)) ||
		(place->nodeid && ask(judge, THRESHOLD_NODE, place->nodeid, &wanted));
	for (int depth = 0; !found && groupid && depth < DEPTH_MAX; depth++) {
		found = ask(judge, THRESHOLD_GROUP, groupid, &wanted);
		groupid = parent_of(judge, groupid);
	}
	if (!found)
		(void)ask(judge, THRESHOLD_GROUP, 0, &wanted);
	drop_none(ret_warn);
	drop_none(ret_crit);
}
