#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A master that is not snmpd: it forgets sessions, and asks what snmpd does not ask.
. "${srcdir:-.}/t/tap.sh" || exit 1
agentx=$builddir/subagent/haetae-agentx
[ -x "$agentx" ] || skip_all 'built without net-snmp (package libsnmp-dev)'
need perl perl
printf 'agentx = { socket = "%s"; ping = "1 s"; user = "root"; };\n' "$work/master" >"$work/conf"
chmod 600 "$work/conf"
perl "$srcdir/t/bad_master.pl" "$work/master" >"$work/said" 2>&1 &
master=$!
is_there() { [ -S "$work/master" ]; }
wait_for 5 is_there
"$agentx" --config "$work/conf" 2>"$work/log" &
agent=$!
at_exit "kill $master $agent 2>/dev/null"
has_said() { grep -q "^$1\$" "$work/said"; }
wait_for 20 has_said registered
ok $? 'a registration that is refused with notOpen is tried in a new session'
wait_for 20 has_said answered
ok $? 'a question in a context with NULs is answered'
kill "$agent" "$master" 2>/dev/null
wait "$agent"
is $? 0 'and the subagent ends in order'
diag "$(tail -n 3 "$work/log")"
tap_done
