/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A broker as rows of HAETAE-MIB, and back: what the subagent of its node knows of it is judged
 * elsewhere as if the broker had been asked from there.
 */
#ifndef HAETAE_HEALTH_RABBITMQ_ROWS_H
#define HAETAE_HEALTH_RABBITMQ_ROWS_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/health/mibnumber.h"
#include "lib/health/rabbitmq.h"
#include "lib/mib/rabbitmq.h"
#include "lib/mib/rows.h"

/* Fills the one row of scalars and the two tables, which are as mib_rows_init left them; address
 * is what was asked. -ENOMEM. */
int rabbitmq_rows_put(const struct rabbitmq_facts *facts, const char *address,
    const struct mibnumber_now *now, struct mib_rows *nodes, struct mib_rows *queues,
    struct mib_rows *broker) ATTR_MUST_CHECK;

/* The facts, whatever the rows hold. Of health checks there are alarms and virtual-hosts.
 * -ENOMEM, and ret is then empty. */
int rabbitmq_rows_take(const struct mib_rabbitmq *broker, const struct mib_rows *nodes,
    const struct mib_rows *queues, const struct mibnumber_now *now,
    struct rabbitmq_facts *ret) ATTR_MUST_CHECK;

/* Its parts: the scalars alone. */
void rabbitmq_broker_put(const struct rabbitmq_facts *facts, const char *address,
    const struct mibnumber_now *now, struct mib_rabbitmq *ret);
void rabbitmq_broker_take(const struct mib_rabbitmq *broker, const struct mibnumber_now *now,
    struct rabbitmq_facts *ret);

#endif
