#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What check_services costs with 5,000 processes of 20 services and 20,000 sockets: against a bare C
# loop over the same files, and against the same questions to check_procs and check_tcp.
#   bench/services.sh [BUILDDIR]    BUILDDIR is a configured build; by default one is made
set -eu
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-bench.XXXXXX")
holder='' other=''
cleanup() {
    exec 9>&- || true
    [ -z "$holder" ] || kill "$holder" "$other" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
peers=/usr/lib/nagios/plugins
if [ ! -x "$peers/check_procs" ] || [ ! -x "$peers/check_tcp" ]; then
    echo "no $peers/check_procs or check_tcp (package monitoring-plugins-basic)" >&2
    exit 1
fi
# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --without-mysql
check=$build/plugins/check_services
bench=$build/bench
# A node where one process in five belongs to a service.
services=20 each=50 links=10 others=4000 port=${HAETAE_BENCH_PORT:-21000} word=haetae-bench-service

ulimit -n "$(ulimit -Hn)"
mkfifo "$work/hold"
touch "$work/load" "$work/others"
"$bench/service_load" "$services" "$each" "$links" "$port" "$word" <"$work/hold" >"$work/load" 2>"$work/load.err" &
holder=$!
"$bench/sleepers" "$others" haetae-bench-other --config-file=/etc/of/the/usual/length.conf --verbose <"$work/hold" >"$work/others" 2>&1 &
other=$!
exec 9>"$work/hold"
for ((i = 0; i < 600; i++)); do
    ! { grep -q ready "$work/load" && grep -q ready "$work/others"; } || break
    kill -0 "$holder" 2>/dev/null || break
    sleep 0.1
done
if ! grep -q ready "$work/load" || ! grep -q ready "$work/others"; then
    cat "$work/load.err" "$work/others" >&2
    exit 1
fi
pids=(/proc/[1-9]*)
echo "${#pids[@]} processes, $(($(wc -l </proc/net/tcp) - 1)) TCP sockets"

{
    printf 'name = "bench"; services = (\n'
    for ((i = 1; i <= services; i++)); do
        printf '%s{ name = "service-%d"; match = "serve %s-%d( |$)"; count = "%d"; listen = ( { port = %d; } ); depends = ( { kind = "broker"; port = %d; established = "%d"; } ); }\n' \
            "$([ "$i" = 1 ] || echo ,)" "$i" "$word" "$i" "$each" $((port + i)) "$port" $((each * links))
    done
    printf ');\n'
} >"$work/bench.cfg"
{
    echo '#!/bin/sh'
    for ((i = 1; i <= services; i++)); do
        echo "$peers/check_procs --ereg-argument-array='serve $word-$i( |\$)' -c $each:$each"
        echo "$peers/check_tcp -H 127.0.0.1 -p $((port + i))"
    done
} >"$work/peers.sh"
chmod +x "$work/peers.sh"

"$check" --profile "$work/bench.cfg" --one-line | cut -c 1-100
# MEDIAN of CPU time in us, and KiB, a command
times=$("$bench/spawn_time" 11 -- "$check" --profile "$work/bench.cfg" -- "$bench/bare_services" "$word")
against=$("$bench/spawn_time" 3 -- "$check" --profile "$work/bench.cfg" -- "$work/peers.sh")
echo "check_services, bare loop (wall us, CPU us, KiB):"
echo "$times"
echo "check_services, check_procs and check_tcp:"
echo "$against"
ratio() {
    awk -v what="$1" -v goal="$2" -v ours="$3" -v theirs="$4" 'BEGIN {
        r = ours / (theirs > 0 ? theirs : 1)
        printf "ratio %s %.3f goal %s %s\n", what, r, goal, r <= goal ? "met" : "short" }'
}
echo
ratio services_bare_loop 1.5 "$(awk 'NR == 1 { print $2 }' <<<"$times")" "$(awk 'NR == 2 { print $2 }' <<<"$times")"
ratio services_peers 0.05 "$(awk 'NR == 1 { print $2 }' <<<"$against")" "$(awk 'NR == 2 { print $2 }' <<<"$against")"
ratio services_rss 1 "$(awk 'NR == 1 { print $3 }' <<<"$times")" $((20 * 1024))
