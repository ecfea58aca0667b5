/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/libvirt.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"

_Static_assert((int)LIBVIRT_PAUSED == (int)VIR_DOMAIN_PAUSED &&
		   (int)LIBVIRT_SHUTOFF == (int)VIR_DOMAIN_SHUTOFF &&
		   (int)LIBVIRT_SUSPENDED == (int)VIR_DOMAIN_PMSUSPENDED,
    "states are numbered as libvirt does");

static const char *const state_texts[LIBVIRT_STATES] = {
	"in no state",
	"running",
	"blocked",
	"paused",
	"shutting down",
	"shut off",
	"crashed",
	"suspended",
};

const char *libvirt_state_text(enum libvirt_state state)
{
	return state < LIBVIRT_STATES ? state_texts[state] : "in a state without a name";
}

/* Why a domain stands still though nobody wished it. */
static const struct {
	int state, reason;
	const char *text;
} faults[] = {
	{ VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, "I/O error" },
	{ VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_WATCHDOG, "its watchdog fired" },
	{ VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, "the guest crashed" },
	{ VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY_FAILED, "post-copy migration failed" },
	{ VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED, "the guest panicked" },
	{ VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED, "it crashed" },
	{ VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FAILED, "it failed to start" },
};

static const char *const pool_states[] = {
	[VIR_STORAGE_POOL_INACTIVE] = "inactive",
	[VIR_STORAGE_POOL_BUILDING] = "building",
	[VIR_STORAGE_POOL_RUNNING] = "running",
	[VIR_STORAGE_POOL_DEGRADED] = "degraded",
	[VIR_STORAGE_POOL_INACCESSIBLE] = "inaccessible",
};

/* --- the thread --------------------------------------------------------------------------- */

/* One question. Whoever is later, the thread or the one who waits, frees it. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t done_cond;
	bool done, abandoned;
	char *uri;
	int result;
	struct err err;
	struct libvirt answer;
};

static void question_free(struct question *question)
{
	libvirt_free(&question->answer);
	free(question->uri);
	pthread_cond_destroy(&question->done_cond);
	pthread_mutex_destroy(&question->lock);
	free(question);
}

/* Its own messages would go to stderr. */
static void be_silent(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static int failure(const char *what, struct err *err)
{
	const char *text = virGetLastErrorMessage();
	int code = virGetLastErrorCode() == VIR_ERR_AUTH_FAILED ||
			   virGetLastErrorCode() == VIR_ERR_AUTH_CANCELLED ||
			   virGetLastErrorCode() == VIR_ERR_AUTH_UNAVAILABLE ||
			   strstr(text, "Permission denied")
		       ? -EACCES
		       : -ECONNREFUSED;

	return err_set(err, code, "cannot %s: %s", what, text);
}

static void read_sizes(virDomainPtr domain, struct libvirt_domain *ret)
{
	virDomainInfo info = { 0 };

	if (virDomainGetInfo(domain, &info) < 0)
		return;
	ret->vcpus = info.nrVirtCpu;
	ret->cpu_ms = (int64_t)(info.cpuTime / 1000000);
	ret->memory_kib = (int64_t)info.memory;
	ret->memory_max_kib = (int64_t)info.maxMem;
}

static void read_domain(virDomainPtr domain, struct libvirt_domain *ret)
{
	int state = 0, reason = 0, autostart = 0;

	*ret = (struct libvirt_domain){
		.reason = "", .vcpus = -1, .cpu_ms = -1, .memory_kib = -1, .memory_max_kib = -1
	};
	read_sizes(domain, ret);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", virDomainGetName(domain));
	if (virDomainGetUUIDString(domain, ret->uuid) < 0)
		ret->uuid[0] = '\0';
	ret->active = virDomainIsActive(domain) == 1;
	if (virDomainGetAutostart(domain, &autostart) == 0)
		ret->autostart = autostart == 1;
	if (virDomainGetState(domain, &state, &reason, 0) < 0)
		return;
	ret->state = (enum libvirt_state)state;
	ret->sick = state == VIR_DOMAIN_CRASHED;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].state != state || faults[i].reason != reason)
			continue;
		ret->sick = true;
		ret->reason = faults[i].text;
	}
}

static int read_domains(virConnectPtr connection, struct libvirt *ret, struct err *err)
{
	virDomainPtr *list = NULL;
	int n = virConnectListAllDomains(connection, &list, 0);

	if (n < 0)
		return failure("list the domains", err);
	ret->domains = calloc((size_t)n + 1, sizeof(*ret->domains));
	for (int i = 0; i < n; i++) {
		if (ret->domains)
			read_domain(list[i], &ret->domains[ret->n_domains++]);
		virDomainFree(list[i]);
	}
	free(list);
	return ret->domains ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static void read_pool(virStoragePoolPtr pool, struct libvirt_pool *ret)
{
	virStoragePoolInfo info = { 0 };
	int autostart = 0;

	*ret = (struct libvirt_pool){ .state = "unknown" };
	(void)snprintf(ret->name, sizeof(ret->name), "%s", virStoragePoolGetName(pool));
	ret->active = virStoragePoolIsActive(pool) == 1;
	if (virStoragePoolGetAutostart(pool, &autostart) == 0)
		ret->autostart = autostart == 1;
	if (virStoragePoolGetInfo(pool, &info) < 0)
		return;
	if ((size_t)info.state < sizeof(pool_states) / sizeof(pool_states[0]))
		ret->state = pool_states[info.state];
	ret->capacity_bytes = info.capacity;
	ret->allocation_bytes = info.allocation;
	ret->available_bytes = info.available;
}

static int read_pools(virConnectPtr connection, struct libvirt *ret, struct err *err)
{
	virStoragePoolPtr *list = NULL;
	int n = virConnectListAllStoragePools(connection, &list, 0);

	/* A daemon without the storage driver has none. */
	if (n < 0 && virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
		return 0;
	if (n < 0)
		return failure("list the storage pools", err);
	ret->pools = calloc((size_t)n + 1, sizeof(*ret->pools));
	for (int i = 0; i < n; i++) {
		if (ret->pools)
			read_pool(list[i], &ret->pools[ret->n_pools++]);
		virStoragePoolFree(list[i]);
	}
	free(list);
	return ret->pools ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static int ask(const char *uri, struct libvirt *ret, struct err *err)
{
	int64_t start_ms = clock_mono_ms();
	virConnectPtr connection;
	const char *type;
	int r;

	connection = virConnectOpenReadOnly(uri);
	if (!connection)
		return failure("connect", err);
	type = virConnectGetType(connection);
	(void)snprintf(ret->type, sizeof(ret->type), "%s", type ? type : "");
	r = read_domains(connection, ret, err);
	if (r == 0)
		r = read_pools(connection, ret, err);
	ret->seconds = (double)(clock_mono_ms() - start_ms) / 1000;
	(void)virConnectClose(connection);
	return r;
}

static void *run(void *argument)
{
	struct question *question = argument;
	struct libvirt answer = LIBVIRT_INIT;
	struct err err = ERR_INIT;
	int r = ask(question->uri, &answer, &err);
	bool abandoned;

	pthread_mutex_lock(&question->lock);
	question->result = r;
	question->err = err;
	question->answer = answer;
	question->done = true;
	abandoned = question->abandoned;
	pthread_cond_signal(&question->done_cond);
	pthread_mutex_unlock(&question->lock);
	if (abandoned)
		question_free(question);
	return NULL;
}

/* --- who waits for it ------------------------------------------------------------------------ */

static struct question *question_new(const char *uri)
{
	struct question *question = calloc(1, sizeof(*question));
	pthread_condattr_t clock;

	if (!question)
		return NULL;
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&question->done_cond, &clock);
	(void)pthread_condattr_destroy(&clock);
	(void)pthread_mutex_init(&question->lock, NULL);
	question->uri = strdup(uri);
	if (question->uri)
		return question;
	question_free(question);
	return NULL;
}

/* Starts the thread. */
static int question_start(
    const char *uri, struct question **ret, pthread_t *ret_thread, struct err *err)
{
	struct question *question = question_new(uri);
	int r;

	if (!question)
		return err_set(err, -ENOMEM, "out of memory");
	r = -pthread_create(ret_thread, NULL, run, question);
	if (r < 0) {
		question_free(question);
		return err_sys(err, r, "cannot make a thread");
	}
	*ret = question;
	return 0;
}

/* Whether the thread is done by then. */
static bool question_wait(struct question *question, int64_t until_ms)
{
	const struct timespec until = { .tv_sec = until_ms / 1000,
		.tv_nsec = until_ms % 1000 * 1000000 };
	bool done;
	int r = 0;

	pthread_mutex_lock(&question->lock);
	while (!question->done && r == 0)
		r = pthread_cond_timedwait(&question->done_cond, &question->lock, &until);
	done = question->done;
	pthread_mutex_unlock(&question->lock);
	return done;
}

/* The thread is left to itself, unless it has just ended. */
static void question_abandon(struct question *question, pthread_t thread)
{
	bool done;

	pthread_mutex_lock(&question->lock);
	done = question->done;
	question->abandoned = !done;
	pthread_mutex_unlock(&question->lock);
	if (!done) {
		(void)pthread_detach(thread);
		return;
	}
	(void)pthread_join(thread, NULL);
	question_free(question);
}

/* Of one that is done; it ends here. */
static int question_take(
    struct question *question, pthread_t thread, struct libvirt *ret, struct err *err)
{
	int r;

	/* It holds nothing any more, but what libraries keep for a thread. */
	(void)pthread_join(thread, NULL);
	r = question->result;
	if (r == 0) {
		*ret = question->answer;
		question->answer = (struct libvirt)LIBVIRT_INIT;
	} else {
		(void)err_set(err, r, "%s", question->err.text);
	}
	question_free(question);
	return r;
}

void libvirt_global_init(void)
{
	(void)setenv("LIBVIRT_AUTOSTART", "0", 1);
	virSetErrorFunc(NULL, be_silent);
	/* Whoever connects would do it as well, and say what failed. */
	(void)virInitialize();
}

int libvirt_ask(const char *uri, int64_t timeout_ms, struct libvirt *ret, struct err *err)
{
	struct question *question;
	pthread_t thread;
	int r = question_start(uri, &question, &thread, err);

	if (r < 0)
		return r;
	if (question_wait(question, clock_mono_ms() + timeout_ms))
		return question_take(question, thread, ret, err);
	question_abandon(question, thread);
	return err_set(err, -ETIMEDOUT, "no answer in time");
}

/* --- again and again ------------------------------------------------------------------------- */

struct libvirt_asker {
	char *uri;
	struct question *question; /* that was not answered in time, or NULL */
	pthread_t thread;
};

int libvirt_asker_new(const char *uri, struct libvirt_asker **ret, struct err *err)
{
	struct libvirt_asker *asker = calloc(1, sizeof(*asker));

	if (asker)
		asker->uri = strdup(uri);
	if (!asker || !asker->uri) {
		free(asker);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret = asker;
	return 0;
}

void libvirt_asker_free(struct libvirt_asker *asker)
{
	if (!asker)
		return;
	if (asker->question)
		question_abandon(asker->question, asker->thread);
	free(asker->uri);
	free(asker);
}

/* What the old question brings at last is nobody's any more. False: it still hangs. */
static bool end_old(struct libvirt_asker *asker, int64_t until_ms)
{
	if (!asker->question)
		return true;
	if (!question_wait(asker->question, until_ms))
		return false;
	question_abandon(asker->question, asker->thread);
	asker->question = NULL;
	return true;
}

int libvirt_asker_ask(
    struct libvirt_asker *asker, int64_t until_ms, struct libvirt *ret, struct err *err)
{
	struct question *question;
	int r;

	if (!end_old(asker, until_ms))
		return err_set(err, -ETIMEDOUT, "no answer in time");
	r = question_start(asker->uri, &asker->question, &asker->thread, err);
	if (r < 0)
		return r;
	if (!question_wait(asker->question, until_ms))
		return err_set(err, -ETIMEDOUT, "no answer in time");
	question = asker->question;
	asker->question = NULL;
	return question_take(question, asker->thread, ret, err);
}

void libvirt_free(struct libvirt *libvirt)
{
	free(libvirt->domains);
	free(libvirt->pools);
	*libvirt = (struct libvirt)LIBVIRT_INIT;
}
