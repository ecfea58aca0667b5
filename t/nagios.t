#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real nagios4 runs every plugin; its own status shows state, text and all perfdata.
. "${srcdir:-.}/t/tap.sh" || exit 1
need nagios4 nagios4-core
. "$srcdir/t/server_nagios.sh"
. "$srcdir/t/watched.sh"

watched_services nagios_service
nagios_start
ok $? "nagios4 takes the configuration" || diag "$(tail -n 20 "$nagios_dir/verify")"
wait_for 90 nagios_checked "${#watched[@]}"
ok $? "all ${#watched[@]} services have a result" || diag "$(tail -n 20 "$nagios_dir/var/nagios.log")"

for name in "${watched[@]}"; do
    want=$work/expected/$name
    state=$(nagios_field "$name" current_state)
    perf=$(nagios_field "$name" performance_data)
    case $name in
    live-*)
        like "$state" '^[0-3]$' "$name has a state"
        is "$(labels <<<"$perf")" "$(labels <"$want.perf")" "$name: all labels arrive"
        ;;
    *)
        is "$state" "$(cat "$want.state")" "$name has its state"
        # Nagios turns every ';' of the text into ':', which ends fields of its own files.
        is "$(nagios_field "$name" plugin_output)" "$(tr ';' ':' <"$want.line1")" "$name: line 1 arrives"
        is "$perf" "$(cat "$want.perf")" "$name: all perfdata arrives"
        ;;
    esac
done
tap_done
