#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two subagents with the same objects: the second says so, waits, and takes over.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/agentx_rows.sh"

snmpd_start one || { fail "snmpd starts"; tap_done; exit 1; }
rows_start first one 1000 3
wait_for 3 rows_answer one; ok $? "the first is there"
rows_start second one 1000 7
wait_for 5 rows_is second link "$duplicate"; ok $? "the second finds the place taken"
like "$(cat "$work/second.err")" "another subagent has registered $root.1: a second haetae-agentx" "and says so"
rows_answer one; ok $? "the first still answers"
rows() { snmpwalk -v2c -c "$snmpd_community" -t 5 "${snmpd_agent[one]}" "$objects.2.1.2" 2>/dev/null | grep -c thing; }
is "$(rows)" 3 "with its own rows"
rows_is second connects 0; ok $? "the second never counts itself as there"
rows_stop first; is $? 0 "the first leaves"
wait_for 3 rows_is second link "$registered"; ok $? "the second takes over"
has() { [ "$(rows)" = "$1" ]; }
wait_for 2 has 7; ok $? "and its rows are shown"
rows_start third one 1000 3
wait_for 5 rows_is third link "$duplicate"; ok $? "a third waits"
kill -KILL "${rows_pid[second]}"
wait_for 3 rows_is third link "$registered"; ok $? "until the second is killed"
rows_stop third; is $? 0 "it ends by SIGTERM"
tap_done
