#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The README's commands behind a '$' work as they stand, from the top of a tree that was built.
. "${srcdir:-.}/t/tap.sh" || exit 1
mkdir "$work/top"
ln -s "$plugins" "$builddir/scheduler" "$builddir/subagent" "$srcdir/config" "$work/top/"
grep '^    \$ ' "$srcdir/README.md" | sed 's/^ *\$ //' >"$work/commands"
[ -s "$work/commands" ]; ok $? 'there are some'
while read -r command; do
    program=$work/top/${command%% *}
    if [ ! -x "$program" ]; then
        skip "$command: not built"
        continue
    fi
    out=$(cd "$work/top" && XDG_STATE_HOME=$work within 60 bash -c "$command" 2>"$work/err" </dev/null)
    rc=$?
    case $program in */haetae | */haetae-agentx) most=0 ;; *) most=3 ;; esac
    [ "$rc" -le "$most" ] && [[ $out != *" UNKNOWN - option "* ]] && [[ $out != *" UNKNOWN - argument "* ]]
    ok $? "$command" || diag "$rc: $out$(cat "$work/err")"
done <"$work/commands"
tap_done
