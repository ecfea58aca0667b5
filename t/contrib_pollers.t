#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The samples for pollers are what the rows of HAETAE-MIB make of them, are good YAML and TOML, and
# name only what the module has.
. "${srcdir:-.}/t/tap.sh" || exit 1
need perl perl
contrib=$srcdir/contrib
[ -x "$builddir/t/mib_list" ] || skip_all 't/mib_list was not built'
# The tree has the root of its own module; installing rewrites it, see t/mib.t.
"$builddir/t/mib_list" | sed 's/^root\t.*/root\t1.3.6.1.4.1.8072.9999.9999.4829/' >"$work/rows"
[ -s "$work/rows" ]
ok $? 'the rows are printed'

while read -r kind file; do
    perl "$contrib/snmp/pollers.pl" "$kind" <"$work/rows" >"$work/made"
    cmp "$work/made" "$contrib/$file" >"$work/diff" 2>&1
    ok $? "$file is what the rows make of it (make poller-files)" ||
        diag "$(diff "$work/made" "$contrib/$file" | head -n 20)"
done <<'FILES'
prometheus prometheus/generator.yml
zabbix zabbix/haetae-snmp.yaml
zabbix60 zabbix/haetae-snmp-6.0.yaml
telegraf telegraf/haetae.conf
librenms librenms/haetae.yaml
FILES

made=(prometheus/generator.yml prometheus/haetae.rules.yml prometheus/prometheus.yml prometheus/snmp.yml
    zabbix/haetae-snmp.yaml zabbix/haetae-snmp-6.0.yaml telegraf/haetae.conf librenms/haetae.yaml)

# --- every object and every OID is one of the module's
awk -F'\t' '$1 == "table" { print $3; print $3 "Table"; split($4, index_names, " "); for (i in index_names) print index_names[i] }
    $1 == "column" { print $2 $4 } $1 == "notification" { print $3 }' "$work/rows" | sort -u >"$work/names"
printf '%s\n' haetaeObjects >>"$work/names"
grep -hoE '\bhaetae[A-Z][A-Za-z0-9]*' "${made[@]/#/$contrib/}" "$contrib/snmp/snmptrapd.conf" "$contrib/snmp/snmpd.conf" |
    sort -u | grep -vxFf "$work/names" | grep -vx 'haetaeState' >"$work/unknown"
is "$(cat "$work/unknown")" '' 'no sample names an object that is not there'
root=$(sed -n 's/^root\t//p' "$work/rows")
awk -F'\t' -v root="$root" '$1 == "table" { number[$3] = $2; n[$3] = $5; print root ".1." $2 }
    $1 == "column" { print root ".1." number[$2] (n[$2] > 0 ? ".1." : ".") $3 }' "$work/rows" | sort -u >"$work/oids"
for file in zabbix/haetae-snmp.yaml zabbix/haetae-snmp-6.0.yaml telegraf/haetae.conf librenms/haetae.yaml; do
    grep -oE "${root//./\\.}\.1(\.[0-9]+)+" "$contrib/$file" | sed 's/\.0$//' | sort -u >"$work/used"
    is "$(comm -23 "$work/used" "$work/oids")" '' "$file: every OID is that of an object"
    [ "$(wc -l <"$work/used")" -gt 100 ]
    ok $? 'and there are many'
done
if command -v snmptranslate >/dev/null 2>&1; then
    base=
    for folder in /usr/lib/erlang/lib/snmp-*/mibs; do [ ! -d "$folder" ] || base=$folder; done
    # Measurements of Telegraf's are called as their tables are here.
    awk -F'\t' '$1 == "table" && $5 > 0 { print $3 }' "$work/rows" >"$work/tables"
    grep -hoE '\bhaetae[A-Z][A-Za-z0-9]*' "${made[@]/#/$contrib/}" | sort -u | grep -vx 'haetaeState' |
        grep -vxFf "$work/tables" | sed 's/^/HAETAE-MIB::/' >"$work/asked"
    # shellcheck disable=SC2046
    snmptranslate -M "$base" -m "$srcdir/subagent/HAETAE-MIB.txt" -On $(cat "$work/asked") >"$work/translated" 2>&1
    is "$(grep -vE '^(\.[0-9.]+)?$' "$work/translated" | head -n 5)" '' 'net-snmp knows all of them from HAETAE-MIB.txt'
else
    skip 'no snmptranslate (package snmp)'
fi

# --- the formats
for file in "${made[@]}"; do
    case $file in
    *.conf) parse='import sys, tomllib; tomllib.load(open(sys.argv[1], "rb"))' module=tomllib ;;
    *) parse='import sys, yaml; yaml.safe_load(open(sys.argv[1]))' module=yaml ;;
    esac
    if ! python3 -c "import $module" 2>/dev/null; then
        skip "no python3 with $module"
        continue
    fi
    python3 -c "$parse" "$contrib/$file" 2>"$work/err"
    ok $? "$file can be parsed" || diag "$(cat "$work/err")"
done
if python3 -c 'import yaml' 2>/dev/null; then
    python3 - "$contrib/zabbix/haetae-snmp.yaml" "$contrib/zabbix/haetae-snmp-6.0.yaml" >"$work/zabbix" 2>&1 <<'PYTHON'
import re, sys, yaml
# What Zabbix refuses at an import: UUIDs that are twice or no version 4, keys that are twice,
# dependent items without their master, maps and triggers that name what is not there.
for name in sys.argv[1:]:
    export = yaml.safe_load(open(name))['zabbix_export']
    uuids, keys, masters, maps, triggers = [], [], [], [], []
    def walk(node):
        if isinstance(node, list):
            for one in node: walk(one)
        if not isinstance(node, dict): return
        if 'uuid' in node: uuids.append(node['uuid'])
        if 'key' in node and 'name' in node: keys.append(node['key'])
        if 'master_item' in node: masters.append(node['master_item']['key'])
        if 'valuemap' in node: maps.append(node['valuemap']['name'])
        if 'expression' in node: triggers.append(node['expression'])
        for one in node.values(): walk(one)
    walk(export)
    template = export['templates'][0]
    if len(uuids) < 300: print(name, 'has few things')
    if len(set(uuids)) != len(uuids): print(name, 'has a UUID twice')
    print(*[u for u in uuids if not re.fullmatch('[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}', u)], end='')
    if len(set(keys)) != len(keys): print(name, 'has a key twice')
    print(*[m for m in masters if m not in keys], end='')
    print(*[m for m in maps if m not in [v['name'] for v in template['valuemaps']]], end='')
    for trigger in triggers:
        key = re.fullmatch(r'last\(/HAETAE by SNMP/(.*)\)=[234]', trigger).group(1)
        if key not in keys: print(name, 'has a trigger of', key)
PYTHON
    is "$(cat "$work/zabbix")" '' 'the templates are whole: UUIDs, keys, masters, maps, triggers'
else
    skip 'no python3 with yaml'
fi

# --- the real generator
if command -v prometheus-snmp-generator >/dev/null 2>&1; then
    sh "$contrib/prometheus/snmp-yml.sh" "$contrib/prometheus/generator.yml" "$srcdir/subagent/HAETAE-MIB.txt" \
        >"$work/snmp.yml" 2>"$work/err"
    ok $? 'prometheus-snmp-generator takes generator.yml and the module' || diag "$(cat "$work/err")"
    cmp "$work/snmp.yml" "$contrib/prometheus/snmp.yml" >/dev/null 2>&1
    ok $? 'snmp.yml is what it makes (make poller-files)' ||
        diag "$(diff "$work/snmp.yml" "$contrib/prometheus/snmp.yml" | head -n 20)"
else
    [ "${HAETAE_CI:-}" != 1 ] || fail 'needed in CI: prometheus-snmp-generator (package prometheus-snmp-exporter)'
    skip 'no prometheus-snmp-generator (package prometheus-snmp-exporter)'
fi
tap_done
