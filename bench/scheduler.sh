#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How many probes a second the scheduler starts on time, with a durable MariaDB on the same
# machine: no-op probes at rising rates until p95 of the start latency is above 100 ms, and on
# to 500 ms. Beside it, in the same run, a bare posix_spawn loop.
#   bench/scheduler.sh [BUILDDIR]    BUILDDIR is a configured build; by default one is made
#   HAETAE_BENCH_SECONDS=8           how long each rate is measured
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
srcdir=$top
# shellcheck source=t/tap.sh
. "$top/t/tap.sh"
measured=${HAETAE_BENCH_SECONDS:-8}
chmod 755 "$work"
stop_scheduler() { [ -z "${scheduler:-}" ] || { kill "$scheduler"; wait "$scheduler"; scheduler=; } 2>/dev/null || true; }

# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --with-mysql
# shellcheck source=t/server_mariadb.sh
. "$top/t/server_mariadb.sh"
mariadb_disk=()
at_exit stop_scheduler
mariadb_start --innodb-buffer-pool-size=256M
mariadb_sql 'CREATE DATABASE haetae'
mkdir -m 700 "$work/spool"
mkdir "$work/bin"
cp "$build/bench/noop_probe" "$work/bin/"
user=$(id -un)
if [ "$user" = root ]; then
    user=nobody
    chown nobody "$work/spool"
fi
# A short window, so that the first pass is soon over; the work a slot is the same.
cat >"$work/haetae.conf" <<C
database = { socket = "$mariadb_socket"; user = "$mariadb_user"; name = "haetae"; };
scheduler = { host = "bench"; spool = "$work/spool"; user = "$user"; window = "20 s"; };
probetypes = ( { name = "noop"; folder = "$work/bin"; } );
C
haetae() { "$build/scheduler/haetae" --config "$work/haetae.conf" "$@"; }
haetae db init >/dev/null

bare=()
measure_bare() { bare+=("$("$build/bench/spawn_loop" 4 8 "$work/bin/noop_probe")"); }
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ticks() { # user and system time of these processes, without children
    local pid total=0 stat
    for pid; do
        stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
        # shellcheck disable=SC2086
        set -- ${stat##*) }
        total=$((total + ${12} + ${13}))
    done
    echo "$total"
}

specs() { # RATE: so many specs of one second
    echo 'specs = ('
    for ((i = 1; i <= $1; i++)); do
        printf '%s{ node = "bench"; name = "p%d"; probetype = "noop"; command = "noop_probe"; interval = 1; }\n' \
            "$([ "$i" = 1 ] || echo ,)" "$i"
    done
    echo ');'
}

# rate RATE: sets $rate_run (a second) and $rate_p95 (ms); prints a row
rate() {
    local before after stages since until_ms row hz
    specs "$1" >"$work/specs.cfg"
    haetae spec import "$work/specs.cfg" >/dev/null
    "$build/scheduler/haetae-scheduler" --config "$work/haetae.conf" 2>>"$work/scheduler.log" &
    scheduler=$!
    # Until the first slots are made, claimed and loaded.
    sleep 6
    stages=$(pgrep -P "$scheduler" | tr '\n' ' ')
    # shellcheck disable=SC2086
    before="$(ticks $stages) $(ticks "$mariadb_pid")"
    since=$(date +%s%3N)
    sleep "$measured"
    until_ms=$(date +%s%3N)
    # shellcheck disable=SC2086
    after="$(ticks $stages) $(ticks "$mariadb_pid")"
    # shellcheck disable=SC2086
    rss=$(for pid in $stages; do awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; done | awk '{ s += $1 } END { printf "%.1f", s / 1024 }')
    stop_scheduler
    row=$(mariadb_sql "SELECT COUNT(*), SUM(outcome <> 1), MAX(CASE WHEN nth <= 0.5 THEN latency_ms END), MAX(CASE WHEN nth <= 0.95 THEN latency_ms END) FROM (SELECT outcome, latency_ms, PERCENT_RANK() OVER (ORDER BY latency_ms) nth FROM haetae.RUNLOG WHERE kind = 0 AND due_ms BETWEEN $since AND $until_ms - 1000) r")
    hz=$(getconf CLK_TCK)
    read -r n bad p50 rate_p95 <<<"$row"
    rate_run=$(awk -v n="$((n - bad))" -v ms="$((until_ms - since - 1000))" 'BEGIN { printf "%.0f", n * 1000 / ms }')
    # shellcheck disable=SC2086
    awk -v rate="$1" -v run="$rate_run" -v bad="$bad" -v p50="$p50" -v p95="$rate_p95" -v rss="$rss" -v hz="$hz" -v s="$measured" \
        -v line="$before $after" 'BEGIN { split(line, t, " ")
        printf "%6d /s  ran %6d /s  not run %5d  start latency p50 %4d ms  p95 %4d ms  scheduler %4.0f%% CPU %s MiB  mariadbd %4.0f%% CPU\n",
            rate, run, bad, p50, p95, (t[3] - t[1]) * 100 / hz / s, rss, (t[4] - t[2]) * 100 / hz / s }'
}

measure_bare
echo "bare posix_spawn loop, 8 in flight: ${bare[0]} /s"
at_100=0
at_500=0
for ((step = 3; step <= 20; step++)); do
    rate $((bare[0] * step / 10 / 10 * 10))
    [ "$step" != 4 ] || measure_bare
    [ "$rate_p95" -gt 100 ] || at_100=$rate_run
    [ "$rate_p95" -gt 500 ] && break
    at_500=$rate_run
done
measure_bare
limit=$(median "${bare[@]}")
echo "bare posix_spawn loop: ${bare[*]} /s, median $limit"
echo "runs/s with p95 start latency up to 100 ms: $at_100, up to 500 ms: $at_500"
verdict() { awk -v what="$1" -v value="$2" -v limit="$limit" -v goal="$3" 'BEGIN {
    ratio = value / limit; printf "ratio %s %.2f goal %s %s\n", what, ratio, goal, ratio >= goal ? "met" : "short" }'; }
verdict scheduler-p95-100ms "$at_100" 0.4
verdict scheduler-p95-500ms "$at_500" 0.4
