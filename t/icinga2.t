#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real icinga2 runs every plugin; its own status shows state, text and all perfdata, and its
# own parser takes every item.
. "${srcdir:-.}/t/tap.sh" || exit 1
need icinga2 icinga2-bin
need perl perl
. "$srcdir/t/server_icinga2.sh"
. "$srcdir/t/watched.sh"

# It takes stderr for output. What a sanitizer only remarks, as on a library's own stacks, goes to
# files; what it finds ends the plugin by a status that is none of the expected ones.
mkdir -m 777 "$work/remarks"
ASAN_OPTIONS+=:log_path=$work/remarks/asan
watched_services icinga2_service
icinga2_start
ok $? "icinga2 takes the configuration" || diag "$(tail -n 20 "$icinga2_dir/verify")"
wait_for 90 icinga2_checked "${#watched[@]}"
ok $? "all ${#watched[@]} services have a result" || diag "$(tail -n 20 "$icinga2_dir/out")"

# It keeps the blank in front of '|', and quotes a label only where that has one.
declare -A state_of text_of perf_of
while IFS= read -r name && IFS= read -r state && IFS= read -r text && IFS= read -r perf; do
    state_of[$name]=$state text_of[$name]=$text perf_of[$name]=$perf
done < <(icinga2_status)

unquoted_labels() { tr -d "'" | grep -o '[^ =]*=' | sort; }
for name in "${watched[@]}"; do
    want=$work/expected/$name
    case $name in
    live-*)
        like "${state_of[$name]:-}" '^[0-3]$' "$name has a state"
        is "$(unquoted_labels <<<"${perf_of[$name]:-}")" "$(unquoted_labels <"$want.perf")" \
            "$name: all labels arrive"
        ;;
    *)
        is "${state_of[$name]:-}" "$(cat "$want.state")" "$name has its state"
        text=${text_of[$name]:-}
        is "${text% }" "$(cat "$want.line1")" "$name: line 1 arrives"
        is "$(tr -d "'" <<<"${perf_of[$name]:-}")" "$(tr -d "'" <"$want.perf")" "$name: all perfdata arrives"
        ;;
    esac
done

# An item that its parser refuses throws, and a dropped unit or threshold shows in the sums.
cat "$work"/expected/*.perf | grep -o "'[^']*'=[^ ]*" | sort -u >"$work/items"
{
    printf 'var n = 0; for (item in ['
    while read -r item; do icinga2_string "$item"; printf ', '; done <"$work/items"
    printf ']) { if (parse_performance_data(item).label.len() > 0) { n += 1 } }; n'
} >"$work/expression"
is "$(icinga2_eval "$(cat "$work/expression")")" "$(wc -l <"$work/items")" \
    "its parser takes all $(wc -l <"$work/items") items"
tap_done
