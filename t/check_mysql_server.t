#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One server, well and in trouble: locks, deadlocks, no connections left, no rights, TLS, silence.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_mysql_server
[ -x "$check" ] || skip_all 'built without a MySQL client library'
need openssl openssl
. "$srcdir/t/server_mariadb.sh"
. "$srcdir/t/bad_peer.sh"

# later NAME COMMAND...: runs it in the background; now NAME: waits for it, then as run
later() {
    local name=$1
    shift
    { "$@" >"$work/later.$name" 2>&1 </dev/null; printf '%s' $? >"$work/later.$name.rc"; } &
    later_pid[$name]=$!
}
now() {
    wait "${later_pid[$1]}"
    out=$(cat "$work/later.$1")
    rc=$(cat "$work/later.$1.rc")
    line1=${out%%$'\n'*}
}
declare -A later_pid=() later_port=()

for row in '-H a:b|-H' '-H 1.2.3.4:0|-H' '-4 -6|-4' '-H a --socket /b|--socket' '--ssl-mode maybe|--ssl-mode' '--cert a|--cert' \
    '--key a|--key' '--ssl-mode disabled --ca /x|--ssl-mode' '--query-name x|--query-name' '--read-only --writable|--read-only' \
    '--restart=often|--restart' '-w latency=5|-w'; do
    # shellcheck disable=SC2086
    run "$check" ${row%|*}
    like "$line1" "^MYSQL UNKNOWN - option ${row#*|}: " "refused: ${row%|*}"
done
run "$check" --ca "$work/none.pem"
like "$line1" '^MYSQL UNKNOWN - cannot read .*/none.pem: No such file' 'a file that is not there'

# --- peers that are no servers --------------------------------------------------------------
run "$check" -H 127.0.0.1:1
is "$out" 'MYSQL CRITICAL - 127.0.0.1:1: cannot connect: Connection refused' 'nobody listens'
run "$check" -H '[::1]:1' -w queries=1 -c oldest_transaction=5
is "$out" 'MYSQL CRITICAL - [::1]:1: cannot connect: Connection refused' 'nor on ::1, whatever was asked for'
run "$check" --socket "$work/none.sock"
is "$out" "MYSQL CRITICAL - $work/none.sock: cannot connect: No such file or directory" 'nor on a socket'
run "$check" -H ::1 -4
like "$line1" '^MYSQL CRITICAL - ::1: cannot look up ::1' '-4 allows no IPv6 address'
# A user of nobody's, who may have no process more.
if [ "$(id -u)" = 0 ] && command -v prlimit >/dev/null; then
    run setpriv --reuid 65123 --regid 65123 --clear-groups prlimit --nproc=0 "$check" -H 127.0.0.1:1
    like "$line1" '^MYSQL UNKNOWN - 127.0.0.1:1: cannot start a process: ' 'that the check cannot work is not the fault of the server'
else
    skip 'another user needs root'
fi
for mode in $bad_peer_modes; do
    bad_peer "$mode" || fail "a bad peer: $mode"
    later_port[$mode]=$bad_port
    later "$mode" timeout 7 "$check" -H "127.0.0.1:$bad_port" -t 2
done
for mode in $bad_peer_modes; do
    now "$mode"
    like "$line1" "^MYSQL CRITICAL - 127.0.0.1:${later_port[$mode]}: " "$mode: CRITICAL in time, and named"
    is "$rc" 2 'exit 2'
    case $mode in silent | drip)
        like "$line1" 'accepts the connection, but sends no greeting within 1\.[0-9] s$' "$mode: the stage is named" ;;
    esac
done
bad_peer silent --unix "$work/silent.sock"
run "$check" --socket "$work/silent.sock" -t 1
like "$line1" 'accepts the connection, but sends no greeting within 0\.[0-9] s$' 'a unix socket that stays silent'
bad_peer_stop

# --- a server -------------------------------------------------------------------------------
tls=$work/tls
mkdir "$tls"
chmod 755 "$work" "$tls"
certificate() { # NAME DAYS SUBJECT-ALT-NAME
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.csr" 2>/dev/null &&
        openssl x509 -req -in "$tls/$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days "$2" \
            -extfile <(echo "subjectAltName=$3") -out "$tls/$1.pem" 2>/dev/null
}
for name in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" -keyout "$tls/$name.key" -out "$tls/$name.pem" 2>/dev/null
done
certificate good 2 IP:127.0.0.1,IP:::1,DNS:localhost && certificate stranger 2 DNS:db.example.net && certificate expired -1 IP:127.0.0.1
ok $? 'certificates are made'
chmod 644 "$tls"/*.key
use() { cp "$tls/$1.pem" "$tls/server.pem"; cp "$tls/$1.key" "$tls/server.key"; chmod 644 "$tls/server.key"; }
use good
listen() {
    local i
    for ((i = 0; i < 5; i++)); do
        port=$((20000 + RANDOM % 20000))
        mariadb_start --skip-networking=0 --bind-address=127.0.0.1,::1 --port="$port" --max-connections=20 --long-query-time=0.2 \
            --slow-query-log=ON --slow-query-log-file=slow.log --innodb-lock-wait-timeout=20 \
            --ssl-ca="$tls/ca.pem" --ssl-cert="$tls/server.pem" --ssl-key="$tls/server.key" "$@" && return 0
        mariadb_stop
    done
    return 1
}
listen || { fail 'mariadbd starts'; tap_done; exit 1; }
mariadb_sql "CREATE DATABASE shop; CREATE TABLE shop.goods (id INT PRIMARY KEY, n INT) ENGINE=InnoDB; INSERT INTO shop.goods VALUES (1, 10), (2, 20);
    CREATE USER 'full'@'%' IDENTIFIED BY 'geheim'; GRANT PROCESS, REPLICA MONITOR, SELECT ON *.* TO 'full'@'%';
    CREATE USER 'usage'@'%' IDENTIFIED BY 'geheim'; CREATE USER 'app'@'%'; GRANT ALL ON shop.* TO 'app'@'%';
    CREATE USER 'few'@'%' WITH MAX_USER_CONNECTIONS 1; CREATE USER 'tls'@'%' IDENTIFIED BY 'geheim' REQUIRE SSL;
    CREATE USER 'locked'@'%' ACCOUNT LOCK"
(umask 077; printf 'user = "full"; password = "geheim";\n' >"$work/full.cfg"
    printf 'user = "usage"; password = "geheim";\n' >"$work/usage.cfg"
    printf 'user = "full"; password = "falsch";\n' >"$work/wrong.cfg"
    printf '[client]\nuser=full\npassword=geheim\n[here]\nuser=full\npassword=geheim\nhost=127.0.0.1\nport=%s\n' "$port" >"$work/my.cnf")
state=$work/state
mkdir "$state"
full() { run "$check" --socket "$mariadb_socket" --config "$work/full.cfg" --state-dir "$state" "$@"; }
app() { mariadb --no-defaults --socket="$mariadb_socket" --user=app --batch --skip-column-names shop "$@"; }

full
like "$line1" "^MYSQL OK - 10\.[^ ]* at $mariadb_socket, 1 of 20 connections, up [0-9]+s$" 'a server that is well'
is "$rc" 0 'exit 0'
for metric in "connections'=5%;90;95;0;100" "connections_used'=1;;;0" "threads_running'=[0-9]+" "queries'=[0-9]" "refused'=0" \
    "aborted_clients'=[0-9]" "buffer_pool_hit'=[0-9.]+%" "row_lock_waiting'=0" "deadlocks'=0" "transactions'=0" "history_length'=[0-9]" \
    "open_files'=[0-9.]+%" "open_tables'=[0-9.]+%" "read_only'=0" "uptime'=[0-9]+s" "login_time'=[0-9.]+s" "channels'=0" \
    "slow_queries'=0" "tmp_disk_tables'=[0-9]"; do
    like "$out" "'$metric" "a value: ${metric%%\'*}"
done
for at in 127.0.0.1 '[::1]' localhost; do
    later "$at" "$check" -H "$at:$port" --config "$work/full.cfg" --ssl-mode required
done
for at in 127.0.0.1 '[::1]' localhost; do
    now "$at"
    like "$line1" "^MYSQL OK - .* at ${at/\[::1\]/\\[::1\\]}:$port" "over TCP: $at"
    like "$out" $'\nTLS: ' 'with TLS'
done
run "$check" -H "127.0.0.1:$port" --config "$work/full.cfg" --ssl-mode disabled
unlike "$out" $'\nTLS: ' 'or without'
HAETAE_MYSQL_USER=full HAETAE_MYSQL_PASSWORD=geheim run "$check" -H "127.0.0.1:$port"
is "$rc" 0 'user and password by the environment'
run "$check" --socket "$mariadb_socket" --my-cnf "$work/my.cnf"
is "$rc" 0 'by an option file'
run "$check" --my-cnf "$work/my.cnf" --my-cnf-group here
like "$line1" '^MYSQL OK - .* at the local server' 'by its group, with the address'
chmod 644 "$work/my.cnf" "$work/usage.cfg"
run "$check" --socket "$mariadb_socket" --config "$work/usage.cfg"
is "$rc" 3 'a file that others may read is refused'
chmod 600 "$work/usage.cfg"
full --read-only
like "$line1" '^MYSQL CRITICAL - accepts writes, and must not' 'a server that must be read only'
mariadb_sql 'SET GLOBAL read_only = ON'
full --writable
like "$line1" '^MYSQL CRITICAL - accepts no writes: read_only is ON' 'one that must not'
full --read-only
is "$rc" 0 'and is'
mariadb_sql 'SET GLOBAL read_only = OFF'
full --galera --replica --channel east
like "$out" 'is no Galera node: ' 'no Galera node'
like "$out" 'is no replica: ' 'no replica'
like "$out" 'channel east is not configured' 'not of that source'
is "$rc" 2 'which is CRITICAL'

# --- rights ---------------------------------------------------------------------------------
usage() { run "$check" --socket "$mariadb_socket" --config "$work/usage.cfg" --state-dir "$state" "$@"; }
usage
is "$rc" 0 'an account without rights: no alarm'
like "$out" "transactions not seen: GRANT PROCESS ON \*\.\* TO 'usage'@'%'" 'what to grant for transactions'
like "$out" "replication not seen: GRANT REPLICA MONITOR ON \*\.\* TO 'usage'@'%'" 'and for replication'
like "$out" "'deadlocks'=0" 'the rest is seen'
usage -w oldest_transaction=60
like "$line1" "^MYSQL UNKNOWN - transactions not seen: GRANT PROCESS ON \*\.\* TO 'usage'@'%'" 'a threshold on it makes UNKNOWN'
is "$rc" 3 'exit 3'
usage --replica
like "$line1" '^MYSQL UNKNOWN - replication not seen: GRANT REPLICA MONITOR' 'so does --replica'
usage --query 'SELECT COUNT(*) FROM shop.goods'
like "$line1" "^MYSQL UNKNOWN - query: SELECT command denied to user 'usage'" 'and a query that it may not run'
run "$check" --socket "$mariadb_socket" --config "$work/wrong.cfg" -w queries=1
like "$line1" "^MYSQL UNKNOWN - .*: Access denied for user 'full'@'localhost' \(using password: YES\); see ACCOUNT in" 'a wrong password is UNKNOWN'
unlike "$out" 'falsch' 'and not printed'
HAETAE_MYSQL_USER=locked run "$check" --socket "$mariadb_socket"
like "$line1" '^MYSQL UNKNOWN - .*account is locked' 'so is an account that is locked'
if [ "$(id -u)" = 0 ]; then
    chmod 700 "$mariadb_socket"
    if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$check"; then
        run setpriv --reuid 65534 --regid 65534 --clear-groups "$check" --socket "$mariadb_socket"
        like "$line1" '^MYSQL UNKNOWN - .*: cannot connect: Permission denied; see ACCOUNT' 'a socket that may not be opened is UNKNOWN'
    fi
    chmod 777 "$mariadb_socket"
fi

# --- TLS ------------------------------------------------------------------------------------
verify() { run "$check" -H "${2:-127.0.0.1}:$port" --config "$work/full.cfg" --ca "$tls/$1.pem"; }
verify ca
like "$line1" '^MYSQL OK - ' 'a certificate that is trusted'
verify ca '[::1]'
like "$line1" '^MYSQL OK - ' 'for ::1, too'
verify ca localhost
like "$line1" '^MYSQL OK - ' 'and for a name'
verify other
like "$line1" "^MYSQL CRITICAL - 127.0.0.1:$port: .*(certificate|TLS|SSL)" 'one of another CA is CRITICAL'
use expired
mariadb_sql 'FLUSH SSL'
verify ca
like "$line1" "^MYSQL CRITICAL - 127.0.0.1:$port: .*certificate has expired" 'one that has expired is, and the reason is named'
run "$check" -H "127.0.0.1:$port" --config "$work/full.cfg" --ssl-mode required
is "$rc" 0 'unless nobody verifies'
use stranger
mariadb_sql 'FLUSH SSL'
verify ca
like "$line1" "^MYSQL CRITICAL - 127.0.0.1:$port: .*(TLS|SSL|certificate|[Hh]ost)" 'one for another name is'
use good
mariadb_sql 'FLUSH SSL'

# --- a query --------------------------------------------------------------------------------
full --query 'SELECT SUM(n) FROM goods' --query-name stock
like "$line1" '^MYSQL UNKNOWN - stock: No database selected' 'what the server says to a statement that it refuses'
full --query 'SELECT SUM(n) FROM shop.goods' --query-name stock -c query=25
like "$line1" '^MYSQL CRITICAL - stock query 30 > 25' 'a number above its range'
like "$out" "'query@stock'=30;;25 'query_time'=[0-9.]+s" 'is in perfdata by its name'
full --query 'SELECT -1.5e2' -w query=-200:0
is "$rc" 0 'a number may be negative, with an exponent'
like "$out" "'query'=-150;-200:0" 'and has no name'
rows=("SELECT 'x'|the first cell: 'x' is not a number" 'SELECT NULL|the first cell is NULL' 'SELECT 1 FROM shop.goods WHERE 1=0|the answer has no row'
    'SELCT 1|You have an error in your SQL syntax' 'SELECT 1; SELECT 2|You have an error' 'DELETE FROM shop.goods|READ ONLY transaction'
    'DROP TABLE shop.goods|READ ONLY transaction' 'SELECT 1 FROM shop.nothing|doesn.t exist' 'DO 1|the answer has no row')
for row in "${rows[@]}"; do
    HAETAE_MYSQL_USER=root later "${row%|*}" "$check" --socket "$mariadb_socket" --query "${row%|*}" -w query=1
done
for row in "${rows[@]}"; do
    now "${row%|*}"
    like "$line1" "^MYSQL UNKNOWN - query: .*${row#*|}" "UNKNOWN: ${row%|*}"
done
is "$(mariadb_sql 'SELECT COUNT(*) FROM shop.goods')" 2 'nothing was written'
full --query 'SELECT 7 FROM shop.goods AS a, shop.goods AS b, shop.goods AS c' -w query=7:7
is "$rc" 0 'more rows than one do no harm'
full -t 2 --query 'SELECT SLEEP(30)'
like "$line1" "^MYSQL CRITICAL - $mariadb_socket: no answer to query within 1\.[0-9] s$" 'a query that takes too long is CRITICAL'
like "$out" "'uptime'=" 'and the other facts are there'
no_sleep() { [ "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%'")" = 0 ]; }
wait_for 5 no_sleep
ok $? 'the server ends it soon, too'

# --- locks ----------------------------------------------------------------------------------
# hold NAME: a client that does what is written to its pipe
hold() {
    mkfifo "$work/$1"
    app --unbuffered <"$work/$1" >"$work/$1.out" 2>&1 &
    at_exit "kill $!"
    disown
}
hold one
exec 5>"$work/one"
hold two
exec 6>"$work/two"
full >/dev/null # leaves an earlier sample
echo 'BEGIN; UPDATE goods SET n = 11 WHERE id = 1;' >&5
holds() { [ "$(mariadb_sql 'SELECT COUNT(*) FROM information_schema.INNODB_TRX')" = "$1" ]; }
wait_for 10 holds 1
echo 'BEGIN; UPDATE goods SET n = 21 WHERE id = 2; UPDATE goods SET n = 12 WHERE id = 1;' >&6
waits() { [ "$(mariadb_sql "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'")" = 1 ]; }
wait_for 10 waits
ok $? 'a row is locked'
old() { full -c oldest_transaction=1 -w row_lock_waiting=0 -w oldest_lock_wait=0; [[ $line1 == *oldest_transaction* && $line1 == *oldest_lock_wait* ]]; }
wait_for 10 old
like "$line1" '^MYSQL CRITICAL - oldest_transaction [2-9]s > 1s, row_lock_waiting 1 > 0, oldest_lock_wait [1-9]s > 0s$' 'a long transaction and a wait for its row'
like "$out" $'\nthe oldest transaction is open for [0-9]+s: thread [0-9]+ of app at localhost, (Sleep|Query)' 'with whose it is'
like "$out" $'\na transaction waits for a lock for [0-9]+s: thread [0-9]+ of app at localhost, Query' 'and who waits'
# The second one holds row 2: now each waits for the other.
echo 'UPDATE goods SET n = 22 WHERE id = 2; COMMIT;' >&5
deadlocked() { grep -q 'Deadlock' "$work/one.out" "$work/two.out"; }
wait_for 10 deadlocked
ok $? 'a deadlock'
echo 'ROLLBACK;' >&6
full -c deadlocks=0 -w row_lock_waits=0 -w row_lock_time=0 -w rollbacks=1000 --perfdata all
full
like "$out" 'in the last [0-9]+ s [0-9]+ slow, 1 deadlocks' 'is counted since the run before'
like "$out" "'row_lock_waits'=0\.[0-9]*[1-9]" 'and waits are'
like "$out" "'row_lock_time'=0?\.?[0-9]*[1-9]" 'with their time'
echo 'LOCK TABLES goods WRITE;' >&6
locked() { [ "$(mariadb_sql "SHOW OPEN TABLES FROM shop WHERE In_use > 0" | wc -l)" = 1 ]; }
wait_for 10 locked
full -t 1.5 --query 'SELECT COUNT(*) FROM shop.goods' --query-name stock
like "$line1" "^MYSQL CRITICAL - $mariadb_socket: no answer to stock within [01]\.[0-9] s$" 'a query behind a lock is CRITICAL, and named'
like "$out" "'connections_used'=" 'with the facts that were read before'
exec 5>&- 6>&-
wait_for 10 holds 0

# --- rates ----------------------------------------------------------------------------------
app -e 'DO SLEEP(0.3); SELECT SLEEP(0.3)' >/dev/null
app -e 'COMMIT'
HAETAE_MYSQL_USER=full run "$check" --socket "$mariadb_socket"
setpriv --pdeathsig KILL mariadb --no-defaults --socket="$mariadb_socket" --user=app -e 'SELECT SLEEP(20)' >/dev/null 2>&1 &
aborted=$!
sleeps() { [ "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(20)'")" = 1 ]; }
wait_for 10 sleeps
full -w threads_running=1
like "$line1" '^MYSQL WARNING - threads_running 2 > 1' 'threads that run'
kill -KILL "$aborted"
mariadb_sql "KILL QUERY $(mariadb_sql "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(20)'")"
no_app() { [ "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'app'")" = 0 ]; }
wait_for 10 no_app
full
for metric in slow_queries commits aborted_connects aborted_clients access_denied; do
    like "$out" "'$metric'=[0-9]*\.?[0-9]*[1-9]" "a rate: $metric"
done

# --- connections ----------------------------------------------------------------------------
clients=()
connect() { # COUNT
    local i
    for ((i = 0; i < $1; i++)); do
        setpriv --pdeathsig KILL mariadb --no-defaults --socket="$mariadb_socket" --user="$2" -e 'SELECT SLEEP(5000)' >/dev/null 2>&1 &
        clients+=($!)
    done
}
sleepers() { [ "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(5000)'")" = "$1" ]; }
connect 18 app
wait_for 10 sleepers 18
full
like "$line1" '^MYSQL WARNING - connections 95% > 90%' 'connections near the limit'
connect 1 app
wait_for 10 sleepers 19
full
like "$line1" '^MYSQL CRITICAL - connections 100% > 95%' 'at the limit'
# Each of the 20 places is taken by a client that stays; one that came too early comes again.
ended() { ! kill -0 "$1" 2>/dev/null; }
filled() {
    sleepers 20 && return 0
    if ended "${clients[-1]}"; then connect 1 app; fi
    return 1
}
connect 1 app
wait_for 10 filled
refused() { full; [[ $line1 == *'Too many connections'* ]]; }
wait_for 10 refused
is "$line1" "MYSQL CRITICAL - $mariadb_socket: Too many connections" 'too many: CRITICAL'
# The one that is kept for administrators is taken, too: by a client that stays, not by one of the
# checks before, which the server may not have let go yet and who keep that client out.
refused_early() {
    local i
    if ended "${clients[-1]}"; then connect 1 root; fi
    for i in 1 2 3 4 5; do
        run mariadb_sql 'SELECT 1' --connect-timeout=2
        [[ $errout == *1040* ]] && ! ended "${clients[-1]}" || return 1
    done
}
connect 1 root
wait_for 10 refused_early
full
is "$line1" "MYSQL CRITICAL - $mariadb_socket: Too many connections" 'also where administrators are refused'
kill "${clients[@]}"
wait "${clients[@]}" 2>/dev/null
wait_for 10 mariadb_answers
for i in $(mariadb_sql "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(5000)'"); do mariadb_sql "KILL $i"; done
wait_for 10 sleepers 0
clients=()
connect 1 few
wait_for 10 sleepers 1
HAETAE_MYSQL_USER=few run "$check" --socket "$mariadb_socket"
like "$line1" '^MYSQL CRITICAL - .*max_user_connections' 'too many of one account'
kill "${clients[@]}"
full
like "$out" "'connections_peak'=10[0-9.]+%" 'the peak is remembered'
like "$out" "'refused'=0?\.?[0-9]*[1-9]" 'and those that were refused are counted'

# --- restart, crash, silence ------------------------------------------------------------------
full --restart
is "$rc" 0 'the first run knows of no restart'
mariadb_kill
full --restart
like "$line1" '^MYSQL CRITICAL - .*db\.sock: cannot connect: (Connection refused|No such file)' 'a server that crashed'
listen || fail 'the server starts again'
full --restart
like "$line1" '^MYSQL WARNING - restarted [0-9]+s ago; ' 'is told that it restarted'
# Where the state could not be written in time, it is told once more.
once() { full --restart; [ "$rc" = 0 ]; }
wait_for 10 once
is "$rc" 0 'once'
kill -STOP "$mariadb_pid"
run "$check" -H "127.0.0.1:$port" --config "$work/full.cfg" -t 1.5
is "$line1" "MYSQL CRITICAL - 127.0.0.1:$port: accepts the connection, but sends no greeting within 1.3 s" 'a server under SIGSTOP, over TCP'
run "$check" --socket "$mariadb_socket" --config "$work/full.cfg" -t 1.5:OK
like "$line1" '^MYSQL CRITICAL - .*db\.sock: accepts the connection, but sends no greeting within 1\.[0-9] s' 'and on its socket, whatever -t says'
kill -CONT "$mariadb_pid"
mariadb_sql 'SELECT SLEEP(0)' >/dev/null
full
is "$rc" 0 'goes on'
(full -t 3 --query 'SELECT SLEEP(20)'; printf '%s\n' "$line1" >"$work/stopped") &
wait_for 10 eval '[ "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE \"SELECT SLEEP(20)%\"")" = 1 ]'
kill -STOP "$mariadb_pid"
wait $!
kill -CONT "$mariadb_pid"
like "$(cat "$work/stopped")" '^MYSQL CRITICAL - .*: no answer to query within [12]\.[0-9] s$' 'one that stops while it is asked'
mariadb_stop
full
is "$rc" 2 'a server that was stopped'
tap_done
