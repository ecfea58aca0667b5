#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the plugins cost: against monitoring-plugins, and against a C program that does nothing.
# Both sides run in turn, medians are compared.
#   bench/plugins.sh [BUILDDIR]    BUILDDIR is a configured build; by default one is made
set -eu
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-bench.XXXXXX")
holder=
cleanup() {
    [ -z "$holder" ] || kill "$holder" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

peers=/usr/lib/nagios/plugins
if [ ! -x "$peers/check_procs" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends monitoring-plugins-basic >"$work/apt.log" 2>&1 ||
            { tail -n 3 "$work/apt.log" >&2; exit 1; }
    else
        echo "no $peers/check_procs (package monitoring-plugins-basic)" >&2
        exit 1
    fi
fi

# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --without-mysql
plugins=$build/plugins
bench=$build/bench
mkdir -m 700 "$work/state"

# ratio WHAT COLUMN GOAL RUNS -- OURS... -- THEIRS...: COLUMN 1 is wall time, 2 is CPU time
ratios=()
rss=()
ratio() {
    local what=$1 column=$2 goal=$3 runs=$4 times ours
    shift 5
    ours=$1
    if [ ! -x "$ours" ]; then
        ratios+=("ratio $what absent goal $goal short")
        return
    fi
    if ! times=$("$bench/spawn_time" "$runs" -- "$@" 2>&1); then
        ratios+=("ratio $what failed goal $goal short")
        echo "${ratios[-1]}: $times"
        return
    fi
    ratios+=("$(awk -v column="$column" -v goal="$goal" -v what="$what" '
        { value[NR] = $column }
        END {
            ratio = value[1] / (value[2] > 0 ? value[2] : 1)
            printf "ratio %s %.2f goal %s %s", what, ratio, goal, ratio <= goal ? "met" : "short"
        }' <<<"$times")")
    echo "${ratios[-1]}: $(awk -v column="$column" '{ printf "%s%s us", (NR > 1 ? " to " : ""), $column }' <<<"$times")"
    rss+=("${ours##*/} $(awk 'NR == 1 { print $3 }' <<<"$times")")
}

echo "== 2,000 processes: CPU time against check_procs"
mkfifo "$work/hold"
word=haetae-bench-sleeper
"$bench/sleepers" 2000 "$word" <"$work/hold" >"$work/sleepers" &
holder=$!
exec 9>"$work/hold"
for ((i = 0; i < 200; i++)); do
    ! grep -q ready "$work/sleepers" || break
    sleep 0.1
done
grep -q ready "$work/sleepers"
ratio check_process_count 2 0.2 15 -- "$plugins/check_process" -p "$word" -c 2000: -- "$peers/check_procs" -a "$word" -c 2000:
ratio check_process_regex 2 0.2 15 -- "$plugins/check_process" -p "(^|/)sleepers 2000 $word( |\$)" -c 2000: -- \
    "$peers/check_procs" --ereg-argument-array="(^|/)sleepers 2000 $word( |\$)" -c 2000:
ratio check_process_every_metric 2 0.4 15 -- "$plugins/check_process" -p "$word" -c 2000: --perfdata all --state-dir "$work/state" -- \
    "$peers/check_procs" -a "$word" -c 2000:
exec 9>&-
wait "$holder"
holder=

echo "== against monitoring-plugins: wall time, CPU time"
ratio check_node_load_wall 1 1 300 -- "$plugins/check_node_load" -w 100 -c 200 -- "$peers/check_load" -w 100,100,100 -c 200,200,200
ratio check_node_load_cpu 2 1 300 -- "$plugins/check_node_load" -w 100 -c 200 -- "$peers/check_load" -w 100,100,100 -c 200,200,200
ratio check_node_disk_wall 1 1 300 -- "$plugins/check_node_disk" -w 100 -c 100 -- "$peers/check_disk" -w 0% -c 0% -l
ratio check_node_disk_cpu 2 1 300 -- "$plugins/check_node_disk" -w 100 -c 100 -- "$peers/check_disk" -w 0% -c 0% -l

echo "== against a C program that does nothing: wall time"
# PLUGIN GOAL OPTIONS
while read -r plugin goal options; do
    # shellcheck disable=SC2086
    ratio "$plugin" 1 "$goal" 1000 -- "$plugins/$plugin" $options -- "$bench/empty"
done <<EOT
check_node_load 1.5
check_node_memory 1.5
check_node_uptime 1.5
check_node_disk 2.0
check_node_net 2.0 --state-dir $work/state
check_node 3.0 --state-dir $work/state
EOT

echo "== largest resident memory, KiB, below 6144"
for plugin in check_node check_node_cpu check_node_memory check_node_load check_node_disk check_node_diskio check_node_net \
    check_node_temp check_node_uptime check_node_pressure check_time; do
    [ -x "$plugins/$plugin" ] || continue
    rss+=("$plugin $("$bench/spawn_time" 3 -- "$plugins/$plugin" --state-dir "$work/state" 2>/dev/null | awk '{ print $3 }')")
done
while read -r plugin kib; do
    ratios+=("$(awk -v what="rss_$plugin" -v kib="${kib:-0}" 'BEGIN {
        printf "ratio %s %.2f goal 1 %s", what, kib / 6144, (kib > 0 && kib < 6144 ? "met" : "short") }')")
    echo "${ratios[-1]}: $kib KiB"
done < <(printf '%s\n' "${rss[@]}" | sort -k1,1 -k2,2nr | awk '!seen[$1]++')

echo
printf '%s\n' "${ratios[@]}"
