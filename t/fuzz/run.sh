#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes targets for SECONDS each and merges what they found into the corpus.
# Run it in a build folder that was configured with --enable-fuzz CC=clang.
#   ../t/fuzz/run.sh SECONDS [NAME...]
set -u
[ $# -ge 1 ] || { printf 'usage: %s SECONDS [NAME...]\n' "$0" >&2; exit 2; }
seconds=$1
shift
corpus=$(cd "$(dirname "$0")/corpus" && pwd) || exit 1
[ $# -gt 0 ] || set -- t/fuzz/fuzz_*[!.]?
options=(-timeout=5 -rss_limit_mb=1024 -max_len=16384 -verbosity=0 -print_final_stats=0)
failed=0
for name; do
    name=${name##*/fuzz_}
    target=t/fuzz/fuzz_$name
    [ -x "$target" ] || { printf 'no %s here: configure with --enable-fuzz CC=clang\n' "$target" >&2; exit 2; }
    found=$(mktemp -d) || exit 1
    mkdir -p "$corpus/$name"
    # What crashed stays in the build folder, under a name that libFuzzer gives.
    # A corpus has one input a branch: counters would multiply it by ten.
    if "$target" "${options[@]}" -max_total_time="$seconds" -artifact_prefix="crash-$name-" \
        "$found" "$corpus/$name" 2>"crash-$name.log"; then
        rm -f "crash-$name.log"
        "$target" "${options[@]}" -use_counters=0 -merge=1 "$corpus/$name" "$found" 2>/dev/null
        printf 'ok %s: %s inputs\n' "$name" "$(find "$corpus/$name" -type f | wc -l)"
    else
        printf 'FAILED %s: see crash-%s.log\n' "$name" "$name"
        failed=1
    fi
    rm -rf "$found"
done
exit $failed
