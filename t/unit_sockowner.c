/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/collect/sockowner.h"
#include "t/tap.h"

/* 10 and 11 are services whose descriptors are known, 20 and 21 are not, 30 is root's and not. */
static struct sockowner_process processes[] = {
	{ .pid = 21, .uid = 108, .cgroup_id = 5 },
	{ .pid = 10, .has_fds = true },
	{ .pid = 20, .uid = 108, .cgroup_id = 5 },
	{ .pid = 11, .has_fds = true },
	{ .pid = 30, .uid = 0, .cgroup_id = 6 },
	{ .pid = 10, .has_fds = true },
};
/* Both have 100, as a master and its worker do; 11 has 101 twice. */
static struct sockowner_pair pairs[] = { { 101, 11 }, { 100, 11 }, { 100, 10 }, { 101, 11 } };

static void is_answer(const struct sockowners *owners, const int32_t *pids, size_t n,
    const struct sock *sock, struct sockowner_answer want, const char *name)
{
	CLEANUP(sockowner_set_free) struct sockowner_set set = { 0 };
	struct sockowner_answer answer;

	if (!ok(sockowner_set_make(owners, pids, n, &set, NULL) == 0, "a set"))
		return;
	answer = sockowner_ask(owners, &set, sock);
	ok(answer.is == want.is && answer.proof == want.proof && answer.pid == want.pid,
	    "%s: %u %s %d", name, answer.is, sockowner_proof_text(answer.proof), answer.pid);
}

static const struct sockowner_answer no = { SOCKOWNER_NO, SOCKOWNER_BY_DESCRIPTOR, 0 };
static const struct sockowner_answer unknown = { SOCKOWNER_UNKNOWN, SOCKOWNER_NOT_PROVABLE, 0 };

static void test_descriptor(const struct sockowners *owners)
{
	static const int32_t ten[] = { 10 }, eleven[] = { 11, 11 }, both[] = { 11, 10 },
			     gone[] = { 12 };
	const struct sock shared = { .inode = 100, .uid = 108, .has_uid = true };
	const struct sock single = { .inode = 101, .uid = 108, .has_uid = true };
	const struct sock other = { .inode = 999 }, none = { .inode = 0 };
	size_t count;

	is_answer(owners, ten, 1, &shared,
	    (struct sockowner_answer){ SOCKOWNER_YES, SOCKOWNER_BY_DESCRIPTOR, 10 },
	    "the master has it");
	is_answer(owners, eleven, 2, &shared,
	    (struct sockowner_answer){ SOCKOWNER_YES, SOCKOWNER_BY_DESCRIPTOR, 11 },
	    "so has the worker");
	is_answer(owners, ten, 1, &single, no, "another service's");
	is_answer(owners, both, 2, &other, no, "nobody's that is known");
	is_answer(owners, both, 2, &none, no, "one that nobody has any more");
	is_answer(owners, gone, 1, &shared, no, "a process that is gone");
	is_answer(owners, NULL, 0, &shared, no, "a service without processes");
	(void)sockowners_of(owners, 101, &count);
	is_num(count, 1, "a descriptor and its double are one");
	ok(!sockowners_of(owners, 102, &count) && count == 0, "none");
	ok(sockowners_find(owners, 20) && !sockowners_find(owners, 12), "found by pid");
	is_num(owners->n_processes, 5, "what was added twice is there once");
}

static void test_without(const struct sockowners *owners)
{
	static const int32_t nova[] = { 20, 21 }, root[] = { 30 }, mixed[] = { 10, 20 };
	const struct sockowner_answer by_cgroup = { SOCKOWNER_YES, SOCKOWNER_BY_CGROUP, 0 };
	const struct sockowner_answer by_uid = { SOCKOWNER_YES, SOCKOWNER_BY_UID, 0 };
	const struct sockowner_answer not_uid = { SOCKOWNER_NO, SOCKOWNER_BY_UID, 0 };
	struct sock sock = { .inode = 7, .uid = 108, .has_uid = true, .cgroup_id = 5 };
	const struct sock shared = { .inode = 100, .uid = 1, .has_uid = true };

	is_answer(owners, nova, 2, &sock, by_cgroup, "its unit and its user");
	sock.uid = 0;
	is_answer(
	    owners, nova, 2, &sock, by_cgroup, "opened as root before rights were dropped");
	sock.uid = 1000;
	is_answer(owners, nova, 2, &sock, not_uid, "another user's in the same cgroup");
	sock.cgroup_id = 9;
	is_answer(owners, nova, 2, &sock, not_uid, "another user's elsewhere");
	is_answer(owners, root, 1, &sock, unknown, "root may have what others made");
	sock.uid = 108;
	is_answer(owners, nova, 2, &sock, by_uid, "of its user, made elsewhere");
	sock.cgroup_id = 0;
	is_answer(owners, nova, 2, &sock, by_uid, "of its user, made nobody says where");
	sock.uid = 0;
	is_answer(owners, nova, 2, &sock, unknown, "root's: it may have been handed over");
	sock.has_uid = false;
	is_answer(owners, nova, 2, &sock, unknown, "a unix socket from /proc");
	is_answer(owners, mixed, 2, &shared,
	    (struct sockowner_answer){ SOCKOWNER_YES, SOCKOWNER_BY_DESCRIPTOR, 10 },
	    "a descriptor proves though others are not known");
}

int main(void)
{
	CLEANUP_SOCKOWNERS struct sockowners owners = SOCKOWNERS_INIT;

	owners.processes = malloc(sizeof(processes));
	owners.pairs = malloc(sizeof(pairs));
	if (!owners.processes || !owners.pairs)
		abort();
	memcpy(owners.processes, processes, sizeof(processes));
	memcpy(owners.pairs, pairs, sizeof(pairs));
	owners.n_processes = sizeof(processes) / sizeof(processes[0]);
	owners.n_pairs = sizeof(pairs) / sizeof(pairs[0]);
	sockowners_finish(&owners);
	test_descriptor(&owners);
	test_without(&owners);
	return tap_done();
}
