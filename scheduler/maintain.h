/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The maintain stage: partitions, retention, roll-ups. Of all probe hosts one does it, whoever
 * holds the lease "maintain"; the others look again each minute. It is a stage of its own because
 * the others must not wait for it.
 */
#ifndef HAETAE_SCHEDULER_MAINTAIN_H
#define HAETAE_SCHEDULER_MAINTAIN_H

/* Of LEASE. */
#define MAINTAIN_LEASE "maintain"

#endif
