#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a day of being watched costs a node: the subagent at its default intervals on a node with
# 1,000 processes, ten plugins and one SNMP row a minute. Measured for an hour, told for a day.
#   HAETAE_BENCH_SECONDS=600 bench/cost.sh [BUILDDIR]
# BUILDDIR is a configured build; by default one is made.
set -eu
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-bench.XXXXXX")
subagent='' sleepers=''
# shellcheck source=bench/snmpd.sh
. "$top/bench/snmpd.sh"
cleanup() {
    exec 9>&- || true
    # shellcheck disable=SC2086
    [ -z "$subagent$sleepers" ] || kill $subagent $sleepers 2>/dev/null || true
    bench_snmpd_stop
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --without-mysql
seconds=${HAETAE_BENCH_SECONDS:-3600} processes=1000 services=10
plugins=$build/plugins
states=$work/state
mkdir "$states"

# A tenth of the processes belongs to services.
mkfifo "$work/hold"
touch "$work/sleepers"
{
    printf 'name = "bench"; services = (\n'
    for ((i = 1; i <= services; i++)); do
        "$build/bench/sleepers" $((processes / services / 10)) "haetae-bench-service-$i" --config-file=/etc/of/the/usual/length.conf \
            <"$work/hold" >>"$work/sleepers" 2>&1 &
        sleepers="$sleepers $!"
        printf '%s{ name = "service-%d"; match = "haetae-bench-service-%d( |$)"; count = "%d"; }\n' \
            "$([ "$i" = 1 ] || echo ,)" "$i" "$i" $((processes / services / 10)) >&3
    done
    printf ');\n'
} 3>"$work/services" >"$work/ends"
{ head -n 1 "$work/ends"; cat "$work/services"; tail -n 1 "$work/ends"; } >"$work/bench.cfg"
"$build/bench/sleepers" $((processes - processes / 10)) haetae-bench-other --config-file=/etc/of/the/usual/length.conf --verbose \
    <"$work/hold" >>"$work/sleepers" 2>&1 &
sleepers="$sleepers $!"
exec 9>"$work/hold"
for ((i = 0; i < 600; i++)); do
    [ "$(grep -c ready "$work/sleepers")" -lt $((services + 1)) ] || break
    sleep 0.1
done

bench_snmpd
# What a snmpd costs by itself is not ours.
bench_snmpd_idle
cat >"$work/haetae.conf" <<CONF
agentx = {
    socket = "$snmpd_socket";
    state_dir = "$states";
    profiles = [ "bench" ];
    profile_dirs = [ "$work" ];
    user = "$(id -un)";
};
CONF
chmod 600 "$work/haetae.conf"
"$build/subagent/haetae-agentx" --config "$work/haetae.conf" 2>"$work/subagent.log" &
subagent=$!
root=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$build/config.h")
for ((i = 0; i < 300; i++)); do
    ! snmpgetnext -v2c -c public -t 1 -r 0 -On "$snmpd_at" ".$root.1.2" 2>/dev/null | grep -q "^\\.$root" || break
    sleep 0.1
done

# Ten plugins, those that a node has on its page.
# shellcheck disable=SC2317
ten() {
    "$plugins/check_node" --state-dir "$states"
    "$plugins/check_node_cpu" --state-dir "$states"
    "$plugins/check_node_disk" --state-dir "$states"
    "$plugins/check_node_diskio" --state-dir "$states"
    "$plugins/check_node_load"
    "$plugins/check_node_memory"
    "$plugins/check_node_net" --state-dir "$states"
    "$plugins/check_node_pressure"
    "$plugins/check_node_uptime"
    "$plugins/check_process" --name haetae-bench-service-1
}
# CPU time in ms of a process and its children that have ended, and the bytes that they wrote.
all_ms() {
    local stat
    stat=$(cat "/proc/$1/stat")
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo $(((${12} + ${13} + ${14} + ${15}) * 1000 / $(getconf CLK_TCK)))
}
bytes_of() { awk '/^write_bytes/ { print $2 }' "/proc/$1/io"; }

# A shell of its own runs them, so that its children are these alone; it waits without one.
mkfifo "$work/go" "$work/gone"
(
    exec 9>&-
    while read -r _; do
        ten >/dev/null 2>&1 || true
        echo ran
    done
) <"$work/go" >"$work/gone" &
runner=$!
sleepers="$sleepers $runner"
exec 7>"$work/go" 8<"$work/gone"
minute() {
    echo >&7
    read -r _ <&8
    HAETAE_SNMP_COMMUNITY=public "$plugins/check_node_snmp" -H "$snmpd_at" >"$work/row" 2>&1 || true
}
minute # what is read for the first time is not counted
head -n 1 "$work/row"
echo "$(find /proc -maxdepth 1 -name "[1-9]*" 2>/dev/null | wc -l) processes; measuring for $seconds s"
agent_ms=$(all_ms "$subagent") agent_bytes=$(bytes_of "$subagent")
runner_ms=$(all_ms "$runner") runner_bytes=$(bytes_of "$runner")
master_ms=$(all_ms "$snmpd_pid") master_bytes=$(bytes_of "$snmpd_pid")
idle_ms=$(all_ms "$snmpd_idle_pid")
start=$EPOCHREALTIME minutes=0
for ((next = 0; next < seconds; next += 60)); do
    minute
    minutes=$((minutes + 1))
    left=$(awk -v s="$start" -v n="$EPOCHREALTIME" -v m="$minutes" 'BEGIN { v = s + 60 * m - n; print (v > 0 ? v : 0.001) }')
    read -r -t "$left" _ <&8 || true
done
agent_ms=$(($(all_ms "$subagent") - agent_ms)) agent_bytes=$(($(bytes_of "$subagent") - agent_bytes))
runner_ms=$(($(all_ms "$runner") - runner_ms)) runner_bytes=$(($(bytes_of "$runner") - runner_bytes))
master_ms=$(($(all_ms "$snmpd_pid") - master_ms)) master_bytes=$(($(bytes_of "$snmpd_pid") - master_bytes))
idle_ms=$(($(all_ms "$snmpd_idle_pid") - idle_ms))
master_ms=$((master_ms > idle_ms ? master_ms - idle_ms : 0))

awk -v n="$minutes" -v a="$agent_ms" -v r="$runner_ms" -v m="$master_ms" \
    -v ab="$agent_bytes" -v rb="$runner_bytes" -v mb="$master_bytes" '
    function line(what, ms, bytes) { printf "%-16s %8.1f s CPU and %6.1f MB written a day\n", what, ms * f / 1000, bytes * f / 1e6 }
    function goal(what, value, most) { printf "ratio %s %.3f goal %s %s\n", what, value, most, value <= most ? "met" : "short" }
    BEGIN {
        f = 1440 / n
        line("haetae-agentx", a, ab); line("ten plugins", r, rb); line("snmpd for it", m, mb)
        goal("subagent-percent-of-a-CPU", a / (n * 600), 0.5)
        goal("CPU-seconds-a-day", (a + r + m) * f / 1000, 60)
        goal("MB-written-a-day", (ab + rb + mb) * f / 1e6, 50)
    }'
