#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a real snmpd shows of the subagent: the same cells however they are asked for.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/agentx_rows.sh"

# Before there is a snmpd.
server_folder
snmpd_agentx[one]=$server_folder/one/agentx
rows_start a one 1000 30
wait_for 5 grep -q 'cannot reach snmpd' "$work/a.err"
ok $? "without snmpd it waits, and says what to look at"
like "$(cat "$work/a.err")" "is snmpd running, with 'master agentx'" "in words that help"
snmpd_start one || { fail "snmpd starts"; tap_done; exit 1; }
wait_for 3 rows_answer one
ok $? "and registers when snmpd comes"

walk() { "$1" -v2c -c "$snmpd_community" -t 20 -r 0 -On -Oe -Ot "${@:2}" "${snmpd_agent[one]}" "$objects"; }
walk snmpwalk >"$work/walk"
# 3 + 3 + 1 scalars, 30 things of 16 columns, 90 children of 2, 30 uuids.
is "$(wc -l <"$work/walk")" "$((3 + 3 + 1 + 30 * 16 + 90 * 2 + 30))" "snmpwalk finds every cell"
# The age goes on meanwhile.
steady() { grep -vE "^$objects\.2\.1\.4\." "$1"; }
for n in 1 10 25 50; do
    walk snmpbulkwalk -Cr"$n" >"$work/bulk"
    cmp <(steady "$work/walk") <(steady "$work/bulk"); ok $? "snmpbulkwalk -Cr$n finds the same"
    is "$(wc -l <"$work/bulk")" "$(wc -l <"$work/walk")" "and as many"
done
cut -d' ' -f1 "$work/walk" | xargs -n 20 snmpget -v2c -c "$snmpd_community" -t 20 -r 0 -On -Oe -Ot \
    "${snmpd_agent[one]}" >"$work/get"
cmp <(steady "$work/walk") <(steady "$work/get"); ok $? "single GETs find the same"
# shellcheck disable=SC2086
snmpbulkwalk $snmpd_v3_priv -t 20 -On -Oe -Ot "${snmpd_agent[one]}" "$objects" >"$work/v3"
cmp <(steady "$work/walk") <(steady "$work/v3"); ok $? "SNMPv3 finds the same"
if [ -n "${snmpd_agent6[one]:-}" ]; then
    snmpbulkwalk -v2c -c "$snmpd_community" -t 20 -On -Oe -Ot "${snmpd_agent6[one]}" "$objects" >"$work/six"
    cmp <(steady "$work/walk") <(steady "$work/six"); ok $? "::1 finds the same"
else
    skip "no ::1"
fi

ask() { snmpget -v2c -c "$snmpd_community" -t 20 -On -Oq "${snmpd_agent[one]}" "$objects.$1" 2>&1; }
like "$(ask 1.2.0)" "No Such Instance" "a scalar that is not known"
like "$(ask 2.1.2.1)" "No Such Instance" "a row that is not there"
like "$(ask 2.1.9.1)" "No Such Object" "a column that is not there"
like "$(ask 5.1.2.1)" "No Such Object" "a table that is not there"
like "$(snmpset -v2c -c "$snmpd_community" -t 5 "${snmpd_agent[one]}" "$objects.1.1.0" i 4 2>&1)" \
    "notWritable|noAccess|not writable" "nothing can be set"
like "$(snmpwalk -v2c -c "$snmpd_community" -On "${snmpd_agent[one]}" .1.3.6.1.2.1.1.9.1.2)" \
    "OID: \.$root"$'(\n|$)' "the module is in sysORTable"

out=$("$builddir/t/snmp_ask" random "${snmpd_agent[one]}" "$snmpd_community" "$objects" 2 2>"$work/ask.err")
ok $? "random GETNEXTs: each answer is the first cell behind the question" || diag "$(tail -n 3 "$work/ask.err")"
diag "$out"

# Where no one may enter.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 700 "$server_folder/one"
    chmod 755 "$work"
    cp "$builddir/t/agentx_rows" "$work/agentx_rows"
    setpriv --reuid 65534 --regid 65534 --clear-groups "$work/agentx_rows" "${snmpd_agentx[one]}" 1000 1 \
        </dev/null >/dev/null 2>"$work/denied.err"
    setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'sleep 3 | exec "$0" "$1" 1000 1' \
        "$work/agentx_rows" "${snmpd_agentx[one]}" >/dev/null 2>"$work/denied.err" &
    wait_for 5 grep -q 'agentXPerms' "$work/denied.err"
    ok $? "a socket that may not be opened is said, with what to grant" || diag "$(cat "$work/denied.err")"
    wait $!
else
    skip "only root can become nobody"
fi

rows_stop a; is $? 0 "it ends by SIGTERM"
tap_done
