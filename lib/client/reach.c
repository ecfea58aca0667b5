/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/reach.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* One question to one target. */
struct question {
	double sent_s;
	bool open; /* asked, and neither answered nor failed */
	int fd;	   /* of TCP, else -1 */
};

struct run {
	struct reach *reach;
	struct question *questions; /* [round * n_targets + target] */
	struct pollfd *fds;
	struct question **asked; /* whose fds[i] it is; NULL for ICMP */
	size_t n_fds;
	unsigned round; /* the next one */
};

static double now_s(void)
{
	return (double)clock_mono_us() / 1e6;
}

static size_t n_questions(const struct run *run)
{
	return (size_t)run->round * run->reach->n_targets;
}

static void run_free(struct run *run)
{
	for (size_t i = 0; run->questions && i < n_questions(run); i++) {
		if (run->questions[i].fd >= 0)
			close(run->questions[i].fd);
	}
	free(run->questions);
	free(run->fds);
	free(run->asked);
}

/* --- one question ----------------------------------------------------------------------- */

static void finish(struct run *run, size_t index, int error)
{
	struct question *question = &run->questions[index];
	struct reach_target *target = &run->reach->targets[index % run->reach->n_targets];
	double rtt_s = now_s() - question->sent_s;

	if (!question->open)
		return;
	question->open = false;
	if (question->fd >= 0)
		close(question->fd);
	question->fd = -1;
	if (error == 0 && rtt_s * 1000 > (double)run->reach->wait_ms)
		return;
	if (error) {
		target->error = error;
		return;
	}
	if (target->received == 0 || rtt_s < target->rtt_min_s)
		target->rtt_min_s = rtt_s;
	if (rtt_s > target->rtt_max_s)
		target->rtt_max_s = rtt_s;
	target->rtt_sum_s += rtt_s;
	target->received++;
}

/* Returns 0 when it is under way or done, else errno. */
static int open_tcp(const struct reach *reach, const struct reach_target *target, int *ret_fd)
{
	int family = target->address.ss_family, code = 0;
	CLEANUP_CLOSE int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct linger reset = { .l_onoff = 1 };

	if (fd < 0)
		return errno;
	if (reach->interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, reach->interface,
				    (socklen_t)strlen(reach->interface)) < 0)
		return errno;
	if (reach->source_size > 0 && reach->source.ss_family == family &&
	    bind(fd, (const struct sockaddr *)&reach->source, reach->source_size) < 0)
		return errno;
	/* No TIME_WAIT for each look. */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(fd, (const struct sockaddr *)&target->address, target->address_size) < 0)
		code = errno;
	if (code != 0 && code != EINPROGRESS)
		return code;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static void ask(struct run *run, size_t index)
{
	struct reach *reach = run->reach;
	struct reach_target *target = &reach->targets[index % reach->n_targets];
	struct question *question = &run->questions[index];
	int error;

	*question = (struct question){ .fd = -1 };
	if (target->address_size == 0)
		return;
	question->open = true;
	question->sent_s = now_s();
	target->sent++;
	if (target->tcp)
		error = open_tcp(reach, target, &question->fd);
	else
		error = -icmp_send(
		    target->address.ss_family == AF_INET ? &reach->icmp4 : &reach->icmp6,
		    (const struct sockaddr *)&target->address, target->address_size,
		    (uint16_t)index);
	if (error)
		finish(run, index, error);
}

/* --- answers ------------------------------------------------------------------------------ */

static void hear_icmp(struct run *run, const struct icmp *icmp)
{
	uint16_t sequence = 0;
	int r;

	/* Many packets of others may stand before ours, but not for ever. */
	for (int i = 0; i < 1000; i++) {
		r = icmp_receive(icmp, &sequence);
		if (r == -EAGAIN)
			return;
		/* An error that belongs to some earlier packet is reported once. */
		if (r == 1 && sequence < n_questions(run))
			finish(run, sequence, 0);
	}
}

static void hear_tcp(struct run *run, struct question *question)
{
	int code = 0;
	socklen_t size = sizeof(code);

	if (getsockopt(question->fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
		code = errno;
	finish(run, (size_t)(question - run->questions), code);
}

static void add_fd(struct run *run, int fd, short events, struct question *question)
{
	run->fds[run->n_fds] = (struct pollfd){ .fd = fd, .events = events };
	run->asked[run->n_fds++] = question;
}

/* Returns how many questions are open. */
static size_t collect_fds(struct run *run)
{
	size_t n = 0;

	run->n_fds = 0;
	if (run->reach->icmp4.fd >= 0)
		add_fd(run, run->reach->icmp4.fd, POLLIN, NULL);
	if (run->reach->icmp6.fd >= 0)
		add_fd(run, run->reach->icmp6.fd, POLLIN, NULL);
	for (size_t i = 0; i < n_questions(run); i++) {
		struct question *question = &run->questions[i];

		n += question->open;
		if (question->open && question->fd >= 0)
			add_fd(run, question->fd, POLLOUT, question);
	}
	return n;
}

static void wait_for_answers(struct run *run, double end_s)
{
	double left_s = end_s - now_s();
	/* Rounded up: a wait of 0 ms would spin until the time is there. */
	int wait_ms = left_s <= 0 ? 0 : left_s > 60 ? 60000 : (int)(left_s * 1000) + 1;

	if (poll(run->fds, run->n_fds, wait_ms) <= 0)
		return;
	for (size_t i = 0; i < run->n_fds; i++) {
		if (!run->fds[i].revents)
			continue;
		if (run->asked[i])
			hear_tcp(run, run->asked[i]);
		else
			hear_icmp(run, run->fds[i].fd == run->reach->icmp4.fd
					   ? &run->reach->icmp4
					   : &run->reach->icmp6);
	}
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* Every connection of TCP may be open at once. */
static void allow_files(size_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= n + 64)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int reach_run(struct reach *reach, int64_t until_ms, struct err *err)
{
	CLEANUP(run_free) struct run run = { .reach = reach };
	size_t n = reach->n_targets * reach->rounds;
	double start_s = now_s(), interval_s = (double)reach->interval_ms / 1000;
	double asked_s = start_s;
	double wait_s = (double)reach->wait_ms / 1000, until_s = (double)until_ms / 1000;

	allow_files(n);
	run.questions = calloc(n ? n : 1, sizeof(*run.questions));
	run.fds = calloc(n + 2, sizeof(*run.fds));
	run.asked = calloc(n + 2, sizeof(struct question *));
	if (!run.questions || !run.fds || !run.asked)
		return err_set(err, -ENOMEM, "out of memory");
	for (;;) {
		double now = now_s(), next_s = start_s + interval_s * run.round;
		double end_s = asked_s + wait_s, soon_s = now > next_s ? now : next_s;
		/* One that could not be waited for would count as lost. */
		bool more =
		    run.round < reach->rounds && (run.round == 0 || soon_s + wait_s <= until_s);
		size_t n_open;

		if (now >= until_s)
			break;
		if (more && now >= next_s) {
			size_t first = n_questions(&run);

			run.round++;
			asked_s = now;
			for (size_t i = first; i < first + reach->n_targets; i++)
				ask(&run, i);
			continue;
		}
		n_open = collect_fds(&run);
		if (!more && (n_open == 0 || now >= end_s))
			break;
		wait_for_answers(&run, least(more ? next_s : end_s, until_s));
	}
	return 0;
}
