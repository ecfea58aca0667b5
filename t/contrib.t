#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The samples in contrib name options, metrics and thresholds that the plugins have.
. "${srcdir:-.}/t/tap.sh" || exit 1
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

# --- rights for single plugins -----------------------------------------------------------------------
sed "s|@plugindir@|$plugins|" "$srcdir/contrib/sudoers/haetae.in" >"$work/sudoers"
is "$(grep -o '/check_[a-z_]*' "$work/sudoers" | sort -u | while read -r name; do
    [ -f "$srcdir/plugins$name.c" ] || echo "$name"
done)" '' 'every plugin that sudoers names is there'
if visudo=$(command -v visudo || command -v /usr/sbin/visudo); then
    chmod 440 "$work/sudoers"
    "$visudo" -cf "$work/sudoers" >"$work/visudo" 2>&1
    ok $? 'visudo takes it' || diag "$(cat "$work/visudo")"
else
    [ "${HAETAE_CI:-}" != 1 ] || fail 'needed in CI: visudo (package sudo)'
    skip 'no visudo (package sudo)'
fi
if [ "$(id -u)" = 0 ] && command -v setcap >/dev/null && [ -x "$plugins/check_connectivity" ] && unshare -n true 2>/dev/null; then
    chmod 711 "$work"
    mkdir "$work/caps"
    cp "$plugins/check_connectivity" "$work/caps/"
    if sed "s|@plugindir@|$work/caps|" "$srcdir/contrib/capabilities/haetae-setcap.sh.in" | sh 2>"$work/err"; then
        # A fresh network namespace lets nobody send ICMP without a capability.
        lonely() { unshare -n sh -c 'ip link set lo up && exec "$@"' sh setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
        run lonely "$plugins/check_connectivity" -H 127.0.0.1 --rounds 1
        like "$line1" 'this user may not send ICMP' 'without its capability check_connectivity says so'
        run lonely "$work/caps/check_connectivity" -H 127.0.0.1 --rounds 1
        is "$rc" 0 'with it, it works' || diag "$out"
    else
        skip "no capabilities of files here: $(cat "$work/err")"
    fi
else
    skip 'setcap needs root'
fi
tap_done
