#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A server whose settings lose what it has committed: what is loaded stays in the spool for a
# while, and after a crash of the server it is loaded again.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
hold=6
lossy=--innodb-flush-log-at-trx-commit=0
sched_init
mariadb_stop
mariadb_start "$lossy" || fail 'a server that may lose a COMMIT'
sched_conf "hold = \"$hold s\";"
printf "P OK | 'v'=1 'w'=2\n" >"$work/out/said"
chmod 644 "$work/out/said"
for i in 1 2 3 4; do spec "ran$i" phase="0.${i}1" -- run "$work/out/ran" 0; done
spec said phase=0.6 -- print "$work/out/said" 0
import

held() { find "$spool/loaded" -type f -printf '%f\n' | sort; }
is_held() { [ -n "$(held)" ]; }
is_gone() { [ ! -e "$spool/loaded/$1" ]; }
all_is_loaded() { settled "$1" && [ -z "$(find "$spool/ready" -type f)" ]; }
ids() { sql 'SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND outcome = 1' | sort; }
# Every run of these slots is in the tables, and the value of those that brought one.
are_back() { [ -z "$(comm -23 "$1" <(ids))" ]; }
without_values() { sql "SELECT COUNT(*) FROM RUNLOG L LEFT JOIN RESULT V ON V.day = L.day AND V.scheduleid = L.scheduleid LEFT JOIN METRIC M ON M.specid = L.specid AND M.metricno = V.metricno WHERE L.kind = 0 AND L.outcome = 1 AND L.specid = $(specid said) AND M.label IS NULL"; }
# The load stage stands still meanwhile, so that nothing comes back before it was seen to be gone.
loader() { pids_of load | head -n 1; }
freeze() {
    frozen=$(loader)
    kill -STOP "$frozen"
}
at_exit '[ -z "${frozen:-}" ] || kill -CONT "$frozen"'

# --- kept, and not for ever -----------------------------------------------------------------------
sched_start
ok $? 'it starts' || diag "$(cat "$log")"
wait_for 20 is_held
ok $? 'loaded results stay in loaded/'
first=$(held | head -n 1)
since=$(stat -c %Z "$spool/loaded/$first")
"$builddir/t/segment_dump" "$spool/loaded/$first" | awk '$2 == "run" { print $1 }' | sort >"$work/first"
are_back "$work/first"
ok $? 'what is in there is in the tables'
is "$(grep -c "a COMMIT of this server may be lost in a crash: loaded segments are kept for $hold s" "$log")" 1 'the log says why'
warns() { "$haetae" --config "$conf" status | grep -q '^! probe host probe1: the database may lose a COMMIT'; }
# By the heartbeat of each 10 s: the first came before the first result.
wait_for 15 warns
ok $? 'and so does haetae status'
run "$haetae" --config "$conf" db status
like "$out" "commit: [^"$'\n'"]*$hold s" 'and haetae db status, with the time' || diag "$out"
wait_for $((hold + 15)) is_gone "$first"
ok $? 'it is deleted'
[ $(($(date +%s) - since)) -ge "$hold" ]
ok $? 'after the time that is set' || diag "$since $(date +%s)"

# Another program's result is no less.
data=$(sql "SELECT MAX(scheduleid) FROM RUNLOG WHERE kind = 0 AND specid = $(specid said)").probe
printf 'P OK\n' >"$spool/.put" && chmod 600 "$spool/.put"
[ "$user" = "$(id -un)" ] || chown "$user" "$spool/.put"
mv "$spool/.put" "$spool/data/$data"
wait_for 10 test -e "$spool/loaded/$data"
ok $? "another program's result is held as well"
wait_for $((hold + 15)) is_gone "$data"
ok $? 'and no longer'

# --- a crash of the server ------------------------------------------------------------------------
# What was committed in the second before it is gone; most often this hits some row at once.
more_than() { [ "$(ids | wc -l)" -gt "$1" ]; }
for try in 1 2 3 4 5 6; do
    wait_for 10 more_than "$(ids | wc -l)"
    freeze
    ids >"$work/before"
    mariadb_kill
    find "$spool/loaded" "$spool/ready" -type f -exec "$builddir/t/segment_dump" {} + 2>"$work/dump.log" |
        awk '$2 == "run" { print $1 }' | sort -u >"$work/records"
    mariadb_start "$lossy"
    comm -23 "$work/before" <(ids) >"$work/lost"
    kill -CONT "$frozen"
    [ ! -s "$work/lost" ] || break
done
[ -s "$work/lost" ]
ok $? 'a crash of the server loses rows that were committed'
diag "$(wc -l <"$work/lost") rows lost by crash $try; $(wc -l <"$work/records") records in the spool"
wait_for 30 are_back "$work/before"
ok $? 'they are loaded again' || diag "$(comm -23 "$work/before" <(ids))"
wait_for 10 are_back "$work/records"
ok $? 'as is every record that was synced' || diag "$(comm -23 "$work/records" <(ids))"

counted_ms=$(now_ms)
wait_for 25 all_is_loaded "$counted_ms"
like "$(accounting)" 'unaccounted: 0' 'and the sum is right' || diag "$(accounting)"

# --- a crash while there is nothing to load ---------------------------------------------------------
# What a crash takes is chance: here the server is stopped, its files are copied, and put back when
# all is loaded and no probe runs any more. So it forgets a metric, too, that was new.
freeze
printf "P OK | 'v'=1 'w'=2 'x'=3\n" >"$work/out/said"
slots_begun() { wc -l <"$work/out/ran"; }
begun_more_than() { [ "$(slots_begun)" -gt "$1" ]; }
wait_for 10 begun_more_than $(($(slots_begun) + 20))
for name in ran1 ran2 ran3 ran4 said; do
    "$haetae" --config "$conf" spec disable "n1/$name" >>"$work/disable.log" 2>&1 || diag "$(cat "$work/disable.log")"
done
# Slots that were claimed before run yet.
is_quiet() { [ -z "$(find "$spool/ready" "$spool/segments" "$work/out/ran" -type f -newermt '-6 seconds')" ]; }
wait_for 20 is_quiet
mariadb_stop
cp -a --sparse=always "$mariadb_folder/data" "$mariadb_folder/before"
mariadb_start "$lossy"
ids >"$work/before"
kill -CONT "$frozen"
nothing_waits() { [ -z "$(find "$spool/ready" "$spool/segments" -type f -size +0)" ]; }
wait_for 20 nothing_waits
ok $? 'the last results are loaded' || diag "$(find "$spool" -type f)"
freeze
comm -13 "$work/before" <(ids) >"$work/last"
is "$(sql "SELECT COUNT(*) FROM METRIC WHERE specid = $(specid said)")" 3 'and a new metric'
mariadb_kill
rm -rf "$mariadb_folder/data"
mv "$mariadb_folder/before" "$mariadb_folder/data"
mariadb_start "$lossy"
[ -s "$work/last" ] && [ -z "$(comm -12 "$work/last" <(ids))" ]
ok $? 'the server forgets them' || diag "$(cat "$work/last")"
kill -CONT "$frozen"
wait_for $((hold + 20)) are_back "$work/last"
ok $? 'they are loaded again before they are deleted' || diag "$(wc -l <"$work/last") rows, $(held | wc -l) files"
is "$(sql "SELECT COUNT(*) FROM METRIC WHERE specid = $(specid said)")" 3 'with their metric'

# --- the sum ----------------------------------------------------------------------------------------
counted_ms=$(now_ms)
wait_for 25 all_is_loaded "$counted_ms"
ok $? 'every slot comes to its end' || diag "$(sql "SELECT * FROM SCHEDULE WHERE due_ms < $counted_ms LIMIT 5")" "$(tail -n 3 "$log")"
like "$(accounting)" 'unaccounted: 0' 'nothing was silently missed' || diag "$(accounting)"
awk '$1 == "begin" { print $2 }' "$work/out/ran" | sort >"$work/ran"
is "$(uniq -d "$work/ran" | wc -l)" 0 'no slot was run twice'
is "$(comm -23 <(uniq "$work/ran") <(ids) | wc -l)" 0 'every run has its row'
is "$(sql "SELECT COUNT(*) FROM RUNLOG L JOIN TOOLSPECS T ON T.specid = L.specid AND T.name LIKE 'ran%' WHERE L.kind = 0 AND L.outcome = 1")" "$(wc -l <"$work/ran")" 'and no other, none twice'
is "$(without_values)" 0 'every value has its row and its name'
is "$(find "$spool/bad" -type f; sql 'SELECT * FROM LOADERR')" '' 'nothing was refused'

# --- a server that keeps what it has committed ------------------------------------------------------
mariadb_stop
mariadb_start
not_held() { [ -z "$(held)" ]; }
# The heartbeat finds it out, and the next results, or the end of the time.
wait_for $((hold + 20)) not_held
ok $? 'settings that lose nothing: nothing is held'
warns_no_more() { ! warns; }
wait_for 20 warns_no_more
ok $? 'and no warning'
sched_stop
is "$sched_rc" 0 'it ends'
tap_done
