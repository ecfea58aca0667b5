#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The views, their page, the queries for Grafana over real rows; and the names in the schema.
# shellcheck disable=SC2119,SC2154,SC2016
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"

sched_init
printf "OK - fine | load=1.5;2;3;0 used=25%%\n" >"$work/good.out"
printf "CRITICAL - broken | load=9\n" >"$work/bad.out"
chmod 644 "$work"/*.out
spec good interval=60 -- print "$work/good.out" 0
spec bad interval=60 -- print "$work/bad.out" 2
import
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - 3 * 3600000;
INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) VALUES (11, 0, 'Zone1', 1), (12, 11, '서울', 1)"
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a pass over two probes' || diag "$errout"
sql 'UPDATE NODE SET groupid = 12, state = 3, state_since_ms = 1790000000123'
hour=$(($(date +%s) / 3600 - 1))
sql "INSERT IGNORE INTO RESULT_HOUR VALUES ($(specid good), 1, $hour, 60, 1.5, 1, 2);
INSERT IGNORE INTO RESULT_DAY VALUES ($(specid good), 1, $((hour / 24)), 60, 1.5, 1, 2);
REPLACE INTO RUN_DAY VALUES ($(specid good), $((hour / 24)), 8, 2, 0, 0, 0, 10, 7, 1, 1, 1, 5, 9, 20, 30);
REPLACE INTO RUN_HOUR VALUES ($(specid good), $hour, 8, 2, 0, 0, 0, 10, 7, 1, 1, 1, 5, 9, 20, 30);
INSERT INTO EVENTLOG VALUES ($((hour / 24)), $((hour * 3600000)), 'node', 7, 2, 'somebody', 'h', 'n1', 'ip', '10.0.0.1', '10.0.0.2')"

look() { mariadb_user=haetae_viewer mariadb_sql "$1" haetae 2>&1; }
mapfile -t views < <(sql "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'haetae' ORDER BY 1")
[ "${#views[@]}" -ge 10 ]; ok $? "${#views[@]} views"
page=$srcdir/scheduler/haetae-views.7
is "$(sed -n 's/^\.Ss //p' "$page" | sort)" "$(printf '%s\n' "${views[@]}")" 'each is on its page, and no other'
for view in "${views[@]}"; do
    sql "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'haetae' AND TABLE_NAME = '$view' ORDER BY ORDINAL_POSITION" >"$work/there"
    sed -n "/^\.Ss $view\$/,/^\.El/s/^\.It Cm //p" "$page" >"$work/page"
    is "$(diff "$work/there" "$work/page")" '' "$view: its columns are on the page, in their order"
    like "$(look "SELECT COUNT(*) FROM $view")" '^[1-9][0-9]*$' "$view: a viewer sees rows"
    is "$(sql "SELECT SECURITY_TYPE FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'haetae' AND TABLE_NAME = '$view'")" INVOKER "$view: with his own rights"
done
is "$(look "SELECT grp, state, since FROM V_NODE WHERE node = 'n1'")" $'Zone1/서울\tCRITICAL\t2026-09-21 14:13:20.123' 'a node: path, state, time'
is "$(look "SET time_zone = '+09:00'; SELECT since FROM V_NODE WHERE node = 'n1'")" '2026-09-21 14:13:20.123' 'times are UTC in any session'
is "$(look "SELECT DISTINCT outcome FROM V_RUN WHERE probe = 'good' AND slots > 1")" missed 'outcomes are words'
is "$(look "SELECT n_slots, available_percent, covered_percent FROM V_AVAILABILITY_DAY WHERE probe = 'good' AND day = $((hour / 24))")" $'20\t80.0000\t50.0000' 'availability adds up'
is "$(look "SELECT metric, unit, value FROM V_RESULT WHERE node = 'n1' AND probe = 'good' AND metric = 'load' LIMIT 1")" $'load\t\t1.5' 'a value'
# The way to a value is by keys: no table is read whole.
sql "EXPLAIN SELECT value FROM V_RESULT WHERE node = 'n1' AND probe = 'good' AND time_ms > 1" >"$work/plan"
is "$(cut -f 3,4 "$work/plan" | grep -cE '^[lrtmn].ALL$')" 0 'raw values are found by keys' || diag "$(cat "$work/plan")"

# --- Grafana -----------------------------------------------------------------------------------------
now=$(date +%s)
from=$((now - 86400)) to=$((now + 86400))
macros() { # as Grafana replaces them for MySQL
    sed -E -e '/^--/d' -e "s/\\\$node/n1/g; s/\\\$probe/good/g; s/\\\$metric/load/g" \
        -e "s/\\\$__timeFilter\(([a-z_]+)\)/\1 BETWEEN FROM_UNIXTIME($from) AND FROM_UNIXTIME($to)/g" \
        -e "s/\\\$__unixEpochFilter\(([a-z_ A-Z0-9]+)\)/\1 >= $from AND \1 <= $to/g" \
        -e "s/\\\$__unixEpochFrom\(\)/$from/g; s/\\\$__unixEpochTo\(\)/$to/g" \
        -e "s/\\\$__timeGroupAlias\(([a-z_]+),1h\)/UNIX_TIMESTAMP(\1) DIV 3600 * 3600 AS \`time\`/g" "$1"
}
for file in "$srcdir"/contrib/grafana/*.sql; do
    name=${file##*/}
    macros "$file" >"$work/query"
    unlike "$(cat "$work/query")" '\$' "$name: its macros are known"
    look "SET time_zone = '+00:00'; $(cat "$work/query")" >"$work/rows"
    ok $? "$name: runs" || diag "$(cat "$work/rows")"
    [ -s "$work/rows" ]; ok $? "$name: and finds rows"
done

# --- names -----------------------------------------------------------------------------------------------
grep -v '^#' "$srcdir/t/data/reserved-words" | tr ' ' '\n' | grep . | sort -u >"$work/reserved"
[ "$(wc -l <"$work/reserved")" -gt 280 ]; ok $? 'a list of reserved words'
sql "SELECT DISTINCT UPPER(name) FROM (
  SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'haetae'
  UNION SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'haetae'
  UNION SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'haetae' AND INDEX_NAME <> 'PRIMARY'
  UNION SELECT PARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'haetae' AND PARTITION_NAME IS NOT NULL) x" | sort -u >"$work/names"
[ "$(wc -l <"$work/names")" -gt 150 ]; ok $? "$(wc -l <"$work/names") names of tables, columns, keys and partitions"
is "$(comm -12 "$work/reserved" "$work/names" | tr '\n' ' ')" '' 'none is reserved'
tap_done
