#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae log, of events that were put into the table by hand.
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
export TZ=KST-9
h() { run "$haetae" --config "$conf" "$@"; }
db() { mariadb_sql "$1" haetae; }
h db init
# What init has said of itself is not the matter here.
db 'DELETE FROM EVENTLOG'
h log
is "$rc:$out" '0:no events' 'none so far'
event=0
# add MS LEVEL TAG USER NODE OBJECT OLD NEW
add() {
    event=$((event + 1))
    db "INSERT INTO EVENTLOG (day, time_ms, tag, eventid, level, user_name, host_name, node, object, old_value, new_value) VALUES ($1 DIV 86400000, $1, '$3', $event, $2, '$4', 'probe1', '$5', '$6', '$7', '$8')"
}
# 2026-11-09 20:56:29 in Seoul
t=1794225389000
add $t 0 state '' n113 n113/ping OK 'CRITICAL - no answer'
add $((t + 1000)) 2 node jung 111 address 192.168.0.113 192.168.0.114
add $((t + 2000)) 0 stage '' '' run '' 'killed by signal 9 (Killed)'
add $((t + 3000)) 1 state '' '서울 사무실' '서울 사무실/ping' NEW 'WARNING - 70 | 80'
add $((t + 4000)) 2 node jung 114 memo 'two\nlines'$'\033''[31m' ''
add $((t + 86400000)) 2 threshold jung '' 'everything, disk' 'not set' 'warning 90'
h log
is "$rc" 0 'the log'
is "$out" '2026-11-09 20:56:29+09:00  ERROR    state      n113          n113/ping: OK -> CRITICAL - no answer  on probe1
2026-11-09 20:56:30+09:00  INFO     node       111           address: 192.168.0.113 -> 192.168.0.114  by jung on probe1
2026-11-09 20:56:31+09:00  ERROR    stage      -             run: killed by signal 9 (Killed)  on probe1
2026-11-09 20:56:32+09:00  WARNING  state      서울 사무실   서울 사무실/ping: NEW -> WARNING - 70 | 80  on probe1
2026-11-09 20:56:33+09:00  INFO     node       114           memo: two lines?[31m -> nothing  by jung on probe1
2026-11-10 20:56:29+09:00  INFO     threshold  -             everything, disk: not set -> warning 90  by jung on probe1' 'one line an event, the oldest first'
n() { # N NAME OPTION…
    local want=$1 name=$2
    shift 2
    h log "$@"
    is "$rc:$(grep -c '^2026' <<<"$out")" "0:$want" "$name: $*"
}
n 1 'a node' --node n113
n 0 'a node without events' --node n1
is "$out" 'no events' 'which is said'
n 2 'a tag' --tag state
n 2 'errors' --level error
n 3 'warnings and errors' --level warning
n 6 'all' --level info
n 1 'from a time on' --since '2026-11-10'
n 1 'local time' --since '2026-11-10 20:56'
n 0 'local time' --since '2026-11-10 20:57'
n 1 'UTC' --utc --since '2026-11-10 11:56'
like "$line1" '^2026-11-10 11:56:29\+00:00  INFO' 'as it is shown'
n 5 'before a time' --until 2026-11-10
n 2 'between two' --since '2026-11-09 20:56:30' --until '2026-11-09 20:56:32'
n 2 'the newest' --last 2
like "$out" $'^2026-11-09 20:56:33.*\n2026-11-10' 'of them'
n 1 'several at once' --tag state --level error --since 2026-11-09
for _ in $(seq 60); do add $((t + 100000000 + event)) 2 spec jung n9 n9/x '' added; done
n 50 'not more than a page'
n 66 'but all where a time is given' --since 2026-11-09
refused() { # PATTERN OPTION…
    local pattern=$1
    shift
    h log "$@"
    is "$rc" 2 "refused: $*"
    like "$errout" "$pattern" 'with the reason'
}
refused "option --since: expected a time.*'tomorrow'" --since tomorrow
refused 'option --until' --until 25:00
refused "option --level: 'bad'" --level bad
refused 'has no end' --follow --until now
refused 'neither table nor json' --output xml
refused 'takes no argument' n113
h log --last 2 --output json --utc
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys; l = json.load(sys.stdin); print(len(l)); print(l[0])' <<<"$out")" "2
{'time_ms': $((t + 100000000 + 64)), 'time': '2026-11-10 15:43:09+00:00', 'level': 'INFO', 'tag': 'spec', 'node': 'n9', 'object': 'n9/x', 'old': '', 'new': 'added', 'user': 'jung', 'host': 'probe1'}" 'JSON'
    h log --node none --output json
    is "$(python3 -c 'import json, sys; print(json.load(sys.stdin))' <<<"$out")" '[]' 'JSON of none'
else
    skip 'no python3'
fi
if command -v script >/dev/null 2>&1; then
    run script -qec "'$haetae' --config '$conf' log --tag state" /dev/null
    like "$out" $'\033\\[31mERROR  \033\\[0m  ' 'colours on a terminal'
else
    skip 'no script (package bsdutils)'
fi

# --- --follow: the last few, and then what comes, each once
now=$(($(date +%s) * 1000))
"$haetae" --config "$conf" log --follow >"$work/followed" 2>"$work/follow.err" &
follower=$!
at_exit kill "$follower"
lines() { [ "$(wc -l <"$work/followed")" -ge "$1" ]; }
wait_for 10 lines 10
add "$now" 0 state '' n1 n1/a OK CRITICAL
wait_for 10 lines 11
is "$(tail -n 1 "$work/followed" | cut -c 28-)" 'ERROR    state      n1            n1/a: OK -> CRITICAL  on probe1' 'what comes is shown'
# One that is older than the one that is shown comes late.
add $((now - 5000)) 0 state '' n1 n1/b OK CRITICAL
wait_for 10 lines 12
mariadb_kill
said_away() { [ -s "$work/follow.err" ]; }
wait_for 20 said_away
is "$(wc -l <"$work/follow.err")" 1 'an outage is said once'
mariadb_start
add $((now + 1)) 2 state '' n1 n1/c CRITICAL OK
wait_for 20 lines 13
is "$(tail -n 3 "$work/followed" | grep -o 'n1/[abc]' | tr '\n' ' ')" 'n1/a n1/b n1/c ' 'each once, also behind an outage'
kill "$follower"
tap_done
