#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae status and accounting, of tables that were filled by hand.
. "${srcdir:-.}/t/tap.sh"
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'
. "$srcdir/t/server_mariadb.sh"
mariadb_start || exit 1
mariadb_sql 'CREATE DATABASE haetae'
conf=$work/haetae.conf
cat >"$conf" <<TEXT
database = { socket = "$mariadb_socket"; user = "root"; };
scheduler = { host = "probe1"; spool = "$work/spool"; };
probetypes = ( { name = "plugin"; folder = "$plugins"; } );
TEXT
h() { run "$haetae" --config "$conf" "$@"; }
h db init
h status
like "$out" '  0 probes' 'nothing to see'
is "$rc" 0 'is no failure'
h accounting
is "$rc" 0 'no slots: exit 0'
{
    echo 'specs = ('
    for name in fine sick worse lost fresh; do
        echo "{ node = \"web1\"; name = \"$name\"; probetype = \"plugin\"; command = \"check_node_load\"; interval = 5; },"
    done
    echo '{ node = "서울 사무실"; name = "off"; probetype = "plugin"; command = "check_node_load"; interval = 5; enabled = false; } );'
} >"$work/specs.cfg"
h spec import "$work/specs.cfg"
is "$out" 'added 6, changed 0, unchanged 0' 'six specs'

now=$(($(date +%s) * 1000))
due=$((now - 65000))
day=$((due / 86400000))
db() { mariadb_sql "$1" haetae; }
# said NAME STATE OUTCOME STARTED TEXT
said() {
    db "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, duration_ms, since_ms, text, details) SELECT specid, 8, $2, $3, specid << 32 | $due DIV 1000, $due, $4, 12, $due, '$5',
        'more' FROM TOOLSPECS WHERE name = '$1'"
}
said fine 0 1 $((due + 3)) 'LOAD OK - load 0.1'
said sick 1 1 $((due + 4)) 'LOAD WARNING - load 5 > 4'
said worse 2 1 $((due + 5)) 'LOAD CRITICAL - load 9 > 8'
said lost 3 5 0 'lost'
db "INSERT INTO METRIC SELECT specid, 1, 'load1', '', '4', '8', '0', '' FROM TOOLSPECS WHERE name = 'worse'"
db "INSERT INTO RESULT SELECT $day, specid << 32 | $due DIV 1000, 1, 9.25 FROM TOOLSPECS WHERE name = 'worse'"

h status
is "$rc" 0 'status'
like "$line1" '^[0-9-]+ [0-9:]+[+-][0-9:]+  6 probes: 1 CRITICAL, 1 WARNING, 1 UNKNOWN, 1 NEW, 1 OK, 1 DISABLED$' 'counts come first'
is "$(sed -n '2,$s/^\([^ ]*\( [^ ]*\)*\)  *\([a-z]*\)  *\([A-Z]*\).*/\1/p' <<<"$out" | wc -l)" 7 'a title and six rows'
is "$(awk 'NR > 2 { print $(NF > 2 && $1 == "서울" ? 3 : 2) }' <<<"$out" | tr '\n' ' ')" 'worse sick lost fresh fine off ' 'by node, the worst first'
like "$out" $'web1 +worse +CRITICAL +1m [0-9]+s +5 ms  LOAD CRITICAL - load 9 > 8\n' 'age, latency and text'
like "$out" $'web1 +fresh +NEW\n' 'a probe that never ran is NEW with blanks'
like "$out" $'web1 +lost +UNKNOWN +1m [0-9]+s +lost\n' 'one that never started has no latency'
unlike "$out" $'\033' 'no colours into a pipe'
h status --utc
like "$line1" '\+00:00  6 probes' '--utc'
h status --node web1
like "$line1" '  5 probes' '--node'
h status --node nowhere
is "$rc" 1 'a node without probes: exit 1'
like "$errout" "node 'nowhere' has no probes" 'and said so'
h status --output json
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys
l = json.load(sys.stdin)
w = l[0]
print(len(l), w["probe"], w["state"], w["outcome"], w["perf"], w["details"], l[3]["state"], l[3]["started_ms"], l[5]["node"], l[5]["standing"])' <<<"$out")" \
        "6 worse 2 run [{'label': 'load1', 'value': 9.25, 'unit': ''}] more None None 서울 사무실 DISABLED" 'JSON, with values'
else
    skip 'no python3'
fi
if command -v script >/dev/null 2>&1; then
    run script -qec "stty cols 70; '$haetae' --config '$conf' status" /dev/null
    like "$out" $'\033\\[31mCRITICAL\033\\[0m' 'colours on a terminal'
    is "$(tr -d '\r' <<<"$out" | sed 's/\x1b\[[0-9]*m//g' | awk 'NR > 2 && /^web1/ && length > 70' | wc -l)" 0 'and no row is wider'
    unlike "$out" 'load 9 > 8' 'but cut'
    run env LC_ALL=C script -qec "'$haetae' --config '$conf' status" /dev/null
    like "$out" '서울 사무실' 'names are UTF-8 in any locale'
else
    skip 'no script'
fi
run bash -c "'$haetae' --config '$conf' status >/dev/full"
is "$rc" 1 'a full disk: exit 1'
like "$errout" 'cannot print: No space left' 'and said so'

# Slots: 10 made of "fine", with two runs, one of them late, one timeout, 3 missed, 2 open.
db "UPDATE TOOLSPECS SET nextdue_ms = $due + 50000 WHERE name = 'fine'"
db "INSERT INTO SLOTS SELECT specid, $day, 8 FROM TOOLSPECS WHERE name = 'fine'"
slot() { # OFFSET KIND SLOTS OUTCOME LATENCY
    db "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, step_ms, slots, outcome, outcome_rank, state, exit_code, signo, started_ms, duration_ms, latency_ms, rss_kb, cpu_ms, cut, text) SELECT $day, $2, specid << 32 | ($due + $1) DIV 1000, 1, specid, $due + $1,
        $due + $1 + ($3 - 1) * 5000, 5000, $3, $4, 4, 0, 0, 0, $due, 1, $5, 1, 1, 0, '' FROM TOOLSPECS WHERE name = 'fine'"
}
slot 0 0 1 1 20
slot 5000 0 1 1 1500
slot 10000 0 1 2 30
slot 15000 1 3 6 NULL
for offset in 30000 35000; do
    db "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) SELECT 1, specid << 32 | ($due + $offset) DIV 1000, $due + $offset
        FROM TOOLSPECS WHERE name = 'fine'"
done
h accounting
is "$rc" 0 'accounting: exit 0'
like "$out" 'made ahead: 0' 'all are due'
is "$line1" 'slots due: 8, run: 2, late: 1, timeout: 1, skipped: 0, missed: 3, cancelled: 0, lost: 0, open: 2, unaccounted: 0' 'every slot'
like "$out" 'start latency: p50 30 ms, p95 30 ms, max 1500 ms' 'and how late'
h accounting --host probe1
is "$rc" 0 'of one host'
h accounting --host nobody
is "$rc" 1 'an unknown host: exit 1'
h accounting --output json
like "$out" '^\{"slots":8,"run":2,"late":1,.*"unaccounted":0,.*"latency_max_ms":1500\}$' 'JSON'
db 'DELETE FROM RUNLOG WHERE outcome = 2'
h accounting
is "$rc" 1 'one slot is unaccounted for: exit 1'
like "$line1" 'unaccounted: 1$' 'and counted'
tap_done
