#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae threshold: what is set where, what is in effect, and the events of it.
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
probetypes = ( { name = "plugin"; folder = "$plugins"; }, { name = "raw"; folder = "$work"; state = "none"; } );
TEXT
# Who became root is who does it.
[ "$(id -u)" != 0 ] || export SUDO_USER=root
h() { run "$haetae" --config "$conf" "$@"; }
db() { mariadb_sql "$1" haetae; }
h db init
h threshold list
is "$out" 'no threshold is set' 'none is set'
db "INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) VALUES (1, 0, 'Zone1', 1), (2, 1, 'Test', 1), (3, 0, 'Zone2', 1)"
cat >"$work/specs.cfg" <<'TEXT'
specs = (
{ node = "n1"; name = "disk"; probetype = "plugin"; command = "check_node_disk"; interval = 5; judge = "worst"; },
{ node = "n1"; name = "own"; probetype = "plugin"; command = "check_node_disk"; interval = 5; },
{ node = "n1"; name = "raw"; probetype = "raw"; command = "x"; interval = 5; },
{ node = "서울"; name = "disk"; probetype = "plugin"; command = "check_node_disk"; interval = 5; judge = "thresholds"; } );
TEXT
h spec import "$work/specs.cfg"
is "$rc" 0 'specs'
db "UPDATE NODE SET groupid = 2 WHERE name = 'n1'"
db "INSERT INTO METRIC SELECT specid, 1, 'disk@/', '%', '', '', '', '' FROM TOOLSPECS"
db "INSERT INTO METRIC SELECT specid, 2, 'disk@/var', '%', '', '', '', '' FROM TOOLSPECS"
db "INSERT INTO METRIC SELECT specid, 3, 'disk_used@/', 'B', '', '', '', '' FROM TOOLSPECS"

# --- set
h threshold set disk -w 90 -c 95
is "$rc:$out" '0:everything, disk: not set -> warning 90, critical 95' 'set at the root'
is "$errout" '' 'of a metric that is known'
h threshold set disk -w 90
is "$rc:$out" '0:everything, disk: warning 90, critical 95 already' 'again: nothing'
h threshold set --group Zone1 disk -w 80%
is "$out" 'group Zone1, disk: not set -> warning 80%' 'a group, with a unit'
h threshold set --group Zone1/Test -c 'none' disk
is "$out" 'group Zone1/Test, disk: not set -> critical none' 'none'
h threshold set --node n1 'disk@/var' --critical 99
is "$out" 'node n1, disk@/var: not set -> critical 99' 'an instance on a node'
h threshold set --spec n1/raw disk_used -w 10G
is "$out" 'n1/raw, disk_used: not set -> warning 10G' 'a probe'
is "$(db 'SELECT COUNT(*) FROM THRESHOLD')" 5 'five rows'
h threshold set --group Zone1 disk -w inherit
is "$out" 'group Zone1, disk: warning 80% -> not set' 'inherit'
is "$(db 'SELECT COUNT(*) FROM THRESHOLD')" 4 'takes away the row that gives nothing'
h threshold set --group Zone1 disk -w 80%

# --- events
is "$(db "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'threshold'")" 7 'each change is one event, and nothing else'
is "$(db "SELECT CONCAT_WS('|', level, host_name, node, object, old_value, new_value) FROM EVENTLOG WHERE object LIKE 'node n1%'")" \
    '2|probe1|n1|node n1, disk@/var|not set|critical 99' 'with node, object, old and new'
is "$(db "SELECT DISTINCT user_name FROM EVENTLOG WHERE tag = 'threshold'")" "$(id -un)" 'and who did it'

# --- list
h threshold list
is "$(tr -s ' ' <<<"$out" | sed 's/ $//')" 'WHERE METRIC WARNING CRITICAL
everything disk 90 95
group Zone1 disk 80%
group Zone1/Test disk none
node n1 disk@/var 99
n1/raw disk_used 10G' 'what is set where, from the root on'
h threshold list --group Zone1
is "$(tr -s ' ' <<<"$out" | sed 's/ $//')" 'WHERE METRIC WARNING CRITICAL
everything disk 90 95
group Zone1 disk 80%' 'a group: with what it inherits'
h threshold list --group Zone2
like "$out" '^WHERE.*everything +disk' 'another group'
h threshold list --spec n1/raw
is "$(tr -s ' ' <<<"$out" | sed 's/ $//')" 'PROBE METRIC WARNING CRITICAL JUDGED BY
raw disk@/ 80% (group Zone1) thresholds
raw disk@/var 80% (group Zone1) 99 (node n1) thresholds
raw disk_used@/ 10G (n1/raw) thresholds' 'what is in effect on a probe, and from where'
h threshold list --node n1
is "$(tr -s ' ' <<<"$out" | sed 's/ $//' | cut -d' ' -f1 | sort | uniq -c | tr -s ' ')" ' 1 PROBE
 2 disk
 2 own
 3 raw' 'on a node: all of its probes'
like "$out" 'own +disk@/ +80% \(group Zone1\) +own: they are not used' 'and which of them do not use it'
h threshold list --node 서울
is "$(tr -s ' ' <<<"$out" | sed -n 2p)" 'disk disk@/ 90 (everything) 95 (everything) thresholds' 'a node below the root'
h threshold list --output json
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json,sys; l = json.load(sys.stdin); print(len(l), l[1])' <<<"$out")" "5 {'where': 'group Zone1', 'metric': 'disk', 'warning': '80%', 'critical': ''}" 'JSON of what is set'
    h threshold list --spec n1/own --output json
    is "$(python3 -c 'import json,sys; l = json.load(sys.stdin); print(len(l), l[1])' <<<"$out")" "2 {'probe': 'own', 'metric': 'disk@/var', 'warning': '80%', 'warning_from': 'group Zone1', 'critical': '99', 'critical_from': 'node n1', 'used': False}" 'JSON of what is in effect'
else
    skip 'no python3' 2
fi

# --- unset
h threshold unset --node n1 disk@/var
is "$out" 'node n1, disk@/var: critical 99 -> not set' 'unset'
h threshold unset --node n1 disk@/var
is "$rc:$out" '0:node n1, disk@/var: not set already' 'again: nothing'

# --- what is refused
refused() { # EXIT PATTERN WORDS
    local rows=$1 pattern=$2
    shift 2
    h threshold "$@"
    is "$rc" "$rows" "refused: $*"
    like "$errout" "$pattern" 'with the reason'
}
rows=$(db 'SELECT COUNT(*) FROM THRESHOLD')
refused 1 "no group 'Zone1/Tset'.*'Zone1/Test'" set --group Zone1/Tset disk -w 1
refused 1 "no node 'n2'.*'n1'" set --node n2 disk -w 1
refused 1 "node 'n1' has no probe 'dsik'; it has disk, own, raw" set --spec n1/dsik disk -w 1
refused 2 'expected NODE/NAME' set --spec n1 disk -w 1
refused 2 'not several' set --spec n1/disk --node n1 disk -w 1
refused 2 'needs -w RANGE or -c RANGE' set disk
refused 2 'needs METRIC' set -w 1
refused 2 'one metric at a time' set disk load -w 1
refused 2 "option -w: range '10:5': start is above end" set disk -w 10:5
refused 2 'option -c:.*10G' set disk -w 1 -c 10G
refused 2 'option -w: range' set disk -w x
refused 2 'is no metric' set $'di\nsk' -w 1
refused 2 '1 to 190 bytes' set "$(printf 'x%.0s' {1..191})" -w 1
refused 2 'at most 64 bytes' set nothing -w "$(printf '1%.0s' {1..65})"
refused 1 'has no probe' list --spec n1/nothing
is "$(db 'SELECT COUNT(*) FROM THRESHOLD')" "$rows" 'and nothing is changed'
h threshold set dsik -w 90 -c 10G
is "$rc:$errout" "0:haetae: note: no probe has printed 'dsik' so far" 'a metric that nobody knows is noted'
db "UPDATE NODE SET removed_ms = 5 WHERE name = 'n1'"
refused 1 "no node 'n1' any more: it was removed" set --node n1 disk -w 1
h threshold list
unlike "$out" 'n1/raw' 'what was removed is not listed'

# --- the sample of CCMT's alarm page
run env HAETAE="$haetae --config $conf" sh "$srcdir/contrib/ccmt/thresholds.sh" --group Zone2
is "$rc" 0 'the sample in contrib runs' || diag "$errout"
is "$(db "SELECT CONCAT_WS(' ', metric, warn, crit) FROM THRESHOLD WHERE scope = 1 AND scopeid = 3 ORDER BY metric" | tr '\n' ';')" \
    'cpu 90 100;disk_total 90 95;in 100k 200k;io 90 95;load1 1 5;memory 90 95;out 100k 200k;' "with the page's minima and maxima"
# Its metrics and units are those of check_node: each range is taken where the unit is known.
run "$plugins/check_node" --root "$data/root-zed" --state-dir "$work" --perfdata all
for metric in load1 cpu memory disk_total io in out; do
    label=$(grep -o "'$metric'=[^ ;]*" <<<"$out")
    unit=${label##*[0-9.]}
    db "INSERT INTO METRIC SELECT specid, 90, '$metric', '$unit', '', '', '', '' FROM TOOLSPECS WHERE specid = (SELECT MIN(specid) FROM TOOLSPECS) ON DUPLICATE KEY UPDATE metricno = 90 + LENGTH(VALUES(label)) + ASCII(VALUES(label)), label = VALUES(label), unit = VALUES(unit)"
    [ -n "$label" ]
    ok $? "check_node measures $metric ($unit)"
done
run env HAETAE="$haetae --config $conf" sh "$srcdir/contrib/ccmt/thresholds.sh" --group Zone2
is "$rc" 0 'and again'
tap_done
