/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/client/url.h"
#include "plugins/rabbitmq.h"

/* Details that are shown, of queues that need nobody; -v shows more, -v -v all. */
enum { DETAILS_MAX = 10, DETAILS_MAX_VERBOSE = 100 };
/* Under this, a rate is noise. */
#define GROWTH_SECONDS_MIN 1.0

/* A queue and what is reckoned of it. */
struct row {
	const struct rabbitmq_queue *queue;
	char *label;		   /* "nova", "prod/nova"; owned */
	double head_age_s, growth; /* NAN where not known */
};

struct rows {
	struct row *items;
	size_t n;
	double total_growth;  /* of all queues, also those that are not here; NAN */
	const char *last_run; /* why there is no growth, or NULL */
};

static void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->items[i].label);
	free(rows->items);
}

static char *make_label(const struct rabbitmq_queue *queue)
{
	char *label = NULL;

	if (strcmp(queue->vhost, "/") == 0)
		return strdup(queue->name);
	if (asprintf(&label, "%s/%s", queue->vhost, queue->name) < 0)
		return NULL;
	return label;
}

static bool fill_rows(const struct rabbitmq_queues *queues, struct rows *ret)
{
	double now_s = (double)clock_real_ms() / 1000;

	ret->items = calloc(queues->n ? queues->n : 1, sizeof(*ret->items));
	if (!ret->items)
		return false;
	for (; ret->n < queues->n; ret->n++) {
		const struct rabbitmq_queue *queue = &queues->items[ret->n];
		double age_s = now_s - queue->head_s;

		ret->items[ret->n] = (struct row){
			.queue = queue,
			.label = make_label(queue),
			.head_age_s = age_s < 0 ? 0 : age_s,
			.growth = NAN,
		};
		if (!ret->items[ret->n].label)
			return false;
	}
	return true;
}

/* --- growth ------------------------------------------------------------------------------- */

/* How old the facts of the last run were in ms, and what its queues had all together. */
#define KEY_AGE	  "age"
#define KEY_TOTAL "total"

/* A line "VHOST NAME MESSAGES" of the last run; both names are escaped. */
struct before {
	const char *key; /* "VHOST NAME", in the text */
	double messages;
};

static int compare_before(const void *left, const void *right)
{
	const struct before *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* Cuts the text into lines; its content may be anything. */
static size_t parse_before(char *text, size_t max, struct before *ret)
{
	size_t n = 0;
	char *rest = text, *line;

	while (n < max && (line = strsep(&rest, "\n"))) {
		char *last = strrchr(line, ' ');

		if (!last || num_double(last + 1, &ret[n].messages, NULL) < 0)
			continue;
		*last = '\0';
		ret[n++].key = line;
	}
	return n;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void add_key(const struct rabbitmq_queue *queue, struct buf *buf)
{
	url_escape(queue->vhost, buf);
	buf_addc(buf, ' ');
	url_escape(queue->name, buf);
}

static const struct before *find_before(
    const struct before *before, size_t n_before, const char *key)
{
	const struct before wanted = { .key = key };

	return n_before > 0
		   ? bsearch(&wanted, before, n_before, sizeof(*before), compare_before)
		   : NULL;
}

static void reckon_growth(
    struct rows *rows, const struct before *before, size_t n_before, double seconds)
{
	CLEANUP_BUF struct buf key = BUF_INIT;

	for (size_t i = 0; i < rows->n; i++) {
		struct row *row = &rows->items[i];
		const struct before *found;

		buf_reset(&key);
		add_key(row->queue, &key);
		found = find_before(before, n_before, buf_text(&key));
		if (found)
			row->growth = (row->queue->messages - found->messages) / seconds;
	}
}

static void keep_now(
    struct check *check, const struct rows *rows, const struct rabbitmq_facts *facts)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SAMPLE_SIZE_MAX);

	/* Names with a blank are queues, others are facts. */
	buf_addf(&text, KEY_AGE " %lld\n" KEY_TOTAL " %.0f\n", (long long)facts->age_ms,
	    facts->sums.messages);

	for (size_t i = 0; i < rows->n; i++) {
		char messages[NUM_TEXT_SIZE];

		num_text(rows->items[i].queue->messages, 0, messages);
		if (!*messages)
			continue;
		add_key(rows->items[i].queue, &text);
		buf_addf(&text, " %s\n", messages);
	}
	if (!text.error)
		(void)sample_store_keep(
		    &check->samples, &check->root, buf_text(&text), text.size);
}

/* Compares with what the last run saw, and keeps what this one does. */
static void grow(const struct rabbitmq_judging *judging, struct rows *rows)
{
	struct check *check = judging->check;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_FREE struct before *before = NULL;
	const struct before *age, *total;
	double seconds = 0;
	int r = sample_store_read(&check->samples, &check->root, &text, &seconds);
	size_t n = count_lines(buf_text(&text));

	rows->last_run = r < 0 ? "growth is known from the next run on" : NULL;
	before = calloc(n, sizeof(*before));
	if (r == 0 && before) {
		n = parse_before(text.data, n, before);
		if (n > 1)
			qsort(before, n, sizeof(*before), compare_before);
		age = find_before(before, n, KEY_AGE);
		seconds += ((age ? age->messages : 0) - (double)judging->facts->age_ms) / 1000;
	}
	if (r == 0 && seconds < GROWTH_SECONDS_MIN) {
		rows->last_run = "the last run was just now: no growth";
		return;
	}
	keep_now(check, rows, judging->facts);
	if (r < 0 || !before)
		return;
	total = find_before(before, n, KEY_TOTAL);
	if (total)
		rows->total_growth =
		    (judging->facts->sums.messages - total->messages) / seconds;
	reckon_growth(rows, before, n, seconds);
}

/* --- values of each queue ------------------------------------------------------------------- */

static double value_of(const struct row *row, enum rabbitmq_metric metric)
{
	switch ((int)metric) {
	case RABBITMQ_QUEUE_MESSAGES:
		return row->queue->messages;
	case RABBITMQ_QUEUE_READY:
		return row->queue->ready;
	case RABBITMQ_QUEUE_UNACKNOWLEDGED:
		return row->queue->unacknowledged;
	case RABBITMQ_QUEUE_CONSUMERS:
		return row->queue->consumers;
	case RABBITMQ_QUEUE_HEAD_AGE:
		return row->head_age_s;
	default:
		return row->growth;
	}
}

/* One queue's value, to be sorted. */
struct valued {
	const struct row *row;
	double value, rank;
};

static int compare_worst(const void *left, const void *right)
{
	const struct valued *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	return strcmp(a->row->label, b->row->label);
}

/* Worst first: few consumers are worse than many, of all else much is worse than little. */
static void give_each(struct check *check, const struct rows *rows, enum rabbitmq_metric metric)
{
	const struct metric *about = &check->plugin->metrics[metric];
	CLEANUP_FREE struct valued *values = calloc(rows->n + 1, sizeof(*values));
	double min = about->flags & METRIC_SIGNED ? RESULT_NONE : 0;
	size_t n = 0;

	/* Every queue without a value has its reason: none that was chosen, an empty one, or no
	 * last run. */
	rabbitmq_excuse(check, metric, metric);
	for (size_t i = 0; values && i < rows->n; i++) {
		double value = value_of(&rows->items[i], metric);

		if (isnan(value))
			continue;
		values[n++] = (struct valued){ .row = &rows->items[i],
			.value = value,
			.rank = metric == RABBITMQ_QUEUE_CONSUMERS ? -value : value };
	}
	if (n > 0)
		qsort(values, n, sizeof(*values), compare_worst);
	for (size_t i = 0; i < n; i++)
		result_value(check->result, about, values[i].row->label, values[i].value, min,
		    RESULT_NONE);
}

/* --- sums ----------------------------------------------------------------------------------- */

static double or_zero(double value)
{
	return isnan(value) ? 0 : value;
}

/* Of the queues that were there at the last run as well. */
static double sum_growth(const struct rows *rows)
{
	double sum = NAN;

	for (size_t i = 0; i < rows->n; i++)
		if (!isnan(rows->items[i].growth))
			sum = or_zero(sum) + rows->items[i].growth;
	return sum;
}

static void give_sums(const struct rabbitmq_judging *judging, const struct rows *rows)
{
	const struct rabbitmq_facts *facts = judging->facts;
	const struct rabbitmq_sums *sums = &facts->sums;
	struct check *check = judging->check;
	double age_s = (double)clock_real_ms() / 1000 - sums->head_s;

	if (!facts->has_sums)
		return;
	rabbitmq_give(check, RABBITMQ_N_QUEUES, sums->queues);
	rabbitmq_give(check, RABBITMQ_QUEUES_DOWN, sums->down);
	rabbitmq_give(check, RABBITMQ_MESSAGES, sums->messages);
	rabbitmq_give(check, RABBITMQ_READY, sums->ready);
	rabbitmq_give(check, RABBITMQ_UNACKNOWLEDGED, sums->unacknowledged);
	rabbitmq_give(check, RABBITMQ_CONSUMERS, sums->consumers);
	rabbitmq_give(check, RABBITMQ_NO_CONSUMERS, sums->no_consumers);
	rabbitmq_give(check, RABBITMQ_STRANDED, sums->stranded);
	/* Empty queues have no first message, and a first run no growth: that is no lack. */
	rabbitmq_excuse(check, RABBITMQ_HEAD_AGE, RABBITMQ_GROWTH);
	rabbitmq_give(check, RABBITMQ_HEAD_AGE, age_s < 0 ? 0 : age_s);
	rabbitmq_give(check, RABBITMQ_GROWTH,
	    facts->n_hidden > 0 ? rows->total_growth : sum_growth(rows));
}

/* --- verdicts ------------------------------------------------------------------------------ */

static void judge_states(struct check *check, const struct rows *rows)
{
	struct rabbitmq_verdict verdict;

	for (size_t i = 0; i < rows->n; i++)
		if (rabbitmq_judge_queue(rows->items[i].queue, &verdict))
			result_problem(check->result, verdict.state, "queue %s %s",
			    rows->items[i].label, verdict.text);
}

/* Where somebody named queues, none of them is not well: a typing error, or all are gone. */
static void judge_none(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_queues *queues = &judging->facts->queues;
	const struct rabbitmq_patterns *wanted = &judging->choice->queue;
	struct check *check = judging->check;

	if (queues->n > 0 || judging->facts->n_hidden > 0)
		return;
	if (wanted->n > 0 && !rabbitmq_wants(check, RABBITMQ_N_QUEUES, RABBITMQ_N_QUEUES))
		result_problem(check->result, STATE_CRITICAL, "none of %zu queues matches '%s'",
		    queues->n_seen, wanted->items[0].text);
	else if (queues->n_seen > 0)
		result_detail(
		    check->result, STATE_OK, "none of %zu queues was chosen", queues->n_seen);
	else
		result_detail(check->result, STATE_OK, "there are no queues");
}

static int compare_ready(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	double more = or_zero(b->queue->messages) - or_zero(a->queue->messages);

	return more > 0 ? 1 : more < 0 ? -1 : strcmp(a->label, b->label);
}

/* Those with messages, most first. */
static void describe(struct check *check, struct rows *rows)
{
	size_t max = check->verbose > 1	   ? SIZE_MAX
		     : check->verbose == 1 ? DETAILS_MAX_VERBOSE
					   : DETAILS_MAX;

	if (rows->n > 0)
		qsort(rows->items, rows->n, sizeof(*rows->items), compare_ready);
	for (size_t i = 0; i < rows->n && i < max; i++) {
		const struct rabbitmq_queue *queue = rows->items[i].queue;

		if (!(queue->messages > 0) && check->verbose < 2)
			break;
		result_detail(check->result, STATE_OK,
		    "queue %s: %.0f ready, %.0f unacknowledged, %.0f consumers%s%s",
		    rows->items[i].label, or_zero(queue->ready), or_zero(queue->unacknowledged),
		    or_zero(queue->consumers), *queue->type ? ", " : "", queue->type);
	}
	if (rows->last_run)
		result_detail(check->result, STATE_OK, "%s", rows->last_run);
}

static void give_all_each(struct check *check, const struct rows *rows)
{
	for (enum rabbitmq_metric i = RABBITMQ_QUEUE_MESSAGES; i <= RABBITMQ_QUEUE_GROWTH; i++)
		if (rabbitmq_wants(check, i, i))
			give_each(check, rows, i);
}

void rabbitmq_judge_queues(const struct rabbitmq_judging *judging)
{
	CLEANUP(rows_free) struct rows rows = { .total_growth = NAN };
	struct check *check = judging->check;

	if (!fill_rows(&judging->facts->queues, &rows)) {
		result_problem(check->result, STATE_UNKNOWN,
		    "cannot keep %zu queues: out of memory", judging->facts->queues.n);
		return;
	}
	if (rabbitmq_wants(check, RABBITMQ_GROWTH, RABBITMQ_GROWTH) ||
	    rabbitmq_wants(check, RABBITMQ_QUEUE_GROWTH, RABBITMQ_QUEUE_GROWTH))
		grow(judging, &rows);
	judge_none(judging);
	judge_states(check, &rows);
	rabbitmq_judge_unseen(judging);
	give_sums(judging, &rows);
	give_all_each(check, &rows);
	describe(check, &rows);
}
