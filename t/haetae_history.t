#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae history and accounting, of tables that were filled by hand.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'
. "$srcdir/t/server_mariadb.sh"
mariadb_require
mariadb_sql 'CREATE DATABASE haetae'
conf=$work/haetae.conf
cat >"$conf" <<TEXT
database = { socket = "$mariadb_socket"; user = "root"; };
scheduler = { host = "probe1"; spool = "$work/spool"; };
probetypes = ( { name = "plugin"; folder = "$plugins"; } );
TEXT
h() { run "$haetae" --config "$conf" "$@"; }
db() { mariadb_sql "$1" haetae; }
h db init
h accounting
is "$rc" 0 'no slots: exit 0'
like "$line1" '^slots due: 0,.*unaccounted: 0$' 'and said so'
cat >"$work/specs.cfg" <<'S'
specs = ( { node = "web1"; name = "load"; probetype = "plugin"; command = "check_node_load"; interval = 5; },
  { node = "web1"; name = "disk@/"; probetype = "plugin"; command = "check_node_disk"; interval = 5; } );
S
h spec import "$work/specs.cfg"

now=$(($(date +%s) * 1000))
# All on one UTC day, also just behind midnight.
due=$((now - 65000))
[ $((due / 86400000)) = $((now / 86400000)) ] || due=$((now / 86400000 * 86400000))
day=$((due / 86400000))
db "UPDATE TOOLSPECS SET nextdue_ms = $due + 50000"
# slot OFFSET KIND SLOTS OUTCOME LATENCY [STATE [TEXT [DAY]]]
slot() {
    local at="$due + $1 + (${8:-$day} - $day) * 86400000" ran
    [[ $4 = [12] ]] && ran="$due + $1 + $5" || ran=NULL
    db "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, step_ms, slots, outcome, outcome_rank, state, exit_code, signo, started_ms, duration_ms, latency_ms, rss_kb, cpu_ms, cut, text) SELECT ${8:-$day}, $2, specid << 32 | ($at) DIV 1000, 1, specid, $at,
        $at + ($3 - 1) * 5000, 5000, $3, $4, 4, ${6:-0}, 0, 0, $ran, IF($ran IS NULL, NULL, 12), $5, 1, 1, 0, '${7:-}' FROM TOOLSPECS WHERE name = 'load'"
}
db "INSERT INTO SLOTS SELECT specid, $day, 8 FROM TOOLSPECS WHERE name = 'load'"
slot 0 0 1 1 20 0 'LOAD OK - fine'
slot 5000 0 1 1 1500 2 'LOAD CRITICAL - bad'
slot 10000 0 1 2 30 3 'timed out'
slot 15000 1 3 6 NULL 3 'the scheduler was away'
for offset in 30000 35000; do
    db "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) SELECT 1, specid << 32 | ($due + $offset) DIV 1000, $due + $offset
        FROM TOOLSPECS WHERE name = 'load'"
done

h accounting
is "$rc" 0 'accounting: exit 0'
is "$line1" 'slots due: 8, run: 2, late: 1, timeout: 1, skipped: 0, missed: 3, cancelled: 0, lost: 0, open: 2, unaccounted: 0' 'every slot'
like "$out" 'made ahead: 0' 'all are due'
like "$out" 'start latency: p50 30 ms, p95 30 ms, max 1500 ms' 'and how late'
h accounting --host probe1
is "$rc" 0 'of one host'
h accounting --host nobody
is "$rc" 1 'an unknown host: exit 1'
h accounting --output json
like "$out" '^\{"slots":8,"run":2,"late":1,.*"unaccounted":0,.*"latency_max_ms":1500\}$' 'JSON'
# Ten days ago, and a slot of it that nobody answered.
old=$((day - 10))
db "INSERT INTO SLOTS SELECT specid, $old, 2 FROM TOOLSPECS WHERE name = 'load'"
slot 0 0 1 1 5 0 'LOAD OK - long ago' $old
h accounting
is "$line1" 'slots due: 8, run: 2, late: 1, timeout: 1, skipped: 0, missed: 3, cancelled: 0, lost: 0, open: 2, unaccounted: 0' 'today and yesterday alone'
h accounting --all
is "$rc" 1 '--all: one slot is unaccounted for: exit 1'
like "$line1" '^slots due: 10, run: 3,.*unaccounted: 1$' 'and counted'
like "$out" $'\nunaccounted for: web1/load \\(specid [0-9]+\\): 1$' 'and its probe named'
h accounting --days 11
is "$rc" 1 '--days reaches it'
h accounting --all --by day
like "$out" $'\n'"$(date -u -d "@$((old * 86400))" +%F) +2 +1 .* 1"$'\n'"$(date -u -d "@$((day * 86400))" +%F) +8 +2 " '--by day: which day'
h accounting --all --by host
like "$out" $'\nprobe1 +10 +3 ' '--by host'
h accounting --all --by spec --output json
like "$out" '"name":"web1/load","slots":10,.*"unaccounted":1,' '--by spec'
h accounting --by nonsense
is "$rc" 2 'an unknown key'
h accounting --all --days 3
is "$rc" 2 'two periods'
db "DELETE FROM SLOTS WHERE day = $old"
h accounting --all
is "$rc" 0 'what SLOTS no longer counts is not asked for'

h history web1/load
is "$rc" 0 'history'
like "$out" $'^DUE +OUTCOME +SLOTS +STATE +LATENCY +DURATION +TRIES +TEXT\n' 'a title'
like "$out" $'\n[0-9-]+ [0-9:]+[+-][0-9:]+ +run +1 +OK +20 ms +12 ms +1  LOAD OK - fine\n' 'a run'
like "$out" $' timeout +1 +UNKNOWN +30 ms +12 ms +1  timed out\n' 'a timeout'
like "$out" $' missed +3 +until [0-9-]+ [0-9:]+[+-][0-9:]+: the scheduler was away\n' 'a range is one line'
like "${out##*$'\n'}" '^since [^ ]+ [^ ]+: available 33\.333 % \(OK or WARNING\); 6 slots, 50\.000 % answered: 1 OK, 0 WARNING, 1 CRITICAL, 1 UNKNOWN \(1 of them timeouts\); 0 skipped, 3 missed, 0 cancelled, 0 lost$' 'how available it was'
like "$(sed -n 2p <<<"$out")" 'long ago' 'the oldest first'
h history web1 load --last 1
is "$(grep -c ' ms ' <<<"$out")" 0 'NODE and NAME apart; --last'
like "$out" 'missed' 'is the newest'
h history web1/load --since 1h
unlike "$out" 'long ago' '--since: an age'
h history web1/load --since "$(date -u -d "@$((old * 86400))" +%F)T00:00Z"
like "$out" 'long ago' '--since: a time'
h history web1/load --utc --output json
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["node"], d["probe"], d["run"], d["missed"], [(r["outcome"], r["slots"], r["latency_ms"]) for r in d["rows"]])' <<<"$out" 2>&1)" \
        "web1 load 2 3 [('run', 1, 5), ('run', 1, 20), ('run', 1, 1500), ('timeout', 1, 30), ('missed', 3, None)]" 'JSON'
else
    skip 'no python3'
fi
h history web1/disk@/
is "$rc" 0 "a probe's name may hold '/'"
like "$out" 'no slot$' 'and one that never ran is no failure'
h history web1/nothing
is "$rc" 1 'no such probe'
like "$errout" "there is no probe 'nothing' of node 'web1'" 'said so'
h history web1
is "$rc" 2 'a probe is needed'
h history web1/load --since tomorrow
is "$rc" 2 'a time that is none'

# Values; the hour's sums stand where the values are gone.
db "INSERT INTO METRIC (specid, metricno, label, unit, warn, crit, min_value, max_value) SELECT specid, 1, 'load1', '', '4', '8', '0', '' FROM TOOLSPECS WHERE name = 'load'"
for value in '0 2.5' '5000 9.5'; do
    db "INSERT INTO RESULT SELECT $day, specid << 32 | ($due + ${value% *}) DIV 1000, 1, ${value#* } FROM TOOLSPECS WHERE name = 'load'"
done
db "INSERT INTO RESULT_HOUR (specid, metricno, hour, n, mean_value, min_value, max_value) SELECT specid, 1, $old * 24 + 3, 10, 1, 0.5, 4 FROM TOOLSPECS WHERE name = 'load'"
db "INSERT INTO RESULT_HOUR (specid, metricno, hour, n, mean_value, min_value, max_value) SELECT specid, 1, $day * 24 + 3, 2, 6, 2.5, 9.5 FROM TOOLSPECS WHERE name = 'load'"
h history web1/load --metric load1
like "$out" $'  +2\\.5\n.*  +9\\.5\n' '--metric: the values'
like "$out" $'\nload1: min 2.5, mean 6, max 9.5 of 2 values\n' 'and their range'
h history web1/load --metric load1 --since 30d
like "$out" $'03:00:00[+-][0-9:]+ +1 +0\\.5 +4\n' 'an hour of ten days ago' || diag "$out"
like "$out" $'\nload1: min 0.5, mean 1.83333, max 9.5 of 12 values\n' 'weighed by its values, and none twice'
h history web1/load --metric nonsense
is "$rc" 1 'no such metric'
like "$errout" "no metric 'nonsense'; it has: load1" 'but these'
tap_done
