#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_ovs against real daemons of Open vSwitch, healthy and broken.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$plugins/check_ovs" ] || skip_all 'check_ovs was not built (jansson)'
. "$srcdir/t/server_ovs.sh"
. "$srcdir/t/bad_peer.sh"
check=$plugins/check_ovs

# --- without any switch
run "$check" --rundir "$work/none"
is "$line1" "OVS CRITICAL - Open vSwitch does not run here: no $work/none (--rundir?)" 'no Open vSwitch at all is CRITICAL'
run "$check" --rundir "$work/none" -w flows=1 -c ports=1 -w lost@system@ovs-system=0
unlike "$out" 'asks for it' '... of which no threshold complains again'
mkdir "$work/empty"
run "$check" --rundir "$work/empty" --one-line
like "$line1" "^OVS CRITICAL - ovsdb-server is not running: no $work/empty/ovsdb-server.pid" 'no pidfile names the file'
for bad in '--db=localhost' '--db=tcp:' '--db=unix:db.sock' '--db=tcp:[::1' '--db=tcp:/db.sock' '--rundir=run' '--check=all' '--verdict=port' \
    '--verdict=ports=OK' '--verdict=port=GOOD' '--fail-mode=open' '-4 -6' '--cert=c' '--ca=/c' '-b br0 --check=processes'; do
    # shellcheck disable=SC2086
    run "$check" $bad
    like "$line1" "^OVS UNKNOWN - option ${bad%%[= ]*}: " "refused: $bad"
done

# --- healthy
export XDG_STATE_HOME=$work
state=(--state-dir "$work/state")
mkdir "$work/state"
openssl_make() { openssl "$@" >"$work/openssl.out" 2>&1 || diag "openssl: $(cat "$work/openssl.out")"; }
tls=$work/tls
mkdir "$tls"
for ca in ca other; do
    openssl_make req -x509 -newkey rsa:2048 -nodes -keyout "$tls/$ca.key" -out "$tls/$ca.pem" -days 2 -subj "/CN=$ca"
done
openssl_make req -newkey rsa:2048 -nodes -keyout "$tls/switch.key" -out "$tls/switch.csr" -subj /CN=switch
for cert in 'switch ca 2' 'expired ca -1' 'foreign other 2'; do
    read -r name ca days <<<"$cert"
    openssl_make x509 -req -in "$tls/switch.csr" -CA "$tls/$ca.pem" -CAkey "$tls/$ca.key" -CAcreateserial \
        -out "$tls/$name.pem" -days "$days"
done
ovs_db_options=(--private-key="$tls/switch.key" --certificate="$tls/switch.pem" --ca-cert="$tls/ca.pem")
ovs_start ptcp:0:127.0.0.1 'ptcp:0:[::1]' pssl:0:127.0.0.2 || { fail 'Open vSwitch starts'; tap_done; exit 1; }
tcp=tcp:127.0.0.1:$(ovs_port 127.0.0.1)
ssl=ssl:127.0.0.2:$(ovs_port 127.0.0.2)
ovs_add_bridge br-int
ovs_add_bridge br-ex
ovs_vsctl set Bridge br-int fail_mode=secure
ovs_ofctl add-flow br-int priority=1,actions=normal
ovs_ofctl add-flow br-int priority=2,in_port=1,actions=drop
ovs_add_port br-int p1
mine=("$check" --rundir "$ovs_rundir" "${state[@]}")
# Read again at the end, with the same options.
rates=("${mine[@]}" --verdict crash=OK -c lost=5 --perfdata all)
run "${rates[@]}"
like "$out" 'rates: none yet' 'rates need a second run, and no threshold on them complains before'
rates_since=$SECONDS

run "${mine[@]}" -b br-int -b br-ex -i p1 -w 0 -c flows@br-int=2: -w in_drops=10
like "$line1" '^OVS OK - 2 bridges, 3 ports, 3 flows, Open vSwitch [0-9.]+$' 'a healthy switch'
is "$rc" 0 'exit 0'
like "$out" "ovs-vswitchd: pid $(ovs_pid ovs-vswitchd), up [^;]*; monitor: healthy; version [0-9.]+, answered" 'its daemons'
like "$out" "'flows@br-int'=2;;2:;0 .*'flows'=3;;;0" 'flows of a bridge and of all'
like "$out" "'flows@br-ex'=1;;;0" 'and of another'
like "$out" "'crashes@ovs-vswitchd'=0;;;0 'answer@ovs-vswitchd'=[0-9.]+s" 'crashes and answers'
like "$out" "'port_errors'=0;0;;0 'links_down'=0" 'ports'
run "${mine[@]}" -c flows=1 -c answer@database=1m
like "$line1" '^OVS CRITICAL - flows 3 > 1; ' 'a threshold on all flows'
run "${mine[@]}" -c flows@br-int=3: -w age@ovsdb-server=1d:
like "$line1" '^OVS CRITICAL - br-int flows 2 < 3, ovsdb-server age ' 'thresholds on instances'
run "${mine[@]}" -b br-int --fail-mode secure
is "$rc" 0 'the fail mode of a bridge that was named'
run "${mine[@]}" --fail-mode secure
like "$line1" '^OVS CRITICAL - bridge br-ex has fail mode standalone, not secure' 'and of all'
run "${mine[@]}" -b br-none -i p9
like "$line1" '^OVS CRITICAL - no interface p9, no bridge br-none' 'what was named and is missing'
run "${mine[@]}" --check processes
is "$line1" 'OVS OK - ovsdb-server and ovs-vswitchd run' 'processes alone'
run "${mine[@]}" --check flows
like "$line1" '^OVS UNKNOWN - option --check: flows needs database, or bridges with -b' 'flows without the database know no bridge'
run "${mine[@]}" --check flows -b br-int -b br-ex -c flows=4:
like "$line1" '^OVS CRITICAL - flows 3 < 4' 'unless they are named'
run "${mine[@]}" --check flows -b br-none
like "$line1" '^OVS CRITICAL - bridge br-none: OpenFlow: cannot connect to .*/br-none.mgmt: No such file' 'a bridge that is not there'
run "${mine[@]}" --check flows -b ../br-int
like "$line1" '^OVS CRITICAL - bridge ../br-int: OpenFlow: that is no name of a bridge' 'nor can be'
for version in 10 11 12 13 14 15; do
    ovs_vsctl set Bridge br-int "protocols=OpenFlow$version"
    run "${mine[@]}" --check database,flows
    like "$out" "'flows@br-int'=2;" "flows over OpenFlow ${version:0:1}.${version:1:1} alone"
done
ovs_vsctl clear Bridge br-int protocols

# --- remote databases
run "$check" --db "$tcp" -b br-int
like "$line1" '^OVS OK - 2 bridges, 3 ports' 'the database over TCP alone'
run "$check" --db "tcp:[::1]:$(ovs_port '[::1]')" -b br-int
like "$line1" '^OVS OK - 2 bridges' 'over IPv6'
run "$check" --db tcp:127.0.0.1:1
like "$line1" '^OVS CRITICAL - database tcp:127.0.0.1:1: ' 'one that does not listen'
over_tls=("$check" --db "$ssl" --cert "$tls/switch.pem" --key "$tls/switch.key")
run "${over_tls[@]}" --ca "$tls/ca.pem" -b br-int
if [[ $line1 == *'built without libcurl'* ]]; then
    skip 'TLS: built without libcurl'
else
    like "$line1" '^OVS OK - 2 bridges, 3 ports' 'over TLS'
    run "${over_tls[@]}" --ca "$tls/other.pem"
    like "$line1" '^OVS CRITICAL - database ssl:.*certificate' 'an authority that did not sign it'
    run "$check" --db "$ssl" --ca "$tls/ca.pem" --cert "$tls/foreign.pem" --key "$tls/switch.key"
    like "$line1" '^OVS CRITICAL - database ssl:' 'our own certificate is not of its authority'
    run "$check" --db "$ssl" --ca "$tls/none.pem"
    like "$line1" '^OVS (UNKNOWN|CRITICAL) - database ssl:.*none\.pem' 'a file that is not there is named'
    run "$check" --db "ssl${tcp#tcp}" --ca "$tls/ca.pem" -t 3
    like "$line1" '^OVS CRITICAL - database ssl:' 'TLS to a port without it'
fi

# --- ports, links, bonds
ovs_vsctl add-port br-int nodev 2>/dev/null
run "${mine[@]}"
like "$line1" '^OVS WARNING - interface nodev of br-int does not work: could not open network device nodev' 'a port in error is named'
run "${mine[@]}" --verdict port=OK -c 0
like "$line1" '^OVS CRITICAL - port_errors 1 > 0' 'its verdict can be changed'
run "${mine[@]}" -i nodev
like "$line1" '^OVS CRITICAL - interface nodev of br-int does not work' 'one that was named is CRITICAL'
ovs_vsctl del-port br-int nodev
ovs_appctl netdev-dummy/set-admin-state p1 down >/dev/null
p1_is() { [ "$(ovs_vsctl get Interface p1 admin_state)" = "$1" ]; }
wait_for 10 p1_is down
run "${mine[@]}"
is "$rc" 0 'a port that nobody has set up is no problem'
run "${mine[@]}" -i p1
like "$line1" '^OVS CRITICAL - interface p1 of br-int is not set up' 'unless it was named'
ovs_appctl netdev-dummy/set-admin-state p1 up >/dev/null
ovs_vsctl add-bond br-int bond0 b1 b2 bond_mode=active-backup -- set Interface b1 type=dummy -- set Interface b2 type=dummy
b1_is() { ovs_appctl bond/show bond0 | grep -q "^\(member\|slave\) b1: $1"; }
wait_for 10 b1_is enabled
ovs_appctl netdev-dummy/set-admin-state b1 down >/dev/null
wait_for 10 b1_is disabled
run "${mine[@]}"
like "$line1" '^OVS WARNING - bond bond0: 1 of 2 members not in use \(b1\)' 'a member of a bond that is disabled'
like "$out" "'members_disabled@bond0'=1;;;0;2" 'is counted'
ovs_appctl netdev-dummy/set-admin-state b2 down >/dev/null
run "${mine[@]}"
like "$line1" '^OVS CRITICAL - bond bond0: none of its 2 members is in use \(b' 'all of them'
ovs_vsctl del-port br-int bond0
many=()
for n in $(seq 1 30); do many+=(-- add-port br-int "none$n"); done
ovs_vsctl --no-wait "${many[@]}"
all_failed() { [ "$(ovs_vsctl --columns=name,error --format=csv --no-headings list Interface | grep -c 'could not open')" = 30 ]; }
wait_for 20 all_failed
run "${mine[@]}"
like "$line1" '^OVS WARNING - interface none[0-9]+ .*, and [0-9]+ more' 'many ports in error fit into a line'
like "$out" $'\n10 more interfaces do not work' 'and do not flood the rest'
many=()
for n in $(seq 1 30); do many+=(-- del-port br-int "none$n"); done
ovs_vsctl "${many[@]}"

# --- controllers, managers, flows
ovs_vsctl set-controller br-int tcp:127.0.0.1:1 -- set-controller br-ex tcp:127.0.0.1:1 ptcp:0:127.0.0.1
ovs_vsctl set-manager tcp:127.0.0.1:1 ptcp:0:127.0.0.1
backs_off() { [[ $(ovs_vsctl --columns=status list Controller) == *last_error* ]]; }
wait_for 10 backs_off
ovs_ofctl add-flow br-int priority=1,actions=normal
run "${mine[@]}" -w controllers_down=5
like "$line1" '^OVS CRITICAL - controller tcp:127.0.0.1:1 of (br-int, br-ex|br-ex, br-int) is not connected \(.*refused' 'a controller that is not connected is named once'
like "$out" 'manager tcp:127.0.0.1:1 is not connected' 'so is a manager, and one that waits to be asked is none'
like "$out" "'controllers'=3;;;0 'controllers_down'=2;5;;0 'managers_down'=1;" 'all are counted'
run "${mine[@]}" --verdict no-controller=OK --verdict controller=OK --verdict manager=OK
is "$rc" 0 'verdicts of three topics'
ovs_vsctl del-controller br-int -- del-controller br-ex
ovs_vsctl del-manager
ovs_ofctl del-flows br-int
run "${mine[@]}"
like "$line1" '^OVS CRITICAL - bridge br-int has no flows and fail mode secure: it forwards nothing' 'a secure bridge without flows'
ovs_ofctl add-flow br-int priority=1,actions=normal
ovs_vsctl del-br br-ex
run "${mine[@]}" -b br-ex -b br-int
like "$line1" '^OVS CRITICAL - no bridge br-ex; 1 bridge' 'a bridge that was deleted'

# --- daemons that hang, crash, end
elapsed() { local start=$EPOCHREALTIME; run "$@"; ms=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000)); }
for daemon in ovs-vswitchd ovsdb-server; do
    pid=$(ovs_pid "$daemon")
    kill -STOP "$pid"
    elapsed "${mine[@]}" -t 2
    like "$line1" "^OVS CRITICAL - $daemon \(pid $pid\) hangs: no answer on its control socket in 1\.[0-9] s: its process is stopped" "$daemon under SIGSTOP"
    ok "$((ms > 3500))" "within its deadline ($ms ms)"
    like "$out" "'crashes@$daemon'=0" 'though its monitor says that it is healthy'
    run "${mine[@]}" --check processes
    like "$line1" "^OVS CRITICAL - $daemon \(pid $pid\) is stopped" 'its process shows it, too'
    kill -CONT "$pid"
done
run "${mine[@]}"
is "$rc" 0 'all is well again'

ovs_vsctl --no-wait -- add-br br-late -- set Bridge br-late datapath_type=dummy
kill -STOP "$(ovs_pid ovs-vswitchd)"
ovs_vsctl --no-wait set Open_vSwitch . next_cfg=1000000
run "${mine[@]}" --check database
like "$line1" '^OVS WARNING - ovs-vswitchd does not follow the database: it runs configuration [0-9]+ of 1000000' 'a configuration that is not taken over'
kill -CONT "$(ovs_pid ovs-vswitchd)"
follows() { "$check" --rundir "$ovs_rundir" --check database | grep -q "'config_gap'=0"; }
wait_for 10 follows
ok $? 'until it is'

# --- rates: the counters of the first run are old enough by now
ovs_appctl netdev-dummy/receive p1 505400000007505400000008080045000028000000004011000001020304050607080001000200140000 >/dev/null
# shellcheck disable=SC2317
is_time() { [ $((SECONDS - rates_since)) -ge 11 ]; }
wait_for 15 is_time
run "${rates[@]}"
is "$rc" 0 'a run with rates'
like "$out" "'lost@dummy@ovs-dummy'=0;;;0 'missed@dummy@ovs-dummy'=0[.0-9]*;;;0 'hit@" 'rates of the datapath'
like "$out" "'lost'=0;;5;0 'missed'=" 'and of all'

# --- a crash
old=$(ovs_pid ovs-vswitchd)
kill -SEGV "$old"
is_back() { ovs_alive ovs-vswitchd && [ "$(ovs_pid ovs-vswitchd)" != "$old" ] && ovs_appctl version; }
wait_for 15 is_back
# The monitor writes its title when the new one has told it that it is ready.
title_says() { tr '\0' ' ' <"/proc/$(ovs_monitor ovs-vswitchd)/cmdline" | grep -q "$1"; }
wait_for 10 title_says '1 crashes'
# The management socket is the old one's, until the bridge is made again.
wait_for 10 ovs_ofctl add-flow br-int priority=1,actions=normal
run "${mine[@]}"
like "$line1" "^OVS WARNING - ovs-vswitchd crashed once \(pid $old died, killed \(Segmentation fault\)[^)]*\), started again [0-9]+s ago" 'a crash that its monitor has repaired'
run "${rates[@]}"
is "$rc" 0 'datapath counters that were reset are no rate, and no threshold complains'
run "${mine[@]}" --verdict crash=OK -c crashes=0
like "$line1" '^OVS CRITICAL - ovs-vswitchd crashes 1 > 0' 'as a threshold'

# A dummy device counts no drops: while ovs-vswitchd stands still, the test does.
counted=("$check" --rundir "$ovs_rundir" "${state[@]}" --check database -w in_drops=200 -c in_drops@p1=40)
kill -STOP "$(ovs_pid ovs-vswitchd)"
ovs_vsctl --no-wait set Interface p1 statistics:rx_dropped=1000 statistics:tx_errors=5 statistics:rx_errors=0
run "${counted[@]}"
is "$rc" 0 'no drops are known yet'
counted_since=$SECONDS
kill -CONT "$(ovs_pid ovs-vswitchd)"

# --- what this user may not do
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    readable() { "${nobody[@]}" test -x "$check"; }
    if readable; then
        run "${nobody[@]}" "$check" --rundir "$ovs_rundir" --verdict crash=OK
        like "$line1" '^OVS UNKNOWN - this user may not open ovsdb-server\.[0-9]+\.ctl, ovs-vswitchd\.[0-9]+\.ctl, db\.sock: see PERMISSIONS in check_ovs\(1\)' 'sockets of root are UNKNOWN and named'
        run "${nobody[@]}" "$check" --rundir "$ovs_rundir" --verdict crash=OK --check processes
        is "$rc" 0 'processes need no right'
        run "${nobody[@]}" "$check" --db "$tcp" -b br-int
        is "$rc" 0 'nor does a database over TCP'
        chmod 700 "$ovs_rundir"
        run "${nobody[@]}" "$check" --rundir "$ovs_rundir"
        like "$line1" '^OVS UNKNOWN - .*Permission denied' 'a run folder that is closed'
        chmod 755 "$ovs_rundir"
    else
        skip 'the build folder is closed to nobody'
    fi
else
    skip 'no root: nobody is somebody else'
fi

# --- daemons that are gone
ovs_end ovs-vswitchd
run "${mine[@]}" -b br-int
like "$line1" "^OVS CRITICAL - ovs-vswitchd is not running: no $ovs_rundir/ovs-vswitchd.pid; 2 bridges" 'ovs-vswitchd stopped'
like "$out" 'is the last that ovs-vswitchd wrote' 'what the database says of links is old'
echo 2147483646 >"$ovs_rundir/ovs-vswitchd.pid"
run "${mine[@]}"
like "$line1" '^OVS CRITICAL - ovs-vswitchd is not running: its process 2147483646 is gone' 'a pidfile that was left behind'
echo $$ >"$ovs_rundir/ovs-vswitchd.pid"
run "${mine[@]}"
like "$line1" "^OVS CRITICAL - ovs-vswitchd is not running: its pid $$ is another process" 'a pid that is another process by now'
echo x >"$ovs_rundir/ovs-vswitchd.pid"
run "${mine[@]}"
like "$line1" '^OVS CRITICAL - ovs-vswitchd is not running: .*/ovs-vswitchd.pid: it holds no process id' 'a pidfile without a pid'
rm "$ovs_rundir/ovs-vswitchd.pid"
ovs_end ovsdb-server
run "${mine[@]}"
like "$line1" "^OVS CRITICAL - ovsdb-server is not running: no .*/ovsdb-server.pid" 'ovsdb-server stopped'
unlike "${line1#*ovsdb-server}" 'database' 'and its database is not named a second time'

if [[ ${line1} != *libcurl* ]]; then
    ovs_db_options=(--private-key="$tls/switch.key" --certificate="$tls/expired.pem" --ca-cert="$tls/ca.pem")
    ovs_remotes=('pssl:0:[::1]')
    ovs_start_db
    run "$check" --db "ssl:[::1]:$(ovs_port '[::1]')" --ca "$tls/ca.pem" --cert "$tls/switch.pem" --key "$tls/switch.key"
    like "$line1" '^OVS CRITICAL - database ssl:.*(expired|certificate)' 'a certificate that has expired'
    ovs_end ovsdb-server
fi

# --- a captured tree
mkdir -p "$work/zed/proc"
cp "$data/root-zed/proc/uptime" "$work/zed/proc/"
"$builddir/t/make_tree" "$work/zed/proc" <"$data/processes-zed.tree"
run "$check" --root "$work/zed"
is "$line1" 'OVS OK - ovsdb-server and ovs-vswitchd run' 'a captured tree has processes'
like "$out" 'ovs-vswitchd: pid 8855, up [^;]*; monitor: healthy' 'and titles of monitors'
run "$check" --root "$data/root-zed"
like "$line1" '^OVS CRITICAL - ovsdb-server is not running: no process of that name' 'or has none'

# --- peers that behave badly
printf '{"id":1,"result":[{"rows":[' >"$work/endless"
printf '{"id":1,"result":{"rows":["' >"$work/head"
for mode in $bad_peer_modes; do
    bad_peer "$mode"
    elapsed "$check" --db "tcp:127.0.0.1:$bad_port" -t 1
    like "$line1" '^OVS CRITICAL - database tcp:' "$mode: database"
    ok "$((ms > 3500))" "$mode: within its deadline ($ms ms)"
    bad_peer_stop
done
bad_peer flood --file "$work/endless"
elapsed "$check" --db "tcp:127.0.0.1:$bad_port" -t 4
like "$line1" '^OVS CRITICAL - database tcp:' 'JSON without end: database'
ok "$((ms > 5500))" "within its deadline ($ms ms)"
bad_peer_stop
bad_peer silent -6
run "$check" --db "tcp:[::1]:$bad_port" -t 1
like "$line1" '^OVS CRITICAL - database tcp:.*no answer in time' 'silent over IPv6'
bad_peer_stop

# 29,000 drops in 11 seconds or some minutes; ovs-vswitchd is gone, and leaves the counters alone.
is_time() { [ $((SECONDS - counted_since)) -ge 11 ]; }
wait_for 15 is_time
ovs_db_options=()
ovs_start_db
ovs_vsctl --no-wait set Interface p1 statistics:rx_dropped=30000 statistics:tx_errors=5 statistics:rx_errors=0
run "${counted[@]}"
like "$line1" '^OVS CRITICAL - p1 in_drops [0-9.]+ > 40' 'drops of an interface, since the last run'
like "$out" "'in_errors'=0;;;0 'out_errors'=0;;;0 'in_drops'=[0-9.]+;200;;0" 'and of all'
ovs_end ovsdb-server

# A daemon whose control and management sockets are another's.
ovs_db_options=()
# With the mode and group that the manual's drop-in gives to sockets.
is_root() { [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; }
is_root && ovs_as=(setpriv --regid 65534 --clear-groups)
umask 007
ovs_start || fail 'Open vSwitch starts again'
umask 022
if is_root && readable; then
    chgrp 65534 "$ovs_rundir"
    chmod 755 "$ovs_rundir"
    run "${nobody[@]}" "$check" --rundir "$ovs_rundir" -b br-int --verdict no-flows=OK
    is "$rc" 0 'a member of the group of the sockets'
fi
pid=$(ovs_pid ovs-vswitchd)
mv "$ovs_rundir/ovs-vswitchd.$pid.ctl" "$ovs_rundir/real.ctl"
for mode in silent drip flood garbage reset; do
    bad_peer "$mode" --unix "$ovs_rundir/ovs-vswitchd.$pid.ctl"
    elapsed "${mine[@]}" -t 1 --check control,database
    like "$line1" '^OVS CRITICAL - ovs-vswitchd' "$mode: control socket"
    ok "$((ms > 3500))" "$mode: within its deadline ($ms ms)"
    bad_peer_stop
    rm -f "$ovs_rundir/ovs-vswitchd.$pid.ctl"
done
# It says what it is, and then nothing more.
printf '{"id":1,"result":"ovs-vswitchd (Open vSwitch) 9.9","error":null}' >"$work/greeting"
bad_peer silent --unix "$ovs_rundir/ovs-vswitchd.$pid.ctl" --greeting "$work/greeting"
run "${mine[@]}" -t 1 --check control,database
like "$line1" "^OVS CRITICAL - ovs-vswitchd \(pid $pid\) does not answer dpctl/show on its control socket" 'a question that is not answered'
bad_peer_stop
rm -f "$ovs_rundir/ovs-vswitchd.$pid.ctl"
run "${mine[@]}" --check control,database
like "$line1" '^OVS CRITICAL - ovs-vswitchd: cannot connect to .*\.ctl: No such file' 'a control socket that is gone'
mv "$ovs_rundir/real.ctl" "$ovs_rundir/ovs-vswitchd.$pid.ctl"
mv "$ovs_rundir/br-int.mgmt" "$ovs_rundir/real.mgmt"
for mode in silent drip flood garbage reset; do
    bad_peer "$mode" --unix "$ovs_rundir/br-int.mgmt"
    elapsed "${mine[@]}" -t 2
    like "$line1" '^OVS CRITICAL - bridge br-int: OpenFlow: ' "$mode: management socket"
    ok "$((ms > 3500))" "$mode: within its deadline ($ms ms)"
    bad_peer_stop
    rm -f "$ovs_rundir/br-int.mgmt"
done
tap_done
