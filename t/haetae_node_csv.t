#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae node import, export, list and show, on a real server.
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
export TZ=UTC
h() { run "$haetae" --config "$conf" "$@"; }
n() { h node "$@"; }
db() { mariadb_sql "$1" haetae; }
h db init
sample=$srcdir/config/nodes.csv

# --- the sample ------------------------------------------------------------------------------
n import --dry-run "$sample"
is "$rc:$(tail -n1 <<<"$out")" '0:8 nodes: 8 added, 0 changed, 0 unchanged; 3 groups added (dry run: nothing was written)' 'a dry run'
is "$(db 'SELECT (SELECT COUNT(*) FROM NODE) + (SELECT COUNT(*) FROM NODEGROUP) + (SELECT COUNT(*) FROM EVENTLOG)')" 0 'writes nothing'
n import "$sample"
is "$rc:$(tail -n1 <<<"$out")" '0:8 nodes: 8 added, 0 changed, 0 unchanged; 3 groups added' 'CCMT has eight nodes'
like "$out" $'\nnode 134-object3: added in Zone1/Swift\n' 'one line each'
n import "$sample"
is "$rc:$out" '0:8 nodes: 0 added, 0 changed, 8 unchanged' 'again: nothing'
is "$(db "SELECT COUNT(*) FROM EVENTLOG WHERE tag IN ('node', 'group')")" 11 'an event each, once'
n list
is "$(sed 's/ [0-9]s /    /; s/ *$//' <<<"$out")" 'GROUP        NODE         STATE  SINCE  TYPE    HOSTNAME  ADDRESS        LOCATION
Zone1/Swift  131-proxy    NEW           server            192.168.0.131  서울 사무실
Zone1/Swift  132-object1  NEW           server            192.168.0.132  서울 사무실
Zone1/Swift  133-object2  NEW           server            192.168.0.133  서울 사무실
Zone1/Swift  134-object3  NEW           server            192.168.0.134  서울 사무실
Zone1/Test   111          NEW           server  CCMT      192.168.0.111  서울 사무실
Zone1/Test   112          NEW           server  host112   192.168.0.112  서울 사무실
Zone1/Test   113          NEW           server  host113   192.168.0.113  서울 사무실
Zone1/Test   114          NEW           server  host114   192.168.0.114  서울 사무실' 'list: by group, in columns'
n list --group Zone1/Test
is "$(wc -l <<<"$out")" 5 'of a group'
n list --group Zone1
is "$(wc -l <<<"$out")" 9 'and of those below it'
n list --group Zone1/Tset
is "$rc:$errout" "1:haetae: no group 'Zone1/Tset' (did you mean 'Zone1/Test'?)" 'a group that is not there'
n list --output xml
is "$rc" 2 'a form that is none'
n list --output json
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys
l = json.load(sys.stdin)
n = l[4]
print(len(l), n["name"], n["group"], n["hostname"], n["location"], n["state"], n["since_ms"] > 1e12, n["removed_ms"], n["attributes"])' <<<"$out")" \
        '8 111 Zone1/Test CCMT 서울 사무실 NEW True None {}' 'as JSON'
else
    skip 'no python3'
fi

# --- export and back -----------------------------------------------------------------------------
n set 111 'memo=a "quote", a comma
and a line' rack=7 maintenance='until 2099-01-02 03:04'
n set 134-object3 group=/ maintenance=on
n export
is "$rc" 0 'export'
is "$(head -n2 <<<"$out")" 'name,group,type,hostname,address,netdevice,model,location,indate,memo,maintenance,attr.rack
134-object3,/,server,,192.168.0.134,eth0,,서울 사무실,,,on,' 'a header and rows'
printf '%s\n' "$out" >"$work/all.csv"
n import "$work/all.csv"
is "$rc:$out" '0:8 nodes: 0 added, 0 changed, 8 unchanged' 'import of an export changes nothing'
sed 's/$/\r/; 1s/^/\xef\xbb\xbf/; s/a line\r/a line/' "$work/all.csv" >"$work/dos.csv"
sed -i 's/comma\r$/comma/' "$work/dos.csv"
n import "$work/dos.csv"
is "$rc:$out" '0:8 nodes: 0 added, 0 changed, 8 unchanged' 'nor as a spreadsheet writes it: BOM and CRLF'
n list --output csv
is "$out" "$(cat "$work/all.csv")" 'list as CSV'
db 'DELETE FROM NODE'
db 'DELETE FROM NODEGROUP'
db 'DELETE FROM NODEATTR'
n import "$work/all.csv"
n export
is "$out" "$(cat "$work/all.csv")" 'into empty tables, and out again'

# --- columns ---------------------------------------------------------------------------------------
csv() { printf '%s\n' "$@" >"$work/x.csv"; }
csv 'address,name' '192.168.0.211,111' '192.168.0.112,112'
n import "$work/x.csv"
is "$out" 'node 111: address 192.168.0.111 -> 192.168.0.211
2 nodes: 0 added, 1 changed, 1 unchanged' 'columns in any order; what has none stays'
is "$(db "SELECT CONCAT_WS('|', hostname, groupid > 0, maintenance_ms > 0) FROM NODE WHERE name = '111'")" 'CCMT|1|1' 'it does'
csv 'name,hostname,attr.rack' '111,,' '115,host115,8'
n import "$work/x.csv"
is "$out" 'node 111: hostname CCMT -> (none)
node 111: rack 7 -> (none)
node 115: added in /
2 nodes: 1 added, 1 changed, 0 unchanged' 'an empty field clears'

# --- mistakes ----------------------------------------------------------------------------------------
csv 'name,address,indate,attr.rack,group,maintenance' \
    '116,192.168.0.116,2012-11-04,1,Zone1/Test,' \
    '117,192.168.0.117,2012.11.04,1,Zone1//Test,2h' \
    '118,192.168.0.118,,1' \
    'a/b,1,,,,' \
    '116,,,,,' \
    ',,,,,' \
    '119,19"2,,,,' \
    "120,$(printf 'x%.0s' {1..191}),,,,sometimes"
n import "$work/x.csv"
is "$rc:$out" '1:' 'mistakes: nothing is imported'
is "$errout" "$work/x.csv:3:indate: expected a date like 2012-11-04, found '2012.11.04'
$work/x.csv:3:group: group 'Zone1//Test': expected a name, found nothing
$work/x.csv:3:maintenance: expected off, on, or until YYYY-MM-DD HH:MM, found '2h'
$work/x.csv:4: expected 6 fields as in the first line, found 4
$work/x.csv:5:name: expected a name without '/', found 'a/b'
$work/x.csv:7:name: expected a name, found nothing
$work/x.csv:8: expected a field with a quote in it to stand in quotes, and that quote to be written twice
$work/x.csv:9:address: expected at most 190 bytes, found 191
$work/x.csv:9:maintenance: expected off, on, or until YYYY-MM-DD HH:MM, found 'sometimes'
$work/x.csv:6:name: expected a node once, found '116' in line 2 too
haetae: $work/x.csv has 10 mistakes: nothing was imported" 'each with line and column'
is "$(db "SELECT COUNT(*) FROM NODE WHERE name = '116'")" 0 'it is not there'
header() { # HEADER MESSAGE
    csv "$1" '1,2'
    n import "$work/x.csv"
    is "$rc" 1 "refused: $2"
    like "$errout" "$2" 'and told why'
}
header 'name,adress' "x.csv:1: expected one of name, group, type, .*, maintenance, or attr.NAME for one of your own; found 'adress' .did you mean 'address'"
header 'name;address' "x.csv:1: .*found 'name;address'"
header 'address,hostname' "x.csv:1: expected the first line to name the columns, with 'name' among them and commas between them"
header 'name,name' "x.csv:1: expected column 'name' once, found it twice"
header 'name,attr.Rack' "expected an attribute's name"
header 'name,attr.address' "expected an attribute of your own, and 'address' is none"
printf '\xff\xfen\0a\0' >"$work/x.csv"
n import "$work/x.csv"
is "$rc" 1 'UTF-16 is refused'
: >"$work/x.csv"
n import "$work/x.csv"
like "$errout" 'x.csv:1: expected a first line that names the columns' 'nothing is no file of nodes'
n import "$work/none.csv"
is "$rc:$errout" "1:haetae: cannot open $work/none.csv: No such file or directory" 'no file'

# --- show ----------------------------------------------------------------------------------------------
cat >"$work/s.cfg" <<'TEXT'
specs = ( { node = "112"; name = "load"; probetype = "plugin"; command = "check_node_load"; interval = 5; alive = true; },
    { node = "112"; name = "디스크"; probetype = "plugin"; command = "check_node_disk"; interval = 60; } );
TEXT
h spec import "$work/s.cfg"
said() { # NAME STATE AGE
    local due=$(($(date +%s) * 1000 - $3))
    db "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, duration_ms, since_ms, text, details)
        SELECT specid, $due * 8 + 4, $2, 1, 1, $due, $due, 1, $due, 'X - $1', '' FROM TOOLSPECS WHERE name = '$1'
        ON DUPLICATE KEY UPDATE seq = VALUES(seq), state = VALUES(state), due_ms = VALUES(due_ms)"
}
n show 112
like "$out" $'^node +112\ngroup +Zone1/Test\nstate +NEW' 'a node that was never heard is NEW'
like "$out" $'\nload +NEW +5 s\n' 'so is its probe, with blanks'
said load 0 1000
said 디스크 1 1000
n show 112
like "$out" $'\nstate +WARNING, see 디스크\n' 'its state is its worst probe, which is named'
like "$out" $'\nlocation +서울 사무실\nindate +2012-11-04\n' 'its attributes'
like "$out" $'\n디스크  WARNING  +[0-9]s +60 s  X - 디스크' 'its probes, in columns'
said load 2 1000
n show 112
like "$out" $'\nstate +OFFLINE, see load\n' 'the probe that says whether it lives'
said load 0 3600000
said 디스크 1 3600000
n list --group Zone1/Test
like "$out" $'\nZone1/Test +112 +STALE +server' 'all is old: STALE'
n show 999
is "$rc:$errout" "1:haetae: no node '999'" 'no such node'
n remove 112
n show 112
like "$out" $'\nremoved +20' 'one that was removed is shown too'

# --- several at once -----------------------------------------------------------------------------------------
for table in NODE NODEGROUP NODEATTR TOOLSPECS EVENTLOG LEASE; do db "DELETE FROM $table"; done
pids=()
for i in 1 2 3 4; do
    "$haetae" --config "$conf" node import "$sample" >"$work/import.$i" 2>&1 &
    pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
is "$failed:$(cat "$work"/import.? | grep -c added,)" '0:4' 'four imports at once, each goes well'
is "$(cat "$work"/import.? | grep -c ' added in ')" 8 'each node is added by one of them'
is "$(db "SELECT COUNT(*) FROM EVENTLOG WHERE tag IN ('node', 'group')")" 11 'and told once'

# --- the man page -----------------------------------------------------------------------------------------
for command in add set rename move remove import export list show; do
    n "$command" --help
    is "$rc" 0 "haetae node $command --help"
    awk 'length > 80' <<<"$out" >"$work/long"
    is "$(cat "$work/long")" '' 'has at most 80 columns'
    grep -qF -- "Cm node $command" "$srcdir/scheduler/haetae.1"; ok $? 'and is in the man page'
    while read -r option; do
        grep -q -- "Fl $option" "$srcdir/scheduler/haetae.1"; ok $? "with its option -$option"
    done < <(grep -oE '^ +--[a-z-]+' <<<"$out" | sed 's/^ *-//')
done
for table in NODE NODEGROUP NODEATTR TOOLSPECS; do db "DELETE FROM $table"; done
cd "$work" || exit 1
while read -r example; do
    run bash -c "haetae() { '$haetae' --config '$conf' \"\$@\"; }; ${example/\/usr\/share\/haetae\/nodes.csv/$sample}"
    is "$rc:$errout" '0:' "$example"
    unlike "$out" 'nothing to change' 'does something'
done < <(grep '^haetae node ' "$srcdir/scheduler/haetae.1")
tap_done
