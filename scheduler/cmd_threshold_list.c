/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/text.h"
#include "scheduler/judge.h"
#include "scheduler/table.h"
#include "scheduler/threshold_place.h"

struct list_options {
	struct threshold_where where;
	const char *output;
};

static const struct opt rows[] = {
	THRESHOLD_WHERE_ROWS(struct list_options),
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct list_options, output), NULL,
	    "table (the default) or json" },
};

/* One row of THRESHOLD. */
struct set {
	enum threshold_scope scope;
	uint32_t scopeid;
	char *metric, *warn, *crit; /* in one piece, the first owns it */
	char *where;		    /* of its place; NULL: that is not there any more */
};

/* One label of a probe. */
struct label {
	uint32_t specid;
	char *probe, *label; /* in one piece */
	enum judge judge;
	bool stateless;
};

struct list {
	struct cli *cli;
	struct node_tree tree;
	struct judge_rules *rules;
	struct set *sets;
	size_t n_sets;
	struct label *labels;
	size_t n_labels;
	const struct threshold_place *place;
};

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->n_sets; i++) {
		free(list->sets[i].metric);
		free(list->sets[i].where);
	}
	for (size_t i = 0; i < list->n_labels; i++)
		free(list->labels[i].probe);
	free(list->sets);
	free(list->labels);
	judge_free(list->rules);
	node_tree_free(&list->tree);
}

/* Room for one more in a list that grows by doubling. */
static void *grow(void *items, size_t n, size_t size, struct err *err)
{
	void *more = items;

	if ((n & (n - 1)) == 0)
		more = reallocarray(items, n ? 2 * n : 1, size);
	if (!more)
		(void)err_sys(err, -ENOMEM, "cannot list the thresholds");
	return more;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int add_set(const struct db_threshold *row, void *context, struct err *err)
{
	struct list *list = context;
	size_t metric = strlen(row->metric) + 1, warn = strlen(row->warn) + 1;
	struct buf text = BUF_INIT;
	struct set *sets = grow(list->sets, list->n_sets, sizeof(*sets), err);

	if (!sets)
		return -ENOMEM;
	list->sets = sets;
	(void)buf_add(&text, row->metric, metric);
	(void)buf_add(&text, row->warn, warn);
	(void)buf_add(&text, row->crit, strlen(row->crit) + 1);
	if (text.error) {
		buf_free(&text);
		return err_sys(err, -ENOMEM, "cannot list the thresholds");
	}
	sets[list->n_sets++] = (struct set){ .scope = row->scope,
		.scopeid = row->scopeid,
		.metric = text.data,
		.warn = text.data + metric,
		.crit = text.data + metric + warn };
	return judge_add(list->rules, row, err);
}

static int add_group(uint32_t groupid, uint32_t parentid, void *context, struct err *err)
{
	struct list *list = context;

	return judge_add_group(list->rules, groupid, parentid, err);
}

static char *place_name(const struct list *list, const struct set *set)
{
	const struct node_group *group = node_group_of_id(&list->tree.groups, set->scopeid);
	const struct node *node = threshold_node(&list->tree, set->scopeid);
	struct buf text = BUF_INIT;

	if (set->scope == THRESHOLD_GROUP && set->scopeid == 0)
		(void)buf_adds(&text, "everything");
	else if (set->scope == THRESHOLD_GROUP && group)
		(void)buf_addf(&text, "group %s", group->path);
	else if (set->scope == THRESHOLD_NODE && node)
		(void)buf_addf(&text, "node %s", node->name);
	return text.data;
}

static int name_spec(
    uint32_t specid, uint32_t nodeid, const char *name, void *context, struct err *err)
{
	struct list *list = context;
	const struct node *node = threshold_node(&list->tree, nodeid);

	for (size_t i = 0; node && i < list->n_sets; i++) {
		struct set *set = &list->sets[i];
		struct buf text = BUF_INIT;

		if (set->scope != THRESHOLD_SPEC || set->scopeid != specid)
			continue;
		if (buf_addf(&text, "%s/%s", node->name, name) < 0)
			return err_sys(err, -ENOMEM, "cannot list the thresholds");
		set->where = text.data;
	}
	return 0;
}

static int by_scope_and_where(const void *a, const void *b)
{
	const struct set *x = a, *y = b;
	int order = (x->scope > y->scope) - (x->scope < y->scope);

	/* The root in front of the groups. */
	if (order == 0 && x->scope == THRESHOLD_GROUP)
		order = (x->scopeid > 0) - (y->scopeid > 0);
	if (order == 0)
		order = strcmp(x->where ? x->where : "", y->where ? y->where : "");
	return order ? order : strcmp(x->metric, y->metric);
}

static int read_sets(struct list *list, struct err *err)
{
	int r = judge_new(&list->rules, err);

	if (r == 0)
		r = db_thresholds_read(list->cli->db, add_set, add_group, list, err);
	for (size_t i = 0; r == 0 && i < list->n_sets; i++)
		list->sets[i].where = place_name(list, &list->sets[i]);
	if (r == 0)
		r = db_threshold_specs(list->cli->db, name_spec, list, err);
	if (r == 0 && list->n_sets)
		qsort(list->sets, list->n_sets, sizeof(*list->sets), by_scope_and_where);
	return r;
}

static int add_label(const struct db_probe_label *row, void *context, struct err *err)
{
	struct list *list = context;
	const struct probetype *type = settings_probetype(&list->cli->settings, row->probetype);
	struct label *labels = grow(list->labels, list->n_labels, sizeof(*labels), err);
	size_t probe = strlen(row->probe) + 1;
	struct buf text = BUF_INIT;

	if (!labels)
		return -ENOMEM;
	list->labels = labels;
	(void)buf_add(&text, row->probe, probe);
	(void)buf_adds(&text, row->label ? row->label : "");
	if (text.error)
		return err_sys(err, -ENOMEM, "cannot list the thresholds");
	labels[list->n_labels++] = (struct label){ .specid = row->specid,
		.probe = text.data,
		.label = text.data + probe,
		.judge = row->judge <= JUDGE_THRESHOLDS ? row->judge : JUDGE_OWN,
		.stateless = type && type->stateless };
	return 0;
}

/* --- what is set where --------------------------------------------------------------------------- */

static void add_text(const char *key, const char *value, struct buf *text)
{
	(void)buf_addf(text, "\"%s\":", key);
	text_json(value, text);
}

/* A group's list has what is set there, and what it inherits. */
static bool is_listed(const struct list *list, const struct set *set)
{
	uint32_t groupid = list->place->scopeid;

	if (!set->where)
		return false;
	if (groupid == 0)
		return true;
	if (set->scope != THRESHOLD_GROUP)
		return false;
	while (groupid && groupid != set->scopeid) {
		const struct node_group *group = node_group_of_id(&list->tree.groups, groupid);

		groupid = group ? group->parentid : 0;
	}
	return groupid == set->scopeid;
}

static int print_sets(const struct list *list, bool json)
{
	static const struct table_column columns[] = { { "WHERE", TABLE_LEFT, NULL },
		{ "METRIC", TABLE_LEFT, NULL }, { "WARNING", TABLE_LEFT, NULL },
		{ "CRITICAL", TABLE_LEFT, NULL } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf text = BUF_INIT;
	bool any = false;

	(void)buf_adds(&text, json ? "[" : "");
	for (size_t i = 0; i < list->n_sets; i++) {
		const struct set *set = &list->sets[i];
		const char *const cells[] = { set->where, set->metric, set->warn, set->crit };
		static const char *const keys[] = { "where", "metric", "warning", "critical" };

		if (!is_listed(list, set))
			continue;
		(void)buf_adds(&text, !json ? "" : any ? ",\n{" : "\n{");
		for (size_t k = 0; json && k < 4; k++) {
			(void)buf_adds(&text, k ? "," : "");
			add_text(keys[k], cells[k], &text);
		}
		(void)buf_adds(&text, json ? "}" : "");
		for (size_t k = 0; !json && k < 4; k++)
			table_add(&table, cells[k]);
		any = true;
	}
	if (json)
		(void)buf_adds(&text, "\n]\n");
	else if (any)
		(void)table_print(&table, table_terminal(), &text);
	else
		(void)buf_adds(&text, "no threshold is set\n");
	return cli_print(&text);
}

/* --- what is in effect ----------------------------------------------------------------------------- */

static const char *where_of(const struct list *list, const struct judge_range *range)
{
	for (size_t i = 0; i < list->n_sets; i++) {
		const struct set *set = &list->sets[i];

		if (set->scope == range->scope && set->scopeid == range->scopeid && set->where)
			return set->where;
	}
	return "";
}

/* Whether the probe has printed a value of the metric itself. */
static bool has_plain(const struct list *list, const struct label *label)
{
	size_t size = strcspn(label->label, "@");

	for (size_t i = 0; label->label[size] && i < list->n_labels; i++) {
		const struct label *other = &list->labels[i];

		if (other->specid == label->specid && strlen(other->label) == size &&
		    strncmp(other->label, label->label, size) == 0)
			return true;
	}
	return false;
}

static const char *judge_word(const struct label *label)
{
	static const char *const words[] = { [JUDGE_OWN] = "own: they are not used",
		[JUDGE_WORST] = "worst",
		[JUDGE_THRESHOLDS] = "thresholds" };

	return words[label->stateless ? JUDGE_THRESHOLDS : label->judge];
}

static void add_effect_json(const struct label *label, const struct judge_range ranges[2],
    const char *const from[2], bool any, struct buf *text)
{
	static const char *const keys[2][2] = { { "warning", "warning_from" },
		{ "critical", "critical_from" } };

	(void)buf_adds(text, any ? ",\n{" : "\n{");
	add_text("probe", label->probe, text);
	(void)buf_addc(text, ',');
	add_text("metric", label->label, text);
	for (int i = 0; i < 2; i++) {
		if (!ranges[i].text) {
			(void)buf_addf(
			    text, ",\"%s\":null,\"%s\":null", keys[i][0], keys[i][1]);
			continue;
		}
		(void)buf_addc(text, ',');
		add_text(keys[i][0], ranges[i].text, text);
		(void)buf_addc(text, ',');
		add_text(keys[i][1], from[i], text);
	}
	(void)buf_addf(text, ",\"used\":%s}",
	    label->stateless || label->judge != JUDGE_OWN ? "true" : "false");
}

static void add_effect_row(const struct label *label, const struct judge_range ranges[2],
    const char *const from[2], struct table *table)
{
	table_add(table, label->probe);
	table_add(table, label->label);
	for (int i = 0; i < 2; i++) {
		if (ranges[i].text)
			table_addf(table, "%s (%s)", ranges[i].text, from[i]);
		else
			table_add(table, "");
	}
	table_add(table, judge_word(label));
}

static int print_effect(const struct list *list, bool json)
{
	static const struct table_column columns[] = { { "PROBE", TABLE_LEFT, NULL },
		{ "METRIC", TABLE_LEFT, NULL }, { "WARNING", TABLE_LEFT, NULL },
		{ "CRITICAL", TABLE_LEFT, NULL }, { "JUDGED BY", TABLE_LEFT, NULL } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf text = BUF_INIT;
	bool any = false;

	(void)buf_adds(&text, json ? "[" : "");
	for (size_t i = 0; i < list->n_labels; i++) {
		const struct label *label = &list->labels[i];
		struct db_spec_place chain = list->place->chain;
		struct judge_range ranges[2];
		const char *from[2];

		chain.specid = label->specid;
		judge_find(list->rules, &chain, label->label, has_plain(list, label),
		    &ranges[0], &ranges[1]);
		if (!*label->label || (!ranges[0].text && !ranges[1].text))
			continue;
		from[0] = where_of(list, &ranges[0]);
		from[1] = where_of(list, &ranges[1]);
		if (json)
			add_effect_json(label, ranges, from, any, &text);
		else
			add_effect_row(label, ranges, from, &table);
		any = true;
	}
	if (json)
		(void)buf_adds(&text, "\n]\n");
	else if (any)
		(void)table_print(&table, table_terminal(), &text);
	else
		(void)buf_addf(&text,
		    "%s: no threshold is in effect on what its probes have printed\n",
		    list->place->title);
	return cli_print(&text);
}

static int run(struct cli *cli, const void *given)
{
	const struct list_options *options = given;
	CLEANUP(threshold_place_free) struct threshold_place place = { 0 };
	CLEANUP(list_free) struct list list = { .cli = cli, .place = &place };
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json), r;

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	r = db_tree_read(cli->db, &list.tree, &err);
	if (r == 0)
		r = threshold_place_find(cli->db, &list.tree, &options->where, &place, &err);
	if (r == -EINVAL)
		return cli_usage(&err);
	if (r == 0)
		r = read_sets(&list, &err);
	if (r == 0 && place.chain.nodeid)
		r = db_probe_labels(
		    cli->db, place.chain.nodeid, place.chain.specid, add_label, &list, &err);
	if (r < 0)
		return cli_fail(&err);
	return place.chain.nodeid ? print_effect(&list, json) : print_sets(&list, json);
}

const struct command cmd_threshold_list = {
	.name = "threshold list",
	.help = "shows what is set where, or what is in effect on a node",
	COMMAND_OPTIONS(rows, struct list_options),
	.run = run,
};
