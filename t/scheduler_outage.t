#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes wrong around the scheduler: the database is away, nobody was there, files are torn
# or somebody else's. Nothing is lost, and nothing is silent.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
last_begin() { awk '$1 == "begin" { t = $3 } END { print t + 0 }' "$work/out/$1"; }
begun_after() { [ "$(last_begin "$1")" -gt "$2" ]; }
# No slot of a spec twice, and none of those between the first and the last begin left out but
# the given number. Runs that were due before $counted_ms are loaded, later ones may be.
whole() { # NAME GAPS WHAT
    local id gaps skipped
    id=$(specid "$1")
    awk '$1 == "begin" { print $2 % 4294967296 }' "$work/out/$1" >"$work/seconds"
    is "$(sort "$work/seconds" | uniq -d | wc -l)" 0 "$3: no slot of $1 was run twice"
    gaps=$(sort -n "$work/seconds" | awk 'NR > 1 { n += $1 - last - 1 } { last = $1 } END { print n + 0 }')
    # Of a probe that took longer than to its next slot that one is skipped, and says so.
    skipped=$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $id AND outcome = 4 AND due_ms DIV 1000 BETWEEN $(sort -n "$work/seconds" | sed -n '1p') AND $(sort -n "$work/seconds" | tail -n 1) AND text LIKE 'the run that started at % was still going'")
    [ "$2" = any ] || is "$((gaps - skipped))" "$2" "$3: none was left out"
    sql "SELECT scheduleid % 4294967296 FROM RUNLOG WHERE kind = 0 AND outcome = 1 AND specid = $id" | sort -n >"$work/rows"
    is "$(awk -v most=$((counted_ms / 1000 - 1)) 'FNR == NR { if ($1 <= most) all[$1]++; next } $1 <= most { all[$1] += 2 } END { for (s in all) if (all[s] != 3) print s, all[s] }' "$work/rows" "$work/seconds")" '' "$3: every run of $1 is loaded, and nothing else"
}
all_is_loaded() { settled "$1" && [ -z "$(find "$spool/ready" -type f)" ]; }
# Everything that was due has its outcome, and the sum is right.
accounted() { # WHAT
    counted_ms=$(now_ms)
    wait_for 25 all_is_loaded "$counted_ms"
    ok $? "$1: every slot that was due comes to its end" ||
        diag "$(sql "SELECT * FROM SCHEDULE WHERE due_ms < $(now_ms) LIMIT 5")" "$(tail -n 3 "$log")"
    like "$(accounting)" 'unaccounted: 0' "$1: nothing was silently missed" || diag "$(accounting)"
}

# --- the database is away for longer than the window ----------------------------------------------
# It may start late, so that what was due while nobody was there comes as slots, not as a range.
spec grid phase=0.25 maxlate=60 -- run "$work/out/grid" 0
spec slow interval=3 maxlate=60 -- run "$work/out/slow" 700
import
sched_start
ok $? 'it starts' || diag "$(cat "$log")"
wait_for 20 begun_after grid 0
mariadb_kill
killed=$(now_ms)
said=$(wc -l <"$log")
wait_for 30 begun_after grid $((killed + 8000))
ok $? 'probes go on for longer than the claims reach'
is "$(tail -n +$((said + 1)) "$log" | grep -c 'no claims come')" 1 'which is said once'
[ "$(grep -c 'cannot reach the database' "$log")" -le 8 ]
ok $? 'and the outage a few times' || diag "$(cat "$log")"
mariadb_start
accounted 'after the outage'
sched_stop
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
cp -p "$spool/frontier" "$work/frontier"
whole grid 0 'after the outage'
whole slow any 'after the outage'
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid grid) AND due_ms % 1000 <> 250")" 0 'on the same grid'
is "$(sql 'SELECT COALESCE(SUM(slots), 0) FROM RUNLOG WHERE outcome NOT IN (1, 4)')" 0 'and no slot was missed'

# --- it starts again while the database is away --------------------------------------------------
sched_start
started=$(now_ms)
wait_for 20 begun_after grid "$started"
mariadb_kill
# Until no claim is left: the next life knows nothing of what is between.
wait_for 20 begun_after grid $(($(now_ms) + 6500))
sched_stop
is "$sched_rc" 0 'it ends without a database' || diag "$(tail -n 5 "$log")"
sched_start
ok $? 'and starts without one'
started=$(now_ms)
wait_for 30 begun_after grid $((started + 6500))
ok $? 'it works from its copy of the specs'
sched_stop
held=$(find "$spool/ready" -type f | sort | tail -n 1)
[ -n "$held" ]
ok $? 'results wait in the spool'

# --- what is torn, garbage, or another program's ----------------------------------------------------
printf 'nothing of ours\n' >"$work/garbage"
size=$(stat -c %s "$held")
head -c $((size - 3)) "$held" >"$work/torn"
{ head -c $((size / 2)) "$held"; printf 'X'; tail -c +$((size / 2 + 2)) "$held"; } >"$work/flipped"
# put FILE FOLDER/NAME: by rename, as the scheduler's own user
put() {
    cp "$1" "$spool/.put" && chmod 600 "$spool/.put" && { [ "$user" = "$(id -un)" ] || chown "$user" "$spool/.put"; } &&
        mv "$spool/.put" "$spool/$2"
}
put "$work/torn" ready/000000000000001-0000001-000001
put "$work/flipped" ready/000000000000001-0000001-000002
put "$work/garbage" ready/000000000000001-0000001-000003
put "$work/garbage" claims/000000000000001-0000001-000009
mkdir "$spool/claims/000000000000001-folder"
[ "$user" = "$(id -un)" ] || chown "$user" "$spool/claims/000000000000001-folder"
mkdir "$spool/claims/000000000000001-stays" && chmod 500 "$spool/claims/000000000000001-stays"
mariadb_start
# Slots of long ago, when nobody was there.
spec past phase=0.345 -- run "$work/out/past" 0
import
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - 100000 WHERE name = 'past'"
sched_start
accounted 'after a start without a database'
whole grid any 'after a start without a database'
in_bad() { [ "$(find "$spool/bad" -type f | wc -l)" -ge 4 ]; }
wait_for 10 in_bad
ok $? 'what is torn, flipped or garbage is in bad/' || diag "$(ls -l "$spool/bad")"
is "$(sql "SELECT COUNT(*) FROM LOADERR WHERE file LIKE '000000000000001-0000001-%'")" 3 'with its reason in the tables'
like "$(sql "SELECT reason FROM LOADERR WHERE file LIKE '%-000003'")" '^a torn or damaged record at byte 0; 16 damaged bytes' 'in words'
[ -f "$spool/bad/000000000000001-0000001-000009" ] && [ -d "$spool/bad/000000000000001-folder" ]
ok $? 'and so are claims that are none'

first=$(sql "SELECT scheduleid FROM RUNLOG WHERE kind = 1 AND specid = $(specid past) ORDER BY due_ms LIMIT 1")
missed=$(sql "SELECT SUM(slots) FROM RUNLOG WHERE outcome = 6 AND specid = $(specid past)")
[ "${missed:-0}" -ge 90 ] && [ "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE outcome = 6 AND specid = $(specid past)")" -le 20 ]
ok $? 'slots that nobody was there for are missed, in ranges' || diag "$missed"
printf "FOREIGN WARNING - from elsewhere | 'far'=12\n" >"$work/foreign"
put "$work/foreign" "data/$first.probe"
put "$work/foreign" "data/$((9999 << 32 | 1000)).probe"
put "$work/garbage" data/what-is-this
ln -s "$conf" "$spool/data/1.probe"
foreign() { [ "$(sql "SELECT outcome, state, text FROM RUNLOG WHERE kind = 0 AND scheduleid = $first" | tr '\t' ' ')" = '1 1 FOREIGN WARNING - from elsewhere' ]; }
wait_for 10 foreign
ok $? "another program's result takes the place of a missed slot" || diag "$(sql "SELECT * FROM RUNLOG WHERE scheduleid = $first")"
is "$(sql "SELECT r.value FROM RESULT r WHERE r.scheduleid = $first")" 12 'with its value'
data_gone() { [ -z "$(find "$spool/data" -mindepth 1)" ]; }
wait_for 10 data_gone
ok $? 'its file goes' || diag "$(ls -l "$spool/data")"
for name in $((9999 << 32 | 1000)).probe what-is-this 1.probe; do
    is "$(sql "SELECT COUNT(*) FROM LOADERR WHERE file LIKE '${name%%.*}%'")" 1 "$name is refused, with its reason"
done
is "$(grep -rl 'database =' "$spool/bad" | wc -l)" 0 'a link is not followed'
accounted 'with a result from elsewhere'
sched_stop

# --- a spec that is new, and claims of long ago -----------------------------------------------------
# The run stage finds claims that go as far as materialise had come in a life long ago, and the
# new spec in its copy.
spec new phase=0.5 -- run "$work/out/new" 0
import
first=$(sql "SELECT nextdue_ms FROM TOOLSPECS WHERE name = 'new'")
run within 60 "$scheduler" --config "$conf" --stage materialise --once
is "$rc" 0 'materialise alone' || diag "$errout"
rm -f "$spool"/claims/*-*-*
cp -p "$work/frontier" "$spool/frontier"
run within 60 "$scheduler" --config "$conf" --stage claim --once
is "$rc" 0 'claim alone' || diag "$errout"
sched_start
wait_for 20 begun_after new 0
ok $? 'a spec that is new runs'
accounted 'a new spec behind an old frontier'
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid new) AND due_ms < $first")" 0 'it has no slot of before it was there'
sched_stop

tap_done
