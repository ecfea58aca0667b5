/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/datapath.h"

#include "lib/base/num.h"
#include "lib/client/lines.h"

/* The number behind a word of the line. */
static bool number_behind(const struct lines *line, const char *word, uint64_t *ret)
{
	const char *at = lines_behind(line, word);

	return at && num_scan_u64(&at, line->text + line->size, ret) == 0;
}

/* "system@ovs-system:", which is not indented. */
static bool take_name(const struct lines *line, char name[DATAPATH_NAME_SIZE])
{
	if (line->size < 2 || line->text[0] == ' ' || line->text[line->size - 1] != ':')
		return false;
	lines_copy(name, DATAPATH_NAME_SIZE, line->text, line->size - 1);
	return true;
}

static void take_masks(struct datapath *datapath, const struct lines *line)
{
	const char *at = lines_behind(line, "hit/pkt:");

	datapath->has_masks = at && num_scan_double(&at, line->text + line->size,
					&datapath->masks_per_packet) == 0;
}

static bool take_line(struct datapath *datapath, struct lines *line)
{
	bool has_lookups = false;

	if (lines_take(line, "  lookups:"))
		has_lookups = number_behind(line, "hit:", &datapath->hit) &&
			      number_behind(line, "missed:", &datapath->missed) &&
			      number_behind(line, "lost:", &datapath->lost);
	else if (lines_take(line, "  flows:"))
		(void)number_behind(line, "", &datapath->flows);
	else if (lines_take(line, "  masks:"))
		take_masks(datapath, line);
	else if (lines_take(line, "  port "))
		datapath->ports++;
	return has_lookups;
}

/* Adds what has been read of one, if its lookups are known. */
static void add(struct datapaths *datapaths, const struct datapath *datapath, bool has_lookups)
{
	if (has_lookups && datapath->name[0] && datapaths->n_items < DATAPATHS_MAX)
		datapaths->items[datapaths->n_items++] = *datapath;
}

void datapaths_parse(const char *text, size_t size, struct datapaths *ret)
{
	struct lines line = lines_of(text, size);
	struct datapath one = { .hit = 0 };
	char name[DATAPATH_NAME_SIZE];
	bool has_lookups = false;

	ret->n_items = 0;
	while (lines_next(&line)) {
		if (!take_name(&line, name)) {
			has_lookups |= take_line(&one, &line);
			continue;
		}
		add(ret, &one, has_lookups);
		has_lookups = false;
		one = (struct datapath){ .hit = 0 };
		lines_copy(one.name, sizeof(one.name), name, strlen(name));
	}
	add(ret, &one, has_lookups);
}

static struct datapath *find(struct datapaths *datapaths, const char *name)
{
	for (size_t i = 0; i < datapaths->n_items; i++) {
		if (strcmp(datapaths->items[i].name, name) == 0)
			return &datapaths->items[i];
	}
	return NULL;
}

void datapaths_parse_limits(const char *text, size_t size, struct datapaths *datapaths)
{
	struct lines line = lines_of(text, size);
	struct datapath *datapath = NULL;
	char name[DATAPATH_NAME_SIZE];

	while (lines_next(&line)) {
		if (take_name(&line, name))
			datapath = find(datapaths, name);
		else if (datapath && !datapath->has_limit)
			datapath->has_limit =
			    number_behind(&line, "(limit ", &datapath->flow_limit);
	}
}
