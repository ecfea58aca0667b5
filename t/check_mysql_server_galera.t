#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Galera node: alone and well, desynced, without its cluster's majority, bootstrapped again.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_mysql_server
[ -x "$check" ] || skip_all 'built without a MySQL client library'
. "$srcdir/t/server_mariadb.sh"
provider=
for file in /usr/lib/galera/libgalera_smm.so /usr/lib64/galera-4/libgalera_smm.so /usr/lib64/galera/libgalera_smm.so; do
    [ -z "$provider" ] && [ -e "$file" ] && provider=$file
done
[ -n "$provider" ] || skip_all 'no Galera (package galera-4)'
export HAETAE_MYSQL_USER=root

base=
node() { # ADDRESS OPTION...
    local i
    for ((i = 0; i < 5; i++)); do
        base=$((20000 + RANDOM % 20000))
        mariadb_start --log-bin=log --binlog-format=ROW --innodb-autoinc-lock-mode=2 --wsrep-on=ON --wsrep-provider="$provider" \
            --wsrep-cluster-name=test --wsrep-cluster-address="$1" --wsrep-node-address="127.0.0.1:$base" --wsrep-sst-method=skip \
            --wsrep-provider-options="base_port=$base;gcache.size=8M;evs.keepalive_period=PT0.3S;evs.suspect_timeout=PT1S;evs.inactive_timeout=PT2S;evs.inactive_check_period=PT0.2S;pc.announce_timeout=PT1S" \
            "${@:2}" && return 0
        mariadb_stop
    done
    fail 'a Galera node starts'
    tap_done
    exit 1
}
node gcomm:// --wsrep-new-cluster
first=$base
galera() { run "$check" --socket "$mariadb_socket" --state-dir "$work/state" --galera "$@"; }
mkdir "$work/state"

galera -c cluster_size=1: -w flow_control=10 -w recv_queue=50 -w cert_failures=1
like "$line1" '^MYSQL OK - ' 'a cluster of one'
like "$out" $'\nGalera cluster test: size 1, Primary, this node is Synced; 0 write sets wait' 'is told'
like "$out" "'cluster_size'=1;;1:;0 'cluster_state'=4;;;0 'recv_queue'=0;50;;0 'flow_control'=0%;10;;0;100 'cert_failures'=0;1;;0" 'with its values'
galera -w cluster_size=3: -c cluster_size=2:
like "$line1" '^MYSQL CRITICAL - cluster_size 1 < 2' 'fewer nodes than expected'
mariadb_sql 'SET GLOBAL wsrep_desync = ON'
galera
like "$line1" '^MYSQL WARNING - Galera: Donor/Desynced instead of Synced \(wsrep_desync is ON\)' 'a node that is desynced'
mariadb_sql 'SET GLOBAL wsrep_desync = OFF'
synced() { galera; [ "$rc" = 0 ]; }
wait_for 10 synced
ok $? 'and is synced again'
mariadb_sql "CREATE USER 'usage'@'localhost'"
HAETAE_MYSQL_USER=usage galera -c cluster_size=1: -c cluster_state=4:
is "$rc" 0 'no right is needed to see that'

# A second one joins and never gets the state, then it dies without a word.
mariadb_select second
node "gcomm://127.0.0.1:$first"
galera
like "$line1" '^MYSQL CRITICAL - Galera: Joining[^;]*: refuses statements until it has joined' 'a node that joins'
mariadb_select first
two() { galera -c cluster_size=2:; [ "$rc" = 0 ]; }
wait_for 10 two
like "$out" 'Galera cluster test: size 2, Primary' 'a cluster of two'
mariadb_select second
mariadb_kill
mariadb_select first
lost() { galera; [ "$rc" = 2 ]; }
wait_for 20 lost
like "$line1" '^MYSQL CRITICAL - Galera: cluster status non-Primary: this node lost the majority and refuses statements$' 'half of it is no majority'
galera --query 'SELECT COUNT(*) FROM mysql.user' -w query=5 -w oldest_transaction=60
like "$line1" '^MYSQL CRITICAL - Galera: cluster status non-Primary' 'which stays the verdict whatever was asked'
like "$out" $'\nquery was not asked: .*WSREP has not yet prepared node' 'a query is refused'
like "$out" "'cluster_size'=[01];;;0" 'facts are there'
mariadb_sql "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'"
wait_for 10 synced
like "$line1" '^MYSQL OK - ' 'bootstrapped again'
mariadb_sql 'SET GLOBAL wsrep_on = OFF'
galera
like "$line1" '^MYSQL WARNING - wsrep_on is OFF: what is written here stays here' 'a node that does not replicate'
mariadb_sql 'SET GLOBAL wsrep_on = ON'
kill -STOP "$mariadb_pid"
run "$check" --socket "$mariadb_socket" --galera -t 1
like "$line1" '^MYSQL CRITICAL - .*: accepts the connection, but sends no greeting within' 'a node that hangs'
kill -CONT "$mariadb_pid"
tap_done
