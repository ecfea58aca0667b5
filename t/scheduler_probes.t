#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the scheduler makes of probes: what they inherit, what they print, how they end, which
# of them run beside each other, and what is not started at all.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
sched_conf 'max_running = 6; capture_max = "100 KiB"; output_max = "64 KiB";'
outcome_of() { sql "SELECT outcome FROM STATUS WHERE specid = $(specid "$1")"; }
details_of() { sql "SELECT details FROM STATUS WHERE specid = $(specid "$1")"; }
# The last run of a probe that started, as OUTCOME STATE EXIT SIGNAL CUT.
last_run() { sql "SELECT outcome, state, exit_code, signo, cut FROM RUNLOG WHERE kind = 0 AND specid = $(specid "$1") AND started_ms > 0 ORDER BY due_ms DESC LIMIT 1" | tr '\t' ' '; }
has_run() { [ -n "$(last_run "$1")" ]; }
# Values as LABEL;VALUE;UNIT;WARN;CRIT;MIN;MAX, of the last run.
values_of() {
    sql "SELECT m.label, r.value, m.unit, m.warn, m.crit, m.min_value, m.max_value FROM STATUS s JOIN RESULT r ON r.day = s.due_ms DIV 86400000 AND r.scheduleid = s.scheduleid JOIN METRIC m ON m.specid = s.specid AND m.metricno = r.metricno WHERE s.specid = $(specid "$1") ORDER BY m.label" | tr '\t' ';'
}
# prints NAME CODE < output: a spec whose probe prints that
prints() {
    cat >"$work/out/$1"
    chmod 644 "$work/out/$1"
    spec "$1" -- print "$work/out/$1" "$2"
}

# --- what is printed --------------------------------------------------------------------------
prints plain 0 <<'O'
PLAIN OK - all is well | 'a'=1 'b c'=2.5s;1:2;@3:4;0;10 d=-3%;~:5 e=7B f=12c
O
prints utf8 1 <<'O'
서울 WARNING - "둘" isn't <less> & \ more; 'quoted' | '온도'=21.5;20;30
second line: ünïcödé
third line | 'g'=1
'h'=2
O
prints others 2 <<'O'
PING CRITICAL - others' units|time=12ms;100;200 size=2KB us=5us big=123456789012345678 tiny=0.000001s bare=U rate=3req
O
prints open 0 < <(printf 'no newline at the end')
prints hostile 0 < <(printf 'a\001b\033[31mc\377d|x=1\n')
prints empty 0 </dev/null
prints four 4 <<<'four by four'
prints odd 127 </dev/null
prints long 0 < <(printf 'LONG OK - line 1 | long=1\n'; seq -f 'line %g of a long text that goes on and on' 1 1900)
prints wide 0 < <(printf 'WIDE OK - '; head -c 3000 /dev/zero | tr '\0' w; printf ' | wide=1\n')
spec killed -- signal 9
spec illegal -- signal 4

# --- what is inherited --------------------------------------------------------------------------
odd_args=('' ' ' ';' "\$(id)" '`id`' "a'b\"c" $'two\nlines' '한국어' '-x' '*' "\\" '%s')
spec arguments -- args "${odd_args[@]}"
spec surroundings -- surroundings
# shellcheck disable=SC2016
spec fixed probetype='"fixed"' command= -- args fixed
printf 'not for you\n' >"$work/bin/plain-file"
chmod 644 "$work/bin/plain-file"

# --- what is not allowed ------------------------------------------------------------------------
spec unknown_type probetype='"nobody"' -- run "$work/out/forbidden" 0
spec no_file command='"nothing_here"' -- run "$work/out/forbidden" 0
spec no_program command='"plain-file"' --
spec two_commands probetype='"fixed"' -- run "$work/out/forbidden" 0
spec slash -- run "$work/out/forbidden" 0
spec dots -- run "$work/out/forbidden" 0
spec bad_row -- run "$work/out/forbidden" 0
import
ok $? 'specs are imported'
# What the command refuses can be written by hand.
sql "UPDATE TOOLSPECS SET command = '../bin/probe' WHERE name = 'dots'"
sql "UPDATE TOOLSPECS SET command = '$work/bin/probe' WHERE name = 'slash'"
sql "UPDATE TOOLSPECS SET interval_ms = 0 WHERE name = 'bad_row'"

exec 7>"$work/kept"
trap '' HUP PIPE USR1
sched_start
ok $? 'the scheduler starts' || diag "$(cat "$log")"
trap - HUP PIPE USR1
exec 7>&-
all_said() { [ "$(sql 'SELECT COUNT(*) FROM STATUS WHERE seq > 0')" = "$(sql "SELECT COUNT(*) FROM TOOLSPECS WHERE name <> 'bad_row'")" ]; }
wait_for 30 all_said
ok $? 'every probe has said something' || diag "$(sql 'SELECT name FROM TOOLSPECS WHERE specid NOT IN (SELECT specid FROM STATUS WHERE seq > 0)')"

is "$(last_run plain)" '1 0 0 0 0' 'a plain probe: ran, OK, exit code 0'
is "$(status_of plain)" 'PLAIN OK - all is well' 'its text'
is "$(values_of plain)" "a;1;;;;;
b c;2.5;s;1:2;@3:4;0;10
d;-3;%;~:5;;;
e;7;B;;;;
f;12;c;;;;" 'each value, unit, range and limit'
is "$(last_run utf8)" '1 1 1 0 0' 'exit code 1 is WARNING'
is "$(status_of utf8)" "서울 WARNING - \"둘\" isn't <less> & \\\\ more; 'quoted'" 'quotes, backslashes and UTF-8 are kept'
is "$(details_of utf8)" 'second line: ünïcödé\nthird line' 'and further lines'
is "$(values_of utf8)" "g;1;;;;;
h;2;;;;;
온도;21.5;;20;30;;" 'values of line 1 and of later lines'
is "$(last_run others)" '1 2 2 0 0' 'exit code 2 is CRITICAL'
is "$(values_of others)" "big;1.2345678901234568e17;;;;;
rate;3;req;;;;
size;2048;B;;;;
time;0.012;s;;;;
tiny;0.000001;s;;;;
us;0.000005;s;;;;" "others' units become ours" || diag "$(values_of others)"
is "$(status_of open)" 'no newline at the end' 'a line without its end'
unlike "$(status_of hostile)" $'[\001\033]' 'control characters are replaced'
like "$(status_of hostile)" '^a.+b.+c.+d$' 'and the rest is kept'
is "$(values_of hostile)" 'x;1;;;;;' 'with its value'
is "$(last_run empty)" '1 0 0 0 0' 'no output, exit code 0'
is "$(status_of empty)" 'no output' 'says so'
is "$(last_run four)" '1 3 4 0 0' 'exit code 4 is UNKNOWN'
is "$(status_of four)" 'exit code 4: four by four' 'and named'
is "$(last_run odd)" '1 3 127 0 0' 'exit code 127 is UNKNOWN'
is "$(status_of odd)" 'exit code 127, no output' 'and named'
is "$(last_run killed)" '1 3 -1 9 0' 'killed by a signal is UNKNOWN'
like "$(status_of killed)" '^killed by signal 9 ' 'and named'
is "$(last_run illegal)" '1 3 -1 4 0' 'and so is a crash'
is "$(last_run long)" '1 0 0 0 1' 'a long output is cut'
like "$(details_of long)" '^line 1 of .*\(output cut\)$' 'which is noted'
is "$(values_of long)" 'long;1;;;;;' 'and has its value'
[[ $(status_of wide) =~ ^WIDE\ OK\ -\ w{400,480}$ ]]
ok $? 'a wide line is cut' || diag "$(status_of wide)"
is "$(values_of wide)" 'wide;1;;;;;' 'and has its value'

want='ARGS OK -'
for argument in "${odd_args[@]}"; do
    want+=" [$(printf '%s' "$argument" | od -An -v -tx1 | tr -d ' \n')]"
done
is "$(status_of arguments)" "$want" 'arguments arrive as they are'
is "$(status_of fixed)" 'ARGS OK - [6669786564]' 'a type with a command of its own'
details=$(details_of surroundings)
is "$(sort <<<"${details//\\n/$'\n'}" | sed 's/SCHEDULEID=[0-9]*$/SCHEDULEID=ID/; s,/[0-9]*\.probe$,/CAPTURE,; s,/memfd:.*,/ANONYMOUS,')" \
    "$(sort <<S
env PATH=/usr/local/bin:/usr/bin:/bin
env HAETAE_SCHEDULEID=ID
env HOME=$spool
env LANG=C.UTF-8
fd 0 /dev/null
fd 1 /CAPTURE
fd 2 /ANONYMOUS
umask 022
cwd /
leads its group 1
oom 500
ignores 25
S
    )" 'a probe inherits this, and nothing else'

table=$("$haetae" --config "$conf" status --probes)
refused() { # NAME REGEX
    is "$(outcome_of "$1")" 3 "$1: cancelled"
    like "$(grep -E "^n1 +$1 " <<<"$table")" "$2" "$1: status says why"
}
refused unknown_type "no probe type 'nobody'"
refused no_file "cannot start $work/bin/nothing_here: No such file"
refused no_program "cannot start $work/bin/plain-file: Permission denied"
refused two_commands "has a command of its own"
refused slash 'is not the name of a file in the folder'
refused dots 'is not the name of a file in the folder'
[ ! -e "$work/out/forbidden" ]
ok $? 'and nothing was started'
like "$(grep -c 'specs are left out: spec [0-9]*: interval' "$log")" '^1$' 'a row that nobody can work with is left out, once said'

# --- a spec that changes -------------------------------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0, version = version + 1'
spec moving -- args one
spec going -- args going
import
wait_for 20 has_run moving
spec moving -- args two
spec going enabled=false -- args going
import
text_is() { [ "$(status_of "$1")" = "$2" ]; }
wait_for 20 text_is moving 'ARGS OK - [74776f]'
ok $? 'claimed slots run with the new arguments'
going_cancelled() { [[ $(sql "SELECT text FROM RUNLOG WHERE specid = $(specid going) AND outcome = 3 LIMIT 1") == 'its spec is disabled or gone' ]]; }
wait_for 20 going_cancelled
ok $? 'claimed slots of a disabled spec are cancelled, with the reason'

# --- hung probes ------------------------------------------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0, version = version + 1'
spec hang interval=6 timeout='"2 s"' killgrace='"500 ms"' -- hang "$work/out/hung"
spec slip interval=5 timeout='"1 s"' -- slip "$work/out/slipped"
spec leave interval=2 timeout=60 -- leave "$work/out/left"
spec beside timeout=3 -- args beside
import
wait_for 20 has_run hang
ok $? 'a hung probe comes to its end'
is "$(last_run hang)" '2 3 -1 9 1' 'it timed out, killed; its output was cut'
like "$(status_of hang)" 'no end by its timeout: killed' 'and says so'
[ "$(wc -l <"$work/out/hung")" -ge 3 ]
ok $? 'it had two children' || diag "$(cat "$work/out/hung")"
alive() { [ -e "/proc/$1" ] && ! ended "$1"; }
gone() { # FILE [MOST]
    local pid
    while read -r pid; do
        if alive "$pid"; then return 1; fi
    done < <(head -n "${2:--0}" "$1")
}
wait_for 3 gone "$work/out/hung" 3
ok $? 'of which none is left, not the one in another session either' || diag "$(cat "$work/out/hung")"
slipped() { has_run slip && [ -s "$work/out/slipped" ]; }
wait_for 10 slipped
ok $? 'one obeys SIGTERM, but its child does not'
wait_for 3 gone "$work/out/slipped"
ok $? 'and is killed too, without the slot in its environment' || diag "$(cat "$work/out/slipped")"
duration=$(sql "SELECT duration_ms FROM RUNLOG WHERE specid = $(specid hang) AND outcome = 2 LIMIT 1")
[ "$duration" -ge 2450 ] && [ "$duration" -lt 30000 ]
ok $? 'at its deadline and grace' || diag "$duration ms"
wait_for 5 rows 2 "RUNLOG WHERE specid = $(specid beside) AND outcome = 1"
ok $? 'others go on beside it'
second_run() { [ "$(wc -l <"$work/out/hung")" -ge 6 ]; }
wait_for 12 second_run
ok $? 'and its next slot is run'
biggest() { captures -printf '%s\n' | sort -n | tail -n 1; }
flooded() { size=$(biggest) && [ "${size:-0}" -gt 50000 ]; }
wait_for 5 flooded
size=$(biggest)
[ "${size:-0}" -le 102400 ]
ok $? 'the capture is bounded while it is flooded' || diag "$(ls -l "$spool/run")"
wait_for 10 has_run leave
is "$(last_run leave)" '1 0 0 0 0' 'a probe that leaves a child in its group ends at once'
[ "$(sql "SELECT MAX(duration_ms) FROM RUNLOG WHERE specid = $(specid leave)")" -lt 30000 ]
ok $? 'without waiting for it'
wait_for 3 gone "$work/out/left"
ok $? 'and the child is killed'

# --- beside each other, and one behind the other -----------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0, version = version + 1'
spec overrun timeout=30 -- run "$work/out/overrun" 2500
for i in 1 2 3 4; do
    spec "syn$i" interval=2 timeout=30 testtype='"background-syn"' synchgroup='"line"' -- run "$work/out/syn" 200 "syn$i"
done
for i in 1 2 3 4 5 6 7 8 9 10; do
    spec "many$i" interval=2 timeout=30 -- run "$work/out/many" 300 "many$i"
done
import
enough() { [ "$(grep -c '^end' "$work/out/syn")" -ge 8 ] && [ "$(grep -c '^end' "$work/out/many")" -ge 20 ] && [ "$(grep -c '^end' "$work/out/overrun")" -ge 2 ]; }
wait_for 30 enough
ok $? 'slots of all kinds have run'
sched_stop TERM
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
# How many ran at once at most, from the probes' own log; an end comes before a begin of the same ms.
most() {
    sort -k 3,3n -k 1,1r -- "$@" | awk '$1 == "begin" { n++ } $1 == "end" { n-- } n > most { most = n } END { print most }'
}
is "$(most "$work/out/syn")" 1 'never two of a group at once'
all=$(cat "$work"/out/{syn,many,overrun} | most -)
[ "$all" -le 6 ]
ok $? 'never more than max_running at once' || diag "$all"
[ "$all" -ge 3 ]
ok $? 'but several beside each other'
like "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid overrun) AND outcome = 4")" '^[1-9]' 'a slot is skipped while the run before is going'
like "$(sql "SELECT text FROM RUNLOG WHERE specid = $(specid overrun) AND outcome = 4 LIMIT 1")" '^the run that started at .* was still going$' 'and says so'
is "$(cat "$work"/out/{syn,many,overrun} | awk '$1 == "begin" { print $2 }' | sort | uniq -d | wc -l)" 0 'no slot was run twice'
no_probes
ok $? 'no probe is left' || diag "$(probe_pids)"
is "$(captures)" '' 'and no capture'
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
# A slot is one row, or in one range.
is "$(sql 'SELECT COUNT(*) FROM RUNLOG WHERE kind = 0 AND slots <> 1')" 0 'one row a slot'
tap_done
