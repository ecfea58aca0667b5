#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How long looking takes: haetae status over 60,000 probes of 6,000 nodes with 14 days of
# results, and history and accounting of them. The tables are filled by SQL.
#   bench/status.sh [BUILDDIR]     BUILDDIR is a configured build; by default one is made
#   HAETAE_BENCH_NODES=6000        nodes, of ten probes each
#   HAETAE_BENCH_RUNS=4            runs of each probe a day (a real site has some hundreds; what
#                                  status reads does not grow with them)
#   HAETAE_BENCH_ROUNDS=5          how often each command is run; its median counts
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
srcdir=$top
# shellcheck source=t/tap.sh
. "$top/t/tap.sh"
nodes=${HAETAE_BENCH_NODES:-6000}
runs=${HAETAE_BENCH_RUNS:-4}
rounds=${HAETAE_BENCH_ROUNDS:-5}
days=14
# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --with-mysql
# shellcheck source=t/server_mariadb.sh
. "$top/t/server_mariadb.sh"
mariadb_disk=()
mariadb_start --innodb-buffer-pool-size=1G --innodb-flush-log-at-trx-commit=0
mariadb_sql 'CREATE DATABASE haetae'
sql() { mariadb_sql "$1" haetae || exit 1; }
mkdir -m 700 "$work/spool"
cat >"$work/haetae.conf" <<C
database = { socket = "$mariadb_socket"; user = "$mariadb_user"; name = "haetae"; };
scheduler = { host = "bench"; spool = "$work/spool"; };
probetypes = ( { name = "plugin"; folder = "/usr/libexec/haetae"; } );
C
haetae() { "$build/scheduler/haetae" --config "$work/haetae.conf" "$@"; }
haetae db init >/dev/null || exit 1

n=$((nodes * 10))
now=$(date +%s%3N)
day=$((now / 86400000))
interval=$((86400000 / runs))
# The newest slot of the grid, a minute ago at least.
due="($now - 60000 - MOD(seq * 7919, 200000))"
first=$((day - days + 1))
partitions=
for ((d = first; d <= day; d++)); do
    partitions+="PARTITION p$d VALUES LESS THAN ($((d + 1))), "
done
for table in RUNLOG RESULT; do
    sql "ALTER TABLE $table PARTITION BY RANGE (day) (${partitions}PARTITION pmax VALUES LESS THAN MAXVALUE)"
done
# Ten zones of ten groups; a tenth of the nodes each. Probe 1 of each node is check_node.
perf="CONCAT('\'uptime\'=', 1000 + seq, '.5s;;;0 \'load1\'=', seq MOD 40 / 10, ';;;0 \'load5\'=1.43;;;0 \'load15\'=0.9;;;0 \'cpu\'=', seq MOD 100, '%;;;0;100 \'iowait\'=0%;;;0;100 \'steal\'=0%;;;0;100 \'io\'=0.793651%;;;0;100 \'memory\'=', seq MOD 90, '%;90;95;0;100 \'cpu_pressure\'=50.12%;;;0;100 \'io_pressure\'=1.75%;;;0;100 \'memory_pressure\'=0%;;;0;100 \'in\'=', seq * 10, 'B;;;0 \'out\'=1234B;;;0 \'in_errors\'=0;;;0 \'out_errors\'=0;;;0 \'in_drops\'=0;;;0 \'out_drops\'=0;;;0 \'temp\'=47;;;0 \'disk_total\'=18%;;;0;100 \'disk_total_used\'=18392412160B;;;0;270553174016 \'disk_max\'=18%;;;0;100 \'inodes_max\'=4%;;;0;100 \'disk@/\'=18%;90;95;0;100 \'inodes@/\'=4%;90;95;0;100 \'processes@nova-compute\'=3;;;0')"
sql "INSERT INTO HOST (name, spoolid, beat_ms, created_ms) VALUES ('bench', 'x', $now, $now)"
sql "INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) SELECT seq, IF(seq <= 10, 0, (seq - 11) DIV 10 + 1), CONCAT(IF(seq <= 10, 'Zone', 'Group'), seq), $now FROM seq_1_to_110"
sql "INSERT INTO NODE (nodeid, groupid, name, hostname, address, state, state_since_ms, created_ms) SELECT seq, 11 + seq MOD 100, CONCAT('node', seq), CONCAT('host', seq), CONCAT('10.0.', seq DIV 250, '.', seq MOD 250), 1, $now - 86400000, $now FROM seq_1_to_$nodes"
sql "INSERT INTO TOOLSPECS (specid, nodeid, name, hostid, version, probetype, testtype, synchgroup, command, args, interval_ms, phase_ms, timeout_ms, killgrace_ms, maxlate_ms, enabled, nextdue_ms, created_ms, changed_ms) SELECT seq, (seq - 1) DIV 10 + 1, CONCAT('probe', (seq - 1) MOD 10), 1, 1, 'plugin', 1, '', 'check_node', '[\"-H\",\"10.0.0.1\",\"-w\",\"load1=4\"]', 300000, 0, 10000, 2000, 300000, 1, $now + 100000, $now, $now FROM seq_1_to_$n"
sql "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, duration_ms, since_ms, text, details, perf, perf_ms) SELECT seq, $due * 8 + 4, IF(seq MOD 997 = 0, 2, IF(seq MOD 499 = 0, 1, 0)), 1, seq << 32 | $due DIV 1000, $due, $due + 5, 40, $now - 86400000, 'NODE OK - up 3h 29m, load 3.76, cpu 100%, mem 3%, disk / 18%', REPEAT('cpu 100.0% busy, 0.0% iowait, 0.0% steal; load 3.76, 1.43\n', 6), IF(seq MOD 10 = 1, $perf, '\'time\'=0.012s;1;2;0 \'size\'=1234B;;;0 \'connections\'=17;100;200;0'), $due FROM seq_1_to_$n"
sql "INSERT INTO METRIC (specid, metricno, label, unit, warn, crit, min_value, max_value) SELECT s.seq, m.seq, CONCAT('metric', m.seq), '', '', '', '0', '' FROM seq_1_to_$n s JOIN seq_1_to_3 m"
echo "filling $n probes, $days days of $runs runs"
for ((d = first; d <= day; d++)); do
    # Today as far as it is.
    slots=$runs
    [ "$d" != "$day" ] || slots=$(((now - day * 86400000) / interval))
    [ "$slots" -gt 0 ] || continue
    at="($d * 86400000 + k.seq * $interval)"
    sql "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, step_ms, slots, outcome, outcome_rank, state, exit_code, signo, started_ms, duration_ms, latency_ms, rss_kb, cpu_ms, cut, text) SELECT $d, 0, s.seq << 32 | $at DIV 1000, 1, s.seq, $at, $at, 300000, 1, 1, 4, 0, 0, 0, $at + 5, 40, 5, 2000, 3, 0, 'NODE OK - up 3h 29m, load 3.76, cpu 100%, mem 3%' FROM seq_1_to_$n s JOIN seq_0_to_$((slots - 1)) k"
    sql "INSERT INTO RESULT (day, scheduleid, metricno, value) SELECT $d, s.seq << 32 | $at DIV 1000, m.seq, s.seq FROM seq_1_to_$n s JOIN seq_0_to_$((slots - 1)) k JOIN seq_1_to_3 m"
    sql "INSERT INTO SLOTS (specid, day, n_slots) SELECT seq, $d, $slots FROM seq_1_to_$n"
done
sql 'ANALYZE TABLE NODE, TOOLSPECS, STATUS, SLOTS, SCHEDULE, RUNLOG' >/dev/null
sql "SELECT CONCAT(table_name, ' ', ROUND((data_length + index_length) / 1048576), ' MiB') FROM information_schema.TABLES WHERE table_schema = 'haetae' AND data_length > 1048576"

# measure NAME GOAL COMMAND...: the median of its wall times, in ms; GOAL "" when there is none
measure() {
    local name=$1 goal=$2 times=() begin i
    shift 2
    for ((i = 0; i < rounds; i++)); do
        begin=$(date +%s%3N)
        haetae "$@" >"$work/out" 2>"$work/err" || { cat "$work/err"; exit 1; }
        times+=($(($(date +%s%3N) - begin)))
    done
    mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
    echo "haetae $*: median ${times[rounds / 2]} ms (${times[*]}), $(wc -c <"$work/out") bytes, $(wc -l <"$work/out") lines"
    [ -z "$goal" ] || awk -v name="$name" -v ms="${times[rounds / 2]}" -v goal="$goal" \
        'BEGIN { printf "ratio %s %.2f goal 1 %s\n", name, ms / goal, ms <= goal ? "met" : "short" }'
}
measure status 1000 status
measure status-json 1000 status --output json
measure status-problems 1000 status --problems
measure status-node '' status --node node17
measure status-probes '' status --probes
measure status-probes-json '' status --probes --output json
measure history '' history node17/probe0
measure history-metric '' history node17/probe0 --metric metric1 --since 14d
measure accounting '' accounting
measure accounting-all '' accounting --all
