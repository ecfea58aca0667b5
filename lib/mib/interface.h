/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeInterfaceTable: what IF-MIB does not tell of network interfaces, rates, whether they are
 * hardware, how often the link came and went, beside their counters.
 */
#ifndef HAETAE_MIB_INTERFACE_H
#define HAETAE_MIB_INTERFACE_H

#include "lib/mib/mib.h"

enum mib_interface_link {
	MIB_INTERFACE_LINK_UNKNOWN = 1,
	MIB_INTERFACE_LINK_UP,
	MIB_INTERFACE_LINK_DOWN,
};

enum mib_interface_duplex {
	MIB_INTERFACE_DUPLEX_UNKNOWN = 1,
	MIB_INTERFACE_DUPLEX_HALF,
	MIB_INTERFACE_DUPLEX_FULL,
};

struct mib_interface {
	uint32_t index[1];
	char name[MIB_WORD_SIZE];
	int64_t state;
	int64_t state_age;
	char state_text[MIB_TEXT_SIZE];
	int64_t ifindex;
	int64_t link; /* enum mib_interface_link */
	int64_t admin_up;
	int64_t hardware;
	int64_t in;	    /* hundredths: KiB per second */
	int64_t out;	    /* hundredths: KiB per second */
	int64_t in_errors;  /* hundredths: packets per second */
	int64_t out_errors; /* hundredths: packets per second */
	int64_t in_drops;   /* hundredths: packets per second */
	int64_t out_drops;  /* hundredths: packets per second */
	int64_t in_use;	    /* hundredths: percent */
	int64_t out_use;    /* hundredths: percent */
	int64_t in_octets;  /* bytes */
	int64_t out_octets; /* bytes */
	int64_t speed;	    /* Mbit per second */
	int64_t duplex;	    /* enum mib_interface_duplex */
	int64_t carrier_changes;
};

extern const struct mib_table mib_interface;

#endif
