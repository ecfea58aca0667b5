#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The states of nodes, kept by the scheduler.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
once() { run "$scheduler" --config "$conf" --once; }
state_events() { sql "SELECT CONCAT_WS('|', level, host_name, user_name, node, object, old_value, new_value) FROM EVENTLOG WHERE tag = 'state' AND object = 'node' ORDER BY time_ms"; }
node_state() { sql "SELECT state FROM NODE WHERE name = 'n1'"; }

# At the beginning of a pass the states are those of what was said until then.
passes() { # STATE
    local i
    for i in {1..10}; do
        once
        [ "$(node_state)" != "$1" ] || return 0
        sleep 0.3
    done
    return 1
}
echo 'X - says so' >"$work/out/text"
spec life alive=true -- print "$work/out/text" 0
import || fail 'specs'
passes 1; ok $? 'a pass keeps what was made of what the last one heard'
is "$(state_events)" "2|$host||n1|node|NEW|OK" 'and tells'
once
is "$(state_events | wc -l)" 1 'once'
spec life alive=true -- print "$work/out/text" 2
import || fail 'specs'
passes 6; ok $? 'the probe that says whether it lives says no: OFFLINE'
is "$(state_events | tail -n1)" "0|$host||n1|node|OK|OFFLINE" 'an error'
"$haetae" --config "$conf" node set n1 maintenance=2h >/dev/null
passes 7
is "$(node_state):$(state_events | tail -n1)" "7:2|$host||n1|node|OFFLINE|MAINTENANCE" 'somebody works on it'
"$haetae" --config "$conf" node remove n1 >/dev/null
once
is "$rc:$(state_events | wc -l)" '0:3' 'what was removed has no state'
tap_done
