#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The samples in contrib name options, metrics and thresholds that the plugins have.
. "${srcdir:-.}/t/tap.sh"
sample=$srcdir/contrib/ccmt/alarm.cfg
# The texts of args = ( ... ), in order.
mapfile -t words < <(sed -n '/args = (/,/);/p' "$sample" | grep -o '"[^"]*"' | tr -d '"')
[ "${#words[@]}" -gt 30 ]
ok $? 'the CCMT alarm page has its words'
run "$plugins/check_node" --root "$data/root-zed" --state-dir "$work" "${words[@]}"
unlike "$line1" 'option|unknown metric' 'check_node takes every one of them'
for metric in load1 cpu memory disk_total io in out processes@httpd processes@mysql processes@java; do
    like "$out" "'$metric'=" "$metric is measured"
done
like "$out" "'load1'=[0-9.]+;1;5;" 'with the warning and critical maxima of the page'
tap_done
