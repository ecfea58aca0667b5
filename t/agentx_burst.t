#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 10,000 changes of state at once: neither side freezes, and what was raised is received or counted.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/agentx_rows.sh"

server_port; sink=$server_port
"$builddir/t/snmp_ask" traps "tcp:127.0.0.1:$sink" >"$work/traps" 2>"$work/traps.err" &
at_exit "kill $!"
wait_for 5 server_listens "$sink"; ok $? "somebody listens"
snmpd_start one "trap2sink tcp:127.0.0.1:$sink $snmpd_community" || { fail "snmpd starts"; tap_done; exit 1; }
rows_start a one 1000 10000
wait_for 3 rows_answer one; ok $? "the rows are there"
traps() { grep -c "=\.$root\.0\.2"$'\t' "$work/traps"; }
balanced() {
    local n
    [ "$(rows_count a waiting)" = 0 ] || return 1
    n=$(traps)
    [ "$((n + $(rows_count a suppressed)))" = "$(rows_count a raised)" ]
}

# One, to look at.
rows_tell a raise 1
received() { [ "$(traps)" -ge "$1" ]; }
wait_for 3 received 1; ok $? "a change is told"
trap=$(grep "=\.$root\.0\.2"$'\t' "$work/traps")
names() { tr '\t' '\n' <<<"$trap" | sed 's/=.*//'; }
row=$(sed -n "s/.*$objects\.2\.1\.3\.\([0-9]*\)=.*/\1/p" <<<"$trap")
is "$(names)" ".1.3.6.1.2.1.1.3.0
.1.3.6.1.6.3.1.1.4.1.0
$objects.2.1.2.$row
$objects.2.1.3.$row
$objects.2.1.5.$row
$objects.22.9.0" "sysUpTime, snmpTrapOID, the row's columns at its index, the sequence"
like "$trap" "$objects\.2\.1\.3\.$row=4"$'\t' "with the new state"
like "$trap" "$objects\.22\.9\.0=1$" "and the first number"
is "$(snmpd_get one "$objects.2.1.2.$row")" "$objects.2.1.2.$row $(sed -n "s/.*$objects\.2\.1\.2\.$row=\([^\t]*\).*/\1/p" <<<"$trap")" \
    "at the index of the row that a poller reads"

# As it comes: the pace and the queue hold it back.
rows_tell a raise 10000
for i in 1 2; do
    if [ "$i" = 2 ]; then
        wait_for 5 rows_is a waiting 0 # the limits below let all of them go
        rows_tell a limits 100000 100000 20000
        rows_tell a raise 10000
    fi
    out=$("$builddir/t/snmp_ask" uptime "${snmpd_agent[one]}" "$snmpd_community" 2 2>"$work/err")
    ok $? "sysUpTime answers throughout" || diag "$(tail -n 3 "$work/err")"
    longest=${out##* }
    # 100 ms on an idle machine.
    [ "${longest%.*}" -lt 1000 ]; ok $? "within $longest ms" || diag "$out"
    [ "$i" = 2 ] || rows_tell a limits 100000 100000 20000
done
wait_for 20 balanced; ok $? "received + suppressed = raised"
diag "received $(traps) of $(rows_count a raised), suppressed $(rows_count a suppressed)"
sed -n "s/.*$objects\.22\.9\.0=//p" "$work/traps" >"$work/sequence"
cmp <(seq "$(wc -l <"$work/sequence")") "$work/sequence"; ok $? "the numbers are without holes, in order"
rows_is a connects 1; ok $? "in one session"
rows_answer one; ok $? "and it answers as before"

# What is on its way when snmpd dies is held, and sent when it is back.
rows_tell a limits 1000 1000 20000
server_signal one STOP
rows_tell a raise 200
sleep 0.5
server_signal one KILL; wait_for 2 server_gone one
before=$(traps)
snmpd_launch one
wait_for 5 balanced; ok $? "what snmpd had not taken when it was killed is told later"
diag "$(($(traps) - before)) told after the restart"
rows_stop a; is $? 0 "it ends by SIGTERM" || diag "$(tail -n 5 "$work/a.err")"
tap_done
