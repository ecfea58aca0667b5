/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/mibstate.h"

enum mib_state mibstate_of(enum state state)
{
	switch (state) {
	case STATE_OK:
		return MIB_OK;
	case STATE_WARNING:
		return MIB_WARNING;
	case STATE_CRITICAL:
		return MIB_CRITICAL;
	case STATE_UNKNOWN:
		break;
	}
	return MIB_UNKNOWN;
}

enum state mibstate_back(int64_t state)
{
	switch (state) {
	case MIB_OK:
	case MIB_DISABLED:
		return STATE_OK;
	case MIB_WARNING:
		return STATE_WARNING;
	case MIB_CRITICAL:
		return STATE_CRITICAL;
	default:
		return STATE_UNKNOWN;
	}
}
