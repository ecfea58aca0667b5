#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_ovs_snmp against real daemons: Open vSwitch, snmpd, and haetae-agentx between them. What it
# says is what check_ovs says there.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$plugins/check_ovs_snmp" ] || skip_all 'check_ovs_snmp was not built (net-snmp)'
[ -x "$plugins/check_ovs" ] || skip_all 'check_ovs was not built (jansson)'
agentx=$builddir/subagent/haetae-agentx
[ -x "$agentx" ] || skip_all 'haetae-agentx was not built'
. "$srcdir/t/server_ovs.sh"
. "$srcdir/t/server_snmpd.sh"

export HAETAE_SNMP_COMMUNITY=$snmpd_community
mkdir "$work/state"
ovs_start || { fail 'Open vSwitch starts'; tap_done; exit 1; }
ovs_add_bridge br-int
ovs_add_bridge br-ex
ovs_vsctl set Bridge br-int fail_mode=secure
ovs_ofctl add-flow br-int priority=1,actions=normal
ovs_add_port br-int p1
snmpd_start snmpd || { fail 'snmpd starts'; tap_done; exit 1; }

# configure KEY...: what haetae-agentx is told, and starts it; the collector of Open vSwitch alone
others='node net services'
subagent() {
    local collector
    server_stop agentx 2>/dev/null
    {
        printf 'agentx: {\n  socket = "%s"; ping = "1 s"; user = "%s";\n' "${snmpd_agentx[snmpd]}" "${subagent_user:-$(id -un)}"
        printf '  %s\n' "$@"
        printf '  collectors = ( { name = "ovs"; interval = "1 s"; limit = "60 s"; }'
        for collector in $others; do printf ',\n    { name = "%s"; off = true; }' "$collector"; done
        printf ' );\n};\n'
    } >"$work/haetae.conf"
    server_run agentx "$agentx" --config "$work/haetae.conf"
    agentx_pid=${server_pid[agentx]}
}
root=$(sed -n 's/.*HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h")
read_at=.$root.1.20.32.0
counted() { snmpd_get snmpd "$read_at" | sed -n 's/.* \([0-9][0-9]*\)$/\1/p'; }
shows() { [ -n "$(counted)" ]; }
# A round that began after now: the second that ends from here on.
newer() {
    local now
    now=$(counted)
    [ -n "$now" ] && [ "$now" != "$seen" ]
}
fresh() {
    local i
    for i in 1 2; do
        seen=$(counted)
        wait_for 20 newer || return 1
    done
}

address=${snmpd_agent[snmpd]#udp:}
here=("$plugins/check_ovs" --rundir "$ovs_rundir" --state-dir "$work/state")
there=("$plugins/check_ovs_snmp" -H "$address" --state-dir "$work/state")
# What takes its time takes another one each time.
plain() { sed -E "s/('answer@[a-z-]*'=)[0-9.]+s/\1TIMEs/g; s/('age@[a-z-]*'=)[0-9.]+s/\1AGEs/g; s/ in [0-9.]+ s/ in TIME s/; s/, [0-9]+s ago/, AGE ago/; s/started again [0-9ms ]+ ago/started again AGE ago/"; }
# Rates are over other times, and apart.
perf_of() { sed -n 's/.* | //p' <<<"$1" | plain | tr ' ' '\n' | grep -vE "^'(lost|missed|hit|hit_share|(in|out)_(errors|drops))[@']" | sort; }
# same NAME ARGUMENT...: line 1, the exit code and perfdata are those of check_ovs, when the subagent has
# seen what happened before; agree: nothing has
same() {
    fresh || diag 'the subagent reads nothing new'
    agree "$@"
}
agree() {
    local name=$1 line code perf
    shift
    run "${here[@]}" -t 4 "$@"
    line=$(plain <<<"$line1") code=$rc perf=$(perf_of "$out")
    run "${there[@]}" "$@"
    is "$(plain <<<"$line1")" "$line" "$name: line 1"
    is "$rc" "$code" "$name: exit $code"
    is "$(perf_of "$out")" "$perf" "$name: perfdata"
}

subagent "ovs_rundir = \"$ovs_rundir\";"
if wait_for 15 shows; then pass 'the subagent shows the switch'; else
    fail 'the subagent shows the switch'
    diag "$(tail -n 5 "$server_folder/agentx.log")"
    tap_done
    exit 1
fi

# --- healthy
same 'a healthy switch' -b br-int -i p1 -w flows=9 --perfdata all
like "$line1" '^OVS OK - 2 bridges, 3 ports, 2 flows, Open vSwitch [0-9.]+$' 'it is told'
rates_since=$SECONDS
like "$out" "ovs-vswitchd: pid $(ovs_pid ovs-vswitchd), up [^;]*; monitor: healthy; version" 'its daemons are, too'
for option in '--check processes' '--check control' '--check database' '--check database,flows' '--check flows -b br-int' \
    '--fail-mode secure' '-b br-none' '-i p9' '-c flows@br-int=5:'; do
    # shellcheck disable=SC2086
    agree "$option" $option
done
run "${there[@]}" --check flows -b br-none
like "$line1" '^OVS CRITICAL - bridge br-none: OpenFlow: the subagent shows no bridge of that name' 'a bridge that nobody knows'
run "${there[@]}" --check flows
like "$line1" '^OVS UNKNOWN - option --check: flows needs database, or bridges with -b' 'flows without names'

# --- ports, links, controllers
ovs_vsctl add-port br-int nodev 2>/dev/null
same 'a port with an error'
like "$line1" '^OVS WARNING - interface nodev of br-int does not work' 'it is named'
agree 'a port with an error that was named' -i nodev
agree 'a verdict' --verdict port=OK -c 0
ovs_vsctl del-port br-int nodev
# A dummy device is up or not set up: the link of one that is up is written by hand, and ovs-vswitchd
# stands still meanwhile.
kill -STOP "$(ovs_pid ovs-vswitchd)"
ovs_vsctl --no-wait set Interface p1 link_state=down
same 'a link that is down' --check database
like "$line1" '^OVS WARNING - interface p1 of br-int has no link' 'it is named'
kill -CONT "$(ovs_pid ovs-vswitchd)"
ovs_vsctl add-bond br-int bond0 b1 b2 bond_mode=active-backup -- set Interface b1 type=dummy -- set Interface b2 type=dummy
b1_is() { ovs_appctl bond/show bond0 | grep -q "^\(member\|slave\) b1: $1"; }
wait_for 10 b1_is enabled
ovs_appctl netdev-dummy/set-admin-state b1 down >/dev/null
wait_for 10 b1_is disabled
same 'a bond' --check control
ovs_vsctl del-port br-int bond0
ovs_vsctl set-controller br-int tcp:127.0.0.1:1 -- set-controller br-ex tcp:127.0.0.1:1 ptcp:0:127.0.0.1
ovs_vsctl set-manager tcp:127.0.0.1:1
backs_off() { [[ $(ovs_vsctl --columns=status list Controller) == *last_error* ]]; }
wait_for 10 backs_off
ovs_ofctl add-flow br-int priority=1,actions=normal
words() { run "$@"; sed -E 's/(br-int, br-ex|br-ex, br-int)/BOTH/; s/\(([A-Z]+, )?[A-Za-z ]+\)/(STATUS)/g' <<<"$line1"; }
fresh
is "$(words "${there[@]}")" "$(words "${here[@]}")" 'controllers that are not connected'
run "${there[@]}"
like "$line1" '^OVS CRITICAL - controller tcp:127.0.0.1:1 of (br-int, br-ex|br-ex, br-int) is not connected \(.*refused' 'they are named once'
ovs_vsctl del-controller br-int -- del-controller br-ex
ovs_vsctl del-manager
ovs_ofctl del-flows br-int
same 'a secure bridge without flows'
ovs_ofctl add-flow br-int priority=1,actions=normal

# --- rates: of the same counters, read at other times
is_time() { [ $((SECONDS - rates_since)) -ge 11 ]; }
wait_for 15 is_time
fresh
run "${there[@]}" -b br-int -i p1 -w flows=9 --perfdata all
like "$out" "'lost@dummy@ovs-dummy'=0;;;0 'missed@dummy@ovs-dummy'=[.0-9]*;;;0 'hit@" 'rates of the datapath'
like "$out" "'lost'=0;;;0" 'and of all'

# --- daemons that hang; the rest goes on
for daemon in ovs-vswitchd ovsdb-server; do
    pid=$(ovs_pid "$daemon")
    kill -STOP "$pid"
    same "$daemon under SIGSTOP"
    like "$line1" "^OVS CRITICAL - $daemon \(pid $pid\) hangs: no answer on its control socket in .* its process is stopped" 'it is named'
    kill -CONT "$pid"
done
same 'all is well again'

if [ -n "${snmpd_agent6[snmpd]:-}" ]; then
    run "$plugins/check_ovs_snmp" -H "${snmpd_agent6[snmpd]#udp6:}"
    is "$rc" 0 'over IPv6'
else
    skip 'no IPv6'
fi

# --- what the subagent may not open
if [ "$(id -u)" = 0 ]; then
    subagent_user=nobody
    seen=$(counted)
    subagent "ovs_rundir = \"$ovs_rundir\";"
    wait_for 20 newer
    run "${there[@]}"
    like "$line1" '^OVS UNKNOWN - the subagent may not open ovsdb-server\.[0-9]+\.ctl, ovs-vswitchd\.[0-9]+\.ctl, db\.sock: see PERMISSIONS in check_ovs\(1\)' 'sockets of root are UNKNOWN and named'
    run "${there[@]}" --check processes
    is "$rc" 0 'processes need no right'
    subagent_user=
else
    skip 'no root: nobody is somebody else'
fi

# --- more interfaces than the subagent shows
many=()
for n in $(seq 1 30); do many+=(-- add-port br-ex "q$n" -- set Interface "q$n" type=dummy); done
ovs_vsctl "${many[@]}" -- add-port br-int nodev 2>/dev/null
subagent "ovs_rundir = \"$ovs_rundir\";" 'ovs_interfaces = 10;'
shows_few() { [ "$(snmpd_get snmpd ".$root.1.20.27.0" | sed 's/.* //')" = 24 ]; }
wait_for 15 shows_few
ok $? 'what is left out is counted' || diag "$(snmpd_get snmpd ".$root.1.20.27.0")"
same 'more interfaces than are shown'
like "$line1" '^OVS WARNING - interface nodev of br-int does not work' 'a sick one is among them'
run "${there[@]}" -i q9
like "$out" 'interface q9 is not among the 10 of 34 that the subagent shows' 'one that is left out is UNKNOWN'
ovs_vsctl del-port br-int nodev

# --- a crash, the end
old=$(ovs_pid ovs-vswitchd)
kill -SEGV "$old"
is_back() { ovs_alive ovs-vswitchd && [ "$(ovs_pid ovs-vswitchd)" != "$old" ] && ovs_appctl version; }
wait_for 15 is_back
title_says() { tr '\0' ' ' <"/proc/$(ovs_monitor ovs-vswitchd)/cmdline" | grep -q "$1"; }
wait_for 10 title_says '1 crashes'
wait_for 10 ovs_ofctl add-flow br-int priority=1,actions=normal
same 'a crash'
like "$line1" "^OVS WARNING - ovs-vswitchd crashed once \(pid $old died, killed" 'it is named'
like "$(snmpd_get snmpd ".$root.1.5.1.15.$(snmpwalk -v2c -c "$snmpd_community" -On -Oq "${snmpd_agent[snmpd]}" ".$root.1.5.1.2" | sed -n 's/.*\.\([0-9]*\) "ovs-vswitchd"/\1/p')")" ' 1$' 'the subagent has seen a restart'
ovs_end ovs-vswitchd
same 'ovs-vswitchd is gone' -b br-int
ovs_end ovsdb-server
same 'and ovsdb-server'

# --- no switch at all
subagent "ovs_rundir = \"$work/none\";"
gone() { [[ $(snmpd_get snmpd ".$root.1.20.10.0") == *"$work/none"* ]]; }
wait_for 15 gone
run "${there[@]}"
is "$line1" "OVS CRITICAL - Open vSwitch does not run there: no $work/none (ovs_rundir in haetae.conf?)" 'no Open vSwitch where one was to be'
is "$(snmpd_get snmpd ".$root.1.20.1.0" | sed 's/.* //')" 4 'its state is critical'
server_alive agentx && [ "$agentx_pid" = "${server_pid[agentx]}" ]
ok $? 'the subagent has lived through all of it'
server_stop agentx
! grep -E 'Sanitizer|runtime error' "$server_folder/agentx.log" >"$work/found"
ok $? 'and no sanitizer has found anything' || diag "$(cat "$work/found")"
tap_done
