/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_load.h"
#include "lib/store/labels.h"

/* A threshold that is longer than its column is not kept: a part of one is another one. */
enum { THRESHOLD_SIZE_MAX = 64 };

static const char *threshold(const char *text)
{
	return strlen(text) <= THRESHOLD_SIZE_MAX ? text : "";
}

/* FNV-1a over what a METRIC row says beside its label. */
static uint64_t digest_of(const char *const texts[], size_t n)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++) {
		for (const char *p = texts[i]; *p; p++)
			hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
		hash = (hash ^ 0xff) * 0x100000001b3u;
	}
	return hash;
}

static uint64_t value_digest(const struct db_value *value)
{
	const char *const texts[] = { value->unit, threshold(value->warn),
		threshold(value->crit), threshold(value->min), threshold(value->max) };

	return digest_of(texts, sizeof(texts) / sizeof(texts[0]));
}

static bool has_values(const struct load_entry *entry)
{
	return (entry->run->outcome == OUTCOME_RUN || entry->run->outcome == OUTCOME_TIMEOUT) &&
	       entry->run->n_values;
}

/* Specs with a label that the cache lacks, and the highest number that each has. */
struct numbering {
	uint32_t *specids;
	unsigned *highest;
	size_t n;
};

static void numbering_free(struct numbering *numbering)
{
	free(numbering->specids);
	free(numbering->highest);
}

static bool all_known(const struct load *load, const struct load_entry *entry)
{
	for (size_t i = 0; i < entry->run->n_values; i++) {
		if (!labels_get(load->db->labels, entry->specid, entry->run->values[i].label))
			return false;
	}
	return true;
}

static int find_unknown(const struct load *load, struct numbering *numbering, struct err *err)
{
	numbering->specids = calloc(load->n + 1, sizeof(*numbering->specids));
	numbering->highest = calloc(load->n + 1, sizeof(*numbering->highest));
	if (!numbering->specids || !numbering->highest)
		return err_sys(err, -ENOMEM, "cannot load values");
	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (numbering->n && numbering->specids[numbering->n - 1] == entry->specid)
			continue;
		if (has_values(entry) && !all_known(load, entry))
			numbering->specids[numbering->n++] = entry->specid;
	}
	return 0;
}

static int read_labels(const struct load *load, struct numbering *numbering, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t at = 0;
	int r;

	(void)buf_adds(&statement,
	    "SELECT specid, metricno, label, unit, warn, crit, min_value, "
	    "max_value FROM METRIC WHERE specid IN (");
	for (size_t i = 0; i < numbering->n; i++)
		(void)buf_addf(&statement, "%s%u", i ? ", " : "", numbering->specids[i]);
	(void)buf_adds(&statement, ") ORDER BY specid, metricno");
	r = sql_select(load->db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		uint32_t specid = (uint32_t)sql_u64(&rows, 0);
		const char *const texts[] = { sql_text(&rows, 3), sql_text(&rows, 4),
			sql_text(&rows, 5), sql_text(&rows, 6), sql_text(&rows, 7) };
		struct label label = { .metricno = (uint16_t)sql_u64(&rows, 1) };

		while (at < numbering->n && numbering->specids[at] < specid)
			at++;
		if (at == numbering->n)
			break;
		numbering->highest[at] = label.metricno;
		label.digest = digest_of(texts, sizeof(texts) / sizeof(texts[0]));
		r = labels_put(load->db->labels, specid, sql_text(&rows, 2), &label);
		if (r < 0)
			(void)err_sys(err, r, "cannot load values");
	}
	return r;
}

static void add_metric(
    uint32_t specid, const struct label *label, const struct db_value *value, struct buf *row)
{
	const char *const texts[] = { value->label, value->unit, threshold(value->warn),
		threshold(value->crit), threshold(value->min), threshold(value->max) };

	(void)buf_addf(row, "(%u, %u", specid, label->metricno);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)buf_adds(row, ", ");
		sql_quotes(row, texts[i]);
	}
	(void)buf_addc(row, ')');
}

/* Writes the METRIC row of a value if it is new or says something else than before. */
static int number_value(const struct load *load, uint32_t specid, const struct db_value *value,
    unsigned *highest, struct sql_many *many, struct err *err)
{
	const struct label *known = labels_get(load->db->labels, specid, value->label);
	struct label label = { .digest = value_digest(value) };
	int r;

	if (known && known->digest == label.digest)
		return 0;
	if (!known && (!highest || *highest == UINT16_MAX))
		return err_set(err, -EBADMSG,
		    "cannot load values: too many labels at once, at '%.60s'", value->label);
	label.metricno = known ? known->metricno : (uint16_t)++ * highest;
	add_metric(specid, &label, value, sql_many_next(many, err));
	r = labels_put(load->db->labels, specid, value->label, &label);
	return r < 0 ? err_sys(err, r, "cannot load values") : 0;
}

static int number_all(const struct load *load, struct numbering *numbering, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(load->db->sql,
	    "INSERT INTO METRIC (specid, metricno, label, unit, warn, crit, min_value, "
	    "max_value) VALUES ",
	    " ON DUPLICATE KEY UPDATE unit = VALUES(unit), warn = VALUES(warn), "
	    "crit = VALUES(crit), min_value = VALUES(min_value), max_value = "
	    "VALUES(max_value)");
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];
		unsigned *highest = NULL;

		if (!has_values(entry))
			continue;
		while (at < numbering->n && numbering->specids[at] < entry->specid)
			at++;
		if (at < numbering->n && numbering->specids[at] == entry->specid)
			highest = &numbering->highest[at];
		for (size_t j = 0; r == 0 && j < entry->run->n_values; j++)
			r = number_value(
			    load, entry->specid, &entry->run->values[j], highest, &many, err);
	}
	return r < 0 ? r : sql_many_end(&many, err);
}

static int put_results(const struct load *load, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(load->db->sql,
	    "INSERT INTO RESULT (day, scheduleid, metricno, value) VALUES ",
	    " ON DUPLICATE KEY UPDATE value = value");

	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		for (size_t j = 0; has_values(entry) && j < entry->run->n_values; j++) {
			const struct db_value *value = &entry->run->values[j];
			const struct label *label =
			    labels_get(load->db->labels, entry->specid, value->label);

			if (!label)
				return err_set(err, -EBADMSG,
				    "cannot load values: too many labels at once, at '%.60s'",
				    value->label);
			/* 17 digits give back the same double. */
			(void)buf_addf(sql_many_next(&many, err), "(%lld, %llu, %u, %.17g)",
			    (long long)entry->day, (unsigned long long)entry->run->scheduleid,
			    label->metricno, value->value);
		}
	}
	return sql_many_end(&many, err);
}

int db_load_results(struct load *load, struct err *err)
{
	CLEANUP(numbering_free) struct numbering numbering = { 0 };
	int r = find_unknown(load, &numbering, err);

	if (r == 0 && numbering.n)
		r = read_labels(load, &numbering, err);
	if (r == 0)
		r = number_all(load, &numbering, err);
	return r < 0 ? r : put_results(load, err);
}
