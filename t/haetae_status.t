#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae status, of tables that were filled by hand.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'
. "$srcdir/t/server_mariadb.sh"
mariadb_require
mariadb_sql 'CREATE DATABASE haetae'
conf=$work/haetae.conf
mkdir -m 700 "$work/spool"
cat >"$conf" <<TEXT
database = { socket = "$mariadb_socket"; user = "root"; };
scheduler = { host = "probe1"; spool = "$work/spool"; };
probetypes = ( { name = "plugin"; folder = "$plugins"; } );
TEXT
h() { run "$haetae" --config "$conf" "$@"; }
h db init
h status
like "$line1" '  0 nodes; 0 probes$' 'nothing to see'
is "$rc" 0 'is no failure'
{
    echo 'specs = ('
    for name in fine sick worse lost fresh; do
        echo "{ node = \"web1\"; name = \"$name\"; probetype = \"plugin\"; command = \"check_node_load\"; interval = 60; },"
    done
    for node in web2 old gone idle; do
        echo "{ node = \"$node\"; name = \"$node.row\"; probetype = \"plugin\"; command = \"check_node\"; interval = 60; alive = $([ "$node" = gone ] && echo true || echo false); },"
    done
    echo '{ node = "서울 사무실"; name = "off"; probetype = "plugin"; command = "check_node_load"; interval = 5; enabled = false; } );'
} >"$work/specs.cfg"
h spec import "$work/specs.cfg"
is "$rc" 0 'ten specs'

now=$(($(date +%s) * 1000))
due=$((now - 65000))
db() { mariadb_sql "$1" haetae; }
# The output without colours.
plain() { printf '%s\n' "$out" | sed 's/\x1b\[[0-9;]*m//g'; }
# said NAME STATE OUTCOME STARTED TEXT [PERF [DUE]]
said() {
    local at=${7:-$due}
    db "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, duration_ms, since_ms, text, details, perf, perf_ms) SELECT specid, IF($3 = 5, 0, 8), $2, $3, specid << 32 | $at DIV 1000, $at, $4, 12, $at, '$5',
        'more', '${6:-}', IF('${6:-}' = '', 0, $at) FROM TOOLSPECS WHERE name = '$1'"
}
said fine 0 1 $((due + 3)) 'LOAD OK - load 0.1' "\\'uptime\\'=90061s;;;0 \\'load1\\'=0.5;;;0 \\'load1\\'=7q \\'cpu\\'=20%;;;0;100 \\'temp\\'=37 \\'in\\'=2048B \\'disk_total\\'=50% \\'disk_total_used\\'=1073741824B;;;0;2147483648 \\'disk@/\\'=12% \\'disk@/var\\'=93%;90;95 \\'processes@httpd\\'=11 \\'processes@mysql\\'=21"
said sick 1 1 $((due + 4)) 'LOAD WARNING - load 5 > 4' "\\'load1\\'=5;4" $((now - 5000))
said worse 2 1 $((due + 5)) 'LOAD CRITICAL - load 9 > 8'
said lost 3 5 0 'lost'
said web2.row 0 1 $((due + 3)) 'NODE OK' "\\'load1\\'=1.5;;;0 \\'cpu\\'=40%;;;0;100 \\'memory\\'=7C \\'in\\'=1024B"
said old.row 0 1 $((due - 9000000)) 'NODE OK' '' $((due - 9000000))
said gone.row 2 2 $((due + 3)) 'timed out after 10 s'
db "INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) VALUES (7, 0, 'Zone1', 1), (3, 7, 'Test', 1), (4, 7, 'Test-b', 1)"
db "UPDATE NODE SET groupid = 3, hostname = 'CCMT', address = '192.168.0.111' WHERE name = 'web1'"
db "UPDATE NODE SET groupid = 4 WHERE name = 'web2'"

h status
is "$rc" 0 'status'
like "$line1" '^[0-9-]+ [0-9:]+[+-][0-9:]+  6 nodes: 1 OFFLINE, 1 CRITICAL, 1 STALE, 2 NEW, 1 OK; 10 probes: 2 CRITICAL, 1 WARNING, 1 UNKNOWN, 2 NEW, 3 OK, 1 DISABLED$' 'counts come first'
like "$out" $'\n! probe host probe1 is silent for [^:]*:[^:]*:[^:]*:[0-9]+\\): its 9 probes bring nothing new; there, look with: haetae spool\n' 'a host that does not beat'
like "$out" $'\n/ +6  OFFLINE +3.25  30%  3KiB +50%  1GiB  2GiB  1 OFFLINE, 1 CRITICAL, 1 STALE, 2 NEW, 1 OK\n' 'means and sums of all'
like "$out" $'\nZone1 +2  CRITICAL +3.25  30%  3KiB +50% .*\nZone1/Test +1  CRITICAL .*\nZone1/Test-b +1  OK +1.50  40% ' 'a line a group, in the order of the tree'
row() { grep -E "^$1 +$2( |$)" <<<"$out"; }
like "$(row CRITICAL web1)" '^CRITICAL  web1 +CCMT +192\.168\.0\.111  1d 1h  5\.00  20%  2KiB  httpd:11 mysql:21 +50%  /var 93% +37  1m [0-9]+s  1m [0-9]+s  Zone1/Test +worse: LOAD CRITICAL - load 9 > 8$' 'the row of a node: the newest value of each metric'
like "$(row OK web2)" '^OK +web2  +1\.50  40%  1KiB +1m [0-9]+s +Zone1/Test-b$' 'blanks where nothing is known; another unit is another thing'
like "$(row OFFLINE gone)" 'gone\.row: timed out after 10 s$' 'a node whose alive probe was timed out'
like "$(row STALE old)" 'no probe of it has a fresh result$' 'a node that is not heard any more'
like "$(row NEW idle)" '^NEW +idle$' 'one that never was: blanks alone'
is "$(sed -nE 's/^(OFFLINE|CRITICAL|STALE|NEW|OK) .*/\1/p' <<<"$out" | tr '\n' ' ')" 'OFFLINE CRITICAL STALE NEW NEW OK ' 'the worst first'
unlike "$out" 'MEM' 'a column without a value is left out'
unlike "$out" 'PROBE' 'no probes unless asked'
unlike "$out" $'\033' 'no colours into a pipe'
db "UPDATE NODE SET state = 3, state_since_ms = $now - 7200000 WHERE name = 'web1'"
h status --problems
like "$(row CRITICAL web1)" '  2h 0m  Zone1' 'since, as the last pass found it'
unlike "$out" $'\nOK ' '--problems: healthy nodes are not shown'
like "$out" $'\nnot shown: 2 NEW, 1 OK$' 'but counted'
db "UPDATE NODEGROUP SET maintenance_ms = $now + 100000 WHERE name = 'Zone1'"
h status --utc
like "$line1" '\+00:00  6 nodes: .* 2 MAINTENANCE; ' '--utc; maintenance of a group above hides the rest'
like "$(row MAINTENANCE web1)" 'until [0-9-]+ [0-9:]+\+00:00$' 'until when'
db 'UPDATE NODEGROUP SET maintenance_ms = 0'

# Probes.
h status --node web1
like "$line1" '  1 node: 1 CRITICAL; 5 probes' '--node'
unlike "$out" 'GROUP +NODES' 'without the groups'
is "$(sed -nE 's/^web1 +([a-z]+) .*/\1/p' <<<"$out" | tr '\n' ' ')" 'worse sick lost fresh fine ' 'its probes, the worst first'
like "$out" $'web1 +worse +CRITICAL +1m [0-9]+s +5 ms  LOAD CRITICAL - load 9 > 8\n' 'age, latency and text'
like "$out" $'web1 +fresh +NEW\n' 'a probe that never ran is NEW with blanks'
like "$out" $'web1 +lost +UNKNOWN +1m [0-9]+s +lost\n' 'one that never started has no latency'
h status --node nowhere
is "$rc" 1 'no such node: exit 1'
like "$errout" "there is no node 'nowhere'" 'and said so'
h status --probes
like "$out" $'\nold +old\\.row +OK +.*  \\(stale\\) NODE OK' '--probes: those of all'
like "$out" $'\n서울 사무실  off +DISABLED' 'disabled ones too'
h status --probes --problems
unlike "$out" $'\nweb1 +fine' '--problems: without those that are well'
like "$out" $'\nold +old\\.row' 'stale is not well'

# What must be known first.
db "UPDATE HOST SET beat_ms = $now - 300000, spool_bytes = 3000000, spool_files = 12, spool_percent = 85, spool_refused = 4"
db "INSERT INTO LOADERR (hostid, file, first_ms, last_ms, tries, reason) SELECT hostid, 'bad-one', 1, $now - 60000, 1, CONCAT('strange', CHAR(27), '[2J') FROM HOST"
db "INSERT INTO LOADERR (hostid, file, first_ms, last_ms, tries, reason) SELECT hostid, 'bad-zero', 1, 5, 1, 'older' FROM HOST"
db "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) SELECT hostid, specid << 32 | ($now - 3600000) DIV 1000, $now - 3600000 FROM TOOLSPECS WHERE name = 'fine'"
db "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) SELECT hostid, specid << 32 | ($now + 1000) DIV 1000, $now + 1000 FROM TOOLSPECS WHERE name = 'fine'"
h status
like "$out" '! probe host probe1 is silent for 5m [0-9]+s \(last heard [^)]*\): its 9 probes' 'a beat that is old'
like "$out" '! probe host probe1: 12 files, 2.9MiB, wait for the database and take 85% of the spool.s room; 4 slots were not started for it' 'a spool that fills up'
like "$out" '! probe host probe1: 2 records could not be loaded, the newest 1m [0-9]+s ago: bad-one: strange\?\[2J; kept in bad/' 'records that are not loaded'
like "$out" '! probe host probe1: 1 slot has no outcome yet, the oldest due 1h 0m ago' 'a slot without an outcome'
db "UPDATE HOST SET beat_ms = $(date +%s%3N), durable = 0, spool_percent = 1, spool_refused = 0"
h status
like "$out" '! probe host probe1: the database may lose a COMMIT' 'a COMMIT that may be lost'
unlike "$out" 'silent|room' 'and nothing that is over'
h hold the disk is changed
is "$rc" 0 'hold'
h status
like "$out" '! the scheduler of this host is held by [a-z]+ since [^:]*:[0-9:+]*: the disk is changed; to end that: haetae release' 'a hold'

h status --probes --output json
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys
d = json.load(sys.stdin)
print([a["kind"] for a in d["alarms"]], [g["group"] for g in d["groups"]], d["groups"][0]["values"]["cpu"])
n = {n["node"]: n for n in d["nodes"]}
w = n["web1"]
print(w["state"], w["group"], w["values"]["load1"]["value"], w["fullest_mount"], w["processes"], w["worst_probe"], n["idle"]["values"], n["web2"]["text"] == "")
p = {p["probe"]: p for p in d["probes"]}
print(len(p), p["worse"]["state"], p["worse"]["outcome"], p["sick"]["perf"], p["worse"]["details"], p["fresh"]["state"], p["fresh"]["started_ms"], p["off"]["node"], p["off"]["standing"], p["old.row"]["stale"])' <<<"$out" 2>&1)" \
        "['hold', 'errors', 'overdue', 'durable'] ['/', 'Zone1', 'Zone1/Test', 'Zone1/Test-b'] {'sum': 60, 'mean': 30, 'n': 2}
CRITICAL Zone1/Test 5 /var {'httpd': 11, 'mysql': 21} worse {} True
10 2 run [{'label': 'load1', 'value': 5, 'unit': ''}] more None None 서울 사무실 DISABLED True" 'JSON, with values'
else
    skip 'no python3'
fi
if command -v script >/dev/null 2>&1; then
    db "INSERT INTO NODE (name, created_ms) SELECT CONCAT('n', seq), 1 FROM seq_1_to_50"
    tty() { run script -qec "stty cols $1 rows 30; $2" /dev/null; out=$(tr -d '\r' <<<"$out"); }
    tty 100 "'$haetae' --config '$conf' status"
    like "$out" $'\033\\[31mCRITICAL\033\\[0m' 'colours on a terminal'
    is "$(plain | grep -v '^!' | awk 'NR > 2 && length > 100' | wc -l)" 0 'and no row is wider'
    like "$(plain | grep ' web1 ')" '^CRITICAL  web1 +5\.00 .*/var 93%.*worse: ' 'lesser columns make room'
    like "$out" $'not shown: 52 NEW, 1 OK \\(--all shows them\\)$' 'many nodes: the sick ones alone'
    tty 100 "'$haetae' --config '$conf' status --all"
    like "$out" $'\n[^ ]*NEW[^ ]* +n7\n' '--all: all'
    tty 100 "NO_COLOR=1 '$haetae' --config '$conf' status"
    unlike "$out" $'\033' 'NO_COLOR'
    tty 100 "LC_ALL=C '$haetae' --config '$conf' status --probes"
    like "$out" '서울 사무실' 'names are UTF-8 in any locale'
else
    skip 'no script'
fi
run bash -c "'$haetae' --config '$conf' status >/dev/full"
is "$rc" 1 'a full disk: exit 1'
like "$errout" 'cannot print: No space left' 'and said so'

# --watch outlives the database.
h status --watch=nonsense
is "$rc" 2 '--watch needs seconds'
"$haetae" --config "$conf" status --watch=0.2 >"$work/watch" 2>&1 &
watch=$!
at_exit "kill -9 $watch"
pictures() { [ "$(grep -c 'nodes: ' "$work/watch")" -ge "$1" ]; }
says() { grep -q "$1" "$work/watch"; }
wait_for 10 pictures 2
ok $? '--watch draws again and again'
mariadb_kill
wait_for 20 says 'what follows is'
ok $? 'the database is away: the last picture stays, with its age'
like "$(grep -m1 -B1 'what follows is' "$work/watch")" '! cannot (reach|connect)' 'and the reason'
mariadb_start
: >"$work/watch"
wait_for 20 says 'nodes: '
ok $? 'it comes back'
recovered() { : >"$work/watch"; sleep 0.5; says 'nodes: ' && ! says 'what follows is'; }
wait_for 20 recovered
ok $? 'and is seen again'
kill -INT "$watch"
wait "$watch"
is "$?" 0 'Ctrl-C ends it well'
tap_done
