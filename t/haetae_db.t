#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The schema's life by the command: upgrades of live rows, two at once, killed at any time.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"

mariadb_require
mkdir -m 700 "$spool"
mkdir -m 777 "$work/out"
mkdir "$work/bin"
cp "$probe" "$work/bin/probe"
chmod 755 "$work"
if [ "$user" = root ]; then
    user=nobody
    chown nobody "$spool"
fi
sched_conf
h() { run "$haetae" --config "$conf" "$@"; }

# --- schema 1 with rows, as its release left it ---------------------------------------------------
schema_1() {
    local n
    sql_server 'DROP DATABASE IF EXISTS haetae; CREATE DATABASE haetae'
    sql "$(cat "$srcdir/lib/store/schema/0001.sql")"
    n=$(grep -c ';$' "$srcdir/lib/store/schema/0001.sql")
    sql "INSERT INTO SCHEMA_VERSION VALUES (1, $n, $n, 0)"
}
day=$(($(date +%s) / 86400))
due=$((day * 86400000 - 3600000))
rows_of_1() {
    sql "INSERT INTO HOST VALUES (7, '$host', '', 0, 1);
INSERT INTO NODE VALUES (3, '서울 사무실', 11), (4, 'n1', 12);
INSERT INTO TOOLSPECS VALUES
 (21, 3, 'fast', 7, 5, 'probe', 1, '', 'probe', 'run\n$work/out/fast\n0\n', 1000, 0, 5000, 1000, 900, 1, $due, 1, 2),
 (22, 4, 'slow', 7, 1, 'fixed', 2, 'group', '', '', 60000, 500, 5000, 1000, 900, 0, $due, 1, 2);
INSERT INTO SLOTS VALUES (21, $((day - 1)), 4), (22, $((day - 1)), 1);
INSERT INTO RUNLOG VALUES
 ($((day - 1)), 0, $((21 << 32)) | $((due / 1000 - 1)), 7, 21, $((due - 1000)), $((due - 1000)), 1, 1, 1, 4, 0, 0, 0, $((due - 990)), 5, 10, 100, 3, 0, 'OK - fine'),
 ($((day - 1)), 1, $((21 << 32)) | $((due / 1000 - 4)), 7, 21, $((due - 4000)), $((due - 2000)), 1000, 3, 6, 1, 3, -1, 0, NULL, NULL, NULL, NULL, NULL, 0, 'nobody was there');
INSERT INTO RUNLOG SELECT $((day - 1)), 0, $((22 << 32)) | $((due / 1000 - 9)), 7, 22, $((due - 9000)), $((due - 9000)), 1, 1, 3, 3, 3, -1, 0, NULL, NULL, NULL, NULL, NULL, 0, 'not allowed';
INSERT INTO METRIC VALUES (21, 1, 'load1', '', '~:4', '8', '0', '');
INSERT INTO RESULT VALUES ($((day - 1)), $((21 << 32)) | $((due / 1000 - 1)), 1, 0.1e-7);
INSERT INTO STATUS VALUES (21, 4, 0, 1, 5, 6, 7, 8, 9, 'OK - fine', 'detail');
INSERT INTO LOADERR VALUES (7, 'x.seg', 1, 2, 3, 'torn');
UPDATE TOOLSPECS SET enabled = 0" || diag 'the rows of schema 1 do not come in'
}
# The columns of schema 1, whatever came to stand beside them.
tables='HOST NODE TOOLSPECS SLOTS RUNLOG METRIC RESULT STATUS LOADERR'
declare -A columns
columns_of_1() {
    local table
    for table in $tables; do
        columns[$table]=$(sql "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'haetae' AND TABLE_NAME = '$table'")
    done
}
dump_1() {
    local table
    for table in $tables; do
        echo "-- $table"
        sql "SELECT ${columns[$table]} FROM $table ORDER BY 1, 2, 3"
    done
}
shape() { # the schema without its rows
    sql "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, ORDINAL_POSITION FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'haetae' ORDER BY 1, 5;
SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'haetae' ORDER BY 1, 2, 3;
SELECT version, statements, done, serves FROM SCHEMA_VERSION"
}

sql_server 'CREATE DATABASE haetae'
h db upgrade --dry-run
is "$rc" 0 'a dry run on an empty database'
like "$out" 'CREATE TABLE IF NOT EXISTS SCHEMA_VERSION' 'shows the first statement'
is "$(sql 'SHOW TABLES')" '' 'and makes nothing'
h db init
is "$rc:$out" '0:schema 2: 2 files run' 'init makes the tables'
shape >"$work/shape"

schema_1
rows_of_1
columns_of_1
dump_1 >"$work/dump1"
is "$(wc -l <"$work/dump1")" 23 'rows of schema 1 in every table'
h spec list
is "$rc" 1 'the programs do not work with it'
like "$errout" "older than this program's.*run 'haetae db upgrade'" 'and say what to do'
h db init
is "$rc" 1 'init is not for it'
like "$errout" "holds rows of schema 1.*run 'haetae db upgrade'" 'and says what is'
run "$scheduler" --config "$conf" --once
is "$rc" 1 'nor does the scheduler'
like "$errout" "run 'haetae db upgrade'" 'which says so too'
h db upgrade --dry-run
is "$rc" 0 'upgrade --dry-run'
like "$out" 'ALTER TABLE NODE' 'shows what would be run'
unlike "$out" 'CREATE TABLE IF NOT EXISTS NODE ' 'and not what is there'
printf '%s\n' "$out" | sed 's/^-- .*//' >"$work/by-hand.sql"
dump_1 | cmp -s - "$work/dump1"; ok $? 'and changes nothing'
h db upgrade
is "$rc" 0 'upgrade' || diag "$errout"
like "$out" 'schema 1 is now 2: [0-9]+ statements run, [0-9]+ were there already' 'says what it did'
is "$(sql "SELECT tag, object, old_value, new_value FROM EVENTLOG ORDER BY time_ms DESC LIMIT 1")" $'schema\tversion\t1\t2' 'and leaves an event'
[ "$(sql "SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'haetae' AND TABLE_NAME = 'RUNLOG'")" -ge 9 ]
ok $? 'and partitions for the days that come'
is "$(sql 'SELECT COUNT(*) FROM RUNLOG PARTITION (pmax)')" 0 'in which the old rows lie'
dump_1 | diff "$work/dump1" - >"$work/diff"; ok $? 'every row of schema 1 is there as it was' || diag "$(cat "$work/diff")"
shape | diff "$work/shape" - >"$work/diff"; ok $? 'the schema is that of an init' || diag "$(cat "$work/diff")"
h db upgrade
is "$rc:$out" '0:schema 2: nothing to do' 'again: nothing to do'
h db init
is "$rc:$out" '0:schema 2: nothing to do' 'nor for init'
h accounting
like "$out" 'unaccounted: 0' 'the accounting adds up over the old rows'
sql "UPDATE TOOLSPECS SET enabled = 1 WHERE specid = 21"
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'the scheduler goes on' || diag "$errout"
is "$(wc -l <"$work/out/fast" 2>/dev/null)" 2 'and runs a probe of the old rows'
h accounting
like "$out" 'unaccounted: 0' 'and the accounting still adds up' || diag "$out"
h status
like "$out" '서울 사무실' 'and the status shows the old node'

# --- what --dry-run prints is what is run ------------------------------------------------------------
schema_1
sql "$(cat "$work/by-hand.sql")"
ok $? 'the printed statements can be run by hand'
h db upgrade
is "$rc" 0 'and the upgrade recognises them' || diag "$errout"
like "$out" 'is now 2: 1[0-9] statements run, 1[0-9] were there' 'all but views, which may be run again' || diag "$out"
shape | diff "$work/shape" - >"$work/diff"; ok $? 'the schema is the same' || diag "$(cat "$work/diff")"

# --- two at once -----------------------------------------------------------------------------------
schema_1
rows_of_1
"$haetae" --config "$conf" db upgrade >"$work/one" 2>&1 &
one=$!
"$haetae" --config "$conf" db upgrade >"$work/two" 2>&1 &
two=$!
wait "$one"; rc1=$?
wait "$two"; rc2=$?
case $rc1$rc2 in 00 | 01 | 10) pass 'two together: one at least does it' ;;
*) fail 'two together: one at least does it'; diag "$(cat "$work/one" "$work/two")" ;; esac
[ "$rc1$rc2" = 00 ] || like "$(cat "$work/one" "$work/two")" "held by haetae db upgrade on .*, pid [0-9]+.* until" 'the other is told who does'
dump_1 | diff "$work/dump1" - >"$work/diff"; ok $? 'no row is harmed' || diag "$(cat "$work/diff")"
shape | diff "$work/shape" - >"$work/diff"; ok $? 'the schema is whole' || diag "$(cat "$work/diff")"
is "$(sql 'SELECT COUNT(*) FROM LEASE')" 0 'and no lease is left'

# --- killed at any time --------------------------------------------------------------------------------
schema_1
rows_of_1
kills=0
for ((i = 1; i <= 60; i++)); do
    "$haetae" --config "$conf" db upgrade >"$work/killed" 2>&1 &
    one=$!
    sleep "0.0$((RANDOM % 30 + 10))"
    kill -9 "$one" 2>/dev/null && kills=$((kills + 1))
    wait "$one" 2>/dev/null && break
    # The lease of a dead one ends by itself; a test does not wait for it.
    sql "DELETE FROM LEASE WHERE name = 'upgrade'" 2>/dev/null
done
[ "$kills" -gt 1 ]; ok $? "killed $kills times on its way"
h db upgrade
is "$rc" 0 'the last one ends it' || diag "$errout"
dump_1 | diff "$work/dump1" - >"$work/diff"; ok $? 'no row is harmed' || diag "$(cat "$work/diff")"
shape | diff "$work/shape" - >"$work/diff"; ok $? 'the schema is whole' || diag "$(cat "$work/diff")"

# --- newer ones ------------------------------------------------------------------------------------------
sql 'INSERT INTO SCHEMA_VERSION (version, statements, done, changed_ms, serves) VALUES (3, 5, 5, 0, 2)'
h spec list
is "$rc" 0 'a newer schema that serves this program' || diag "$errout"
h db upgrade
like "$rc:$errout" '^1:.*newer than this program' 'which is upgraded by newer programs only'
sql 'UPDATE SCHEMA_VERSION SET serves = 3 WHERE version = 3'
h spec list
like "$rc:$errout" '^1:.*schema 3 is newer than this program, which knows 2, and does not serve it' 'one that does not is refused'
tap_done
