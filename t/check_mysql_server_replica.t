#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A replica with two sources, by named connections, as both are well and as each is in trouble.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_mysql_server
[ -x "$check" ] || skip_all 'built without a MySQL client library'
. "$srcdir/t/server_mariadb.sh"
export HAETAE_MYSQL_USER=root

declare -A port=()
server() { # NAME ID OPTION...
    local i
    mariadb_select "$1"
    for ((i = 0; i < 5; i++)); do
        port[$1]=$((20000 + RANDOM % 20000))
        mariadb_start --skip-networking=0 --bind-address=127.0.0.1 --port="${port[$1]}" --server-id="$2" --gtid-domain-id="$2" \
            --log-bin=log --skip-name-resolve --slave-net-timeout=4 "${@:3}" && return 0
        mariadb_stop
    done
    fail "mariadbd starts: $1"
    tap_done
    exit 1
}
server east 1
mariadb_sql "CREATE DATABASE e; CREATE TABLE e.t (id INT PRIMARY KEY)"
server west 2
mariadb_sql "CREATE DATABASE w; CREATE TABLE w.t (id INT PRIMARY KEY)"
server replica 3 --read-only
for name in east west; do
    mariadb_sql "CHANGE MASTER '$name' TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port[$name]}, MASTER_USER = 'root', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos"
done
replica() { mariadb_select replica; run "$check" --socket "$mariadb_socket" --state-dir "$work/state" --channel east --channel west --read-only "$@"; }
on() { mariadb_select "$1"; mariadb_sql "$2"; }
mkdir "$work/state"

replica
like "$line1" '^MYSQL CRITICAL - channel (east|west): stopped \(START REPLICA\), (and 1 more|channel)' 'channels that were never started'
is "$rc" 2 'exit 2'
on replica 'START ALL SLAVES'
well() { replica -w replica_lag=60 && [ "$rc" = 0 ]; }
wait_for 20 well
like "$line1" '^MYSQL OK - ' 'two channels that are well'
like "$out" $'\nchannel east from 127.0.0.1:'"${port[east]}"': IO thread runs, SQL thread runs, behind 0s, GTID Slave_Pos; ' 'each is told'
like "$out" $'\nchannel west from 127.0.0.1:'"${port[west]}"': ' 'the other, too'
like "$out" "'channels'=2;;;0 'replica_lag@[a-z]+'=0s;60;;0 'replica_lag@[a-z]+'=0s;60;;0" 'with their lag'
replica --channel north --channel default
like "$out" 'channel north is not configured' 'a channel that is expected and not there'
like "$out" 'channel default is not configured' 'nor is one without a name'
mariadb_sql "CREATE USER 'usage'@'localhost'"
HAETAE_MYSQL_USER=usage replica
like "$line1" "^MYSQL UNKNOWN - replication not seen: GRANT REPLICA MONITOR ON \*\.\* TO 'usage'@'localhost'" 'without the right it cannot be seen'
mariadb_sql "GRANT REPLICA MONITOR ON *.* TO 'usage'@'localhost'"
HAETAE_MYSQL_USER=usage replica
is "$rc" 0 'and with it, it can'

on replica "STOP SLAVE 'east' IO_THREAD"
replica -c replica_lag=5
like "$line1" '^MYSQL CRITICAL - channel east: IO thread stopped: stopped, without an error' 'an IO thread that was stopped'
unlike "$out" "'replica_lag@east'" 'has no lag that is known'
unlike "$out" 'UNKNOWN' 'which is not another alarm'
on replica "START SLAVE 'east' IO_THREAD; STOP SLAVE 'west' SQL_THREAD"
replica
like "$out" 'channel west: SQL thread stopped: stopped, without an error' 'an SQL thread that was stopped'
on replica "START SLAVE 'west' SQL_THREAD; SET SESSION sql_log_bin = 0; INSERT INTO w.t VALUES (1)"
wait_for 20 well
on west 'INSERT INTO w.t VALUES (1)'
broken() { replica; [[ $line1 == *"channel west: SQL thread stopped: "* ]]; }
wait_for 20 broken
like "$line1" "^MYSQL CRITICAL - channel west: SQL thread stopped: .*Duplicate entry '1'" 'a row that is there already'
[ "$(printf '%s' "$line1" | wc -c)" -lt 260 ]; ok $? 'the error is quoted shortly'
like "$out" "'replica_lag@east'=0s" 'the other channel goes on'
on replica "DELETE FROM w.t"
on replica "START SLAVE 'west'"
wait_for 20 well
is "$rc" 0 'repaired'

# A lock on the replica holds the SQL thread up: behind, but running.
mkfifo "$work/lock"
mariadb --no-defaults --socket="$mariadb_socket" --user=root --unbuffered <"$work/lock" >/dev/null 2>&1 &
at_exit "kill $!"
disown
exec 5>"$work/lock"
echo 'LOCK TABLES e.t WRITE;' >&5
locked() { [ "$(on replica 'SHOW OPEN TABLES FROM e WHERE In_use > 0' | wc -l)" = 1 ]; }
wait_for 10 locked
on east 'INSERT INTO e.t VALUES (5)'
behind() { replica -c replica_lag=1; [[ $line1 == *'replica_lag'* ]]; }
wait_for 20 behind
like "$line1" '^MYSQL CRITICAL - east replica_lag [0-9]+s > 1s' 'a channel that is behind'
replica -c replica_lag@west=1
is "$rc" 0 'a threshold may be for one channel'
exec 5>&-
wait_for 20 well
on replica "STOP SLAVE 'east'; CHANGE MASTER 'east' TO MASTER_DELAY = 3600; START SLAVE 'east'"
on east 'INSERT INTO e.t VALUES (6)'
delayed() { replica -c replica_lag=1 -w replica_delay=0; [[ $out == *'Waiting until MASTER_DELAY'* ]]; }
wait_for 20 delayed
like "$line1" '^MYSQL WARNING - east replica_delay 1h 0m > 0s' 'a delay that is configured is told'
like "$out" "'replica_lag@east'=0s" 'and is no lag'
on replica "STOP SLAVE 'east'; CHANGE MASTER 'east' TO MASTER_DELAY = 0; START SLAVE 'east'"
wait_for 20 well

mariadb_select east
mariadb_kill
mariadb_select replica
lost() { replica; [[ $rc = 2 && $line1 == *"channel east: no connection to "* ]]; }
wait_for 20 lost
like "$line1" "^MYSQL CRITICAL - channel east: no connection to 127.0.0.1:${port[east]}: error (re)?connecting to master" 'a source that is gone'
on replica "RESET SLAVE 'west' ALL; STOP SLAVE 'west'; RESET SLAVE 'west' ALL" 2>/dev/null
on replica "STOP SLAVE 'west'"
on replica "RESET SLAVE 'west' ALL"
replica
like "$out" 'channel west is not configured' 'a channel that was removed'

mariadb_select west
run "$check" --socket "$mariadb_socket" --replica
like "$line1" '^MYSQL CRITICAL - is no replica: no channel is configured' 'a source is no replica'
run "$check" --socket "$mariadb_socket"
is "$rc" 0 'which nobody asked'
tap_done
