/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/libvirt_guests.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/collect/proc.h"

/* --- one process --------------------------------------------------------------------------- */

/* qemu-system-x86_64 and its kind, kvm, qemu-kvm: the name without its folder. */
static bool is_qemu(const char *line)
{
	size_t size = strcspn(line, " ");
	const char *slash = memrchr(line, '/', size);
	const char *name = slash ? slash + 1 : line;

	size -= (size_t)(name - line);
	return strncmp(name, "qemu-system-", 12) == 0 ||
	       (size == 8 && strncmp(name, "qemu-kvm", 8) == 0) ||
	       (size == 3 && strncmp(name, "kvm", 3) == 0);
}

/* The argument behind an option, up to its blank; NULL without. */
static const char *argument_of(const char *line, const char *option, size_t *ret_size)
{
	const char *found = strstr(line, option);

	if (!found)
		return NULL;
	found += strlen(option);
	*ret_size = strcspn(found, " ");
	return found;
}

bool guests_parse(const char *line, size_t size, struct guest *ret)
{
	size_t uuid_size = 0, name_size = 0;
	const char *uuid, *name;

	if (size == 0 || !is_qemu(line))
		return false;
	uuid = argument_of(line, " -uuid ", &uuid_size);
	if (!uuid || uuid_size != LIBVIRT_UUID_SIZE - 1)
		return false;
	*ret = (struct guest){ .pid = 0 };
	for (size_t i = 0; i < uuid_size; i++)
		ret->uuid[i] = (char)tolower((unsigned char)uuid[i]);
	name = argument_of(line, " -name ", &name_size);
	if (name && strncmp(name, "guest=", 6) == 0) {
		name += 6;
		name_size -= 6;
	}
	if (name)
		(void)snprintf(
		    ret->name, sizeof(ret->name), "%.*s", (int)strcspn(name, ", "), name);
	return true;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int by_uuid(const void *a, const void *b)
{
	const struct guest *x = a, *y = b;
	int order = strcmp(x->uuid, y->uuid);

	return order ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

static int add(struct guests *guests, const struct guest *guest, struct err *err)
{
	struct guest *grown;

	if (guests->n_items >= GUESTS_MAX)
		return err_set(err, -E2BIG, "over %d guests", GUESTS_MAX);
	grown = reallocarray(guests->items, guests->n_items + 1, sizeof(*grown));
	if (!grown)
		return err_set(err, -ENOMEM, "out of memory");
	guests->items = grown;
	guests->items[guests->n_items++] = *guest;
	return 0;
}

/* 1 for a guest of the user, 0 for any other process. */
static int look_at(struct proc *proc, const uint32_t *uid, struct guest *ret)
{
	if (proc_line(proc, NULL) < 0 || !guests_parse(proc->line, proc->line_size, ret))
		return 0;
	if (uid && (proc_uid(proc, NULL) < 0 || proc->uid != *uid))
		return 0;
	ret->pid = proc->pid;
	return 1;
}

int guests_read(
    const struct fsroot *root, const uint32_t *uid, struct guests *ret, struct err *err)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	CLEANUP_GUESTS struct guests guests = GUESTS_INIT;
	struct proc proc;
	struct guest guest;
	int r = proc_dir_open(root, &dir, err);

	while (r == 0 && (r = proc_next(&dir, &proc)) == 1)
		r = look_at(&proc, uid, &guest) ? add(&guests, &guest, err) : 0;
	if (r < 0)
		return r;
	guests.hidden = proc_dir_is_hidden(&dir);
	if (guests.n_items > 1)
		qsort(guests.items, guests.n_items, sizeof(guests.items[0]), by_uuid);
	*ret = guests;
	guests = (struct guests)GUESTS_INIT;
	return 0;
}

void guests_free(struct guests *guests)
{
	free(guests->items);
	*guests = (struct guests)GUESTS_INIT;
}

/* --- comparing -------------------------------------------------------------------------------- */

static const struct guest *find_guest(const struct guests *guests, const char *uuid)
{
	for (size_t i = 0; i < guests->n_items; i++) {
		if (strcmp(guests->items[i].uuid, uuid) == 0)
			return &guests->items[i];
	}
	return NULL;
}

static bool is_active(const struct libvirt *libvirt, const char *uuid)
{
	for (size_t i = 0; i < libvirt->n_domains; i++) {
		if (libvirt->domains[i].active &&
		    strcasecmp(libvirt->domains[i].uuid, uuid) == 0)
			return true;
	}
	return false;
}

static const char *name_of(const struct guest *guest)
{
	return guest->name[0] ? guest->name : guest->uuid;
}

int guests_compare(
    const struct guests *guests, const struct libvirt *libvirt, struct buf *problems)
{
	for (size_t i = 0; i < libvirt->n_domains; i++) {
		const struct libvirt_domain *domain = &libvirt->domains[i];

		if (domain->active && !find_guest(guests, domain->uuid))
			buf_addf(problems, "%s is %s but has no qemu process\n", domain->name,
			    libvirt_state_text(domain->state));
	}
	for (size_t i = 0, end; i < guests->n_items; i = end) {
		const struct guest *guest = &guests->items[i];

		for (end = i + 1; end < guests->n_items; end++) {
			if (strcmp(guests->items[end].uuid, guest->uuid) != 0)
				break;
		}
		if (end - i > 1)
			buf_addf(problems, "%s runs %zu times: pid %ld, pid %ld%s\n",
			    name_of(guest), end - i, (long)guest->pid,
			    (long)guests->items[i + 1].pid, end - i > 2 ? ", ..." : "");
		if (!is_active(libvirt, guest->uuid))
			buf_addf(problems, "qemu pid %ld (%s) has no domain\n",
			    (long)guest->pid, name_of(guest));
	}
	return problems->error;
}
