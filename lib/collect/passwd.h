/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/passwd (passwd(5)): names and numbers of local users, without the name
 * service, which may ask a network.
 */
#ifndef HAETAE_COLLECT_PASSWD_H
#define HAETAE_COLLECT_PASSWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PASSWD_NAME_SIZE = 64 };

/* The number of a name, in the text of /etc/passwd. False if it is not there. */
bool passwd_find_name(const char *text, size_t size, const char *name, uint32_t *ret_uid);

/* The first name of a number, cut to fit. False if it is not there. */
bool passwd_find_uid(
    const char *text, size_t size, uint32_t uid, char ret_name[PASSWD_NAME_SIZE]);

#endif
