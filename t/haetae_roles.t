#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What "haetae db grants" prints is enough for each role, and no more than that.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"

run "$haetae" db grants
is "$rc" 2 'a role must be named'
like "$errout" 'runner, operator or viewer' 'and which there are is said'
run "$haetae" db grants --role king
is "$rc" 2 'another one is refused'
sched_init
as() { # ROLE STATEMENT: as that user of the database
    mariadb_user=haetae_$1 mariadb_sql "$2" haetae 2>&1
}
admin() { "$haetae_admin" --config "$work/admin.conf" "$@"; }
viewer() { "$work/haetae-viewer" --config "$conf" "$@"; }

# --- the statements ----------------------------------------------------------------------------------
admin db grants --role runner --user 'o`b' --from "10.0.0.'1" >"$work/runner"
like "$(cat "$work/runner")" "GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, CREATE, DROP ON \`haetae\`.RUNLOG TO 'o\`b'@'10.0.0.\\\\'1';" 'names are quoted'
sql "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'haetae' AND TABLE_TYPE = 'BASE TABLE'" | sort >"$work/there"
for role in runner operator viewer; do
    admin db grants --role $role | sed -n 's/^GRANT .* ON `haetae`\.\([A-Z_]*\) TO .*/\1/p' | grep -v '^V_' | sort >"$work/granted"
    is "$(diff "$work/there" "$work/granted")" '' "$role: every table has its line"
done
is "$(grep -c 'ALTER' "$work/runner")" "$(sql "SELECT COUNT(DISTINCT TABLE_NAME) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'haetae' AND PARTITION_NAME IS NOT NULL")" \
    'runner: partitioned tables alone may be changed'
is "$(admin db grants --role operator | grep -cE 'ALTER|CREATE [^U]|DROP')" 0 'operator: none'
is "$(admin db grants --role viewer | grep -vc '^--\|^GRANT SELECT ON')" 0 'viewer: SELECT and nothing else'

# --- what each role does ---------------------------------------------------------------------------------
spec one interval=3600 -- run "$work/out/one" 0
spec two interval=3600 -- run "$work/out/two" 0
import
ok $? 'an operator imports specs'
sql 'UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - 2 * 3600000'
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a runner makes, runs, loads, maintains' || diag "$errout"
unlike "$errout" 'denied' 'and is refused nothing'
like "$(sql 'SELECT COUNT(*) FROM RUNLOG')" '^[1-9]' 'results are in'
[ "$(sql "SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'haetae' AND TABLE_NAME = 'RUNLOG'")" -gt 7 ]
ok $? 'and partitions are made'
[ "$(sql 'SELECT COUNT(*) FROM RUN_HOUR')" -gt 0 ]
ok $? 'and hours are rolled up'
for command in status accounting 'spec list' 'db status' 'node list' 'threshold list' log; do
    # shellcheck disable=SC2086
    run viewer $command
    is "$rc" 0 "a viewer runs: $command" || diag "$errout"
    # shellcheck disable=SC2086
    run "$haetae" --config "$conf" $command
    is "$rc" 0 "an operator runs: $command" || diag "$errout"
done

# --- what each role may not -------------------------------------------------------------------------------
run viewer spec import "$work/specs.cfg"
is "$rc" 1 'a viewer imports nothing'
like "$errout" "denied to user 'haetae_viewer'@.* for table .*haetae.*--role operator" 'and is told which table, and which role may'
while read -r role statement; do
    like "$(as "$role" "$statement")" 'denied' "$role: $statement"
done <<'T'
viewer INSERT INTO EVENTLOG (day) VALUES (1)
viewer UPDATE NODE SET name = 'x'
viewer DELETE FROM RUNLOG
viewer SELECT * FROM mysql.user
operator DROP TABLE RUNLOG
operator ALTER TABLE NODE ADD COLUMN x INT
operator DELETE FROM RESULT
operator UPDATE STATUS SET state = 0
operator DELETE FROM EVENTLOG
operator CREATE TABLE x (a INT)
runner INSERT INTO TOOLSPECS (specid) VALUES (1)
runner DELETE FROM TOOLSPECS
runner UPDATE THRESHOLD SET warn = ''
runner INSERT INTO NODE (name) VALUES ('x')
runner ALTER TABLE NODE ADD COLUMN x INT
runner DROP TABLE TOOLSPECS
runner DELETE FROM EVENTLOG
runner UPDATE SCHEMA_VERSION SET done = 0
T
run "$haetae" --config "$conf" db upgrade --dry-run
is "$rc" 0 'an operator may look what an upgrade would do' || diag "$errout"

# --- one who may not change tables ---------------------------------------------------------------------------
sql_server "REVOKE ALTER, DROP ON haetae.RESULT FROM 'haetae_runner'@'localhost'"
sql 'ALTER TABLE RESULT REMOVE PARTITIONING'
sql 'ALTER TABLE RESULT PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE)'
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a runner who may not make partitions goes on' || diag "$errout"
like "$errout" 'maintain.*RESULT.*ALTER command denied.*--role runner' 'and says so'
is "$(grep -c 'ALTER command' <<<"$errout")" 1 'once'
run viewer db status
like "$out" 'WARNING: table RESULT has no partitions for the days that come' 'db status shows it'

# --- db status ------------------------------------------------------------------------------------------------
like "$out" 'schema: 2, as this program needs it' 'db status: the schema'
like "$out" 'server: [0-9.]+-MariaDB' 'the server'
like "$out" 'commit: outlives a crash of the server' 'whether COMMIT lasts'
like "$out" 'days left: ' 'how long the room lasts'
like "$out" 'roll-ups: ' 'what waits to be rolled up'
like "$out" 'RUNLOG +[0-9]+ +[0-9.]+ [KM]iB +[0-9]+ +20[0-9-]+ +20[0-9-]+' 'rows, bytes, partitions of a table'
sed -i 's/^database = {/database = { capacity = "1 GiB";/' "$conf"
run viewer db status
like "$out" 'room: [0-9]+ MiB left \(database.capacity\)' 'the room that the configuration gives'
like "$out" 'days left: [0-9]+ \(.* a day by today so far, raw values stay 14 days: .* when full' 'and how long it lasts'
sql "INSERT INTO LEASE VALUES ('upgrade', 'somebody on db1', 1), ('maintain', 'probe1', 99999999999999) ON DUPLICATE KEY UPDATE holder = VALUES(holder), until_ms = VALUES(until_ms)"
run viewer db status --output json
is "$rc" 0 'as JSON'
python3 -c 'import json, sys
s = json.load(sys.stdin)
assert s["schema"] == 2 and s["durable"] and s["days_left"] > 0 and s["room_bytes"] < 1 << 30
assert [l["over"] for l in s["leases"]] == [False, True], s["leases"]
t = {x["table"]: x for x in s["tables"]}
assert t["RUNLOG"]["partitions"] >= 8 and t["RUNLOG"]["ahead_ms"] > 7 * 86400000 and "partitions" not in t["NODE"]' <<<"$out" 2>"$work/json"
ok $? 'with the same facts' || diag "$(cat "$work/json")" "$out"
tap_done
