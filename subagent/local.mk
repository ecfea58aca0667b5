# SPDX-License-Identifier: GPL-2.0-or-later
# haetae-agentx: one line a noun. It is built where net-snmp and libconfig are.
EXTRA_DIST += %D%/HAETAE-MIB.txt
EXTRA_DIST += %D%/agentx.h %D%/board.h %D%/collector.h %D%/notification.h %D%/settings.h
