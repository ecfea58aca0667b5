#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sources that hang: a file system whose server stands still, an ovsdb-server under SIGSTOP, a broker
# that accepts and says nothing. All other objects answer as ever; the age of what hangs shows, and
# past its limit its rows disappear.
if [ "$(id -u)" = 0 ] && [ -z "${HANG_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
    HANG_INSIDE=1 exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$builddir/subagent/haetae-agentx" ] || skip_all 'built without net-snmp (package libsnmp-dev)'
[ -x "$plugins/check_rabbitmq" ] || skip_all 'built without curl or jansson (libcurl4-openssl-dev, libjansson-dev)'
[ "$(id -u)" = 0 ] || skip_all 'mounts need root'
[ -n "${HANG_INSIDE:-}" ] || skip_all 'no mount namespaces here'
[ -c /dev/fuse ] || skip_all 'no /dev/fuse'
. "$srcdir/t/server_snmpd.sh"
. "$srcdir/t/agentx.sh"
. "$srcdir/t/bad_peer.sh"
. "$srcdir/t/server_ovs.sh"

# A tree that is this node's, but for /sys.
mkdir -p "$work/tree/sys" "$work/profiles"
ln -s /proc /etc /run "$work/tree"
"$builddir/t/fuse_server" "$work/tree/sys" >"$work/server" 2>&1 &
fuse=$!
at_exit 'kill -CONT $fuse; umount -l "$work/tree/sys"; kill -KILL $fuse'
wait_for 5 grep -q ready "$work/server" || skip_all "no FUSE here: $(cat "$work/server")"
printf 'name = "mine"; services = ( { name = "the-test"; match = "agentx_hang\\\\.t"; } );\n' >"$work/profiles/mine.cfg"
ovs_start || skip_all 'Open vSwitch does not start'
ovs_add_bridge br0
bad_peer silent
snmpd_start main || skip_all 'snmpd does not start'
every='interval = 1; limit = 4;'
write_conf "root = \"$work/tree\"; profiles = ( \"mine\" ); profile_dirs = ( \"$work/profiles\" );" \
    "ovs_rundir = \"$ovs_rundir\"; ovs_db = \"unix:$ovs_rundir/db.sock\"; rabbitmq_host = \"127.0.0.1:$bad_port\";" \
    "collectors = ( { name = \"node\"; $every }, { name = \"ovs\"; $every }, { name = \"rabbitmq\"; $every }," \
    "  { name = \"net\"; $every }, { name = \"services\"; interval = 1; } );"
agentx_start main

# Table numbers: 1 node, 2 services, 6 bridges.
rows() { walk "$haetae_oid.1.$1" | grep -vc 'No Such\|No more'; }
has() { [ "$(rows "$1")" -gt 0 ]; }
has_none() { [ "$(rows "$1")" = 0 ]; }
age() { collector "$1" 6; }
is_older() { [ "$(age "$1")" -ge "$2" ]; }
# all OID...: each is answered, in time: at best 1 ms in the subagent, plus what snmpget takes itself.
slowest=0
all() {
    local start took i
    for i in 1 2 3 4 5 6 7 8; do
        start=${EPOCHREALTIME/./}
        snmpd_get main "$@" >/dev/null || return 1
        took=$((${EPOCHREALTIME/./} - start))
        [ "$took" -le "$slowest" ] || slowest=$took
    done
}
others() { all .1.3.6.1.2.1.1.3.0 "$oid_state" "$oid_state_text" "$oid_services" "$oid_generation"; }

wait_for 10 has 1
ok $? 'the node has its row' || diag "$(walk "$oid_collectors")" "$(cat "$log")"
wait_for 10 has 6
ok $? 'so have bridges'
wait_for 10 is_state services 1
ok $? 'so have services, which are well'
wait_for 10 is_state rabbitmq 3
ok $? 'a broker that says nothing: its collector says so' || diag "$(walk "$oid_collectors")"
like "$(collector rabbitmq 5)" "127\.0\.0\.1:$bad_port|no answer|timed? ?out|Timeout|within" 'and what does not answer'
others
ok $? "all others answer (slowest snmpget: $((slowest / 1000)) ms)"

# What is stopped.
ovsdb=$(ovs_pid ovsdb-server)
at_exit "kill -CONT $ovsdb"
kill -STOP "$ovsdb" "$fuse"
wait_for 10 is_older node 2
ok $? 'the node hangs: its age grows'
has 1
ok $? 'and its row is still there' || diag "age $(age node)"
others
ok $? "all others answer (slowest snmpget: $((slowest / 1000)) ms)"
wait_for 10 is_state node 4
ok $? 'past the limit the collector is critical'
has_none 1
ok $? 'and the row has disappeared'
like "$(collector node 5)" 'its facts are .* old and not shown; a round has run for' 'which is said'
like "$(value "$oid_state_text")" '^CRITICAL - ' 'also in the line of the node'
like "$(cat "$log")" 'warning: collector node: its facts are .* old and not shown' 'and in the log'
wait_for 10 has_none 6
ok $? 'bridges of a database that hangs disappear too' || diag "$(collector ovs 3) $(collector ovs 5)"
is_state services 1
ok $? 'services are as they were'
has 2
ok $? 'with their rows'
wait_for 2 others
ok $? "all others answer (slowest snmpget: $((slowest / 1000)) ms)"
handler=$(value "$oid_agent.44.0")
[ "$handler" -lt 50000 ]; ok $? "no request took more than 50 ms in the subagent ($handler us)"
[ "$slowest" -lt 1000000 ]; ok $? 'nor a second in all'

# SIGHUP and the end wait for nothing that hangs.
kill -HUP "$agentx_pid"
wait_for 5 grep -q 'the configuration was read again' "$log"
ok $? 'SIGHUP'
like "$(cat "$log")" '[0-9] collectors? left behind: ' 'leaves behind what hangs'
wait_for 5 others
ok $? 'and all others answer'
kill -CONT "$ovsdb" "$fuse"
wait_for 10 is_state node 1
ok $? 'what goes on is well again' || diag "$(walk "$oid_collectors")"
has 1
ok $? 'and its row is back'
wait_for 10 has 6
ok $? 'bridges too'
kill -STOP "$fuse"
wait_for 10 is_older node 2
start=${EPOCHREALTIME/./}
agentx_stop
took=$(((${EPOCHREALTIME/./} - start) / 1000))
is "$agentx_rc" 0 'SIGTERM while a collector hangs'
[ "$took" -lt $((1000 * tap_patience)) ]; ok $? "ends it at once ($took ms)"
like "$(cat "$log")" 'not waited for' 'and says so'
kill -CONT "$fuse"
unlike "$(cat "$log")" 'runtime error|ERROR: |WARNING: ThreadSanitizer' 'nothing from a sanitizer'
tap_done
