#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 100,000 specs on one probe host: how long their import takes, how soon the first probe runs
# after a cold start, and whether a start, or a start after two minutes of rest, begins with a
# burst. Each probe does nothing and runs every 5 minutes: 333 a second.
#   bench/scale.sh [BUILDDIR]      BUILDDIR is a configured build; by default one is made
#   HAETAE_BENCH_SPECS=100000      how many
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
srcdir=$top
# shellcheck source=t/tap.sh
. "$top/t/tap.sh"
n_specs=${HAETAE_BENCH_SPECS:-100000}
interval=300
chmod 755 "$work"
stop_scheduler() { [ -z "${scheduler:-}" ] || { kill "$scheduler"; wait "$scheduler"; scheduler=; } 2>/dev/null || true; }

# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --with-mysql
# shellcheck source=t/server_mariadb.sh
. "$top/t/server_mariadb.sh"
mariadb_disk=()
at_exit stop_scheduler
mariadb_start --innodb-buffer-pool-size=512M
mariadb_sql 'CREATE DATABASE haetae'
mkdir -m 700 "$work/spool"
mkdir "$work/bin"
cp "$build/bench/noop_probe" "$work/bin/"
user=$(id -un)
if [ "$user" = root ]; then
    user=nobody
    chown nobody "$work/spool"
fi
cat >"$work/haetae.conf" <<C
database = { socket = "$mariadb_socket"; user = "$mariadb_user"; name = "haetae"; };
scheduler = { host = "bench"; spool = "$work/spool"; user = "$user"; };
probetypes = ( { name = "noop"; folder = "$work/bin"; } );
C
haetae() { "$build/scheduler/haetae" --config "$work/haetae.conf" "$@"; }
haetae db init >/dev/null

goal() { # WHAT VALUE MOST
    awk -v what="$1" -v value="$2" -v most="$3" 'BEGIN {
        printf "ratio %s %.2f goal %s %s\n", what, value, most, value <= most ? "met" : "short" }'
}
now_ms() { date +%s%3N; }

awk -v n="$n_specs" -v interval="$interval" 'BEGIN {
    print "specs = ("
    for (i = 0; i < n; i++)
        printf "%s{ node = \"node%05d\"; name = \"probe%d\"; probetype = \"noop\"; command = \"noop_probe\"; args = ( \"-w\", \"90\" ); interval = %d; }\n",
            i ? "," : "", i / 10, i % 10, interval
    print ");"
}' >"$work/specs.cfg"
begun=$(now_ms)
haetae spec import "$work/specs.cfg" | tail -n 1
import_s=$(awk -v ms="$(($(now_ms) - begun))" 'BEGIN { printf "%.2f", ms / 1000 }')
begun=$(now_ms)
haetae spec import "$work/specs.cfg" | tail -n 1
echo "import of $n_specs specs: $import_s s; the same again: $(awk -v ms="$(($(now_ms) - begun))" 'BEGIN { printf "%.2f", ms / 1000 }') s"

# watch NAME: starts the scheduler, waits 125 s; sets $first_s and $burst (the starts of the first
# minute by those that are due in a minute)
watch() {
    local since row first n_minute busiest
    since=$(now_ms)
    "$build/scheduler/haetae-scheduler" --config "$work/haetae.conf" 2>>"$work/scheduler.log" &
    scheduler=$!
    sleep 125
    stop_scheduler
    first=$(mariadb_sql "SELECT MIN(started_ms) FROM haetae.RUNLOG WHERE kind = 0 AND started_ms >= $since")
    row=$(mariadb_sql "SELECT COUNT(*), MAX(n) FROM (SELECT COUNT(*) n FROM haetae.RUNLOG WHERE kind = 0 AND started_ms BETWEEN $first AND $first + 59999 GROUP BY started_ms DIV 1000) s")
    busiest=${row#*$'\t'}
    n_minute=$(mariadb_sql "SELECT COUNT(*) FROM haetae.RUNLOG WHERE kind = 0 AND started_ms BETWEEN $first AND $first + 59999")
    p95=$(mariadb_sql "SELECT MAX(latency_ms) FROM (SELECT latency_ms, PERCENT_RANK() OVER (ORDER BY latency_ms) nth FROM haetae.RUNLOG WHERE kind = 0 AND started_ms BETWEEN $first + 60000 AND $first + 115000) r WHERE nth <= 0.95")
    first_s=$(awk -v ms="$((first - since))" 'BEGIN { printf "%.2f", ms / 1000 }')
    burst=$(awk -v n="$n_minute" -v due="$((n_specs * 60 / interval))" 'BEGIN { printf "%.2f", n / due }')
    echo "$1: first probe after $first_s s; $n_minute starts in the first minute ($burst of the steady rate), the busiest second $busiest; p95 start latency of the second minute $p95 ms"
}
watch 'cold start'
cold_s=$first_s
cold_burst=$burst
echo 'two minutes of rest'
sleep 120
watch 'start after a rest'
haetae accounting --all 2>/dev/null || haetae accounting
goal import-seconds "$import_s" 10
goal first-probe-seconds "$cold_s" 5
goal first-minute-by-steady "$cold_burst" 1.2
goal first-probe-seconds-after-rest "$first_s" 5
goal first-minute-by-steady-after-rest "$burst" 1.2
