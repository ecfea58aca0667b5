/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/check/statedir.h"

#define SAMPLE_MAGIC   "haetae-sample 1 "
#define SAMPLE_APART_S (SAMPLE_APART_MS / 1000.0)

enum { SAMPLE_KEPT = 2, BOOT_ID_SIZE = 37, SAMPLE_TICK_MS = 20 };

/* One text of the store; it points into the buffer that holds the file. */
struct sample {
	double uptime; /* seconds */
	const char *text;
	size_t size;
};

/* The store as it was read: newest last. */
struct samples {
	struct buf file;
	bool same_boot;
	size_t n;
	struct sample items[SAMPLE_KEPT];
};
#define SAMPLES_INIT                                             \
	{                                                        \
		.file = BUF_INIT_MAX(2 * SAMPLE_SIZE_MAX + 4096) \
	}

static void samples_free(struct samples *samples)
{
	buf_free(&samples->file);
}

static void boot_id(const struct fsroot *root, char out[BOOT_ID_SIZE])
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);

	(void)snprintf(out, BOOT_ID_SIZE, "none");
	if (fsroot_read(root, "/proc/sys/kernel/random/boot_id", &text, NULL) == 0 &&
	    text.size >= BOOT_ID_SIZE - 1)
		(void)snprintf(out, BOOT_ID_SIZE, "%.36s", buf_text(&text));
}

void sample_store_key(struct sample_store *store, const char *plugin, const char *selection)
{
	/* FNV-1a, 64 bits: the key only has to tell an operator's commands apart. */
	uint64_t hash = 14695981039346656037ULL;

	for (const char *p = selection; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211ULL;
	(void)snprintf(
	    store->key, sizeof(store->key), "%.50s-%016llx", plugin, (unsigned long long)hash);
	store->pending = (struct buf)BUF_INIT_MAX(2 * SAMPLE_SIZE_MAX + 4096);
}

void sample_store_beside(
    const struct sample_store *store, const char *kind, struct sample_store *ret)
{
	*ret = (struct sample_store){ .dir = store->dir };
	ret->pending = (struct buf)BUF_INIT_MAX(store->pending.max);
	(void)snprintf(ret->key, sizeof(ret->key), "%.67s-%.11s", store->key, kind);
}

void sample_store_free(struct sample_store *store)
{
	buf_free(&store->pending);
}

/* --- reading ---------------------------------------------------------------- */

/* "UPTIME SIZE\n" and SIZE bytes. Returns false when what is there is no such thing. */
static bool parse_sample(const char **text, const char *end, struct sample *ret)
{
	const char *p = *text;
	uint64_t size;

	if (num_scan_double(&p, end, &ret->uptime) < 0 || num_scan_u64(&p, end, &size) < 0)
		return false;
	if (p == end || *p != '\n' || size > (uint64_t)(end - p - 1))
		return false;
	ret->text = p + 1;
	ret->size = (size_t)size;
	*text = p + 1 + size;
	return true;
}

static void parse_samples(struct samples *samples, const char *boot)
{
	const char *p = buf_text(&samples->file), *end = p + samples->file.size;
	size_t magic = strlen(SAMPLE_MAGIC), id = strlen(boot);
	const char *newline = memchr(p, '\n', samples->file.size);

	if (!newline || (size_t)(newline - p) < magic || memcmp(p, SAMPLE_MAGIC, magic) != 0)
		return;
	samples->same_boot =
	    (size_t)(newline - p) == magic + id && memcmp(p + magic, boot, id) == 0;
	p = newline + 1;
	while (samples->n < SAMPLE_KEPT && parse_sample(&p, end, &samples->items[samples->n]))
		samples->n++;
}

static void load_samples(
    const struct sample_store *store, const struct fsroot *root, struct samples *ret)
{
	CLEANUP_CLOSE int dir = statedir_open(store->dir, false);
	char boot[BOOT_ID_SIZE];

	if (dir < 0 || fsroot_read_at(dir, store->key, &ret->file) < 0)
		return;
	boot_id(root, boot);
	parse_samples(ret, boot);
}

int sample_store_read(
    struct sample_store *store, const struct fsroot *root, struct buf *ret, double *ret_age_s)
{
	CLEANUP(samples_free) struct samples samples = SAMPLES_INIT;
	const struct sample *newest;
	double now;
	int r;

	load_samples(store, root, &samples);
	if (samples.n == 0)
		return -ENOENT;
	newest = &samples.items[samples.n - 1];
	r = buf_add(ret, newest->text, newest->size);
	if (r < 0)
		return r;
	*ret_age_s = 0;
	if (!samples.same_boot)
		return -ESTALE;
	r = fsroot_uptime(root, &now, NULL);
	if (r < 0)
		return r;
	*ret_age_s = now - newest->uptime;
	return *ret_age_s < 0 ? -ESTALE : *ret_age_s > SAMPLE_AGE_MAX_S ? -ETIME : 0;
}

/* --- keeping and writing ------------------------------------------------------ */

static void pend(struct sample_store *store, const struct fsroot *root, double older_uptime,
    const char *older, size_t older_size, double newer_uptime, const char *newer,
    size_t newer_size)
{
	char boot[BOOT_ID_SIZE];

	boot_id(root, boot);
	buf_reset(&store->pending);
	buf_addf(&store->pending, "%s%s\n", SAMPLE_MAGIC, boot);
	if (older) {
		buf_addf(&store->pending, "%.3f %zu\n", older_uptime, older_size);
		buf_add(&store->pending, older, older_size);
	}
	buf_addf(&store->pending, "%.3f %zu\n", newer_uptime, newer_size);
	buf_add(&store->pending, newer, newer_size);
	/* Half a store is worse than none. */
	if (store->pending.error)
		buf_reset(&store->pending);
}

int sample_store_keep(
    struct sample_store *store, const struct fsroot *root, const char *text, size_t size)
{
	double now;
	int r = fsroot_uptime(root, &now, NULL);

	if (r < 0)
		return r;
	pend(store, root, 0, NULL, 0, now, text, size);
	return 0;
}

/* In the child: returns the errno for the exit code. */
static int write_store(const struct sample_store *store, int dir)
{
	char name[sizeof(store->key) + 16];
	size_t done = 0;
	int fd, code = 0;

	(void)snprintf(name, sizeof(name), "%s.%ld", store->key, (long)getpid());
	/* A run that was killed may have left one, and process ids come again. */
	(void)unlinkat(dir, name, 0);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno;
	while (code == 0 && done < store->pending.size) {
		ssize_t n = write(fd, store->pending.data + done, store->pending.size - done);

		if (n < 0)
			code = errno;
		else
			done += (size_t)n;
	}
	if (code == 0 && renameat(dir, name, dir, store->key) < 0)
		code = errno;
	if (code)
		(void)unlinkat(dir, name, 0);
	return code;
}

static int write_in_child(const struct sample_store *store)
{
	int dir;

	/* Nagios waits for the end of these three, and this child may never end. */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	dir = statedir_open(store->dir, true);
	return dir < 0 ? -dir : write_store(store, dir);
}

int sample_store_write(struct sample_store *store, int64_t wait_ms, struct err *err)
{
	int ends[2], status = 0;
	struct pollfd ended;
	pid_t child;

	if (store->pending.size == 0)
		return 0;
	/* The pipe is closed by the child's end: a wait with a bound, for any kernel. */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe");
	child = fork();
	if (child == 0)
		_exit(write_in_child(store));
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return err_sys(err, -EAGAIN, "cannot fork");
	}
	ended = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	if (poll(&ended, 1, (int)wait_ms) != 1) {
		close(ends[0]);
		(void)kill(child, SIGKILL);
		return err_set(err, -ETIMEDOUT, "state folder %s does not answer",
		    store->dir ? store->dir : HAETAE_STATEDIR);
	}
	close(ends[0]);
	(void)waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_sys(err, WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO,
	    "cannot write state folder %s", store->dir ? store->dir : HAETAE_STATEDIR);
}

/* --- pairs --------------------------------------------------------------------- */

void sample_pair_free(struct sample_pair *pair)
{
	buf_free(&pair->earlier);
	buf_free(&pair->later);
}

/* The stored sample to compare with: the newest that is old enough to give a rate. */
static const struct sample *choose_sample(const struct samples *samples, double now)
{
	const struct sample *best = NULL;

	if (!samples->same_boot)
		return NULL;
	for (size_t i = 0; i < samples->n; i++) {
		double age = now - samples->items[i].uptime;

		if (age >= SAMPLE_APART_S && age <= SAMPLE_AGE_MAX_S)
			best = &samples->items[i];
	}
	return best;
}

static int use_stored(struct sample_store *store, const struct fsroot *root,
    const struct samples *samples, const struct sample *chosen, double now,
    struct sample_pair *pair, struct err *err)
{
	const struct sample *newest = &samples->items[samples->n - 1];

	if (buf_add(&pair->earlier, chosen->text, chosen->size) < 0)
		return err_set(err, pair->earlier.error, "cannot keep the earlier sample");
	pair->seconds = now - chosen->uptime;
	pair->had_earlier = true;
	/* One that is too young is not replaced, else a tight loop never has an old one. */
	if (now - newest->uptime >= SAMPLE_APART_S)
		pend(store, root, newest->uptime, newest->text, newest->size, now,
		    buf_text(&pair->later), pair->later.size);
	return 0;
}

/* Whether the clock of this tree moves: one of a captured tree does not. */
static int clock_moves(const struct fsroot *root, double before, bool *ret, struct err *err)
{
	double after;
	int r;

	*ret = true;
	if (root->live)
		return 0;
	clock_sleep_ms(SAMPLE_TICK_MS);
	r = fsroot_uptime(root, &after, err);
	if (r == 0)
		*ret = after != before;
	return r;
}

static int take_second(struct sample_store *store, const struct fsroot *root,
    sample_read_fn *read, void *context, double first_uptime, struct sample_pair *pair,
    struct err *err)
{
	struct buf first = pair->later;
	double now;
	int r;

	pair->later = pair->earlier;
	pair->earlier = first;
	clock_sleep_ms(SAMPLE_APART_MS);
	r = read(root, &pair->later, context, err);
	if (r == 0)
		r = fsroot_uptime(root, &now, err);
	if (r < 0)
		return r;
	if (now <= first_uptime)
		return err_set(
		    err, -EIO, "the uptime went back from %.3f to %.3f s", first_uptime, now);
	pair->seconds = now - first_uptime;
	pend(store, root, first_uptime, buf_text(&pair->earlier), pair->earlier.size, now,
	    buf_text(&pair->later), pair->later.size);
	return 0;
}

int sample_pair_take(struct sample_store *store, const struct fsroot *root,
    sample_read_fn *read, void *context, struct sample_pair *ret, struct err *err)
{
	CLEANUP(samples_free) struct samples samples = SAMPLES_INIT;
	const struct sample *chosen;
	double now;
	bool moves;
	int r = read(root, &ret->later, context, err);

	if (r == 0)
		r = fsroot_uptime(root, &now, err);
	if (r < 0)
		return r;
	load_samples(store, root, &samples);
	chosen = choose_sample(&samples, now);
	if (chosen)
		return use_stored(store, root, &samples, chosen, now, ret, err);
	r = clock_moves(root, now, &moves, err);
	if (r < 0)
		return r;
	if (moves)
		return take_second(store, root, read, context, now, ret, err);
	if (!(now > 0))
		return err_set(err, -EBADMSG, "the uptime of %s is not above 0", root->path);
	ret->seconds = now;
	ret->since_boot = true;
	pend(store, root, 0, NULL, 0, now, buf_text(&ret->later), ret->later.size);
	return 0;
}
