#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_services_snmp through a real snmpd and haetae-agentx: on a captured node that is well, and that
# is not, it says what check_services says there; and of services that this test starts.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_services_snmp
agentx=$builddir/subagent/haetae-agentx
[ -x "$check" ] || skip_all "check_services_snmp was not built (net-snmp, libconfig)"
[ -x "$agentx" ] || skip_all "haetae-agentx was not built (net-snmp, libconfig)"
need perl perl
. "$srcdir/t/tree.sh" || exit 1
. "$srcdir/t/server_snmpd.sh" || exit 1
chmod 755 "$work"
mkdir -m 700 "$work/state" "$work/agent-state"
tree_zed zed
cp -r "$profiles" "$work/profiles"
profiles=$work/profiles

# --- options that need nobody ------------------------------------------------------------------
run "$check"
is "$rc:$line1" '3:SERVICES UNKNOWN - option -H: is needed' 'without a host'
run "$check" -H 127.0.0.1:1 --profile-dir "$profiles" --profile nothing
like "$line1" "^SERVICES UNKNOWN - no profile 'nothing' in " 'a profile that is not there is told before anybody is asked'
run "$check" -H 127.0.0.1:1 --profile-dir "$profiles" --profile mariadb --service nothing
is "$line1" "SERVICES UNKNOWN - option --service: profile mariadb has no service 'nothing'" 'a service that the profile has not'

# --- a node ----------------------------------------------------------------------------------------
snmpd_start node || { fail 'snmpd starts'; tap_done; exit 1; }
host=${snmpd_agent[node]#udp:}
export HAETAE_SNMP_COMMUNITY=$snmpd_community
# agent ROOT PROFILE...: starts the subagent, services alone, a round a second
agent() {
    local root=$1 list='' name
    shift
    for name; do list+="${list:+, }\"$name\""; done
    {
        printf 'agentx = {\n socket = "%s"; ping = "1 s"; user = "root"; root = "%s"; state_dir = "%s";\n' \
            "${snmpd_agentx[node]}" "$root" "$work/agent-state"
        printf ' profiles = ( %s ); profile_dirs = ( "%s" );\n' "$list" "$profiles"
        printf ' collectors = ( { name = "services"; interval = "1 s"; limit = "%s"; }' "${limit:-60 s}"
        for name in node net ovs; do printf ', { name = "%s"; off = true; }' "$name"; done
        printf ' );\n};\n'
    } >"$work/agent.conf"
    chmod 600 "$work/agent.conf"
    server_run agent "$agentx" --config "$work/agent.conf"
}
far() { run "$check" -H "$host" --max-output 65536 --state-dir "$work/state" --profile-dir "$profiles" "$@"; }
near() { run "$plugins/check_services" --max-output 65536 --root "$root" --state-dir "$work/state" --profile-dir "$profiles" "$@"; }
perf() { sed -n 's/.*| //p' <<<"$out"; }
is_there() { far "$@"; [ "$line1" = "$want" ] && [ "$(perf)" = "$want_perf" ]; }
# same WHAT OPTION...: both say the same, once the node has looked again
same() {
    local what=$1
    shift
    near "$@"
    want=$line1 want_rc=$rc want_perf=$(perf)
    if wait_for 15 is_there "$@" && [ "$rc" = "$want_rc" ]; then
        pass "$what: ${line1:0:90}"
    else
        fail "$what"
        diag "near: $want" "$(printf '%.300s' "$want_perf")"
        diag "far:  $line1" "$(printf '%.300s' "$(perf)")"
        diag "$(tail -n 3 "$server_folder/agent.log")"
    fi
}
root=$tree
agent "$tree" openstack-allinone
all=(--profile openstack-allinone)
same 'a node that is well' "${all[@]}"
is "$rc" 0 'which is OK'
# Padding goes with the ages.
rows_of() { sed -E 's/ *\|.*//; s/age ([0-9]+[smhd] ?){1,2}//; s/ +/ /g' <<<"$out" | grep -E '^(OK|WARNING|CRITICAL|UNKNOWN) '; }
far "${all[@]}" --component nova; rows_of >"$work/far"
near "${all[@]}" --component nova; rows_of >"$work/near"
[ -s "$work/near" ] && diff "$work/near" "$work/far" >"$work/diff"; ok $? 'its rows are the same, but for ages' || diag "$(head -n 6 "$work/diff")"

mapfile -t pids < <(tree_pids /nova-scheduler)
tree_gone "${pids[0]}"
same 'a process is gone' "${all[@]}"
is "$rc" 2 'which is CRITICAL'
tree_heal
mapfile -t pids < <(tree_pids /nova-conductor)
tree_zombie "${pids[-1]}"
same 'a zombie' "${all[@]}"
tree_heal
tree_deaf tcp 9292
same 'a listener is gone' "${all[@]}"
tree_heal
tree_deaf udp 67 8906/net
same 'one in a namespace' "${all[@]}"
tree_heal 8906/net
mapfile -t pids < <(tree_pids '^neutron-l3-agent')
tree_alone 5672 "${pids[@]}"
same 'a dependency is gone' "${all[@]}"
tree_heal
same 'all is well again' "${all[@]}"
same 'a range of the command line' "${all[@]}" -w count@nova-conductor=9: -c rss@mariadb=1M
same 'every descriptor and process' "${all[@]}" -c fds_pct=0.001 -w workers=0 -c fds_sockets=3 -c threads=1
same 'one service' "${all[@]}" --service mariadb
same 'a component' "${all[@]}" --component nova
same 'another profile of the same services' --profile mariadb,rabbitmq
far "${all[@]}" --service mariadb -c cpu=0 --perfdata all
like "$out" "'cpu@mariadb'=[0-9.]+%;" 'CPU time'
far "${all[@]}" --service mariadb --output json
like "$out" '"label":"count@mariadb","value":1' 'JSON'

# --- without a profile; one that the node has not -------------------------------------------------
far
like "$line1" "^SERVICES OK - [0-9]+ services of $host well" 'all services of the node'
far --service mariadb
like "$out" $'\nOK +mariadb +1 ' 'with a row each'
tree_gone "$(tree_pids /nova-scheduler | head -n 1)"
shown() { far; [[ $line1 == 'SERVICES CRITICAL - nova-scheduler not running; '* ]]; }
wait_for 15 shown; ok $? "the node's own verdict" || diag "$line1"
tree_heal
far --service nothing
is "$line1" "SERVICES UNKNOWN - option --service: $host has no service 'nothing'" 'a service that it has not'
printf 'name = "extra"; services = ( { name = "mariadb"; match = "^mariadbd"; }, { name = "extra"; match = "/extra"; } );' \
    >"$profiles/extra.cfg"
far --profile extra
like "$line1" '^SERVICES UNKNOWN - extra not told by the node; 1 of 2 services well' 'a service that the node does not tell'
like "$out" "1 service is of profile extra not told by|1 service of|add it to agentx.profiles" 'and what to do'

# --- who asks, and whom -------------------------------------------------------------------------------
if [ -n "${snmpd_agent6[node]:-}" ]; then
    host=${snmpd_agent6[node]#udp6:}
    same 'over IPv6' "${all[@]}"
    host=${snmpd_agent[node]#udp:}
else
    skip 'no IPv6 here'
fi
printf 'user = "haetae-priv"; level = "authPriv"; auth_protocol = "SHA"; auth_password = "%s"; priv_protocol = "AES"; priv_password = "%s";\n' \
    "$snmpd_auth_password" "$snmpd_priv_password" >"$work/v3.conf"
chmod 600 "$work/v3.conf"
same_v3() { far "${all[@]}" --snmp-version 3 --config "$work/v3.conf"; [ "$rc" = 0 ]; }
wait_for 15 same_v3; ok $? 'SNMPv3 with privacy' || diag "$line1"
server_stop agent
unlike "$(cat "$server_folder/agent.log")" 'Sanitizer|runtime error' 'the subagent ends in peace'
gone() { far "${all[@]}"; [ "$rc" = 3 ]; }
wait_for 10 gone; ok $? 'without its subagent: UNKNOWN' || diag "$line1"
like "$out" 'haetae-agentx' 'with what to look at'

# --- live -----------------------------------------------------------------------------------------------
cp "$srcdir/t/service.pl" "$work/haetae-service"
tag=t$$
end() { ! grep -qs "tag=$tag" "/proc/$1/cmdline" || kill "$1"; }
start() {
    local ready
    ready=$(mktemp "$work/ready.XXXXXX")
    perl "$work/haetae-service" "tag=$tag" "$@" >"$ready" 2>&1 &
    pid=$!
    disown "$pid"
    at_exit "end $pid"
    wait_for 10 grep -q '^ready' "$ready" || { fail "a service starts: $*"; tap_done; exit 1; }
    read -r _ port <"$ready"
}
start name=broker listen=tcp:127.0.0.1:0
broker=$port broker_pid=$pid
start name=api listen=tcp:127.0.0.1:0 connect=tcp:127.0.0.1:"$broker" workers=2
api=$port api_pid=$pid
cat >"$profiles/live.cfg" <<PROFILE
name = "live"; services = (
{ name = "broker"; match = "tag=$tag name=broker"; listen = ( { port = $broker; address = "loopback"; } ); },
{ name = "api"; match = "tag=$tag name=api"; workers = "2"; listen = ( { port = $api; } ); ping = ( "tcp", "-H", "127.0.0.1:$api" ); depends = ( { kind = "amqp"; port = $broker; } ); } );
PROFILE
root=/
agent / live
live=(--profile live)
# Memory moves on a live node: line 1 alone.
is_line() { far "$@"; [ "$line1" = "$want" ]; }
same_line() {
    local what=$1
    shift
    near "$@"
    want=$line1
    wait_for 15 is_line "$@"; ok $? "$what: $want" || diag "far: $line1"
}
same_line 'live, well' "${live[@]}"
like "$out" 'api .*listens tcp .*ping tcp ok' 'the node has pinged it'
is "$rc" 0 'which is OK'
known() { far "${live[@]}" -c cpu=9999; [ "$rc" = 0 ]; }
wait_for 15 known; ok $? 'CPU time is known after two rounds' || diag "$line1"
kill "$broker_pid"
wait_for 5 test ! -e "/proc/$broker_pid"
same_line 'live, a server is gone' "${live[@]}"
like "$line1" 'broker not running' 'it is named'
like "$out" 'no connection to amqp|no live connection' 'and its client misses it'
kill "$api_pid"
wait_for 5 test ! -e "/proc/$api_pid"
start name=api listen=tcp:127.0.0.1:0 workers=2 zombies=1
zombie() { far "${live[@]}"; [[ $out == *zombie* && $out == *'not listening on tcp'* ]]; }
wait_for 15 zombie; ok $? 'live, a zombie, and a listener on another port' || diag "$out"
same_line 'as on the node itself' "${live[@]}"
wait_restarted() { far "${live[@]}" -w restarts@api=0 --service api; [[ $out == *'restarts 1 > 0'* ]]; }
wait_for 15 wait_restarted; ok $? 'a restart was counted' || diag "$out"
sed -i 's|} );$|}, { name = "later"; match = "/later"; optional = true; } );|' "$profiles/live.cfg"
server_signal agent HUP
later() { far --service later; [ "$rc" = 0 ]; }
wait_for 15 later; ok $? 'a profile that was changed is read again on SIGHUP' || diag "$line1"
tap_done
