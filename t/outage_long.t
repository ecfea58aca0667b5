#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The database is stopped for long, under load: probes go on, on the same grid; when it is back
# everything is loaded soon, while new slots stay on time. A part of "make check-long".
#   HAETAE_OUTAGE_SECONDS=30  how long
#   HAETAE_OUTAGE_RATE=50     runs a second
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
seconds=${HAETAE_OUTAGE_SECONDS:-30}
rate=${HAETAE_OUTAGE_RATE:-50}
interval=10
. "$srcdir/t/scheduler.sh"
sched_init
# The limit is of every file that a probe writes: that of all of them, too.
sched_conf 'capture_max = "64 MiB";'
cp "$builddir/t/kill_probe" "$work/bin/"
{
    echo 'specs = ('
    for i in $(seq 1 $((rate * interval))); do
        printf '%s{ node = "n%d"; name = "p%d"; probetype = "probe"; command = "kill_probe"; args = ( "%s/out/ran", "0" ); interval = %d; timeout = 5; }\n' \
            "$([ "$i" -gt 1 ] && echo ,)" $((i % 97)) "$i" "$work" "$interval"
    done
    echo ');'
} >"$work/specs.cfg"
"$haetae" --config "$conf" spec import "$work/specs.cfg" >"$work/import.log" 2>&1
ok $? "$((rate * interval)) probes, each every $interval s" || diag "$(cat "$work/import.log")"

ran_since() { [ "$(wc -l <"$work/out/ran")" -ge "$1" ]; }
until_ms() { [ "$(now_ms)" -ge "$1" ]; }
# The oldest segment that waits is younger than that; a name begins with its milliseconds.
ready_since() {
    local first
    first=$(find "$spool/ready" -type f -printf '%f\n' | sort | head -n 1)
    [ -z "$first" ] || [ $((10#${first%%-*})) -ge "$1" ]
}
rss_mb() { # STAGE
    awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$(pids_of "$1" | head -n 1)/status"
}
# "p50 p95 worst runs" of the latencies of what was due between two moments.
latency() {
    sql "SELECT latency_ms FROM RUNLOG WHERE kind = 0 AND outcome = 1 AND due_ms >= $1 AND due_ms < $2 ORDER BY latency_ms" |
        awk '{ a[NR] = $1 } END { if (NR) print a[int((NR + 1) / 2)], a[int(NR * 0.95 + 0.999)], a[NR], NR; else print "0 0 0 0" }'
}

sched_start
ok $? 'it starts' || diag "$(cat "$log")"
wait_for 60 ran_since $((rate * interval * 2))
ok $? 'probes run at their rate'
before=$(now_ms)
mariadb_stop
stopped=$(now_ms)
diag "the database is stopped for $seconds s at $rate runs/s"
wait_for $((seconds + 60)) until_ms $((stopped + seconds * 1000))
backlog_files=$(find "$spool/ready" -type f | wc -l)
backlog_kb=$(du -sk "$spool" | cut -f 1)
mariadb_start
back=$(now_ms)
outage_s=$(((back - stopped) / 1000))
# Two minutes for ten; a short outage has its fixed costs.
bound=$((30 + outage_s / 5))
[ "$bound" -le 120 ] || bound=120
wait_for "$bound" ready_since $((back - 1000))
ok $? "what was run meanwhile is loaded within $bound s" || diag "$(find "$spool/ready" -type f | wc -l) files wait"
loaded=$(now_ms)
wait_for "$bound" settled "$back"
ok $? 'and every slot of that time has its outcome' || diag "$(open_before "$back") are open"
settled_at=$(now_ms)
diag "backlog: $backlog_files segments, the spool had $backlog_kb KiB; loaded in $((loaded - back)) ms, every slot settled in $((settled_at - back)) ms"
diag "resident at most: run $(rss_mb run) MB, load $(rss_mb load) MB, materialise $(rss_mb materialise) MB, claim $(rss_mb claim) MB"
later=$((settled_at + 5000))
wait_for 20 until_ms $later
wait_for 20 settled "$later"
sched_stop
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
read -r _ p95_before _ < <(latency 0 "$before")
read -r p50 p95 worst n < <(latency "$stopped" "$back")
diag "latency while it was away: p50 $p50 ms, p95 $p95 ms, worst $worst ms, $n runs; before: p95 $p95_before ms"
[ "$n" -ge $((outage_s * rate * 98 / 100)) ]
ok $? 'probes went on at their rate' || diag "$n runs in $outage_s s"
[ "$p95" -le 500 ]
ok $? 'on time'
read -r p50 p95 worst n < <(latency "$back" "$settled_at")
diag "latency while it is loaded: p50 $p50 ms, p95 $p95 ms, worst $worst ms, $n runs"
[ "$p95" -le 500 ]
ok $? 'and so are new ones while the backlog is loaded'
is "$(sql "SELECT COUNT(*) FROM RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid WHERE r.kind = 0 AND MOD(r.due_ms - t.phase_ms, t.interval_ms) <> 0")" 0 'on the same grid'
is "$(sort "$work/out/ran" | uniq -d | wc -l)" 0 'no slot was run twice'
sql 'SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND outcome = 1' | sort >"$work/rows"
is "$(sort "$work/out/ran" | diff - "$work/rows" | head -n 5)" '' 'every run is loaded, and nothing else'
is "$(sql "SELECT COALESCE(SUM(slots), 0) FROM RUNLOG WHERE outcome <> 1 AND due_ms >= $stopped")" 0 'no slot was missed or skipped' ||
    diag "$(sql "SELECT outcome, kind, text, SUM(slots), MIN(due_ms - $stopped), MAX(due_ms - $stopped) FROM RUNLOG WHERE outcome <> 1 GROUP BY 1, 2, 3")"
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
tap_done
