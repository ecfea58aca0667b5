#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Four walkers while the rows change every 10 ms: each PDU is answered from one snapshot, and
# none goes back.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/agentx_rows.sh"

snmpd_start one || { fail "snmpd starts"; tap_done; exit 1; }
rows_start a one 1000 40
wait_for 3 rows_answer one; ok $? "the rows are there"
rows_tell a churn 10
out=$("$builddir/t/snmp_ask" walkers "${snmpd_agent[one]}" "$snmpd_community" "$objects" \
    "${HAETAE_CHURN_S:-3}" 4 2>"$work/err")
ok $? "four walkers find no error, no duplicate and no decrease" || diag "$(tail -n 5 "$work/err")"
diag "$out"
rows_is a connects 1; ok $? "in one session"
rows_is a errors 0; ok $? "without an error"
diag "longest request: $(rows_count a max_us) us"
rows_stop a; is $? 0 "it ends by SIGTERM"
tap_done
