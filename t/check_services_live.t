#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_services on this node: processes and sockets that the test starts, in namespaces too, as
# root and as nobody, and pings that answer, hang, and are killed.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$plugins/check_services" ] || skip_all "check_services was not built: no libconfig"
need perl perl
chmod 755 "$work"
mkdir -m 755 "$work/bin" "$work/profiles"
mkdir -m 777 "$work/state"
# Beside it stands the ping that this test makes, and it is nobody's, too.
cp "$plugins/check_services" "$work/bin/"
check=$work/bin/check_services
cp "$srcdir/t/service.pl" "$work/bin/haetae-service"
tag=t$$
# start [-n NAMESPACE COMMAND...] WORD...: sets $pid and $ports
start() {
    local file
    file=$(mktemp "$work/start.XXXXXX")
    "${inside[@]}" perl "$work/bin/haetae-service" "tag=$tag" "$@" >"$file" 2>&1 &
    pid=$!
    disown "$pid"
    at_exit "end $pid"
    # Its last words are no reason to wait.
    if ! wait_for 10 grep -q '^ready\|service line' "$file" || ! grep -q '^ready' "$file"; then
        fail "a service starts: $*"
        diag "$(cat "$file")"
        tap_done
        exit 1
    fi
    read -r _ ports <"$file"
}
# A number may be another process's by now.
end() { ! grep -qs "tag=$tag" "/proc/$1/cmdline" || kill "$1"; }
inside=()
# profile SERVICE...: makes it
profile() { { printf 'name = "live"; services = (\n'; cat; printf ');\n'; } >"$work/profiles/live.cfg"; }
as=()
live() { run "${as[@]}" "$check" --state-dir "$work/state/${as[*]:+$(id -u)}" --profile "$work/profiles/live.cfg" "$@"; }
mkdir -m 777 "$work/state/$(id -u)"
row() { grep -E "^[A-Z]+ +$1 " <<<"$out"; }

# --- processes and sockets of one namespace ---------------------------------------------------
start name=broker listen=tcp:127.0.0.1:0
broker=$ports broker_pid=$pid
start name=api listen=tcp:127.0.0.1:0 listen=udp:0.0.0.0:0 "listen=unix:$work/api.sock" "listen=seqpacket:@$tag-seq" \
    "listen=dgram:$work/api.dgram" connect=tcp:127.0.0.1:"$broker" workers=2 files=5
api_pid=$pid
read -r api api_udp <<<"$ports"
start name=client "connect=unix:$work/api.sock" connect=tcp:127.0.0.1:"$api"
client_pid=$pid
profile <<EOT
{ name = "broker"; match = "tag=$tag name=broker"; listen = ( { port = $broker; address = "loopback"; } ); },
{ name = "api"; match = "tag=$tag name=api"; workers = "2"; listen = ( { port = $api; }, { proto = "udp"; port = $api_udp; address = "any"; },
    { proto = "unix"; path = "$work/api.sock"; type = "stream"; }, { proto = "unix"; path = "@$tag-*"; type = "seqpacket"; },
    { proto = "unix"; path = "$work/*.dgram"; type = "dgram"; } );
  depends = ( { kind = "amqp"; port = $broker; address = "127.0.0.0/8"; stalled = "0"; } ); },
{ name = "client"; match = "tag=$tag name=client"; owner = "$(id -un)"; depends = ( { kind = "api"; port = $api; },
    { kind = "socket"; proto = "unix"; path = "$work/api.sock"; } ); }
EOT
live
is "$line1" 'SERVICES OK - 3 services of live well' 'three services'
like "$(row api)" "api +3 \(2\) .*listens tcp $api, udp $api_udp on any, unix $work/api\.sock, unix @$tag-\*, unix .*; amqp 1 \[fd\]" \
    'listeners of each kind, and a connection'
like "$(row client)" 'api 1, socket 1 \[fd\]' 'a connection over a unix socket'
live --perfdata all
like "$out" "'fds_files@api'=[1-9][0-9]*;" 'descriptors by kind'
like "$out" "'fds_sockets@api'=20;" 'of every process'
kill -STOP "$client_pid"
live
is "$line1" 'SERVICES OK - 3 services of live well' 'a stopped one still has its sockets'
kill -CONT "$client_pid"
pkill -P "$api_pid"
wait_for 5 test -z "$(pgrep -r S -P "$api_pid")"
live -c workers@api=2:
like "$line1" '^SERVICES CRITICAL - api zombies pid [0-9]+ (haetae-service|perl) \(parent '"$api_pid"'\), pid|^SERVICES CRITICAL - api workers 0 < 2' \
    'workers that were killed'
kill "$broker_pid"
wait_for 5 test ! -e "/proc/$broker_pid"
live
like "$line1" 'broker not running' 'a server that ended'
like "$(row api)" 'no connection to amqp tcp '"$broker" 'and its client misses it'
kill "$api_pid"
wait_for 5 test ! -e "/proc/$api_pid"
# Another program on its port: the service is not there, the port is.
start name=thief listen=tcp:127.0.0.1:"$api"
thief_pid=$pid
start name=api
profile <<EOT
{ name = "api"; match = "tag=$tag name=api"; listen = ( { port = $api; } ); }, { name = "thief"; match = "tag=$tag name=thief"; listen = ( { port = $api; } ); }
EOT
live
if [ "$(id -u)" = 0 ]; then
    like "$line1" "api tcp $api is held by another process, pid $thief_pid" "another program's listener"
else
    like "$line1" "api tcp $api is held by another process, pid $thief_pid" "another program's listener of the same user"
fi

# --- who asks --------------------------------------------------------------------------------------
profile <<EOT
{ name = "nobody"; match = "no-such-daemon-$tag"; }
EOT
run sh -c "$check --profile $work/profiles/live.cfg; : no-such-daemon-$tag"
is "$line1" 'SERVICES CRITICAL - nobody not running; 0 of 1 services well' 'the shell in front of it is not the service'

# --- a replaced program -------------------------------------------------------------------------------
cp "$(command -v sleep)" "$work/bin/haetae-sleep"
"$work/bin/haetae-sleep" 120 &
sleep_pid=$!
disown "$sleep_pid"
at_exit "! grep -qs '^$work/' /proc/$sleep_pid/cmdline || kill $sleep_pid"
profile <<EOT
{ name = "sleep"; match = "^$work/bin/haetae-sleep "; warn = { stale = "0"; }; }
EOT
wait_for 5 grep -q haetae-sleep "/proc/$sleep_pid/cmdline"
live
is "$rc" 0 'a program as it was started'
rm "$work/bin/haetae-sleep"
live
like "$line1" "^SERVICES WARNING - sleep stale 1 > 0 \(pid $sleep_pid\)" 'one that was replaced'

# --- pings ------------------------------------------------------------------------------------------------
start name=pinged
ping() { printf '#!/bin/sh\n%s\n' "$1" >"$work/bin/check_service_ping"; chmod 755 "$work/bin/check_service_ping"; }
profile <<EOT
{ name = "pinged"; match = "tag=$tag name=pinged"; ping = ( "redis", "-H", "127.0.0.1:6379" ); },
{ name = "also"; match = "tag=$tag name=pinged"; ping = ( "tcp", "-H", "[::1]:1" ); },
{ name = "absent"; match = "tag=$tag name=absent"; optional = true; ping = ( "tcp", "-H", "[::1]:1" ); }
EOT
live
like "$line1" "SERVICES UNKNOWN - pinged ping redis: cannot run $work/bin/check_service_ping: No such file" 'no ping program'
ping "echo \"PING OK - well | 'time'=1s\"; echo \"\$*\" >>$work/asked"
live
is "$line1" 'SERVICES OK - 3 services of live well' 'pings that answer'
like "$(sort "$work/asked" | tr '\n' ' ')" '^--kind redis -t [0-9.]+ -H 127\.0\.0\.1:6379 --kind tcp -t [0-9.]+ -H \[::1\]:1 $' 'each asked once, the absent one not'
ping 'echo "PING CRITICAL - 127.0.0.1:6379 refused | x=1"; echo more; exit 2'
live
like "$line1" '^SERVICES CRITICAL - pinged ping redis: 127\.0\.0\.1:6379 refused, also ping tcp: 127\.0\.0\.1:6379 refused; 1 of 3' 'pings that fail'
ping 'exit 77'
live
like "$line1" '^SERVICES UNKNOWN - pinged ping redis ended by status 77' 'a ping that breaks'
ping 'kill -SEGV $$'
live
like "$line1" 'pinged ping redis ended by signal 11' 'one that crashes'
ping "yes | head -c 20000000; exit 1"
live
like "$line1" 'pinged ping redis: y' 'one that prints without end'
ping "trap '' TERM; echo \$\$ >>$work/hung; sleep 50 & echo \$! >>$work/hung; wait"
begun=$(date +%s%N)
live -t 3
took=$((($(date +%s%N) - begun) / 1000000))
like "$line1" '^SERVICES CRITICAL - pinged ping redis: no answer in [0-9.]+ s, also ping tcp: no answer' 'pings that hang'
[ "$took" -lt 7000 ]; ok $? 'end before the deadline, together' || diag "$took ms"
# shellcheck disable=SC2317 # wait_for calls it
gone() { while read -r p; do [ ! -d "/proc/$p" ] || grep -q '^State:.Z' "/proc/$p/status" || return 1; done <"$work/hung"; }
wait_for 5 gone; ok $? 'with what they have started'
if [ -x "$plugins/check_service_ping" ]; then
    cp "$plugins/check_service_ping" "$work/bin/"
    start name=server listen=tcp:127.0.0.1:0
    profile <<EOT
{ name = "server"; match = "tag=$tag name=server"; ping = ( "tcp", "-H", "127.0.0.1:$ports" ); }
EOT
    live
    is "$line1" 'SERVICES OK - 1 service of live well' 'the real ping'
    end "$pid"
    start name=server
    live
    like "$line1" '^SERVICES CRITICAL - server ping tcp: [^ ]*:[0-9]+ refuse' 'of a port where nobody listens'
fi

# --- units: a bus of the test's own with a stand-in for systemd, and an init script -------------
start name=unit
if [ -x "$builddir/t/mock_systemd" ] && command -v dbus-daemon >/dev/null; then
    profile <<EOT
{ name = "well"; match = "tag=$tag name=unit"; unit = "nova-api"; unit_state = true; },
{ name = "sick"; match = "tag=$tag name=none"; optional = true; unit = "nova-compute"; unit_state = true; },
{ name = "loop"; match = "tag=$tag name=unit"; unit = "loop@1"; unit_state = true; },
{ name = "lost"; match = "tag=$tag name=unit"; unit = "nothing"; unit_state = true; }
EOT
    cat >"$work/bus.conf" <<EOT
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=$work/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
EOT
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/bus
    live
    is "$rc" 0 'without a bus nothing is an alarm'
    like "$(row well)" '\(the state of unit nova-api is not known: ' 'and it is said'
    dbus-daemon --config-file="$work/bus.conf" --nofork --nopidfile 2>"$work/bus.err" &
    bus_pid=$!
    disown "$bus_pid"
    at_exit "! grep -qs '$work/bus.conf' /proc/$bus_pid/cmdline || kill $bus_pid"
    mkfifo "$work/hold"
    wait_for 10 test -S "$work/bus"
    "$builddir/t/mock_systemd" "$DBUS_SYSTEM_BUS_ADDRESS" <"$work/hold" >"$work/mock.out" &
    exec 8>"$work/hold"
    wait_for 10 grep -q ready "$work/mock.out"
    live
    like "$line1" '^SERVICES CRITICAL - sick unit nova-compute\.service failed \(exit-code\), loop unit loop@1\.service is started again, 1234 times so far' \
        'what failed, and what does so again and again'
    like "$(row well)" 'unit active$' 'a unit that is well is told'
    like "$(row loop)" 'unit activating after 1234 restarts  ! ' 'so is how often it was restarted'
    like "$(row lost)" '^OK .*\(systemd has no unit nothing\.service\)' 'a unit that is not there'
    # As if systemd had put it into a unit of another name.
    printf '0::/system.slice/docker-1.scope\n' >"$work/cgroup"
    if unshare --mount mount --bind "$work/cgroup" "/proc/$pid/cgroup" 2>/dev/null; then
        run unshare --mount bash -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' - \
            "$work/cgroup" "/proc/$pid/cgroup" "$check" --state-dir "$work/state/$(id -u)" --profile "$work/profiles/live.cfg"
        like "$(row well)" '^WARNING .*1 process outside unit nova-api, pid '"$pid" 'a process outside its unit'
        like "$(row lost)" '^OK .*\(systemd has no unit nothing\.service\)' 'nobody is outside a unit that is not there'
    else
        skip 'no mounts of our own here'
    fi
    kill -STOP "$bus_pid"
    begun=$(date +%s%N)
    live -t 3
    kill -CONT "$bus_pid"
    [ $((($(date +%s%N) - begun) / 1000000)) -lt 7000 ]; ok $? 'a bus that hangs leaves time'
    like "$(row well)" '\(the state of unit nova-api is not known: ' 'and is said'
    exec 8>&-
    unset DBUS_SYSTEM_BUS_ADDRESS
else
    skip 'built without libsystemd, or no dbus-daemon'
fi
profile <<EOT
{ name = "script"; match = "tag=$tag name=unit"; lsb = "no-such-script-$tag"; }
EOT
live
is "$rc" 0 'an init script that is not there is no alarm'
like "$(row script)" "\\(cannot run /etc/init\.d/no-such-script-$tag: No such file" 'and it is said'

# --- as another user, and in other namespaces ----------------------------------------------------------------
if [ "$(id -u)" != 0 ]; then
    skip 'namespaces and other users need root'
    tap_done
    exit
fi
as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${as[@]}" "$check" --version >/dev/null 2>&1; [ $? = 3 ]; then
    start name=open listen=tcp:127.0.0.1:0 listen=tcp:127.0.0.1:0
    read -r one two <<<"$ports"
    profile <<EOT
{ name = "open"; match = "tag=$tag name=open"; fds_pct = "90"; listen = ( { port = $one; }, { port = $two; } ); warn = { stale = "0"; }; }
EOT
    live
    is "$line1" 'SERVICES OK - 1 service of live well' "as nobody, root's service is not sick for what may not be seen"
    like "$(row open)" "listens tcp $one, tcp $two \[(cgroup|uid|unproved)\]" 'a weaker proof'
    like "$(row open)" 'the program of 1 process may not be read: run as root or grant CAP_SYS_PTRACE' 'and what to grant'
    live -c stale@open=0
    like "$line1" '^SERVICES UNKNOWN - open stale is not known' 'who asks for it is told'
    end "$pid"
    start name=open
    live
    like "$line1" "SERVICES CRITICAL - open not listening on tcp $one and not listening on tcp $two" 'a missing listener is seen by anybody'
else
    skip 'nobody cannot run a copy of the plugin'
fi
if unshare -m true 2>/dev/null; then
    start name=hidden
    profile <<EOT
{ name = "hidden"; match = "tag=$tag name=hidden"; },
{ name = "maybe"; match = "tag=$tag name=hidden"; optional = true; },
{ name = "never"; match = "tag=$tag name=none"; unwanted = true; }
EOT
    as=(unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh setpriv --reuid=65534 --regid=65534 --clear-groups)
    live
    like "$line1" "^SERVICES UNKNOWN - hidden not among this user's own processes, others are hidden \(hidepid of /proc\): run as" \
        'what is hidden is no alarm'
    for name in maybe never; do
        like "$(row "$name")" "^OK +$name +- +\(not among this user's own" "nor is it said that $name does not run"
    done
    unlike "$out" '(count|rss)@' 'and no number is made up'
else
    skip 'no mounts of our own here'
fi
as=()
if ! unshare -n true 2>/dev/null; then
    skip 'no network namespaces here'
    tap_done
    exit
fi
inside=(unshare -n)
start name=dhcp listen=udp:0.0.0.0:67
start name=dhcp listen=udp:0.0.0.0:67
profile <<EOT
{ name = "dhcp"; match = "tag=$tag name=dhcp"; count = "2:"; listen = ( { proto = "udp"; port = 67; } ); }
EOT
live
is "$line1" 'SERVICES OK - 1 service of live well' 'a listener in each of two namespaces'
like "$(row dhcp)" 'listens udp 67 in 2 netns \[fd\]' 'which are counted'
as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
live
is "$line1" 'SERVICES OK - 1 service of live well' 'as nobody, too'
as=()
start name=dhcp
live
like "$line1" "SERVICES CRITICAL - dhcp not listening on udp 67 in the network namespace of process $pid" 'one that lacks it is named'
as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
live
like "$line1" "SERVICES CRITICAL - dhcp not listening on udp 67 in the network namespace of process $pid" 'also by nobody'
tap_done
