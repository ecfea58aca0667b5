#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A list of queues that is longer than a round: what is told before, while and after it is read.
. "${srcdir:-.}/t/tap.sh" || exit 1
sweep=$builddir/t/rabbitmq_sweep
[ -x "$sweep" ] || skip_all 'built without curl or jansson (libcurl4-openssl-dev, libjansson-dev)'
paths=()
for page in {1..12}; do
    printf '{"page_count":12,"items":[{"name":"q%d","vhost":"/","messages":%d,"consumers":1},{"name":"q","vhost":"/","messages":1,"consumers":1}]}' \
        "$page" "$page" >"$work/page$page"
    paths+=("/api/queues?page=$page&" 200 "$work/page$page")
done
"$builddir/t/http_files" /api/overview 200 "$data/rabbitmq-4/overview.json" "${paths[@]}" >"$work/port" </dev/null &
at_exit "kill $!"
wait_for 10 test -s "$work/port"
host=127.0.0.1:$(cat "$work/port")
run "$sweep" "$host" 12 2
is "$out" $'24 queues, 5 kept, 19 hidden\n24 queues, 5 kept, 19 hidden' 'a list that fits into a round is read in each'
run "$sweep" "$host" 5 6
is "$out" $'not yet: list of queues: the first 10 of 4 are read so far\nnot yet: list of queues: the first 20 of 4 are read so far
24 queues, 5 kept, 19 hidden\n24 queues, 5 kept, 19 hidden\n24 queues, 5 kept, 19 hidden\n24 queues, 5 kept, 19 hidden' \
    'a longer one is told as soon as it is whole, and until the next one is'
tap_done
