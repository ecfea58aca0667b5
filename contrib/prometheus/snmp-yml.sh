#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the real prometheus-snmp-generator over HAETAE-MIB: "make poller-files" does, and a test holds
# snmp.yml to it.
#
#   sh snmp-yml.sh GENERATOR.YML HAETAE-MIB.txt >snmp.yml
#
# The IETF's modules that HAETAE-MIB imports come from MIBDIRS, or from Debian's erlang-snmp.
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-snmp.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/mibs"
if [ -z "${MIBDIRS:-}" ]; then
    for file in /usr/lib/erlang/lib/snmp-*/mibs/*.mib; do cp "$file" "$work/mibs/"; done
fi
cp "$1" "$work/generator.yml"
cp "$2" "$work/mibs/"
cd "$work"
MIBDIRS=$work/mibs${MIBDIRS:+:$MIBDIRS} prometheus-snmp-generator --fail-on-parse-errors generate >log 2>&1 || {
    cat log >&2
    exit 1
}
cat snmp.yml
