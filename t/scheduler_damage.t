#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Damaged segments through the real load stage: what is whole is in the tables, what is not is in
# bad/ with its reason in LOADERR. And records that the database refuses: each alone.
# (Every byte of a segment: unit_segment_read.)
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
make=$builddir/t/segment_make
sched_init
spec made interval=3600 -- run "$work/out/made" 0
import
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a single pass makes the copy of the specs' || diag "$errout"
id=$(specid made)
base=1700000000

# put NAME < segment: by rename, as the scheduler's own user
put() {
    cat >"$spool/.put" && chmod 600 "$spool/.put" && { [ "$user" = "$(id -un)" ] || chown "$user" "$spool/.put"; } &&
        mv "$spool/.put" "$spool/ready/$1"
}
load() { run within 60 "$scheduler" --config "$conf" --stage load --once; }
loaded() { sql "SELECT scheduleid & 0xFFFFFFFF FROM RUNLOG WHERE kind = 0 AND specid = $id AND scheduleid & 0xFFFFFFFF >= $base AND scheduleid & 0xFFFFFFFF < $base + 1000000 ORDER BY 1"; }
reason_of() { sql "SELECT reason FROM LOADERR WHERE file = '$1'"; }

# --- 40 damaged segments in one spool -------------------------------------------------------------
# Of five records each: 20 are cut, in 20 a byte is overwritten, at places all over them.
"$make" "$id" $base 5 >"$work/whole"
size=$(stat -c %s "$work/whole")
one=$((size / 5))
: >"$work/want"
for i in $(seq 0 39); do
    first=$((base + i * 5))
    "$make" "$id" "$first" 5 >"$work/segment"
    at=$((1 + i * (size - 1) / 40))
    # Not between two records, where a cut is none.
    [ $((at % one)) != 0 ] || at=$((at + 1))
    hit=$((at / one))
    if [ $((i % 2)) = 0 ]; then
        head -c "$at" "$work/segment" >"$work/damaged"
        [ "$hit" = 0 ] || seq "$first" $((first + hit - 1)) >>"$work/want"
    else
        byte=$(od -An -tu1 -j "$at" -N 1 "$work/segment")
        # shellcheck disable=SC2059
        { head -c "$at" "$work/segment"; printf "\\$(printf %o $((byte ^ (1 << i % 8))))"; tail -c +$((at + 2)) "$work/segment"; } >"$work/damaged"
        for n in 0 1 2 3 4; do
            [ "$n" = "$hit" ] || echo $((first + n)) >>"$work/want"
        done
    fi
    cp "$work/damaged" "$work/damaged.$i"
    put "damaged-$i" <"$work/damaged"
done
"$make" "$id" $((base + 1000)) 5 | put sound
seq $((base + 1000)) $((base + 1004)) >>"$work/want"
load
is "$rc" 0 'the load stage takes them all' || diag "$errout"
is "$(loaded | diff - "$work/want")" '' 'what is whole is in the tables, in front of the damage and behind it, and nothing else'
is "$(sql "SELECT COUNT(*) FROM RESULT WHERE scheduleid >> 32 = $id AND scheduleid & 0xFFFFFFFF BETWEEN $base AND $base + 2000 AND value <> scheduleid & 0xFFFFFFFF")" 0 'with its own values'
is "$(find "$spool/ready" -type f)" '' 'nothing is left in ready/'
is "$(find "$spool/bad" -type f | wc -l)" 40 'each damaged one is in bad/'
for i in $(seq 0 39); do cmp "$spool/bad/damaged-$i" "$work/damaged.$i"; done >"$work/differ" 2>&1
is "$(cat "$work/differ")" '' 'as it is'
is "$(sql "SELECT COUNT(*) FROM LOADERR WHERE file LIKE 'damaged-%' AND tries = 1 AND first_ms = last_ms AND first_ms > 0 AND reason LIKE 'a torn or damaged record at byte %'")" 40 'with its reason in the tables'
is "$(reason_of damaged-1)" "a torn or damaged record at byte 0; $one damaged bytes in 1 places, 4 records are whole and loaded" 'which says where and how much'
is "$(grep -c 'bad/damaged-' <<<"$errout")" 40 'and in the log' || diag "$errout"
load
is "$rc $errout" '0 ' 'a second pass has nothing to do'
for i in 0 1 2; do mv "$spool/bad/damaged-$i" "$spool/ready/"; done
load
is "$(loaded | diff - "$work/want")" '' 'one that is loaded again changes nothing'
is "$(sql "SELECT tries FROM LOADERR WHERE file = 'damaged-1'")" 2 'but the count of its tries'

# --- records that the database refuses -------------------------------------------------------------
first=$((base + 2000))
{
    "$make" "$id" $first 700
    "$make" $((id + 12345)) $first 1
    "$make" "$id" $((first + 700)) 700
    "$make" "$id" $((first + 1400)) 1 777
    "$make" "$id" $((first + 1401)) 599
} | put refused
load
is "$rc" 0 'a segment with records that the database refuses' || diag "$errout"
{ seq $first $((first + 1399)); seq $((first + 1401)) $((first + 1999)); } >"$work/want"
is "$(loaded | awk -v first=$first '$1 >= first' | diff - "$work/want")" '' 'all others are loaded'
unknown=$(((id + 12345) << 32 | first)).refused
outside=$((id << 32 | (first + 1400))).refused
is "$(reason_of "$unknown")" "cannot load runs: there is no spec $((id + 12345))" 'one of a spec that never was: its reason'
like "$(reason_of "$outside")" 'exit code 777 or signal 0 is out of range' 'one out of range: its reason'
is "$(sql "SELECT COUNT(*) FROM LOADERR WHERE file LIKE '%.refused'")" 2 'and no other'
is "$("$builddir/t/segment_dump" "$spool/bad/$unknown")" "$(((id + 12345) << 32 | first)) run 1" 'it is in bad/, a segment of its own'
# What was missing is there now: moved back, it is loaded.
sql "CREATE TEMPORARY TABLE copy AS SELECT * FROM TOOLSPECS WHERE specid = $id; UPDATE copy SET specid = specid + 12345, name = 'later', enabled = 0; INSERT INTO TOOLSPECS SELECT * FROM copy"
mv "$spool/bad/$unknown" "$spool/ready/"
load
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $id + 12345")" 1 'moved back into ready/ when its spec is there, it is loaded' || diag "$errout"
is "$(find "$spool/ready" -type f)" '' 'nothing is left in ready/'

# --- an error of the database that nobody knows --------------------------------------------------------
# One record, of which the database says something that is neither about it nor an outage.
first=$((base + 10000))
sql "delimiter //
CREATE TRIGGER odd BEFORE INSERT ON RUNLOG FOR EACH ROW IF NEW.scheduleid = ($id << 32 | $((first + 500))) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the moon is full'; END IF//"
"$make" "$id" $first 1000 | put 1-odd
"$make" "$id" $((first + 1000)) 5 | put 2-sound
load
is "$rc" 1 'a pass that meets an unknown error fails'
like "$errout" '1-odd: cannot .*the moon is full' 'and says where, and what'
{ seq $first $((first + 499)); seq $((first + 501)) $((first + 1004)); } >"$work/want"
of_last() { loaded | awk -v first=$first '$1 >= first'; }
is "$(of_last | diff - "$work/want")" '' 'all other records are loaded, those of other files too'
is "$(cd "$spool/ready" && ls)" 1-odd 'the file stays'
like "$(reason_of 1-odd)" 'the moon is full' 'with its reason in the tables'
load
is "$(of_last | diff - "$work/want")" '' 'and is tried again'
is "$(sql "SELECT tries FROM LOADERR WHERE file = '1-odd'")" 2 'which is counted'
sql 'DROP TRIGGER odd'
load
is "$rc" 0 'when the error is gone' || diag "$errout"
is "$(of_last | diff - <(seq $first $((first + 1004))))" '' 'the last one is loaded'
is "$(find "$spool/ready" -type f)" '' 'and nothing is left'
tap_done
