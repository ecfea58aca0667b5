#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# HAETAE-MIB: clean to smilint and to net-snmp, the same as the rows of lib/mib in both directions,
# installed with the root that was configured, and without a change that SMIv2 forbids.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/lint.sh"
mib=$srcdir/subagent/HAETAE-MIB.txt
rows=$builddir/t/mib_list
need smilint smitools
need snmptranslate snmp
need perl perl
# The IETF's modules are in few packages; Erlang's SNMP has those that are imported.
base=
for folder in /usr/lib/erlang/lib/snmp-*/mibs; do
    [ ! -f "$folder/SNMPv2-SMI.mib" ] || base=$folder
done
[ -n "$base" ] || skip_all 'no SNMPv2-SMI.mib and its neighbours (package erlang-snmp)'

# smilint exits 0 whatever it finds, also when it finds no module that is imported: what it says
# counts.
lint() { SMIPATH=$base smilint -l 6 -s -m "$1" 2>&1; }
lint "$mib" | none 'smilint finds nothing at level 6'
mkdir "$work/some"
cp "$base"/SNMPv2-*.mib "$work/some"
out=$(SMIPATH=$work/some smilint -l 6 -s "$mib" 2>&1)
is "$?" 0 'without a module that is imported it exits 0'
like "$out" 'failed to locate MIB module .SNMP-FRAMEWORK-MIB' 'but says so'

# broken NAME WANTED PERL: a copy that PERL changes makes smilint say WANTED
broken() {
    perl -0pe "$3" "$mib" >"$work/broken.txt"
    if cmp -s "$mib" "$work/broken.txt"; then fail "$1: nothing was changed"; return; fi
    like "$(lint "$work/broken.txt")" "$2" "$1"
}
broken 'a wrong type is found' 'unknown type' 's/(haetaeProbeStateAge OBJECT-TYPE\s+SYNTAX )Gauge32/$1Gauge33/'
broken 'a missing import is found' 'TruthValue' 's/TEXTUAL-CONVENTION,\n    TruthValue/TEXTUAL-CONVENTION/'
broken 'an object outside every group is found' 'group-membership' 's/^ {8}haetaeProbeStale,\n//m'
broken 'an index that may be read is found' 'index.*accessible|accessible.*index' \
    's/(haetaeProbeIndex OBJECT-TYPE\s+SYNTAX HaetaeIndex\s+MAX-ACCESS )not-accessible/$1read-only/'
broken 'a group without a compliance is found' 'group-unref' 's/^ {8}GROUP haetaeProbePerfGroup\n.*\n.*\n//m'

translate() { snmptranslate -M "$base" -m "$1" "${@:2}" 2>&1; }
tree=$(translate "$mib" -Tp HAETAE-MIB::haetaeMIB)
like "$tree" $'^\+--haetaeMIB\([0-9]+\)\n.*haetaeProbeStateAge\(4\)' "net-snmp's parser makes a tree of it"
unlike "$tree" 'Cannot|Undefined|Bad|Warning:|Did not' 'without a warning'
out=$(translate "$mib" -Td HAETAE-MIB::haetaeProbeState)
like "$out" 'TEXTUAL CONVENTION HaetaeState.*INTEGER \{ok\(1\), unknown\(2\), warning\(3\), critical\(4\), disabled\(5\)\}' 'a state has its words'
out=$(translate "$mib" -Td HAETAE-MIB::haetaeServiceStateChange)
like "$out" 'OBJECTS.*haetaeServiceState.*haetaeAgentNotificationSequence' 'a notification has its objects'

# A notification that does not fit a datagram of an Ethernet would be lost with one of its pieces.
SMIPATH=$base smidump -f sizes "$mib" | sed -n '/notification PDUs/,$p' | grep -oE '[a-zA-Z0-9]+[[:blank:]]+[0-9]+[[:blank:]]*\[[0-9]+\.\.[0-9]+\]' >"$work/sizes"
[ -s "$work/sizes" ]; ok $? 'sizes of notifications are known'
sed -E 's/.*\.\.([0-9]+)\]/\1 &/' "$work/sizes" | awk '$1 > 1400' | none 'each fits one datagram, whatever is in it'

# --- the rows ------------------------------------------------------------------------------
"$rows" >"$work/rows"
like "$(cat "$work/rows")" $'\ncolumn\thaetaeProbe\t3\tState\tstate\t' 'the rows are printed'
awk -F'\t' '$1 == "table" { if ($2 <= last) print $3; last = $2; column = 0 }
    $1 == "column" { if ($3 <= column) print $2 $4; column = $3 }' "$work/rows" | none 'tables and columns are in the order of their numbers'
# differs MODULE: a line for whatever the rows and the module do not have in common
differs() {
    SMIPATH=$base smidump -f xml "$1" >"$work/module.xml" 2>"$work/smidump.err"
    [ ! -s "$work/smidump.err" ] || cat "$work/smidump.err"
    perl "$srcdir/subagent/mib.pl" check "$work/module.xml" <"${2:-$work/rows}"
}
differs "$mib" | none 'rows and module have the same objects, OIDs, types, units, words, sizes, indexes'

# drift NAME WANTED PERL: a module that is fine by itself and not what the rows say
drift() {
    perl -0pe "$3" "$mib" >"$work/drift.txt"
    cmp -s "$mib" "$work/drift.txt" && fail "$1: nothing was changed"
    like "$(differs "$work/drift.txt")" "$2" "drift: $1"
}
drift 'a type' 'haetaeProbeInterval: Gauge32 in the rows, Unsigned32' 's/(haetaeProbeInterval OBJECT-TYPE\s+SYNTAX |haetaeProbeInterval )Gauge32/$1Unsigned32/g'
drift 'a unit' "haetaeProbeLatency: unit 'milliseconds' in the rows, 'seconds'" 's/(haetaeProbeLatency OBJECT-TYPE\s+SYNTAX Gauge32\s+UNITS )"milliseconds"/$1"seconds"/'
drift 'a size' 'haetaeProbeName: SnmpAdminString\(0..190\) in the rows, SnmpAdminString\(0..64\)' 's/(haetaeProbeName OBJECT-TYPE\s+SYNTAX SnmpAdminString \(SIZE \(0..)190/${1}64/'
drift 'a word' 'haetaeProbeOutcome: .*never\(7\)\} in the rows, .*none\(7\)\}' 's/never\(7\)/none(7)/'
drift 'a number' 'haetaeProbeStale: .*1\.10\.1\.8 in the rows, .*1\.10\.1\.88' 's/haetaeProbeEntry 8 /haetaeProbeEntry 88 /'
drift 'an object that no row has' 'haetaeProbeFlapping: the rows have no such column' 's/haetaeProbeStale/haetaeProbeFlapping/g'
drift 'an index' 'haetaeProbePerfEntry: index haetaeProbeIndex, haetaeProbePerfIndex in the rows' 's/INDEX \{ haetaeProbeIndex, haetaeProbePerfIndex \}/INDEX { haetaeProbePerfIndex }/'
drift "a notification's objects" 'haetaeProbeStateChange: haetaeProbeName haetaeProbeState haetaeProbeStateText .* in the rows' \
    's/(haetaeProbeStateChange NOTIFICATION-TYPE\s+OBJECTS \{\s+haetaeProbeName,\n)\s+haetaeProbeState,\n/$1/'
drift "a notification's number" 'haetaeProbeStateChange: number 10 in the rows' 's/haetaeNotifications 10 /haetaeNotifications 110 /'
grep -v $'\thaetaeProbe\t8\t' "$work/rows" >"$work/fewer"
like "$(differs "$mib" "$work/fewer")" 'haetaeProbeStale: the rows have no such column' 'a row that is gone'
sed $'s/\tLatency\tgauge/\tDelay\tgauge/' "$work/rows" >"$work/other"
like "$(differs "$mib" "$work/other")" 'haetaeProbeDelay: the module has no such column' 'a row that the module lacks'

# --- the page ---------------------------------------------------------------------------------
perl "$srcdir/subagent/mib.pl" page <"$work/rows" | diff "$srcdir/subagent/haetae-mib.7" - | none 'haetae-mib(7) is what "make mib-page" writes'
sed -nE 's/^\.Dl \$ //p' "$srcdir/subagent/haetae-mib.7" | sed 's/\\-/-/g' >"$work/examples"
like "$(wc -l <"$work/examples")" '^ *[3-9]$' 'it has examples'
grep '^snmptranslate ' "$work/examples" | while read -r command; do
    # shellcheck disable=SC2086 # as a shell splits it
    MIBDIRS=$base:$srcdir/subagent $command >"$work/out" 2>&1 && [ -s "$work/out" ] || printf '%s: %s\n' "$command" "$(cat "$work/out")"
done | none 'those without an agent run'

# --- where it is installed ----------------------------------------------------------------------
root=$(sed -n 's/^root\t//p' "$work/rows")
installed=$builddir/subagent/mib/HAETAE-MIB.txt
is "$(translate "$installed" -On HAETAE-MIB::haetaeMIB)" ".$root" 'the copy that is installed has the root that was configured'
lint "$installed" | none 'and is clean'
differs "$installed" | none 'and what the rows say'
moved() {
    "${AWK:-awk}" -v oid="$1" -f "$srcdir/subagent/mib-root.awk" "$mib" >"$work/moved.txt"
    is "$(translate "$work/moved.txt" -On HAETAE-MIB::haetaeMIB)" ".$1" "$1: a root of ${2}"
    lint "$work/moved.txt" | none "$1: is clean"
}
moved 1.3.6.1.4.1.59999 'one number'
unlike "$(cat "$work/moved.txt")" 'haetaeRoot|playpen' 'nothing is left of the playpen'
moved 1.3.6.1.4.1.59999.4.1 'three numbers'
"${AWK:-awk}" -v oid=1.3.6.1.4.1.8072.9999.9999.4829 -f "$srcdir/subagent/mib-root.awk" "$mib" | diff "$mib" - | none 'its own root changes nothing'
"${AWK:-awk}" -v oid=1.3.6.1.4.1 -f "$srcdir/subagent/mib-root.awk" "$mib" >"$work/out" 2>&1
is "$?" 1 'what is no root is refused'
# So are the samples and pages that name it.
env -u MAKEFLAGS -u MFLAGS make -s -C "$builddir" install-rooted DESTDIR="$work/dest" docdir=/doc mandir=/man \
    ENTERPRISE_OID=1.3.6.1.4.1.59999 >"$work/out" 2>&1
ok $? 'what names the root is installed' || diag "$(cat "$work/out")"
is "$(grep -rl '8072\.9999' "$work/dest")" '' 'with the root that was configured'
for file in man/man7/haetae-snmp.7 doc/contrib/snmp/snmpd.conf doc/contrib/snmp/snmptrapd.conf doc/contrib/prometheus/snmp.yml \
    doc/contrib/zabbix/haetae-snmp.yaml doc/contrib/telegraf/haetae.conf doc/contrib/librenms/haetae.yaml; do
    grep -q '1\.3\.6\.1\.4\.1\.59999' "$work/dest/$file" || printf '%s\n' "$file"
done | none 'each of them'
grep -rlF --exclude=local.mk 8072.9999.9999.4829 "$srcdir"/{config,contrib} "$srcdir"/{plugins,scheduler,subagent}/*.[1578] | sed 's,.*/,,' | sort >"$work/naming"
[ -x "$builddir/subagent/haetae-agentx" ] || sed -i '/^haetae-agentx\.8$/d' "$work/naming"
find "$work/dest" -type f | sed 's,.*/,,' | sort | comm -23 "$work/naming" - | none 'no other file names the root of the tree'

# --- the release before ---------------------------------------------------------------------------
# SMIv2 lets a module grow, and nothing else (RFC 2578, section 10). The root may move, and the
# groups of a release that is not out yet may still grow.
changes() {
    SMIPATH=$base smidiff -l 3 -s -m "$1" "$2" 2>&1 | grep -vE '\{member-added\}|node .haetaeRoot[0-9]+. '
}
cp "$mib" "$work/HAETAE-MIB"
perl -0pe 's/^haetaeProbePerfAge OBJECT-TYPE.*?\n\n//ms; s/^ *haetaeProbePerfAge.*\n//mg; s/(haetaeProbePerfUnit(?: SnmpAdminString)?),\n(}|    })/$1\n$2/g' "$mib" >"$work/less.txt"
lint "$work/less.txt" | none 'a module with a column less'
changes "$work/less.txt" "$work/HAETAE-MIB" | none 'may become this one'
like "$(changes "$work/HAETAE-MIB" "$work/less.txt")" 'node-removed.*haetaeProbePerfAge' 'the other way is a change that is forbidden'
released=$srcdir/t/data/HAETAE-MIB-released.txt
if [ -f "$released" ]; then
    changes "$released" "$mib" | none 'nothing that was released has changed'
else
    skip 'there is no release with a module yet (its copy goes to t/data/HAETAE-MIB-released.txt)'
fi
tap_done
