#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The index of a row is made of what it is called: the same on two nodes that have other things besides,
# and the same after restarts of the subagent and of snmpd.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/server_agentx.sh"

# profile NAME SERVICE...: each listens, and depends on something
profile() {
    local name=$1 service
    shift
    printf 'name = "%s"; title = "%s"; services = (' "$name" "$name"
    for service in "$@"; do
        printf '%s{ name = "%s"; match = "no-%s-here"; listen = ( { proto = "tcp"; port = 8774; } );' \
            "$([ "$service" = "$1" ] || echo ,)" "$service" "$service"
        printf ' depends = ( { kind = "db"; port = 3306; established = "1:"; } ); }'
    done
    printf ' );\n'
}
mkdir "$work/profiles"
profile first nova-api nova-conductor keystone >"$work/profiles/first.cfg"
profile second rabbitmq keystone redis nova-api cinder-api glance-api >"$work/profiles/second.cfg"
start() {
    agentx_start "$1" "profiles = ( \"$1\" ); profile_dirs = ( \"$work/profiles\" );
        collectors = ( { name = \"net\"; interval = 1; }, { name = \"services\"; interval = 1; } );"
}
if ! start first || ! start second; then fail 'two nodes'; tap_done; exit 1; fi

"$builddir/t/mib_list" >"$work/list"
# Every name of every table: lines "TABLE.COLUMN.INDEX NAME".
awk -F'\t' '$1 == "table" && $5 > 0 { number[$3] = $2; n[$3] = $5 } $1 == "column" && $4 == "Name" && n[$2] {
    print number[$2] ".1." $3 }' "$work/list" >"$work/columns"
names() {
    local column
    while read -r column; do
        snmpbulkwalk -v2c -c "$snmpd_community" -t 2 -r 2 -m '' -On -OQ "udp:${agentx_host[$1]}" ".$agentx_objects.$column" 2>/dev/null
    done <"$work/columns" | sed -n "s/^\.$agentx_objects\.\([0-9.]* = \"\)/\1/p" | sort
}
has() { names "$1" >"$work/names.$1" && [ "$(grep -cE "$2" "$work/names.$1")" -ge "$3" ]; }
wait_for 10 has first '"(nova-api|nova-conductor|keystone)' 9
ok $? 'a node with three services, a listener and a dependency each' || diag "$(cat "$work/names.first")"
wait_for 10 has second '"(nova-api|rabbitmq|keystone|redis|cinder-api|glance-api)' 18
ok $? 'another one with six, two of which are the same'
both=$(comm -12 "$work/names.first" "$work/names.second")
for name in '= "nova-api"' '= "keystone"' '= "nova-api .*8774' '= "keystone .*3306' '= "lo"' '= "services"'; do
    like "$both" "$name" "$name has one index on both"
done
same=$(sed 's/^[^"]*//' "$work/names.first" | sort | uniq -u | comm -12 - <(sed 's/^[^"]*//' "$work/names.second" | sort | uniq -u))
is "$(printf '%s\n' "$both" | sed 's/^[^"]*//' | sort | comm -13 - <(sort <<<"$same"))" '' 'whatever is called the same on both has the same index'

before=$(cat "$work/names.first")
is_back() { names first >"$work/now" && [ "$(cat "$work/now")" = "$before" ]; }
server_stop first-agentx
agentx_launch first
wait_for 10 is_back
ok $? 'the same after a restart of the subagent' || diag "$(diff "$work/names.first" "$work/now")"
server_stop first
snmpd_launch first
wait_for 10 is_back
ok $? 'and of snmpd' || diag "$(diff "$work/names.first" "$work/now")"
tap_done
