# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# haetae-agentx behind a private snmpd, for tests: sourced behind t/tap.sh.
#
#   agentx_start NAME CONFIG [OPTION...]   a snmpd and a subagent; CONFIG is what stands in the group
#                            agentx of its haetae.conf beside the user; waits for its first answer
#   agentx_launch NAME       starts the subagent again with what it had (server_stop NAME-agentx ends it)
#   ${agentx_host[NAME]}     where snmpd answers, as check_*_snmp -H takes it
#   $agentx_objects          the OID of haetaeObjects
#   agentx_get NAME OID...   values as numbers; an OID is behind haetaeObjects
# HAETAE_SNMP_COMMUNITY is set.
. "$srcdir/t/server_snmpd.sh"
[ -x "$builddir/subagent/haetae-agentx" ] || skip_all 'built without the subagent'
declare -A agentx_host=() agentx_options=()
agentx_objects=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h").1
export HAETAE_SNMP_COMMUNITY=$snmpd_community

agentx_get() {
    local name=$1
    shift
    snmpget -v2c -c "$snmpd_community" -t 2 -r 2 -m '' -Oqv -On "udp:${agentx_host[$name]}" "${@/#/.$agentx_objects.}" 2>&1
}
agentx_answers() {
    snmpgetnext -v2c -c "$snmpd_community" -t 2 -m '' -On "udp:${agentx_host[$1]}" ".$agentx_objects" 2>&1 |
        grep -qF ".$agentx_objects."
}
agentx_launch() {
    # shellcheck disable=SC2086
    server_run "$1-agentx" "$builddir/subagent/haetae-agentx" --config "$server_folder/$1/haetae.conf" \
        --socket "${snmpd_agentx[$1]}" ${agentx_options[$1]}
}
agentx_start() {
    local name=$1 config=$2
    shift 2
    snmpd_start "$name" || return 1
    agentx_host[$name]=${snmpd_agent[$name]#udp:}
    agentx_options[$name]=$*
    printf 'agentx = { user = "%s"; ping = 1; %s };\n' "$(id -un)" "$config" >"$server_folder/$name/haetae.conf"
    chmod 600 "$server_folder/$name/haetae.conf"
    agentx_launch "$name"
    wait_for 15 agentx_answers "$name" && return 0
    diag "no answer from haetae-agentx: $(tail -n 5 "$server_folder/$name-agentx.log")"
    return 1
}
