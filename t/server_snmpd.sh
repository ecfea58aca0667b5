# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# A private snmpd as AgentX master for tests: sourced behind t/tap.sh.
#
#   snmpd_start NAME [LINE...]    starts one in a folder of its own; LINEs are added to its snmpd.conf
#   snmpd_launch NAME             starts it again with what it had, and does not wait
#   ${snmpd_agent[NAME]}          where it answers: udp:127.0.0.1:PORT, and ${snmpd_agent6[NAME]} on ::1
#                                 if there is one
#   ${snmpd_agentx[NAME]}         where subagents come
#   $snmpd_community              may read all; the users haetae-priv and haetae-auth, too, with
#                                 $snmpd_v3_priv and $snmpd_v3_auth as options of net-snmp's tools
#   snmpd_get NAME OID...         values as numbers
# server_signal, server_stop as t/server.sh says.
. "$srcdir/t/server.sh"
need snmpd snmpd
need snmpget snmp
declare -A snmpd_agent=() snmpd_agent6=() snmpd_agentx=()
snmpd_community=haetae-test
snmpd_auth_password=correct-horse-auth
snmpd_priv_password=battery-staple-priv
snmpd_v3_auth="-v3 -l authNoPriv -u haetae-auth -a SHA -A $snmpd_auth_password"
snmpd_v3_priv="-v3 -l authPriv -u haetae-priv -a SHA -A $snmpd_auth_password -x AES -X $snmpd_priv_password"
# No file of the machine's is read, and none of its MIBs.
export SNMPCONFPATH=/nonexistent MIBS="" MIBDIRS=/nonexistent

snmpd_get() {
    snmpget -v2c -c "$snmpd_community" -t "${snmpd_patience:-2}" -r 2 -On -Oq -Oe "${snmpd_agent[$1]}" "${@:2}"
}
snmpd_answers() { snmpd_get "$1" .1.3.6.1.2.1.1.3.0; }

snmpd_launch() {
    server_run "$1" env SNMP_PERSISTENT_DIR="$server_folder/$1/var" SNMPCONFPATH=/nonexistent \
        snmpd -f -Lo -C -c "$server_folder/$1/snmpd.conf" -I -smux
}

# Another test may take the port between the look and the bind.
snmpd_start() {
    local i
    for i in 1 2 3; do
        snmpd_try "$@" && return 0
        grep -q 'Error opening specified endpoint' "$server_folder/$1.log" || break
        : >"$server_folder/$1.log"
    done
    diag "no snmpd: $(tail -n 5 "$server_folder/$1.log")"
    return 1
}
snmpd_is_there() { snmpd_answers "$1" || server_gone "$1"; }

snmpd_try() {
    local name=$1 address
    shift
    server_folder || return 1
    mkdir -p "$server_folder/$name/var"
    server_port
    snmpd_agentx[$name]=$server_folder/$name/agentx
    snmpd_agent[$name]=udp:127.0.0.1:$server_port
    address=${snmpd_agent[$name]}
    if (exec 3<>"/dev/udp/::1/9") 2>/dev/null; then
        snmpd_agent6[$name]="udp6:[::1]:$server_port"
        address+=,${snmpd_agent6[$name]}
    fi
    {
        printf '%s\n' "agentaddress $address" 'master agentx' "agentXSocket ${snmpd_agentx[$name]}" \
            'agentXPerms 0777 0755' 'agentXTimeout 3' 'agentXRetries 1' 'dontLogTCPWrappersConnects yes' \
            "rocommunity $snmpd_community 127.0.0.1" "rocommunity6 $snmpd_community ::1" \
            "createUser haetae-priv SHA $snmpd_auth_password AES $snmpd_priv_password" \
            "createUser haetae-auth SHA $snmpd_auth_password" \
            'rouser haetae-priv priv' 'rouser haetae-auth auth' \
            'sysLocation test' 'sysContact nobody'
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$server_folder/$name/snmpd.conf"
    snmpd_launch "$name"
    wait_for 5 snmpd_is_there "$name" && server_alive "$name" && snmpd_answers "$name"
}
