#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real snmptrapd with contrib/snmp/snmptrapd.conf and its traphandle takes every notification of
# HAETAE-MIB, raised and cleared: with the right instance, names from the module, no gap.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$builddir/t/agentx_all" ] || skip_all 'built without net-snmp (libsnmp-dev)'
need snmptrapd snmptrapd
. "$srcdir/t/server_snmpd.sh"
root=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h")
# What names it is read as it is installed.
rooted() { sed "s/1\.3\.6\.1\.4\.1\.8072\.9999\.9999\.4829/$root/g" "$srcdir/$1"; }
base=
for folder in /usr/lib/erlang/lib/snmp-*/mibs; do [ ! -f "$folder/SNMPv2-SMI.mib" ] || base=$folder; done
[ -n "$base" ] || skip_all 'no SNMPv2-SMI.mib and its neighbours (package erlang-snmp)'

server_folder
mkdir "$work/mibs" "$work/trapd"
cp "$builddir/subagent/mib/HAETAE-MIB.txt" "$work/mibs/"
# The sample as it is, but for the community and where the traphandle is.
sed -e "s/COMMUNITY\$/$snmpd_community/" -e "s|/usr/local/bin/haetae-trap|$work/handle|" \
    < <(rooted contrib/snmp/snmptrapd.conf) >"$work/trapd/snmptrapd.conf"
printf '#!/bin/sh\nHAETAE_TRAP_LOG=%s HAETAE_TRAP_STATE=%s exec sh %s\n' "$work/handled" "$work/state" \
    "$srcdir/contrib/snmp/haetae-trap" >"$work/handle"
chmod 755 "$work/handle"
server_port
trapd_port=$server_port
server_run trapd env SNMP_PERSISTENT_DIR="$work/trapd/var" SNMPCONFPATH="$work/trapd" MIBDIRS="$base:$work/mibs" \
    "$(PATH=$PATH:/usr/sbin command -v snmptrapd)" -f -Lf "$work/trapd.log" -C -c "$work/trapd/snmptrapd.conf" -m +HAETAE-MIB \
    -n "udp:127.0.0.1:$trapd_port"
listens() { grep -qi "$(printf ':%04X' "$trapd_port")" /proc/net/udp; }
wait_for 10 listens
ok $? 'snmptrapd runs with the sample' || diag "$(cat "$server_folder/trapd.log")"

# Informs: nothing is lost on the way, and a restart of either side is no gap.
snmpd_start master "trapsess -Ci -v 2c -c $snmpd_community -t 5 -r 3 127.0.0.1:$trapd_port"
ok $? 'snmpd answers'
server_run all "$builddir/t/agentx_all" "${snmpd_agentx[master]}"
shows() { snmpd_get master ".$root.1.22.4.0" | grep -q ' [1-5]$'; }
wait_for 10 shows
ok $? 'the subagent is there'

"$builddir/t/mib_list" >"$work/rows"
awk -F'\t' '$1 == "notification" { print $3 }' "$work/rows" | sort >"$work/names"
n=$(wc -l <"$work/names")
[ "$n" -ge 15 ]
ok $? "the module has $n notifications"
came() { [ "$(grep -c 'HAETAE-MIB::haetae[A-Za-z]*Change' "$work/trapd.log")" -ge "$1" ]; }
server_signal all USR1
wait_for 20 came "$n"
ok $? 'each is received' || diag "$(tail -n 3 "$work/trapd.log")"
server_signal all USR1
wait_for 20 came $((2 * n))
ok $? 'and received again, when all is well again'
grep -o 'HAETAE-MIB::haetae[A-Za-z]*Change.*' "$work/trapd.log" >"$work/came"
is "$(sed 's/^HAETAE-MIB:://; s/[^A-Za-z].*//' "$work/came" | sort | uniq -c | awk '{ print $2, $1 }')" "$(sed 's/$/ 2/' "$work/names")" \
    'each of them twice, by its name'

# What the rows say that each of them carries, with the instance that the agent shows.
while IFS=$'\t' read -r _ _ name table objects; do
    line=$(grep -m 1 "^HAETAE-MIB::${name}[^A-Za-z]" "$work/came")
    suffix=.0
    number=$(awk -F'\t' -v table="$table" '$1 == "table" && $3 == table && $5 > 0 { print $2 }' "$work/rows")
    for object in $objects; do
        if [ "$object" = haetaeAgentNotificationSequence ]; then
            grep -qE "HAETAE-MIB::$object\.0 = Counter32: [0-9]+" <<<"$line" || printf '%s lacks %s.0\n' "$name" "$object"
            continue
        fi
        if [ -n "$number" ]; then
            column=$(awk -F'\t' -v name="$object" '$1 == "column" && $2 $4 == name { print $3 }' "$work/rows")
            first=$(snmpgetnext -v2c -c "$snmpd_community" -On -t 3 "${snmpd_agent[master]}" ".$root.1.$number.1.$column" |
                sed 's/ .*//')
            suffix=.${first#".$root.1.$number.1.$column."}
            # A UUID is written as it is in the module.
            [ "$table" != haetaeDomain ] || suffix='\..*'
        fi
        grep -qE "HAETAE-MIB::$object${suffix//./\\.} = " <<<"$line" || grep -qE "HAETAE-MIB::$object$suffix = " <<<"$line" ||
            printf '%s lacks %s%s\n' "$name" "$object" "$suffix"
    done
done < <(awk -F'\t' -v OFS='\t' '$1 == "notification" { o = $5; for (i = 6; i <= NF; i++) o = o " " $i; print $1, $2, $3, $4, o }' "$work/rows") >"$work/lacks"
is "$(cat "$work/lacks")" '' 'each has its objects, with the instance of its row'
is "$(grep -c 'haetae[A-Za-z]*\(State\|Health\)[^ ]* = INTEGER: critical(4)' "$work/came")" "$n" 'one of each says that it is critical'
is "$(grep -c 'haetae[A-Za-z]*\(State\|Health\)[^ ]* = INTEGER: ok(1)' "$work/came")" "$n" 'and one that it is ok'
grep -o 'haetaeAgentNotificationSequence.0 = Counter32: [0-9]*' "$work/came" | sed 's/.* //' >"$work/sequence"
is "$(sort -n "$work/sequence" | tr '\n' ' ')" "$(seq 1 $((2 * n)) | tr '\n' ' ')" 'the sequence has no gap and nothing twice'

# --- the traphandle
handled() { [ "$(wc -l <"$work/handled")" -ge $((2 * n)) ]; }
wait_for 20 handled
ok $? 'the traphandle is given each of them'
like "$(grep -m 1 haetaeServiceStateChange "$work/handled")" ': haetaeServiceStateChange .*Name.* critical: .*StateText.* \(#[0-9]+\)$' \
    'it says in one line who, what and why'
is "$(grep -c 'were lost' "$work/handled")" 0 'nothing was lost'
is "$(grep -vc '^127\.0\.0\.1: haetae' "$work/handled")" 0 'a sender without a name is its address'
is "$(cd "$work/state" && echo *)" '127.0.0.1 127.0.0.1.lock' 'and the same whatever port it has'
trap_once() { # SEQUENCE: hands one over as snmptrapd does
    printf '%s\n' node9 'UDP: [127.0.0.1]:1->[127.0.0.1]:162' 'SNMPv2-MIB::snmpTrapOID.0 HAETAE-MIB::haetaeProbeStateChange' \
        'HAETAE-MIB::haetaeProbeName.7 "a;probe $(id) `id`"' 'HAETAE-MIB::haetaeProbeState.7 warning(3)' \
        'HAETAE-MIB::haetaeProbeStateText.7 "slow"' "HAETAE-MIB::haetaeAgentNotificationSequence.0 $1" | "$work/handle"
}
trap_once 5
trap_once 6
trap_once 9
is "$(grep '^node9' "$work/handled")" "node9: haetaeProbeStateChange a;probe \$(id) \`id\` warning(3): slow (#5)
node9: haetaeProbeStateChange a;probe \$(id) \`id\` warning(3): slow (#6)
node9: haetaeProbeStateChange a;probe \$(id) \`id\` warning(3): slow (#9)
node9: 2 notifications were lost before #9; haetaeAlarmTable tells what is wrong now" 'a gap is told; what came is text'
printf 'x\ny\n' | "$work/handle"
ok $? 'a trap without anything is taken'
tap_done
