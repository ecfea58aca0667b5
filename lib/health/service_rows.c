/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/collect/sockowner.h"
#include "lib/health/mibstate.h"

/* --- numbers ------------------------------------------------------------------------------------ */

/* Facts that are one column: the field holds fact * factor / divisor. */
static const struct {
	enum service_fact fact;
	size_t at;
	double factor;
} numbers[] = {
	{ SERVICE_COUNT, offsetof(struct mib_service, running), 1 },
	{ SERVICE_RSS, offsetof(struct mib_service, rss), 1.0 / 1024 },
	{ SERVICE_FDS_PCT, offsetof(struct mib_service, fds_pct), 100 },
	{ SERVICE_WORKERS, offsetof(struct mib_service, workers), 1 },
	{ SERVICE_DEFUNCT, offsetof(struct mib_service, defunct), 1 },
	{ SERVICE_RESTARTS, offsetof(struct mib_service, restarts), 1 },
	{ SERVICE_THREADS, offsetof(struct mib_service, threads), 1 },
	{ SERVICE_CPU, offsetof(struct mib_service, cpu), 100 },
	{ SERVICE_FDS, offsetof(struct mib_service, fds), 1 },
	{ SERVICE_FDS_SOCKETS, offsetof(struct mib_service, fds_sockets), 1 },
	{ SERVICE_FDS_PIPES, offsetof(struct mib_service, fds_pipes), 1 },
	{ SERVICE_FDS_FILES, offsetof(struct mib_service, fds_files), 1 },
	{ SERVICE_STALE, offsetof(struct mib_service, stale), 1 },
	{ SERVICE_LISTENERS, offsetof(struct mib_service, listeners), 1 },
	{ SERVICE_CONNECTIONS, offsetof(struct mib_service, connections), 1 },
	{ SERVICE_STALLED, offsetof(struct mib_service, stalled), 1 },
};

static const struct {
	enum service_fact fact;
	size_t at;
} ages[] = {
	{ SERVICE_AGE, offsetof(struct mib_service, age) },
	{ SERVICE_AGE_MIN, offsetof(struct mib_service, age_min) },
};

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void put(struct mib_service *row, size_t at, int64_t number)
{
	memcpy((char *)row + at, &number, sizeof(number));
}

static int64_t get(const struct mib_service *row, size_t at)
{
	int64_t number;

	memcpy(&number, (const char *)row + at, sizeof(number));
	return number;
}

/* No fact is below 0. */
static int64_t to_whole(double number)
{
	return (int64_t)(number + 0.5);
}

static void put_numbers(const struct service_row *row, int64_t now_ms, struct mib_service *ret)
{
	for (size_t i = 0; i < N(numbers); i++) {
		double fact = row->facts[numbers[i].fact];

		put(ret, numbers[i].at,
		    isnan(fact) ? MIB_NONE : to_whole(fact * numbers[i].factor));
	}
	for (size_t i = 0; i < N(ages); i++) {
		double fact = row->facts[ages[i].fact];

		put(ret, ages[i].at, isnan(fact) ? MIB_NONE : now_ms - to_whole(fact * 1000));
	}
	ret->fds_most = ret->fds_limit = MIB_NONE;
	if (row->has_fds_most) {
		ret->fds_most = (int64_t)row->fds_most;
		ret->fds_limit =
		    row->fds_limit < UINT32_MAX ? (int64_t)row->fds_limit : UINT32_MAX;
	}
}

/* As exact as the node has it; FdsPct is rounded. */
static void take_fds(struct service_row *row, const struct mib_service *from)
{
	double percent = 100;

	if (from->fds_most == MIB_NONE || from->fds_limit == MIB_NONE ||
	    from->fds_pct == MIB_NONE)
		return;
	if (from->fds_limit >= UINT32_MAX)
		percent = 0;
	else if (from->fds_limit > 0)
		percent = 100 * (double)from->fds_most / (double)from->fds_limit;
	row->facts[SERVICE_FDS_PCT] = percent;
}

/* --- verdicts ------------------------------------------------------------------------------------- */

static void put_text(char *to, size_t size, const char *text)
{
	(void)snprintf(to, size, "%s", text ? text : "");
}

static int64_t proof_of(const struct service_row *row)
{
	static const struct {
		unsigned proof;
		enum mib_service_proof number;
	} proofs[] = {
		{ 1U << SOCKOWNER_NOT_PROVABLE, MIB_SERVICE_UNPROVED },
		{ 1U << SOCKOWNER_BY_UID, MIB_SERVICE_PROOF_UID },
		{ 1U << SOCKOWNER_BY_CGROUP, MIB_SERVICE_PROOF_CGROUP },
		{ 1U << SOCKOWNER_BY_DESCRIPTOR, MIB_SERVICE_PROOF_FD },
	};

	for (size_t i = 0; i < N(proofs); i++) {
		if (row->proofs & proofs[i].proof)
			return proofs[i].number;
	}
	return MIB_SERVICE_PROOF_NONE;
}

static unsigned proofs_back(int64_t proof)
{
	switch (proof) {
	case MIB_SERVICE_PROOF_FD:
		return 1U << SOCKOWNER_BY_DESCRIPTOR;
	case MIB_SERVICE_PROOF_CGROUP:
		return 1U << SOCKOWNER_BY_CGROUP;
	case MIB_SERVICE_PROOF_UID:
		return 1U << SOCKOWNER_BY_UID;
	case MIB_SERVICE_UNPROVED:
		return 1U << SOCKOWNER_NOT_PROVABLE;
	default:
		return 0;
	}
}

int64_t service_at_least(const struct range *range)
{
	int64_t whole = (int64_t)range->start;

	return (double)whole < range->start ? whole + 1 : whole;
}

/* How many must and may run. Of "@a:b", which alarms inside, only "@0:b" says how many. */
static void put_expected(const struct service_row *row, struct mib_service *ret)
{
	const struct service_range *count = &row->crit[SERVICE_COUNT];
	const struct range *range = &count->range;

	ret->expected_max = MIB_SERVICE_NO_MAX;
	if (row->spec->unwanted) {
		ret->expected_max = 0;
		return;
	}
	if (!count->is_set)
		return;
	if (range->inside) {
		if (range->start <= 0 && range->end < UINT32_MAX && range->end >= 0)
			ret->expected_min = (int64_t)range->end + 1;
	} else {
		if (range->start > 0 && range->start < UINT32_MAX)
			ret->expected_min = service_at_least(range);
		if (range->end >= 0 && range->end < UINT32_MAX)
			ret->expected_max = (int64_t)range->end;
	}
	if (row->spec->optional)
		ret->expected_min = 0;
}

static int64_t wanted_of(const struct service_spec *spec)
{
	if (spec->unwanted)
		return MIB_SERVICE_UNWANTED;
	return spec->optional ? MIB_SERVICE_OPTIONAL : MIB_SERVICE_REQUIRED;
}

/* For people: what is wrong, else what is there. */
static void put_state(const struct service_row *row, struct mib_service *ret)
{
	CLEANUP_BUF struct buf words = BUF_INIT_MAX(4096);
	bool is_absent = row->n_processes == 0;

	ret->state = mibstate_of(row->state);
	if (row->n_problems > 0) {
		service_words(row, &words);
	} else if (is_absent && row->unseen.size) {
		(void)buf_adds(&words, buf_text(&row->unseen));
	} else if (is_absent && row->spec->unwanted) {
		(void)buf_adds(&words, "does not run, as it should be");
	} else if (is_absent && row->spec->optional) {
		ret->state = MIB_DISABLED;
		(void)buf_adds(&words, "does not run, optional");
	} else {
		(void)buf_addf(&words, "%zu process%s%s%s", row->n_processes,
		    row->n_processes == 1 ? "" : "es", row->sockets.size ? "; " : "",
		    buf_text(&row->sockets));
	}
	put_text(ret->state_text, sizeof(ret->state_text), buf_text(&words));
}

/* The oldest that is no worker. */
static int64_t main_pid(const struct service_row *row)
{
	const struct proc_group *group = &row->group;
	const struct proc_row *found = NULL;

	if (row->unit_pid)
		return row->unit_pid;
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct proc_row *process = &group->rows[i];

		if (!proc_group_has(group, process->ppid) &&
		    (!found || process->start_ticks < found->start_ticks))
			found = process;
	}
	return found ? found->pid : 0;
}

void service_row_put(const struct service_row *row, int64_t now_ms, struct mib_service *ret)
{
	const struct service_spec *spec = row->spec;

	put_state(row, ret);
	put_expected(row, ret);
	put_numbers(row, now_ms, ret);
	ret->wanted = wanted_of(spec);
	put_text(ret->component, sizeof(ret->component), spec->component);
	put_text(ret->advice, sizeof(ret->advice), spec->advice);
	put_text(ret->unit_state, sizeof(ret->unit_state), row->unit_state);
	for (size_t i = 0; i < spec->n_listens; i++)
		ret->listeners_down += row->listeners[i].state != STATE_OK;
	for (size_t i = 0; i < spec->n_depends; i++)
		ret->dependencies_down += row->links[i].state != STATE_OK;
	ret->main_pid = main_pid(row);
	ret->proof = proof_of(row);
}

/* --- back ------------------------------------------------------------------------------------------ */

void service_row_take(struct service_row *row, const struct mib_service *from, int64_t now_ms)
{
	for (size_t i = 0; i < N(numbers); i++) {
		int64_t number = get(from, numbers[i].at);

		row->facts[numbers[i].fact] =
		    number == MIB_NONE ? NAN : (double)number / numbers[i].factor;
	}
	for (size_t i = 0; i < N(ages); i++) {
		int64_t at = get(from, ages[i].at);

		row->facts[ages[i].fact] = at == MIB_NONE ? NAN : (double)(now_ms - at) / 1000;
	}
	take_fds(row, from);
	if (from->running > 0)
		row->n_processes = (size_t)from->running;
	if (from->defunct > 0)
		row->n_zombies = (size_t)from->defunct;
	row->proofs = proofs_back(from->proof);
}
