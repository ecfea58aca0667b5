#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a walk of the subagent's tables costs: beside a subagent of net-snmp's own parts whose cells
# never change, and beside hrSWRunTable, which snmpd answers itself; all by one snmpd, in turn.
#   bench/snmp.sh [BUILDDIR]    BUILDDIR is a configured build; by default one is made
set -eu
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-bench.XXXXXX")
own='' peer='' sleepers=''
# shellcheck source=bench/snmpd.sh
. "$top/bench/snmpd.sh"
cleanup() {
    exec 9>&- || true
    # shellcheck disable=SC2086
    [ -z "$own$peer$sleepers" ] || kill $own $peer $sleepers 2>/dev/null || true
    bench_snmpd_stop
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --without-mysql
bench=$build/bench
rounds=${HAETAE_BENCH_ROUNDS:-5}
root=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$build/config.h").1
peer_root=1.3.6.1.4.1.8072.9999.9999.1
# The table that is compared: its number, its first column behind the index, its last.
table=haetaeService number=2 first=2
last=$("$bench/snmp_rows" --columns "$table")

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() {
    awk -v what="$1" -v goal="$2" -v value="$3" -v least="$4" 'BEGIN {
        printf "ratio %s %.3f goal %s %s\n", what, value, goal,
            (least ? value >= goal : value <= goal) ? "met" : "short" }'
}
# walk WHO PID MODE REPETITIONS OID...: appends "cells/s us/cell(snmpd) us/cell(agent) slowest_ms"
walk() {
    local who=$1 pid=$2 before_master before_agent cells seconds slowest
    shift 2
    before_master=$(cpu_ms "$snmpd_pid") before_agent=$(cpu_ms "$pid")
    read -r cells seconds slowest < <("$bench/snmp_walk" "$snmpd_at" public "$@")
    awk -v c="$cells" -v s="$seconds" -v m=$(($(cpu_ms "$snmpd_pid") - before_master)) \
        -v a=$(($(cpu_ms "$pid") - before_agent)) -v slow="$slowest" \
        'BEGIN { printf "%.0f %.1f %.1f %.1f\n", c / s, m * 1000 / c, a * 1000 / c, slow }' >>"$work/$who"
}
figures() {
    local name=$1 i
    shift
    printf '%-34s' "$name"
    for i in 1 2 3 4; do printf ' %9s' "$(cut -d ' ' -f "$i" "$1" | median)"; done
    echo
}
wait_for() {
    for ((i = 0; i < 300; i++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    echo "never came: $*" >&2
    return 1
}
answers() { snmpgetnext -v2c -c public -t 1 -r 0 -On "$snmpd_at" ".$1" 2>/dev/null | grep -q "^\\.$1\\."; }
rate() { cut -d ' ' -f 1 "$work/$1" | median; }

bench_snmpd
printf '%-34s %9s %9s %9s %9s\n' '' cells/s 'snmpd us' 'agent us' 'slowest ms'
for rows in 2000 10000; do
    "$bench/snmp_rows" "$snmpd_socket" "$table=$rows" 2>"$work/own.log" &
    own=$!
    "$bench/constant_agent" "$snmpd_socket" "$peer_root" "$rows" $((last - first + 1)) >/dev/null 2>"$work/peer.log" &
    peer=$!
    wait_for answers "$root"
    wait_for answers "$peer_root"
    for mode in column row; do
        # A first one of each is not counted.
        for ((round = 0; round <= rounds; round++)); do
            walk "own.$mode.$rows" "$own" "$mode" 25 "$root.$number.1" "$first" "$last"
            walk "peer.$mode.$rows" "$peer" "$mode" 25 "$peer_root.1" "$first" "$last"
            [ "$round" -gt 0 ] || rm -f "$work/own.$mode.$rows" "$work/peer.$mode.$rows"
        done
        figures "haetae, $rows rows, $mode" "$work/own.$mode.$rows"
        figures "constant cells, $rows rows, $mode" "$work/peer.$mode.$rows"
    done
    rss_kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$own/status")
    kill "$own" "$peer"
    wait "$own" "$peer" 2>/dev/null || true
    own='' peer=''
    wait_for eval "! answers $root"
done

# snmpd's own table of processes, for comparison: it answers without a subagent.
mkfifo "$work/hold"
"$bench/sleepers" 2000 haetae-bench-other --config-file=/etc/of/the/usual/length.conf <"$work/hold" >"$work/sleepers" &
sleepers=$!
exec 9>"$work/hold"
wait_for grep -q ready "$work/sleepers"
for mode in column row; do
    for ((round = 0; round <= rounds; round++)); do
        walk "native.$mode" "$snmpd_pid" "$mode" 25 1.3.6.1.2.1.25.4.2.1 1 7
        [ "$round" -gt 0 ] || rm -f "$work/native.$mode"
    done
    figures "hrSWRunTable, 2,000 processes, $mode" "$work/native.$mode"
done
exec 9>&-

# A controller as it comes: some 12,000 cells in all tables.
"$bench/snmp_rows" "$snmpd_socket" haetaeService=60 haetaeListener=60 haetaeDependency=150 \
    haetaeRabbitmqQueue=300 haetaeDomain=60 haetaeProbe=150 haetaeProbePerf=400 haetaeFilesystem=20 \
    haetaeInterface=60 haetaeOvsBridge=4 haetaeOvsInterface=150 haetaeAlarm=20 haetaeCollector=9 2>"$work/own.log" &
own=$!
wait_for answers "$root"
for ((round = 0; round < rounds; round++)); do
    "$bench/snmp_walk" "$snmpd_at" public tree 25 "$root"
done >"$work/tree"
read -r cells seconds _ < <(sort -k 2 -n "$work/tree" | sed -n "$(((rounds + 1) / 2))p")
echo "a controller: $cells cells walked from the root in $seconds s"
for mode in column row; do
    for rows in 2000 10000; do
        ratio "$mode-walk-$rows-rows-against-constant-cells" 0.8 \
            "$(awk -v a="$(rate "own.$mode.$rows")" -v b="$(rate "peer.$mode.$rows")" 'BEGIN { print a / b }')" 1
    done
    ratio "$mode-walk-10000-against-2000-rows" 0.8 \
        "$(awk -v a="$(rate "own.$mode.10000")" -v b="$(rate "own.$mode.2000")" 'BEGIN { print a / b }')" 1
done
ratio "controller-12000-cells-s" 2 "$(awk -v s="$seconds" -v c="$cells" 'BEGIN { print s * 12000 / c }')" ''
ratio "memory-10000-rows-MiB" 30 "$(awk -v k="$rss_kib" 'BEGIN { print k / 1024 }')" ''
