# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# haetae-agentx in a test: sourced behind t/server_snmpd.sh.
#
#   write_conf [LINE...]     writes $conf, with LINEs in its group, for $agentx_user
#   agentx_start NAME        starts it with $conf at the master NAME (snmpd_start), in the background;
#                            $agentx_pid, its log is $log. agentx_wrap may hold a command before it
#   agentx_stop              SIGTERM, waits for the end; $agentx_rc
#   value OID, walk OID      from the master `main`: a value alone; lines "OID VALUE"
#   collector NAME COLUMN    a value of haetaeCollectorTable
#   is_state NAME STATE      whether that collector is in that state
log=$work/agentx.log
conf=$work/etc/haetae.conf
mkdir -p "$work/etc"
chmod 755 "$work/etc"
agentx_wrap=()
agentx_user=root
agentx_rc=
haetae_oid=.$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h")
oid_agent=$haetae_oid.1.22
oid_collectors=$haetae_oid.1.13
oid_role=$oid_agent.3.0 oid_state=$oid_agent.4.0 oid_state_text=$oid_agent.6.0 oid_generation=$oid_agent.9.0
oid_services=$oid_agent.20.0 oid_connects=$oid_agent.42.0

write_conf() {
    { printf 'agentx = { user = "%s";\n' "$agentx_user"; printf '%s\n' "$@"; printf '};\n'; } >"$conf"
}
agentx_start() {
    : >"$log"
    "${agentx_wrap[@]}" "$builddir/subagent/haetae-agentx" --config "$conf" --socket "${snmpd_agentx[$1]}" \
        --ping-interval 1 </dev/null >>"$log" 2>&1 &
    agentx_pid=$!
    at_exit "kill -9 $agentx_pid"
}
agentx_stop() {
    kill -TERM "$agentx_pid"
    wait "$agentx_pid"
    agentx_rc=$?
}
value() { snmpd_get main "$@" 2>/dev/null | sed 's/^[^ ]* //; s/^"\(.*\)"$/\1/'; }
answers() {
    local answer
    answer=$(snmpd_get main "$1" 2>/dev/null) && [[ $answer == *' '* && $answer != *'No Such'* ]]
}
walk() {
    snmpbulkwalk -v2c -c "$snmpd_community" -t 2 -r 2 -On -Oq -Oe "${snmpd_agent[main]}" "$@" 2>/dev/null
}
collector() {
    local index
    index=$(walk "$oid_collectors.1.2" | sed -n "s/^.*\.\([0-9]*\) \"$1\"\$/\1/p")
    [ -n "$index" ] && value "$oid_collectors.1.$2.$index"
}
is_state() { [ "$(collector "$1" 3)" = "$2" ]; }
