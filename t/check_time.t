#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's clock is as it is here, so its verdict is silenced where another is tested. A
# private chronyd never touches the clock (-x); a second one is its NTP server.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_time

run "$check"
like "$line1" '^TIME (OK|WARNING) - ' 'the live node has a clock'
like "$out" "'synchronised'=[01];;;0 'max_error'=[0-9.]+s;;;0 'est_error'=" 'with its errors in perfdata'
run "$check" --perfdata all
like "$out" "'tai_offset'=[0-9]+s 'leap'=(0|1|-1)$" 'the lesser metrics on request'
run "$check" --root "$data/root-zed"
is "$out" 'TIME OK - the clock of a captured tree cannot be asked' 'a captured tree has no clock'
run "$check" --root "$data/root-zed" -w 1
like "$line1" '^TIME UNKNOWN - no offset on this node' 'unless a threshold asks for it'
mkdir -p "$work/host/proc/sys/kernel/random"
cp /proc/sys/kernel/random/boot_id "$work/host/proc/sys/kernel/random/"
run "$check" --root "$work/host"
like "$out" "'max_error'=" "a container's view of its host has the host's clock"

for bad in '--chrony=a:b' '--chrony=[::1' '--ntp=host:0' '--ntp=:123' '--unsynchronised=maybe' '-4 -6'; do
    # shellcheck disable=SC2086
    run "$check" $bad
    like "$line1" "^TIME UNKNOWN - option ${bad%%[= ]*}: " "refused: $bad"
    is "$rc" 3 'exit 3'
done
run "$check" --root "$data/root-zed" --ntp 127.0.0.1:1
is "$line1" 'TIME CRITICAL - NTP server 127.0.0.1:1: no answer: Connection refused' 'a server that does not answer is CRITICAL'
run "$check" --root "$data/root-zed" --chrony "$work/none.sock"
like "$line1" '^TIME CRITICAL - chronyd at .*/none\.sock: cannot connect to .*: No such file' 'so is a missing socket'
run "$check" --root "$data/root-zed" --ntp '[::1]:1' -4
like "$line1" '^TIME CRITICAL - NTP server \[::1\]:1: cannot look up ::1' '-4 allows no IPv6 address'

chronyd=$(command -v chronyd || command -v /usr/sbin/chronyd)
if [ -z "$chronyd" ]; then
    [ "${HAETAE_CI:-}" = 1 ] && fail 'needed in CI: no chronyd (package chrony)'
    skip 'no chronyd (package chrony)'
    tap_done
    exit
fi
# Ports that are free now; chronyd wants its own folder, which nobody else may write.
free_ports() {
    local port n=0
    for ((port = 20000 + RANDOM % 10000; n < $1; port++)); do
        (exec 3<>"/dev/udp/127.0.0.1/$port") 2>/dev/null || continue
        grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " /proc/net/udp || { echo "$port"; n=$((n + 1)); }
    done
}
mapfile -t ports < <(free_ports 3)
start_chronyd() { # NAME, then the lines of its configuration
    local name=$1 run=$work/$1
    shift
    mkdir -m 700 "$run"
    printf '%s\n' "$@" 'bindcmdaddress 127.0.0.1' "bindcmdaddress $run/sock" "pidfile $run/pid" >"$run/conf"
    "$chronyd" -x -d -u "$(id -un)" -f "$run/conf" >"$run/log" 2>&1 &
    at_exit "kill $!"
    wait_for 10 test -S "$run/sock" || diag "$name: $(cat "$run/log")"
}
start_chronyd server 'local stratum 8' "port ${ports[0]}" 'bindaddress 127.0.0.1' 'allow 127.0.0.1' "cmdport ${ports[1]}"
start_chronyd client "server 127.0.0.1 port ${ports[0]} iburst minpoll 0 maxpoll 0" 'port 0' "cmdport ${ports[2]}"

silent=(--root "$data/root-zed")
run "$check" "${silent[@]}" --chrony "127.0.0.1:${ports[1]}"
like "$line1" '^TIME OK - offset 0s by chronyd' 'chronyd answers over UDP'
like "$out" 'chronyd: stratum 8, follows nothing but its own clock;' 'that it follows no other clock'
like "$out" "'offset'=0s;;;0 'synchronised'=1;;;0 'stratum'=8;;;0 'root_delay'=0s.* 'source_age'=" 'with metrics'
run "$check" "${silent[@]}" --chrony "$work/server/sock"
like "$line1" '^TIME OK - offset 0s by chronyd' 'chronyd answers on its socket'
is "$(find "$work/server" -name 'haetae*')" '' 'and nothing is left behind there'
run "$check" "${silent[@]}" --ntp "127.0.0.1:${ports[0]}" -c stratum=7
like "$line1" '^TIME CRITICAL - stratum 8 > 7; offset [0-9.]+s by NTP server 127\.0\.0\.1:' 'an NTP server is measured'
run "$check" "${silent[@]}" --ntp "127.0.0.1:${ports[0]}" -c 5 -w root_dispersion=1
is "$rc" 0 'the clocks of one node agree'

client=("$check" "${silent[@]}" --chrony "127.0.0.1:${ports[2]}")
follows() { "${client[@]}" | grep -q 'stratum 9, follows 127\.0\.0\.1;'; }
wait_for 20 follows
ok $? 'chronyd that follows a server names it'
run "${client[@]}" -w source_age=1h -c stratum=9:9
is "$rc" 0 'and heard of it'
# Without its server it has lost nothing yet; one that never had any is not synchronised.
start_chronyd lost 'server 127.0.0.1 port 1 iburst' 'port 0' 'cmdport 0'
run "$check" "${silent[@]}" --chrony "$work/lost/sock"
like "$line1" '^TIME WARNING - chronyd is not synchronised' 'chronyd without a source is a WARNING'
like "$out" "'synchronised'=0" 'and a metric'
unlike "$out" "'offset'=" 'without an offset'
run "$check" "${silent[@]}" --chrony "$work/lost/sock" --unsynchronised=critical
is "$rc" 2 'or what was asked for'
run "$check" "${silent[@]}" --chrony "$work/lost/sock" --ntp "127.0.0.1:${ports[0]}" --unsynchronised=ok
like "$line1" '^TIME OK - offset [0-9.]+s by NTP server' 'both can be asked at once'
tap_done
