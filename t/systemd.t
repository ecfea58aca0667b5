#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What systemd says of units: a real dbus-daemon of the test's own, and on it a stand-in for
# systemd (t/mock_systemd.c), which is no init of any test machine.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$builddir/t/systemd_ask" ] || skip_all 'built without libsystemd (package libsystemd-dev)'
. "$srcdir/t/bad_peer.sh"
need dbus-daemon dbus-daemon

cat >"$work/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$work/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
    <deny send_destination="org.freedesktop.systemd1" send_path="/org/freedesktop/systemd1/unit/secret_2eservice"/>
  </policy>
</busconfig>
CONF
dbus-daemon --config-file="$work/bus.conf" --nofork --nopidfile 2>"$work/bus.err" &
bus_pid=$!
at_exit "kill $bus_pid 2>/dev/null"
wait_for 10 test -S "$work/bus" || skip_all "dbus-daemon does not start: $(cat "$work/bus.err")"
address=unix:path=$work/bus
ask() { "$builddir/t/systemd_ask" "$@" 2>&1; }

like "$(ask "$address" 5000 nova-api)" '^nova-api: No such file.*: unit nova-api\.service: cannot ask systemd over D-Bus: ' \
    'a bus without systemd: there is none'

mkfifo "$work/hold"
"$builddir/t/mock_systemd" "$address" <"$work/hold" >"$work/mock.out" &
mock_pid=$!
exec 8>"$work/hold"
at_exit "kill -KILL $mock_pid 2>/dev/null"
wait_for 10 grep -q ready "$work/mock.out"; ok $? 'the stand-in is on the bus'

out=$(ask "$address" 5000 nova-api nova-compute.service loop@1 virtlogd.socket nothing)
is "$(sed -n 1p <<<"$out")" "nova-api.service: loaded active running 'enabled' 1 'success' 0 4711 0" 'a healthy one'
is "$(sed -n 2p <<<"$out")" "nova-compute.service: loaded failed failed 'enabled' 1 'exit-code' 5 0 3 failed" 'a failed one'
is "$(sed -n 3p <<<"$out")" "loop@1.service: loaded activating auto-restart 'disabled' 1 'signal' 1234 0 11 restarting" \
    'one that is started again and again'
is "$(sed -n 4p <<<"$out")" "virtlogd.socket: loaded active listening 'enabled' 0 '' 0 0 0" 'what is no service has less to tell'
is "$(sed -n 5p <<<"$out")" "nothing.service: not-found inactive dead '' 1 'success' 0 0 0" 'one that there is not'

like "$(ask "$address" 5000 odd)" '^odd: .*unit odd\.service: cannot read .* ExecMainStatus is of another type' \
    'an answer of another type'
like "$(ask "$address" 5000 secret)" '^secret: Permission denied: unit secret\.service: cannot ask systemd over D-Bus: Permission denied$' \
    'what the bus forbids'
for name in '' '/etc/passwd' 'a b' 'a*' "$(printf 'x%.0s' {1..300})"; do
    like "$(ask "$address" 5000 "$name")" ": Invalid argument: cannot ask systemd: '.*' is no unit's name\$" "refused: '${name:0:20}'"
done

# Each ends in time, whatever does not answer.
timed() {
    local start=$EPOCHREALTIME
    out=$(ask "$@")
    ms=$(( (${EPOCHREALTIME/./} - ${start/./}) / 1000 ))
    [ "$ms" -lt $((3000 * tap_patience)) ]; ok $? "in time ($ms ms)"
}
kill -STOP "$mock_pid"
timed "$address" 500 nova-api
like "$out" '^nova-api: Connection timed out: unit' 'systemd that hangs'
kill -CONT "$mock_pid"
kill -STOP "$bus_pid"
timed "$address" 500 nova-api
like "$out" '^open: Connection timed out: ' 'a bus that hangs'
kill -CONT "$bus_pid"
for mode in $bad_peer_modes; do
    [ "$mode" != redirect ] || continue
    bad_peer "$mode" --unix "$work/bad.$mode"
    timed "unix:path=$work/bad.$mode" 500 nova-api
    like "$out" '^open: .*: cannot ask systemd over D-Bus: ' "a peer: $mode"
    bad_peer_stop
done
like "$(ask "unix:path=$work/nothing" 500 nova-api)" '^open: No such file or directory: ' 'no bus'
like "$(ask 'rubbish' 500 nova-api)" '^open: ' 'no address'

exec 8>&-
tap_done
