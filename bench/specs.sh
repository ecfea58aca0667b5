#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 100,000 specs by command: their import, the same again, one that changes them all, their list and
# their export; specs of groups for 3,000 nodes. Beside them the same rows by plain INSERTs of 1,000
# rows each, without a look at what is there and without events: what the server itself takes.
#   bench/specs.sh [BUILDDIR]      BUILDDIR is a configured build; by default one is made
#   HAETAE_BENCH_SPECS=100000      how many
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)
srcdir=$top
# shellcheck source=t/tap.sh
. "$top/t/tap.sh"
n_specs=${HAETAE_BENCH_SPECS:-100000}
# shellcheck source=bench/build.sh
. "$top/bench/build.sh"
bench_build "${1:-}" --with-mysql
# shellcheck source=t/server_mariadb.sh
. "$top/t/server_mariadb.sh"
mariadb_disk=()
mariadb_start --innodb-buffer-pool-size=512M
mariadb_sql 'CREATE DATABASE haetae'
mkdir "$work/bin"
touch "$work/bin/noop_probe"
cat >"$work/haetae.conf" <<C
database = { socket = "$mariadb_socket"; user = "$mariadb_user"; name = "haetae"; };
scheduler = { host = "bench"; spool = "$work/spool"; };
probetypes = ( { name = "noop"; folder = "$work/bin"; } );
C
haetae() { "$build/scheduler/haetae" --config "$work/haetae.conf" "$@"; }
haetae db init >/dev/null

goal() { # WHAT VALUE MOST
    awk -v what="$1" -v value="$2" -v most="$3" 'BEGIN {
        printf "ratio %s %.2f goal %s %s\n", what, value, most, value <= most ? "met" : "short" }'
}
now_ms() { date +%s%3N; }
# What a machine that is busy with something else changes less than the time.
server_ticks() { awk '{ print $14 + $15 }' "/proc/$mariadb_pid/stat"; }
timed() { # WHAT COMMAND...: sets $took
    local what=$1 begun ticks
    shift
    begun=$(now_ms)
    ticks=$(server_ticks)
    "$@" >"$work/said" || echo "$what: failed"
    took=$(awk -v ms="$(($(now_ms) - begun))" 'BEGIN { printf "%.2f", ms / 1000 }')
    echo "$what: $took s, $(awk -v n="$(($(server_ticks) - ticks))" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", n / hz }') s of the server's CPU ($(tail -n 1 "$work/said" | cut -c 1-60))"
}
specs() { # INTERVAL
    awk -v n="$n_specs" -v interval="$1" 'BEGIN {
        print "specs = ("
        for (i = 0; i < n; i++)
            printf "%s{ node = \"node%05d\"; name = \"probe%d\"; probetype = \"noop\"; command = \"noop_probe\"; args = ( \"-w\", \"90\" ); interval = %d; }\n",
                i ? "," : "", i / 10, i % 10, interval
        print ");"
    }'
}
specs 300 >"$work/specs.cfg"
specs 60 >"$work/faster.cfg"
timed "import of $n_specs specs" haetae spec import "$work/specs.cfg"
import_s=$took
timed 'the same again' haetae spec import "$work/specs.cfg"
again_s=$took
timed 'every one with another interval' haetae spec import "$work/faster.cfg"
timed 'diff' haetae spec diff "$work/faster.cfg"
timed 'list' haetae spec list
timed 'export' haetae spec export

# The baseline: the rows as they now are, into a table of the same form.
mariadb-dump --no-defaults --socket="$mariadb_socket" -u "$mariadb_user" --no-create-info --skip-extended-insert haetae TOOLSPECS |
    grep '^INSERT' | sed 's/INSERT INTO `TOOLSPECS` VALUES //; s/;$//' |
    awk 'NR % 1000 == 1 { if (NR > 1) print ";"; printf "INSERT INTO PLAIN VALUES " } NR % 1000 != 1 { printf "," } { print } END { print ";" }' >"$work/plain.sql"
mariadb_sql 'CREATE TABLE PLAIN LIKE TOOLSPECS' haetae
plain() { { echo 'BEGIN;'; cat "$work/plain.sql"; echo 'COMMIT;'; } | mariadb --no-defaults --socket="$mariadb_socket" -u "$mariadb_user" haetae; }
timed 'plain INSERTs of the same rows' plain
plain_s=$took
mariadb_sql 'DROP TABLE PLAIN' haetae

{
    echo name,group,address
    for i in {1..3000}; do echo "member$i,Zone1/Rack$((i % 60)),10.0.$((i / 250)).$((i % 250))"; done
} >"$work/nodes.csv"
awk 'BEGIN {
    print "specs = ("
    for (i = 0; i < 10; i++)
        printf "%s{ group = \"Zone1\"; name = \"probe%d\"; probetype = \"noop\"; command = \"noop_probe\"; args = ( \"-H\", \"$(node.address)\" ); interval = 60; }\n", i ? "," : "", i
    print ");" }' >"$work/group.cfg"
sed 's/interval = 60/interval = 30/' "$work/group.cfg" >"$work/group2.cfg"
timed 'import of 3,000 nodes' haetae node import "$work/nodes.csv"
nodes_s=$took
timed '10 specs for them' haetae spec import "$work/group.cfg"
members_s=$took
timed 'another interval for them' haetae spec import "$work/group2.cfg"
timed 'the same again' haetae spec import "$work/group2.cfg"
timed 'one of the nodes moves' haetae node move member7 --group Zone1
goal import-seconds "$import_s" 10
goal import-by-plain "$(awk -v a="$import_s" -v b="$plain_s" 'BEGIN { print a / b }')" 3
goal import-again-seconds "$again_s" 5
goal members-seconds "$members_s" 5
goal nodes-seconds "$nodes_s" 1
