#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae node: the tree of nodes, on a real server.
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
export SUDO_USER=alice TZ=UTC
h() { run "$haetae" --config "$conf" "$@"; }
n() { h node "$@"; }
db() { mariadb_sql "$1" haetae; }
# "TAG|NODE|OBJECT|OLD|NEW" of each, in the order of its text.
event_marks() { db 'SELECT COUNT(*) FROM EVENTLOG'; }
events() { db "SELECT CONCAT_WS('|', tag, node, object, old_value, new_value) FROM EVENTLOG ORDER BY 1"; }
fresh_events() { db 'DELETE FROM EVENTLOG'; }
user=$(id -un)
[ "$user" != root ] || user=alice
h db init

# --- add -----------------------------------------------------------------------------------
n add 111 --group Zone1/Test --type server --hostname CCMT --address 192.168.0.111 --netdevice eth0 \
    --model 'Red KVM' --location '서울 사무실' --indate 2012-11-04 rack=7 memo='두 줄
이다'
is "$rc:$out" '0:group Zone1: added
group Zone1/Test: added
node 111: added in Zone1/Test' 'add makes the groups of the path'
is "$errout" '' 'silently'
is "$(events)" "group||group||Zone1
group||group||Zone1/Test
node|111|node||Zone1/Test type=server hostname=CCMT address=192.168.0.111 netdevice=eth0 model=Red KVM location=서울 사무실 indate=2012-11-04 memo=두 줄\\n이다 rack=7" 'each is an event'
is "$(db "SELECT DISTINCT CONCAT_WS(' ', user_name, host_name, level) FROM EVENTLOG")" "$user probe1 2" 'by whom and where'
n add 112 --group /Zone1/Test/ memo=x adress=1
is "$rc:$out" '0:node 112: added in Zone1/Test' 'slashes at the ends mean nothing'
like "$errout" "warning: 'adress' is an attribute of your own; 'address' is the one" 'a slip is pointed out'
n add 113
is "$out" 'node 113: added in /' 'the root is the default'
n add 111 --group Zone2
is "$rc" 1 'a node that is there: exit 1'
is "$errout" "haetae: there is a node '111' already, in group Zone1/Test" 'and told where'
is "$(db 'SELECT COUNT(*) FROM NODEGROUP')" 2 'nothing of it was done'
refused() { # MESSAGE ARGUMENT…
    n "${@:2}"
    is "$rc:$out" '2:' "refused: $1"
    like "$errout" "$1" 'and told why'
}
refused "expected a name without '/', found 'a/b'" add a/b
refused "expected a name without blanks at its ends, found ' a'" add ' a'
refused 'expected no control characters, found one at byte 2' add $'a\nb'
refused 'expected UTF-8, found another encoding at byte 2' add $'a\xff'
refused 'expected a name of at most 190 bytes, found 191' add "$(printf 'x%.0s' {1..191})"
refused 'expected at most 8 groups one below another' add a --group 1/2/3/4/5/6/7/8/9
refused "group 'a//b': expected a name, found nothing" add a --group a//b
refused "option --indate: expected a date like 2012-11-04, found '2012.11.04'" add a --indate 2012.11.04
refused "indate: expected a date like 2012-11-04, found '2013-02-29'" add a indate=2013-02-29
refused "expected KEY=VALUE, found 'what'" add a what
refused "Rack: expected an attribute's name" add a Rack=7
refused "state: expected an attribute of your own, and 'state' is none" add a state=OK
refused 'name: expected an attribute; haetae node rename changes the name' set 111 name=x
refused 'memo: expected at most 1000 bytes, found 1001' add a "memo=$(printf 'x%.0s' {1..1001})"
is "$(db 'SELECT COUNT(*) FROM NODE')" 3 'nothing of this was added'
n add "$(printf '서%.0s' {1..63})" --group 1/2/3/4/5/6/7/8
is "$rc" 0 'as long and as deep as may be'

# --- set -----------------------------------------------------------------------------------
fresh_events
n set 111 address=192.168.0.114 rack= row=3 memo=
is "$rc:$out" '0:node 111: address 192.168.0.111 -> 192.168.0.114
node 111: memo 두 줄 이다 -> (none)
node 111: rack 7 -> (none)
node 111: row (none) -> 3' 'set: one line a change, an empty value clears'
is "$(events)" 'node|111|address|192.168.0.111|192.168.0.114
node|111|memo|두 줄\n이다|
node|111|rack|7|
node|111|row||3' 'one event a change'
is "$(db "SELECT GROUP_CONCAT(name, '=', value) FROM NODEATTR WHERE nodeid = 1")" 'row=3' 'stored'
n set 111 address=192.168.0.114
is "$rc:$out" '0:nothing to change' 'again'
is "$(event_marks)" 4 'no event of nothing'
n set 11 address=x
is "$rc:$errout" "1:haetae: no node '11' (did you mean '111', '112' or '113'?)" 'a name that is near is named'
n set nowhere address=x
is "$errout" "haetae: no node 'nowhere'" 'one that is not, is not'
n set 111
is "$rc" 2 'set needs something to set'
n set 111 group=Zone1/Swift
is "$out" 'group Zone1/Swift: added
node 111: group Zone1/Test -> Zone1/Swift' 'a group by set'
n set 111 group=Zone1/Test
n set 111 maintenance=2h
like "$out" '^node 111: maintenance off -> until 20[0-9-]+ [0-9:]+\+00:00$' 'maintenance for a span'
is "$(db "SELECT ABS(maintenance_ms / 1000 - UNIX_TIMESTAMP() - 7200) < 30 FROM NODE WHERE name = '111'")" 1 'from now on'
n set 111 'maintenance=until 2099-01-02 03:04'
like "$out" '-> until 2099-01-02 03:04:00\+00:00' 'until a time'
n set 111 maintenance=on
n set 111 maintenance=off
is "$out" 'node 111: maintenance on -> off' 'on and off'
refused 'maintenance: expected off, on, a time span like 2h, or until YYYY-MM-DD HH:MM, found .7200' set 111 maintenance=7200
n set --group Zone1 maintenance=on
is "$out" 'group Zone1: maintenance off -> on' 'of a group'
n show 111
like "$out" $'\nmaintenance +on \\(of a group above\\)\n' 'its nodes are in maintenance'
like "$out" $'\nstate +MAINTENANCE' 'and that is their state'
n set --group Zone1 maintenance=off
refused 'node set --group PATH takes maintenance' set --group Zone1 address=1

# --- rename, move ------------------------------------------------------------------------------
fresh_events
n rename 112 112-new
is "$rc:$out" '0:node 112-new: name 112 -> 112-new' 'rename'
is "$(events)" 'node|112-new|name|112|112-new' 'an event under the new name'
is "$(db "SELECT nodeid FROM NODE WHERE name = '112-new'")" 2 'it is the same node'
n rename 112-new 111
is "$rc:$errout" "1:haetae: there is a node '111' already" 'no name twice'
n rename 112 x
is "$errout" "haetae: no node '112' (did you mean '111' or '113'?)" 'the old name is gone'
n rename --group Zone1/Test Lab
is "$out" 'group Zone1/Lab: name Test -> Lab' 'rename of a group'
n rename --group Zone1/Swift Lab
is "$rc:$errout" "1:haetae: there is a group 'Zone1/Lab' already" 'no group twice'
n rename --group Zone1/Labs x
is "$errout" "haetae: no group 'Zone1/Labs' (did you mean 'Zone1/Lab'?)" 'hints for groups too'
n move 113 112-new --group Zone2/New
is "$out" 'group Zone2: added
group Zone2/New: added
node 112-new: group Zone1/Lab -> Zone2/New
node 113: group / -> Zone2/New' 'move of nodes'
n move Zone2/New --group Zone1/Lab
is "$rc:$out" '0:group Zone1/Lab/New: group Zone2 -> Zone1/Lab' 'move of a group'
n move /Zone1 --group Zone1/Lab/New
is "$rc:$errout" "1:haetae: cannot move group 'Zone1' to 'Zone1/Lab/New': that is below it" 'no circle'
n move /Zone1 --group Zone1/new/group
is "$rc:$(db "SELECT COUNT(*) FROM NODEGROUP WHERE name = 'new'")" '1:0' 'nor a place made for one'
n move /1 --group Zone2
like "$errout" 'more than 8 groups would stand one below another' 'nor too deep'
n move Zone1/Lab/New 113 --group /
is "$out" 'group New: group Zone1/Lab -> /
node 113: group New -> /' 'to the root, both at once'
n move 113
is "$rc" 2 'move needs to be told where to'
n move Zone1 --group Zone2
is "$errout" "haetae: no node 'Zone1'; a group is written /Zone1" 'a group has a slash'

# --- remove ------------------------------------------------------------------------------------
cat >"$work/s.cfg" <<'TEXT'
specs = ( { node = "113"; name = "load"; probetype = "plugin"; command = "check_node_load"; interval = 5; } );
TEXT
h spec import "$work/s.cfg"
db "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - 60000"
fresh_events
n remove 113 112-new
is "$rc:$out" '0:node 113: removed
node 112-new: removed' 'remove'
is "$(events)" 'node|112-new|node|New|
node|113|node|/|' 'events'
is "$(db "SELECT removed_ms > 0 FROM NODE WHERE name = '113'")" 1 'the row stays'
is "$(db "SELECT CONCAT(enabled, removed_ms > 0) FROM TOOLSPECS WHERE name = 'load'")" 01 'and its spec, which runs no more'
is "$(db "SELECT SUM(n_slots) FROM SLOTS")" "$(db 'SELECT SUM(slots) FROM RUNLOG WHERE outcome = 6')" 'slots that nobody made are missed'
h accounting
is "$rc" 0 'nothing is unaccounted for'
n list
unlike "$out" '113' 'but is not listed'
n list --removed
like "$out" $'\n/ +113 +removed +[0-9]+s' 'but where it is asked for'
n set 113 address=1
is "$errout" "haetae: node '113' was removed; haetae node add brings it back" 'nor changed'
n remove --group Zone1
like "$errout" "group 'Zone1' is not empty: it has the group 'Lab'" 'a group that is not empty stays'
n remove --group Zone1/Lab
like "$errout" "group 'Zone1/Lab' is not empty: it has the node '111'" 'so too with a node'
n remove --group New
is "$rc:$out" '0:group New: removed' 'an empty one goes'
n remove
is "$rc" 2 'remove needs something to remove'
fresh_events
n add 112-new --type switch
is "$rc:$out" '0:node 112-new: back in /' 'add brings back'
is "$(events)" 'node|112-new|node|removed|/ type=switch' 'an event'
is "$(db "SELECT CONCAT(nodeid, type, memo) FROM NODE WHERE name = '112-new'")" '2switchx' 'with what it had'
n add 113
is "$(db "SELECT CONCAT(enabled, removed_ms > 0) FROM TOOLSPECS WHERE name = 'load'")" 01 'its spec stays away'
h spec import "$work/s.cfg"
is "$(db "SELECT CONCAT(specid, enabled, removed_ms > 0) FROM TOOLSPECS WHERE name = 'load'")" 110 'until it is imported'
tap_done
