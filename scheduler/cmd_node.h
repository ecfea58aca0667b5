/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands about nodes share.
 */
#ifndef HAETAE_SCHEDULER_CMD_NODE_H
#define HAETAE_SCHEDULER_CMD_NODE_H

#include "lib/store/db_node.h"
#include "scheduler/command.h"

/* Carries a request out, again while the server asks for that. Prints nothing. */
int cmd_node_change(struct cli *cli, const struct node_request *request,
    struct node_changes *ret, struct err *err) ATTR_MUST_CHECK;

/* One line a change: "node 111: address 192.168.0.113 -> 192.168.0.114". */
void cmd_node_print(const struct node_changes *changes, struct buf *text);

#endif
