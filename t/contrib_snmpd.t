#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/snmp/snmpd.conf as snmpd reads it, and prometheus-snmp-exporter with the module of
# contrib/prometheus: what it scrapes has every table, with names.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$builddir/t/agentx_all" ] || skip_all 'built without net-snmp (libsnmp-dev)'
. "$srcdir/t/server_snmpd.sh"
need snmpbulkwalk snmp
root=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h")
# What names it is read as it is installed.
rooted() { sed "s/1\.3\.6\.1\.4\.1\.8072\.9999\.9999\.4829/$root/g" "$srcdir/$1"; }

# The sample as it is, but for the socket and its group; the rest is what a site adds.
snmpd_start master
server_stop master
folder=$server_folder/master
rooted contrib/snmp/snmpd.conf >"$work/sample"
sed -e "s|/var/agentx/master|$folder/agentx|" -e 's|^agentXPerms .*|agentXPerms 0777 0755|' "$work/sample" >"$folder/haetae.conf"
is "$(diff "$work/sample" "$folder/haetae.conf" | grep -c '^< [^#]')" 2 'two lines of the sample are the machine'"'"'s'
{
    printf 'agentaddress %s\n' "${snmpd_agent[master]}"
    printf 'rocommunity %s 127.0.0.1 -V haetae\n' "$snmpd_community"
    printf 'createUser haetae SHA-256 %s AES %s\n' "$snmpd_auth_password" "$snmpd_priv_password"
    printf 'includeFile %s\n' "$folder/haetae.conf"
} >"$folder/snmpd.conf"
snmpd_launch master
wait_for 5 snmpd_answers master
ok $? 'snmpd runs with the sample' || diag "$(cat "$server_folder/master.log")"
is "$(grep -iE 'error|warning|unknown' "$server_folder/master.log")" '' 'and finds nothing wrong with it'
server_run all "$builddir/t/agentx_all" "$folder/agentx"
shows() { snmpd_get master ".$root.1.22.4.0" | grep -q ' [1-5]$'; }
wait_for 10 shows
ok $? 'the subagent gets in, and the view shows it'
unlike "$(snmpd_get master .1.3.6.1.2.1.25.1.1.0)" '[0-9]:[0-9]' 'what the view leaves out is hidden'
out=$(snmpget -v3 -l authPriv -u haetae -a SHA-256 -A "$snmpd_auth_password" -x AES -X "$snmpd_priv_password" -t 2 \
    "${snmpd_agent[master]}" ".$root.1.22.4.0" 2>&1)
like "$out" 'INTEGER: [1-5]' 'the user of SNMPv3 sees it'
out=$(snmpget -v3 -l authNoPriv -u haetae -a SHA-256 -A "$snmpd_auth_password" -t 2 "${snmpd_agent[master]}" ".$root.1.22.4.0" 2>&1)
like "$out" 'authorizationError' 'in clear it does not'

# --- the examples of haetae-snmp(7), at this agent
base=
for folder in /usr/lib/erlang/lib/snmp-*/mibs; do [ ! -f "$folder/SNMPv2-SMI.mib" ] || base=$folder; done
mkdir "$work/mibs"
cp "$builddir/subagent/mib/HAETAE-MIB.txt" "$work/mibs/"
sed -n 's/^\.Dl \(snmp\|HAETAE_SNMP\)/\1/p' < <(rooted subagent/haetae-snmp.7) >"$work/examples"
is "$(wc -l <"$work/examples")" 5 'haetae-snmp(7) has examples'
while read -r command; do
    case $command in
    *HAETAE-MIB*) [ -n "$base" ] || { skip 'no SNMPv2-SMI.mib (package erlang-snmp)'; continue; } ;;
    esac
    command=${command//COMMUNITY=COMMUNITY/COMMUNITY=$snmpd_community}
    command=${command//-c COMMUNITY/-c $snmpd_community}
    out=$(MIBDIRS=$base:$work/mibs PATH=$plugins:$PATH within 20 bash -c "${command//node1.example.net/${snmpd_agent[master]#udp:}}" 2>&1 </dev/null)
    rc=$?
    case $command in
    snmp*) good='^"(StateText|53 74)|haetaeAlarm|\.1\.12\.1\.|Name .* [0-9]' ;;
    *) good='^(SERVICES|NODE) (OK|WARNING|CRITICAL|UNKNOWN) - ' ;;
    esac
    { [ "$rc" -le 3 ] && [[ $out =~ $good ]] && ! [[ $out =~ UNKNOWN\ -\ option ]]; }
    ok $? "$command" || diag "$rc: $out"
done <"$work/examples"

# --- prometheus-snmp-exporter
exporter=$(command -v prometheus-snmp-exporter)
if [ -z "$exporter" ] || ! command -v curl >/dev/null 2>&1; then
    [ "${HAETAE_CI:-}" != 1 ] || fail 'needed in CI: prometheus-snmp-exporter, curl'
    skip 'no prometheus-snmp-exporter, or no curl'
    tap_done
    exit
fi
sed "s/community: public/community: $snmpd_community/" < <(rooted contrib/prometheus/snmp.yml) >"$work/snmp.yml"
server_port
server_run exporter "$exporter" --config.file="$work/snmp.yml" --web.listen-address="127.0.0.1:$server_port"
scrape() {
    curl -sS -m 20 -o "$work/metrics" "http://127.0.0.1:$server_port/snmp?module=haetae&target=${snmpd_agent[master]#udp:}" 2>"$work/curl.err" &&
        grep -q '^haetae' "$work/metrics"
}
wait_for 10 scrape
ok $? 'the exporter runs with snmp.yml, and scrapes' ||
    diag "$(cat "$work/curl.err" "$server_folder/exporter.log" | tail -n 5)$(head -n 5 "$work/metrics")"

# Every table, three rows each where it has an index; the numbers that a scalar has not are not there.
"$builddir/t/mib_list" | awk -F'\t' '$1 == "table" { n[$3] = $5 } $1 == "column" && $5 ~ /^(state|gauge|age|counter|counter64|hundredths|unsigned|integer|truth|date)$/ { print $2, (n[$2] > 0 ? 3 : 1), $2 $4 }' \
    >"$work/wanted"
while read -r table rows name; do
    got=$(grep -c "^${name}[ {]" "$work/metrics")
    if [ "$got" = "$rows" ]; then echo "$table" >>"$work/good"; else echo "$table $name: $got of $rows" >>"$work/bad"; fi
done <"$work/wanted"
touch "$work/bad" "$work/good"
is "$(grep -v ': 0 of 1$' "$work/bad")" '' 'every number of every row of every table is a metric'
is "$(cut -d' ' -f1 "$work/wanted" | sort -u | grep -vxFf "$work/good")" '' 'every table is there'
is "$(wc -l <"$work/good" | awk '{ print ($1 > 200) }')" 1 'which are many' || diag "$(wc -l "$work/good")"
like "$(grep '^haetaeServiceState{' "$work/metrics" | head -n 1)" \
    '^haetaeServiceState\{haetaeServiceIndex="[0-9]+",haetaeServiceName="Name [^"]* [0-9]+"\} [1-5]$' 'a service has its name'
like "$(grep '^haetaeListenerState{' "$work/metrics" | head -n 1)" \
    'haetaeListenerName="[^"]+".*haetaeServiceName="[^"]+"' 'a listener has that of its service, too'
like "$(grep '^haetaeDomainVcpus{' "$work/metrics" | head -n 1)" 'haetaeDomainName="[^"]+"' 'a domain has its name'
like "$(grep '^haetaeNodeBootTime' "$work/metrics")" '^haetaeNodeBootTime 1\.7[0-9]*e\+09' 'an instant is in seconds since 1970'
unlike "$(cat "$work/metrics")" 'StateText' 'texts that change are not there'
is "$(grep -c '^snmp_scrape_pdus_returned' "$work/metrics")" 1 'and the exporter counts what it asked'
tap_done
