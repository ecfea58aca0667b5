#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rows of a node's probes, as the subagent has them from the scheduler's database: what haetae
# status and history show, with a viewer's grants, while the database is away or hangs, and many.
. "${srcdir:-.}/t/tap.sh" || exit 1
collect=$builddir/t/collect_probes
[ -x "$collect" ] || skip_all 'built without the database or without the subagent'
. "$srcdir/t/scheduler.sh"
sched_init
echo 'look no further' >"$work/password"
chmod 600 "$work/password"
# configure NODE [MORE]: of the subagent
configure() {
    sched_conf
    echo "agentx = { probes = true; probes_node = \"$1\"; database = { user = \"looker\"; password_file = \"$work/password\"; }; ${2:-} };" >>"$conf"
}
configure n1
h() { run "$haetae" --config "$conf" "$@"; }
look() { out=$("$collect" "$conf" 2>&1); }
# cell COLUMN NAME: a column of a probe's row
cell() {
    local index
    index=$(sed -nE "s/^haetaeProbeName\.([0-9]+) $2\$/\1/p" <<<"$out")
    sed -nE "s/^haetaeProbe$1\.$index (.*)/\1/p" <<<"$out"
}
# value COLUMN NAME LABEL: a column of a value's row
value() {
    local index
    index=$(sed -nE "s/^haetaeProbeName\.([0-9]+) $2\$/\1/p" <<<"$out")
    index=$(sed -nE "s/^haetaeProbePerfLabel\.($index\.[0-9]+) $3\$/\1/p" <<<"$out")
    sed -nE "s/^haetaeProbePerf$1\.$index (.*)/\1/p" <<<"$out"
}

look
like "$out" 'failed: cannot .*Access denied.*looker' 'a user that is not there'
mariadb_sql "CREATE USER looker@localhost IDENTIFIED BY 'look no further'"
mariadb_sql "$("$haetae_admin" --config "$conf" db grants --role viewer --user looker --from localhost)"
look
like "$out" "^failed: there is no node 'n1'" 'a node that is not there'

# --- results of the scheduler itself ---------------------------------------------------------
printf "LOAD OK - load 0.25 | 'load1'=0.25;;;0 'load5'=7;;;0\n" >"$work/load"
printf "UPTIME CRITICAL - up 5 s\nmore | 'uptime'=5s;;@0:;0\n" >"$work/uptime"
chmod 644 "$work/load" "$work/uptime"
spec load -- print "$work/load" 0
spec uptime.critical -- print "$work/uptime" 2
spec never interval=86400 phase=$((($(date +%s) + 43200) % 86400))
spec off interval=60 enabled=false
import
ok $? 'four specs'
has_run() {
    "$scheduler" --config "$conf" --once >>"$log" 2>&1
    [ "$(sql "SELECT COUNT(*) FROM STATUS s JOIN TOOLSPECS t USING (specid) WHERE t.name IN ('load', 'uptime.critical') AND s.seq <> 0")" = 2 ]
}
wait_for 20 has_run
ok $? 'the scheduler has run two of them' || diag "$(tail -n 5 "$log")"
look
is "$(grep -c '^haetaeProbeName' <<<"$out")" 4 'a row for each probe of this node'
is "$(cell State load) $(cell Outcome load) $(cell ExitCode load) $(cell Attempts load)" '1 1 0 1' 'ok: state, outcome, exit code, attempts'
is "$(cell State 'uptime.critical') $(cell ExitCode 'uptime.critical')" '4 2' 'critical'
is "$(cell State never) $(cell Outcome never) $(cell StateText never)" '2 7 no result yet' 'one that had no slot yet is unknown'
is "$(cell Missing never)" 'StateAge LastRunAge Duration Latency Attempts ExitCode' 'and what is missing is named'
is "$(cell State off) $(cell StateText off)" '5 disabled' 'one that is disabled'
is "$(cell Type load) $(cell Interval load)" 'probe 1000' 'its type and interval'

# haetae status and history say the same of the same.
last=$(sql "SELECT s.text, s.duration_ms, s.started_ms - s.due_ms FROM STATUS s JOIN TOOLSPECS t USING (specid) WHERE t.name = 'load'")
is "$(cell StateText load)"$'\t'"$(cell Duration load)"$'\t'"$(cell Latency load)" "$last" 'text, duration and latency are those of the database'
snmp=$out
h status --node n1 --output json
like "$out" "\"probe\":\"load\",.*\"state\":0" 'haetae status has it'
like "$out" "$(sed -n 's/^haetaeProbeStateText\.[0-9]* \(UPTIME .*\)$/\1/p' <<<"$snmp" | sed 's/[][().*+?|\\]/\\&/g')" 'with the text of the row'
h history n1 load --metric load1 --output json
like "$out" '"value": ?0\.25[,}]' 'haetae history has a value'
out=$snmp
is "$(value ValueText load load1)" 0.25 'and the row the same'
is "$(value Unit load load1)|$(value Unit 'uptime.critical' uptime)" '|s' 'units'

# --- the same by SNMP --------------------------------------------------------------------------
agentx=$builddir/subagent/haetae-agentx
root=.$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h").1
# Lines "OID VALUE" of both, without ages: as the collector has them, and as snmpd tells them.
"$builddir/t/mib_list" | awk -v root="$root" -F'\t' '$1 == "table" { number[$3] = $2 }
    $1 == "column" && $5 != "age" { print $2 $4, root "." number[$2] ".1." $3 }' >"$work/oids"
collected() {
    "$collect" "$conf" | awk 'NR == FNR { oid[$1] = $2; next }
        { dot = index($1, "."); name = substr($1, 1, dot - 1)
          if (dot && name in oid) { index_ = substr($1, dot); $1 = oid[name] index_; print } }' "$work/oids" - |
        sed 's/ $//; s/ StateAge / /' | sort # which the subagent finds for itself
}
told() {
    snmpbulkwalk -v2c -c "$snmpd_community" -t 2 -r 2 -On -Oq -Oe "${snmpd_agent[main]}" "$root.$1" |
        sed 's/ "\(.*\)"[[:blank:]]*$/ \1/; s/ $//' | grep -F -f <(sed 's/.* \(.*\)/\1./' "$work/oids") | sort
}
agrees() { told 10 >"$work/told"; told 11 >>"$work/told"; sort -o "$work/told" "$work/told"; collected >"$work/collected"; cmp -s "$work/told" "$work/collected"; }
collector_is() { # STATE
    local index
    index=$(snmpbulkwalk -v2c -c "$snmpd_community" -On -Oq -Oe "${snmpd_agent[main]}" "$root.13.1.2" | sed -n 's/^.*\.\([0-9]*\) "probes"$/\1/p')
    [ "$(snmpd_get main "$root.13.1.3.$index")" = "$root.13.1.3.$index $1" ]
}
# As need() says, behind tests that have run.
if [ -x "$agentx" ] && [ "${HAETAE_CI:-}" != 1 ] && ! PATH=$PATH:/usr/sbin command -v snmpd >/dev/null; then
    skip 'no snmpd (package snmpd)'
elif [ -x "$agentx" ]; then
    . "$srcdir/t/server_snmpd.sh"
    snmpd_start main
    ok $? 'snmpd'
    configure n1 "user = \"$(id -un)\"; collectors = ( { name = \"probes\"; interval = 1; limit = 600; } );"
    "$agentx" --config "$conf" --socket "${snmpd_agentx[main]}" --ping-interval 1 </dev/null >"$work/agentx.log" 2>&1 &
    agentx_pid=$!
    at_exit "kill -9 $agentx_pid"
    wait_for 10 agrees
    ok $? 'haetae-agentx tells the same rows' || diag "$(diff "$work/told" "$work/collected") $(tail -n 3 "$work/agentx.log")"
    is "$(grep -c . "$work/told")" "$((4 * 12 + 3 * 5))" 'all of them'
    # The examples of haetae-mib(7) that ask an agent.
    base=$(find /usr/lib/erlang/lib -path '*/snmp-*/mibs/SNMPv2-SMI.mib' -printf '%h\n' 2>/dev/null | head -n 1)
    sed -nE 's/^\.Dl \$ (snmp(bulkwalk|table) .*)/\1/p' "$srcdir/subagent/haetae-mib.7" >"$work/examples"
    is "$(grep -c . "$work/examples")" 2 'two examples ask an agent'
    while read -r example; do
        example=${example/ localhost / ${snmpd_agent[main]} }
        [ -n "$base" ] || { skip 'no SNMPv2-SMI.mib (package erlang-snmp)'; continue; }
        # shellcheck disable=SC2086 # as a shell splits it
        out=$(MIBDIRS=$base:$srcdir/subagent ${example/ -c public / -c $snmpd_community } 2>&1 </dev/null)
        is "$?" 0 "${example%% *}"
        like "$out" 'uptime\.critical|UPTIME CRITICAL' 'shows what is wrong' || diag "$example"
    done <"$work/examples"
    mariadb_kill
    wait_for 10 collector_is 3
    ok $? 'the database is away: the collector says so'
    told 10 | diff - <(grep -F "$root.10." "$work/told") >"$work/diff"
    ok $? 'and its rows stay' || diag "$(cat "$work/diff")"
    mariadb_start
    wait_for 10 collector_is 1
    ok $? 'the database is back'
    kill "$agentx_pid"
    wait "$agentx_pid"
    is "$?" 0 'haetae-agentx ends'
    configure n1
else
    skip 'built without the subagent'
fi
out=$snmp

# --- states ------------------------------------------------------------------------------------
now=$(($(date +%s) * 1000))
sql "UPDATE STATUS s JOIN TOOLSPECS t USING (specid) SET s.due_ms = $now - 3600000, s.started_ms = $now - 3599990, s.since_ms = $now - 7200000, s.perf_ms = $now - 3600000, s.perf = '\\'a b\\'=-12.50%;90;95;0;100 big=123456789012345B huge=9000000000000000000 bad=7q;; \\'x\\'\\'y\\'=U tiny=0.000000001 n=1e3' WHERE t.name = 'load'"
look
is "$(cell State load) $(cell Stale load)" '2 1' 'nothing new for an hour: unknown, stale'
like "$(cell StateText load)" '^stale: nothing new from the scheduler; last: LOAD OK' 'says so, and what was last'
like "$(cell LastRunAge load) $(cell StateAge load)" '^3(599|6[0-9]{2}) 3[56][0-9]{2}$' 'ages'
is "$(value Value load 'a b') $(value Precision load 'a b') $(value ValueText load 'a b') $(value Unit load 'a b')" '-125 1 -12.50 %' 'a value'
is "$(value Value load big) $(value Precision load big) $(value ValueText load big)" '1234567890 -5 123456789012345' 'a large one is rounded, and exact as text'
is "$(value Value load huge) $(value Precision load huge)" '2147483647 -8' 'one that is too large saturates'
is "$(value Value load tiny) $(value Precision load tiny)" '1 9' 'a small one'
like "$(value Age load tiny)" '^36[0-9]{2}$' 'their age'
is "$(grep -c '^haetaeProbePerfLabel.* n$' <<<"$out")" 0 'what is no number is left out'

sql "UPDATE NODE SET maintenance_ms = $now + 3600000 WHERE name = 'n1'"
look
is "$(cell State 'uptime.critical')" 5 'in maintenance nobody is to be told'
like "$(cell StateText 'uptime.critical')" '^in maintenance; last: UPTIME CRITICAL' 'and the text stays'
sql "UPDATE NODE SET maintenance_ms = 0, groupid = 7 WHERE name = 'n1'"
sql "INSERT INTO NODEGROUP (groupid, parentid, name, maintenance_ms, created_ms) VALUES (7, 0, 'Zone1', $now + 3600000, 1)"
look
is "$(cell State 'uptime.critical')" 5 'the same by its group'
sql 'UPDATE NODEGROUP SET maintenance_ms = 0'

# --- names of a row --------------------------------------------------------------------------------
first=$(sed -nE 's/^haetaeProbeName\.//p' <<<"$out" | sort)
sql "UPDATE TOOLSPECS SET specid = specid + 100"
sql "UPDATE STATUS SET specid = specid + 100"
look
is "$(sed -nE 's/^haetaeProbeName\.//p' <<<"$out" | sort)" "$first" 'a row is known by its name, whatever number the database gives it'
like "$(cell StateText load)" 'last: LOAD OK' 'it is the same probe'

# --- the database away, back, hanging --------------------------------------------------------------
mkfifo "$work/go"
"$collect" "$conf" 4 <"$work/go" >"$work/rounds" 2>&1 &
collector=$!
exec 7>"$work/go"
round_ended() { [ "$(grep -cE '^haetaeProbePerf [0-9]|^failed: ' "$work/rounds")" -ge "$1" ]; }
wait_for 10 round_ended 1
mariadb_kill
echo >&7
wait_for 20 round_ended 2
like "$(tail -n 1 "$work/rounds")" '^failed: cannot reach the database: ' 'away: the round fails, and says why'
mariadb_start
echo >&7
wait_for 20 round_ended 3
like "$(tail -n 1 "$work/rounds")" '^haetaeProbePerf [0-9]+ 0 ' 'back: the next one is whole'
kill -STOP "$mariadb_pid"
echo >&7
wait_for 30 round_ended 4
kill -CONT "$mariadb_pid"
like "$(tail -n 1 "$work/rounds")" '^failed: cannot reach the database: ' 'hanging: the round ends by itself'
exec 7>&-
wait "$collector"
is "$?" 0 'and the collector'
printf 'wrong\n' >"$work/password"
look
like "$out" '^failed: .*Access denied' 'a wrong password'
chmod 644 "$work/password"
look
like "$out" '^failed: cannot use .*password: .*others may read' 'one that others may read'
chmod 600 "$work/password"
echo 'look no further' >"$work/password"
mariadb_sql 'REVOKE SELECT ON haetae.RUNLOG FROM looker@localhost'
look
like "$out" "^failed: .*'haetae db grants' prints what a user needs, --role viewer" 'a grant that is missing'
mariadb_sql 'GRANT SELECT ON haetae.RUNLOG TO looker@localhost'

# --- many ------------------------------------------------------------------------------------------
sql "INSERT INTO NODE (nodeid, name, created_ms) VALUES (900, 'many', 1)"
sql "INSERT INTO TOOLSPECS (specid, nodeid, name, hostid, version, probetype, testtype, synchgroup, command, args, interval_ms, phase_ms, timeout_ms, killgrace_ms, maxlate_ms, enabled, nextdue_ms, created_ms, changed_ms)
    SELECT 10000 + seq, 900, CONCAT('p', seq), 1, 1, 'plugin', 0, '', 'check_node_load', '', 60000, 0, 10000, 1000, 10000, 1, 0, 0, 0 FROM seq_1_to_1000"
sql "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, duration_ms, since_ms, text, details, perf, perf_ms)
    SELECT 10000 + seq, 8, IF(seq = 777, 2, IF(seq = 555, 1, 0)), 1, (10000 + seq) << 32 | $now DIV 1000, $now, $now + 3, 12, $now, 'LOAD OK', '', CONCAT('load1=', seq, ';;;0 load5=2.5;;;0 load15=3;;;0 \\'a@b\\'=4B c=5c'), $now FROM seq_1_to_1000"
sql "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, step_ms, slots, outcome, outcome_rank, state, exit_code, signo, started_ms, duration_ms, latency_ms, cut, text)
    SELECT $now DIV 86400000, 0, scheduleid, 1, specid, due_ms, due_ms, 0, 1, 1, 4, state, state, 0, started_ms, 12, 3, 0, text FROM STATUS WHERE specid > 10000"
configure many
look
like "$out" $'\nhaetaeProbe 1000 0 [0-9]+\n' 'a thousand probes'
like "$out" $'\nhaetaeProbePerf 5000 0 ([0-9]+)$' 'and five thousand values'
took=${BASH_REMATCH[1]}
diag "1,000 probes and 5,000 values in $took ms"
[ "$took" -lt 5000 ]; ok $? 'at once'
is "$(cell State p777) $(cell State p555) $(cell ExitCode p777) $(value Value p42 load1)" '4 3 2 42' 'each has its own'
configure many 'probes_rows = 100;'
look
like "$out" $'\nhaetaeProbe 100 900 [0-9]+\n' 'a cap: the rest is counted'
is "$(cell State p777) $(cell State p555)" '4 3' 'who needs somebody is there'
tap_done
