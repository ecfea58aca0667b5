#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# File systems that really hang, on a node that is asked by SNMP: they are named, everything else is
# told as ever, the collector goes on, and nobody is left behind.
. "${srcdir:-.}/t/hang.sh" || exit 1
[ -x "$plugins/check_node_snmp" ] || skip_all 'built without the subagent'
. "$srcdir/t/server_agentx.sh"
# Its mounts are listed in a tree: process 1 does not see those of this test.
mkdir -p "$work/proc/1"
cp -r "$data/root-zed/proc/." "$work/proc/"
chmod -R u+w "$work/proc"
printf '%s\n' '27 1 8:1 / / rw - ext4 /dev/a rw' '28 27 0:50 / /hung rw - fuse.test test rw' \
    '29 27 7:9 / /frozen rw - ext4 /dev/loop9 rw' >"$work/proc/1/mountinfo"
agentx_start node "root = \"$work\"; collectors = ( { name = \"node\"; interval = 1; limit = 20; } );" ||
    { fail 'a subagent'; tap_done; exit; }
pid=${server_pid[node-agentx]}
ask() { run "$plugins/check_node_snmp" -H "${agentx_host[node]}" -w disk=100 -c disk=100 -w inodes=100 -c inodes=100; }
says() { ask && [[ $line1 =~ $1 ]]; }
# Processes that ask file systems and have not come back, and those that nobody has buried.
askers() { ps --ppid "$pid" -o pid= | wc -l; }
no_askers() { [ "$(askers)" = 0 ]; }
row="'load1'=1\.13.* 'memory'=22\.5.* 'disk@/'="

wait_for 15 says '^NODE OK - up 42m 11s'
ok $? 'all answer'
like "$out" "$row.*'disk@/hung'=25%" 'with their space'

kill -STOP $server
wait_for 30 says '^NODE CRITICAL - /hung does not answer; up 42m 11s, load 1\.13'
ok $? 'a stopped FUSE server: the mount is named' || diag "$line1"
like "$out" "$row" '... all else is told'
like "$out" $'\n''/hung does not answer, fuse\.test test' '... a line says what it is'
age() { agentx_get node "13.1.6.$(snmpbulkwalk -v2c -c "$snmpd_community" -m '' -On -Oq "udp:${agentx_host[node]}" ".$agentx_objects.13.1.2" |
    sed -n 's/.*\.\([0-9]*\) "node"$/\1/p')"; }
again() { [ "$(age)" -le 3 ]; }
for i in 1 2 3; do wait_for 20 again || break; done
ok $? '... and the collector goes on, round after round'
[ "$(askers)" -le 2 ]; ok $? "... with $(askers) processes that ask"
kill -CONT $server
wait_for 30 says '^NODE OK - '
ok $? 'it answers again' || diag "$line1"

fsfreeze -f "$work/frozen"
wait_for 30 says '^NODE CRITICAL - writes to /frozen hang; up '
ok $? 'a frozen ext4 is named' || diag "$line1"
like "$out" "$row.*'disk@/hung'=25%" '... all else is told'
for i in 1 2 3; do wait_for 20 again || break; done
[ "$(askers)" -le 1 ]; ok $? '... and nobody is sent after the first who sleeps there'
fsfreeze -u "$work/frozen"
wait_for 30 says '^NODE OK - '
ok $? 'all is well again' || diag "$line1"
wait_for 20 no_askers
ok $? 'and nobody is left behind' || diag "$(ps --ppid "$pid" -o pid,stat,args)"
server_alive node-agentx
ok $? 'the subagent lives'
tap_done
