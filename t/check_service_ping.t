#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each kind against the real server: well, and broken in several ways; then against peers that
# behave badly. t/check_service_ping_amqp.t has the broker, which takes long to start.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/bad_peer.sh"
. "$srcdir/t/server_redis.sh"
. "$srcdir/t/server_memcached.sh"
. "$srcdir/t/server_apache.sh"
. "$srcdir/t/server_mariadb.sh"
check=$plugins/check_service_ping
unset HAETAE_PING_USER HAETAE_PING_PASSWORD
# ping KIND HOST:PORT|SOCKET OPTION...
ping() {
    local place=-H
    case $2 in /* | @*) place=--socket ;; esac
    run "$check" --state-dir "$work/state" --kind "$1" "$place" "${@:2}"
}
# says STATE PATTERN NAME: the state, by word and exit code, and line 1
says() {
    local codes=(OK WARNING CRITICAL UNKNOWN)
    like "$line1" "^PING $1 - $2" "$3"
    [ "${codes[$rc]:-}" = "$1" ] || fail "$3: exit code $rc"
}
mkdir "$work/state"
stopped=(-t 0.6)

# --- options
run "$check" --kind http -H 127.0.0.1:1
has_http=yes
case $line1 in *'built without libcurl'*) has_http= ;; esac
run "$check" --kind redis -H 127.0.0.1:1 --config /nonexistent
has_config=yes
case $line1 in *'built without libconfig'*) has_config= ;; esac
while IFS='|' read -r options wanted; do
    case $has_http:$options in
    :*' http'*)
        skip "built without libcurl: $options"
        continue
        ;;
    esac
    # shellcheck disable=SC2086
    run "$check" $options
    says UNKNOWN "option $wanted" "refused: $options"
done <<'BAD'
-H 127.0.0.1|--kind: is needed
--kind smtp -H 127.0.0.1|--kind: expected tcp, unix,
--kind redis|-H: is needed for --kind redis
--kind unix|--socket: is needed
--kind tcp -H 127.0.0.1|-H: '127.0.0.1' has no port
--kind tcp -H 127.0.0.1:0|-H: '127.0.0.1:0' has no port from 1
--kind tcp -H [::1|-H:
--kind tcp --socket /run/x|--socket: is not for --kind tcp
--kind unix -H 127.0.0.1:1|-H: is not for --kind unix
--kind amqp --socket /run/x|--socket: is not for --kind amqp
--kind redis --socket x|--socket: expected a path
--kind redis -H /run/x|-H: a socket is given by --socket
--kind redis -H ::1 --socket /run/x|--socket: excludes -H
--kind redis -H ::1 -4 -6|-4: excludes -6
--kind redis -H ::1 --send x|--send: is not for --kind redis
--kind tcp -H [::1]:1 --write-test x|--write-test: is not for --kind tcp
--kind tcp -H [::1]:1 --send \q|--send: expected
--kind tcp -H [::1]:1 --send \x4|--send: expected
--kind tcp -H [::1]:1 --expect (|--expect:
--kind http -H ::1 --status 20x|--status: expected
--kind http -H ::1 --status 1:5|--status: expected
--kind http -H ::1 --status 200,|--status: expected
--kind http -H ::1 --url x|--url: expected a path
--kind http -H ::1 --method POST|--method: expected GET or HEAD
--kind http -H ::1 --method HEAD --body x|--method: HEAD has no body
--kind http -H ::1 --header x|--header: expected
--kind http -H ::1 --host-name a/b|--host-name: 'a/b' is no name
--kind http -H ::1 --follow 99|--follow: expected at most 20
--kind https -H ::1 --expired soon|--expired:
BAD

# --- redis
redis_start one || { fail 'redis starts'; tap_done; exit 1; }
one=127.0.0.1:${redis_port[one]}
ping redis "$one"
says OK "redis $one answered PONG in [0-9.]+ ms; version [0-9.]+, master, 0 replicas, 1 client, [0-9.]+[KM]iB of 64MiB" 'redis: well'
like "$out" "'time'=[0-9.]+s.*'memory'=[0-9.]+%.*'connections_used'=1;.*'replicas'=0;.*'uptime'=" 'with its facts'
ping redis "[::1]:${redis_port[one]}" -w memory=0 --perfdata all
says WARNING 'memory [0-9.]+% > 0%' 'a threshold on a fact, on IPv6'
like "$out" "'connect_time'=.*'save_age'=.*'save_changes'=" 'lesser metrics on request'
ping redis "${redis_socket[one]}" --rates
like "$out" "'requests_rate'=[0-9.]+;;;0 'evicted_rate'=0;;;0 'rejected_rate'=0" 'rates on request, on a unix socket'
ping redis "$one" --write-test haetae-test
says OK redis 'the write test'
like "$out" "a value was written to 'haetae-test'.*'write_time'=" 'is told'
is "$(redis one EXISTS haetae-test)" 0 'and leaves nothing'
redis one SET haetae-test mine >/dev/null
ping redis "$one" --write-test haetae-test
says UNKNOWN "redis $one has a key 'haetae-test' already" "another's key"
is "$(redis one GET haetae-test)" mine 'is not touched'
redis one CONFIG SET maxmemory-policy noeviction >/dev/null
redis one CONFIG SET maxmemory 1kb >/dev/null
ping redis "$one" --write-test haetae-full
says CRITICAL "redis $one is at its maxmemory and takes no writes" 'redis: full'
like "$out" "answer to SET: OOM" 'with its own words'
redis one CONFIG SET maxmemory 64mb >/dev/null
redis one CONFIG SET rdbcompression yes >/dev/null

redis_start two --replicaof 127.0.0.1 "${redis_port[one]}" --repl-diskless-sync-delay 0
two=127.0.0.1:${redis_port[two]}
linked() { ping redis "$two"; [ "$rc" = 0 ]; }
wait_for 10 linked
ping redis "$two"
says OK "redis $two answered PONG .* replica, 0 replicas" 'redis: a replica'
like "$out" "replica of 127.0.0.1:${redis_port[one]}, link up.*'link_down'=0s" 'and its master'
ping redis "$two" --write-test haetae-test
says CRITICAL "redis $two is a replica and takes no writes" 'takes no writes'
ping redis "$one"
like "$line1" 'master, 1 replica, ' 'the master knows it'
server_signal one STOP
ping redis "$one" "${stopped[@]}"
says CRITICAL "redis $one took the connection, but did not answer PING within 0\.[0-9] s" 'redis: stopped by SIGSTOP'
server_signal one CONT
server_stop one
ping redis "$one"
says CRITICAL "redis $one refuses the connection: nothing listens there" 'redis: ended'
ping redis "${redis_socket[one]}"
says CRITICAL "redis ${redis_socket[one]} is not there: no such socket" 'and its socket is gone'
unlinked() { ping redis "$two"; [ "$rc" = 1 ]; }
wait_for 10 unlinked
says WARNING "redis $two has lost its master 127.0.0.1:${redis_port[one]} since " 'a replica without its master'
ping redis "$two" -c link_down=0
like "$line1" 'CRITICAL|WARNING' 'for how long is a metric'
redis two CONFIG SET replica-serve-stale-data no >/dev/null
ping redis "$two"
says CRITICAL "redis $two is a replica without its master, and serves nobody" 'that serves nobody'

# Passwords; the words of the environment, a file, a user of the ACL.
redis_start three
three=127.0.0.1:${redis_port[three]}
HAETAE_PING_PASSWORD=needless ping redis "$three"
like "$out" 'PING OK|wants none' 'a password that is not wanted is no alarm'
redis three CONFIG SET requirepass right >/dev/null
ping redis "$three"
says UNKNOWN "redis $three wants a password: give it by --config" 'redis: NOAUTH'
HAETAE_PING_PASSWORD=wrong ping redis "$three" -v -v -v
says UNKNOWN "redis $three refuses the user or password" 'redis: a wrong password'
unlike "$out" 'wrong' 'which is not printed'
HAETAE_PING_PASSWORD=right ping redis "$three"
says OK "redis $three answered PONG" 'redis: the right one'
redis3() { redis three --user default --pass right "$@"; }
redis3 ACL SETUSER monitor on '>monitor-password' +ping >/dev/null
printf 'user = "monitor"; password = "monitor-password";\n' >"$work/secret.cfg"
chmod 600 "$work/secret.cfg"
if [ -n "$has_config" ]; then
    ping redis "$three" --config "$work/secret.cfg"
    says OK "redis $three answered PONG in [0-9.]+ ms$" "redis: a user who may ping alone"
    like "$out" "no facts: INFO says 'NOPERM.*grant \+info" 'learns what to grant'
    ping redis "$three" --config "$work/secret.cfg" -w memory=90
    says UNKNOWN 'no memory' 'unless a threshold needs the fact'
    redis3 ACL SETUSER monitor -ping >/dev/null
    ping redis "$three" --config "$work/secret.cfg"
    says UNKNOWN "redis $three does not let this user ask: grant it \+ping \+info" 'redis: one who may not even ping'
    chmod 644 "$work/secret.cfg"
    ping redis "$three" --config "$work/secret.cfg"
    says UNKNOWN '.*secret.cfg' 'a secret that others can read is refused'
else
    skip 'built without libconfig'
fi
exec {held}<>"/dev/tcp/127.0.0.1/${redis_port[three]}"
printf 'AUTH right\r\nCONFIG SET maxclients 1\r\n' >&"$held"
read -r -t 5 -u "$held" _ && read -r -t 5 -u "$held" _
ping redis "$three"
says CRITICAL "redis $three answers PING with 'ERR max number of clients reached'" 'redis: no connection left'
exec {held}>&-

# A server that loads: each key takes a while.
redis_start four --appendonly yes
redis four EVAL 'for i = 1, 3000 do redis.call("SET", "key:" .. i, i) end' 0 >/dev/null
redis four BGREWRITEAOF >/dev/null
rewritten() { redis four INFO persistence | grep -q '^aof_rewrite_in_progress:0' && redis four INFO persistence | grep -q '^aof_last_bgrewrite_status:ok' && ls "$server_folder"/four/appendonlydir/*.base.rdb; }
wait_for 10 rewritten
server_stop four
redis_launch four --appendonly yes --key-load-delay 20000 --loading-process-events-interval-bytes 1024
four=127.0.0.1:${redis_port[four]}
loads() { ping redis "$four"; [[ $line1 = *loading* ]]; }
wait_for 5 loads
says CRITICAL "redis $four is loading its data, and serves nobody" 'redis: LOADING'
like "$out" '[0-9]+% loaded, some [0-9]+ s to go' 'with what is left to do'
server_signal four KILL

# --- memcached
memcached_start mem -c 70 -t 1 || fail 'memcached starts'
mem=127.0.0.1:${memcached_port[mem]}
ping memcached "$mem"
says OK "memcached $mem answered in [0-9.]+ ms; version [0-9.]+, 0 items, 0B of 8MiB, [0-9]+ of 70 connections" 'memcached: well'
ping memcached "[::1]:${memcached_port[mem]}" --rates -w items=1: -c connections=1
says CRITICAL 'connections [0-9.]+% > 1%, items 0 < 1' 'with thresholds, on IPv6'
like "$out" "'requests_rate'=0;;;0 'evicted_rate'=0" 'and rates'
memcached_ask mem 'set a 0 0 1\r\nx\r\nget a\r\nget b\r\n' >/dev/null
ping memcached "$mem"
like "$out" "'hits'=50%" 'its hits'
holders=()
for _ in {1..75}; do exec {fd}<>"/dev/tcp/127.0.0.1/${memcached_port[mem]}" && holders+=("$fd"); done
ping memcached "$mem" "${stopped[@]}"
says CRITICAL "memcached $mem (has no connection left|took the connection, but did not answer|closed the connection|reset the connection)" 'memcached: no connection left'
diag "$line1"
for fd in "${holders[@]}"; do exec {fd}>&-; done
answers() { ping memcached "$mem"; [ "$rc" = 0 ]; }
wait_for 5 answers
server_signal mem STOP
ping memcached "$mem" "${stopped[@]}"
says CRITICAL "memcached $mem took the connection, but did not answer \"version\" within" 'memcached: stopped by SIGSTOP'
server_stop mem
ping memcached "$mem"
says CRITICAL "memcached $mem refuses the connection" 'memcached: ended'
memcached_socket_start usock
ping memcached "${memcached_socket[usock]}"
says OK "memcached ${memcached_socket[usock]} answered" 'memcached: on a unix socket'
printf 'monitor:password\n' >"$server_folder/mem.auth"
chmod 644 "$server_folder/mem.auth"
memcached_start auth -Y "$server_folder/mem.auth"
ping memcached "127.0.0.1:${memcached_port[auth]}"
says UNKNOWN 'memcached .* wants a login' 'memcached: one that wants a login'

# --- tcp and unix
memcached_start plain
plain=127.0.0.1:${memcached_port[plain]}
ping tcp "$plain" -c time=5
says OK "tcp $plain took the connection in [0-9.]+ ms" 'tcp: a connection'
ping tcp "localhost:${memcached_port[plain]}" -4 --send 'version\r\n' --expect '^VERSION 1\.'
says OK 'tcp localhost:[0-9]+ answered as expected in' 'tcp: an answer'
ping tcp "$plain" --send '\x76ersion\r\n' --expect '^VERSION 9' "${stopped[@]}"
says CRITICAL "tcp $plain only says 'VERSION 1[^']*' instead of '\^VERSION 9'" 'tcp: another answer'
ping unix "${memcached_socket[usock]}" --send 'version\r\n' --expect VERSION
says OK "unix ${memcached_socket[usock]} answered as expected" 'unix: an answer'
ping tcp localhost:1 -4
says CRITICAL 'tcp localhost:1 refuses the connection' 'tcp: refused'
bad_peer silent --unix @haetae-ping-$$
ping unix "@haetae-ping-$$"
says OK "unix @haetae-ping-$$ took the connection" 'unix: an abstract socket'
ping unix "$work"
says CRITICAL "unix $work (refuses the connection|cannot be reached)" 'unix: no socket at all'
if [ "$(id -u)" = 0 ]; then
    chmod 711 "$work" && mkdir "$work/closed" && bad_peer silent --unix "$work/closed/sock" && chmod 700 "$work/closed"
    if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$check"; then
        run setpriv --reuid 65534 --regid 65534 --clear-groups "$check" --kind unix --socket "$work/closed/sock"
        says UNKNOWN "unix $work/closed/sock may not be connected to: let this user" 'unix: no right to it'
    else skip 'nobody cannot reach the build folder'; fi
fi
ping tcp no-such-host.invalid:1
says CRITICAL 'tcp no-such-host.invalid:1 cannot be reached: cannot look up' 'a name that nobody knows'

# --- http
if [ -x "$plugins/service_ping_libs" ]; then
    apache_start || fail 'apache starts'
    web=127.0.0.1:$apache_http
    ping http "$web"
    says OK "http $web answered 200 in [0-9.]+ ms, 18 bytes" 'http: well'
    ping http "[::1]:$apache_http" --body 'from haetae' --perfdata all
    says OK "http \[::1\]:$apache_http answered 200" 'on IPv6, with a body'
    like "$out" "'connect_time'=.*'lookup_time'=.*'first_byte_time'=.*'status'=200;" 'and its times'
    ping http "$web" --body 'from somebody'
    says CRITICAL "http $web answers with a body that lacks 'from somebody'" 'http: another body'
    ping http "$web" --url /none
    says CRITICAL "http $web answers with status 404 instead of 200:399" 'http: another status'
    ping http "$web" --url /none --status 200,404:405 --method HEAD
    says OK "http $web answered 404" 'which may be what one wants'
    ping http "$web" --url /moved
    says OK "http $web answered 302" 'http: a redirect is a status'
    ping http "$web" --url /moved --follow 3 --body hello
    says OK "http $web answered 200" 'that is followed on request'
    ping http "$web" --url /circle --follow 3
    says CRITICAL "http $web redirects in circles: more than 3" 'not for ever'
    ping http "$web" --url /secret/
    says UNKNOWN "http $web answers with status 401: give a user" 'http: a login is wanted'
    HAETAE_PING_USER=monitor HAETAE_PING_PASSWORD=wrong ping http "$web" --url /secret/
    says UNKNOWN "http $web answers with status 401" 'http: a wrong password'
    HAETAE_PING_USER=monitor HAETAE_PING_PASSWORD=right ping http "$web" --url /secret/
    says OK "http $web answered 200" 'http: the right one'
    ping http "$web" --mod-status --rates
    says OK "http $web answered in [0-9.]+ ms; Apache/.*, 1 worker busy, 7 idle" 'mod_status'
    like "$out" "'workers'=12.5%.*'workers_busy'=1;.*'workers_idle'=7;.*'requests_rate'=.*'bytes_rate'=" 'with its facts'
    ping http "$web" --mod-status --url /
    says UNKNOWN "http $web shows no mod_status" 'mod_status: another page'

    ping https "localhost:${apache_https[good]}" --ca "$apache_ca" -w cert_days=10: -c cert_days=5:
    says OK "https localhost:.* answered 200 .*; certificate good for 20 days" 'https: a good certificate'
    like "$out" "'cert_days'=20\.[0-9]+;10:;5:" 'and its days'
    ping https "127.0.0.1:${apache_https[good]}" --ca "$apache_ca" -w cert_days=30:
    says WARNING 'cert_days 20[0-9.]* < 30; https' 'which end soon'
    ping https "localhost:${apache_https[good]}"
    says CRITICAL "https localhost:[0-9]+ has a certificate that is not trusted: " 'https: an unknown authority'
    ping https "localhost:${apache_https[good]}" --insecure
    says OK 'https localhost:[0-9]+ answered 200' 'unless any certificate is taken'
    ping https "localhost:${apache_https[expired]}" --ca "$apache_ca"
    says CRITICAL "https localhost:[0-9]+ has a certificate that expired 3d " 'https: an expired certificate'
    like "$out" "'cert_days'=-3" 'since so many days'
    ping https "localhost:${apache_https[expired]}" --ca "$apache_ca" --expired WARNING
    says WARNING "https localhost:[0-9]+ has a certificate that expired 3d " 'is a WARNING on request'
    ping https "localhost:${apache_https[expired]}" --insecure --expired OK
    says OK "https localhost:[0-9]+ answered 200" 'or nothing'
    ping https "[::1]:${apache_https[other]}" --ca "$apache_ca"
    says CRITICAL "https \[::1\]:[0-9]+ has a certificate that is not trusted: .*name" "https: another one's certificate"
    ping https "[::1]:${apache_https[other]}" --ca "$apache_ca" --host-name other.example
    says OK "https \[::1\]:[0-9]+ answered 200" 'who is asked by that name'
    ping https "$web" --ca "$apache_ca"
    says CRITICAL "https $web is no https: " 'https: no TLS there'
    ping http "127.0.0.1:${apache_https[good]}"
    says CRITICAL "http 127.0.0.1:[0-9]+ answers with status 400" 'http: TLS there'

    # All 8 workers wait for the rest of a request.
    holders=()
    for _ in {1..7}; do exec {fd}<>"/dev/tcp/127.0.0.1/$apache_http" && printf 'GET' >&"$fd" && holders+=("$fd"); done
    busy() { ping http "$web" --mod-status; [[ $out = *"'workers_idle'=0;"* ]]; }
    if wait_for 3 busy; then
        says WARNING "http $web has no idle worker left: all 8 are busy" 'mod_status: all workers busy'
    else
        skip "this httpd serves them without a worker: $line1"
    fi
    for fd in "${holders[@]}"; do exec {fd}>&-; done
    apache_child=$(pgrep -P "${server_pid[apache]}" | tr '\n' ' ')
    # shellcheck disable=SC2086
    kill -STOP $apache_child
    ping http "$web" "${stopped[@]}"
    says CRITICAL "http $web took the connection, but did not answer GET within" 'http: stopped by SIGSTOP'
    # shellcheck disable=SC2086
    kill -CONT $apache_child
    server_stop apache
    ping http "$web"
    says CRITICAL "http $web refuses the connection" 'http: ended'
    ping https "127.0.0.1:${apache_https[good]}"
    says CRITICAL "https 127.0.0.1:[0-9]+ refuses the connection" 'https: ended'
    "$plugins/check_service_ping" --kind http -H "$web" >&- 2>/dev/null </dev/null
    is "$?" 3 'a closed output is seen by the program that takes over'
else
    skip 'built without libcurl'
fi

# --- mysql
server_port
mysql=127.0.0.1:$server_port
mariadb_net=(--bind-address=127.0.0.1 --port="$server_port")
mariadb_start --max-connections=10 || fail 'mariadbd starts'
ping mysql "$mysql"
says OK "mysql $mysql greeted in [0-9.]+ ms; version [0-9.]+-MariaDB[^,]*, protocol 10" 'mysql: well'
ping mysql "$mariadb_socket"
says OK "mysql $mariadb_socket greeted" 'on its socket'
holders=()
for _ in {1..12}; do exec {fd}<>"/dev/tcp/${mysql/://}" && holders+=("$fd"); done
full() { ping mysql "$mysql"; [ "$rc" = 2 ]; }
wait_for 3 full
says CRITICAL "mysql $mysql has no connection left \(max_connections\)" 'mysql: too many connections'
like "$out" 'error 1040: Too many connections' "with the server's words"
for fd in "${holders[@]}"; do exec {fd}>&-; done
mariadb_signal STOP
ping mysql "$mariadb_socket" "${stopped[@]}"
says CRITICAL "mysql $mariadb_socket took the connection, but did not answer the connection within" 'mysql: stopped by SIGSTOP'
mariadb_signal CONT
mariadb_kill
ping mysql "$mariadb_socket"
says CRITICAL "mysql $mariadb_socket refuses the connection" 'mysql: killed, its socket still there'
# first_packet CODE TEXT: an error packet instead of a greeting
first_packet() {
    local text=$2
    printf '%b%b%s' "\\x$(printf %02x $((${#text} + 3)))\\0\\0\\0\\xff" "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8)))" "$text"
}
first_packet 1129 "Host 'x' is blocked because of many connection errors" >"$work/blocked"
bad_peer close --greeting "$work/blocked"
ping mysql "127.0.0.1:$bad_port"
says CRITICAL 'mysql .* has blocked this host after many interrupted connections' 'mysql: this host is blocked'
first_packet 1130 "Host 'x|y' is not allowed to connect" >"$work/denied"
bad_peer close --greeting "$work/denied"
ping mysql "127.0.0.1:$bad_port"
says UNKNOWN 'mysql .* has no user for this host' 'mysql: this host is not allowed'
like "$out" "Host 'x\?y'" 'its text is cleaned'

# --- amqp, without a broker
printf 'AMQP\0\1\0\0' >"$work/amqp-1.0"
bad_peer garbage --file "$work/amqp-1.0"
ping amqp "127.0.0.1:$bad_port"
says CRITICAL "amqp 127.0.0.1:$bad_port speaks AMQP 1-0-0 \(protocol 0\) instead of 0-9-1" 'amqp: another version'
ping amqp 127.0.0.1:1
says CRITICAL 'amqp 127.0.0.1:1 refuses the connection' 'amqp: nobody there'

# --- bad peers: each kind against each, all kinds at once
kinds='tcp unix redis memcached mysql amqp'
[ ! -x "$plugins/service_ping_libs" ] || kinds="$kinds http https"
# one KIND: asks the bad peer of its kind, and writes what comes of it
one() {
    local options=() start end
    case $1 in tcp | unix) options=(--send 'question\r\n\r\n' --expect ANSWER) ;; http*) options=(--follow 20) ;; esac
    start=$(date +%s%3N)
    case $1 in
    unix) ping unix "$work/bad-$mode.sock" -t 1.5 "${options[@]}" ;;
    redis) ping redis "[::1]:${bad[6]}" -t 1.5 "${options[@]}" ;;
    *) ping "$1" "127.0.0.1:${bad[4]}" -t 1.5 "${options[@]}" ;;
    esac
    end=$(date +%s%3N)
    printf '%s\t%s\t%s\n' "$rc" $((end - start)) "$line1" >"$work/bad-$1"
}
declare -A expected=(
    [silent]='did not answer|did not make a TLS connection'
    [drip]='began to answer|only says|is no |did not make a TLS'
    [flood]='is no |instead of'
    [garbage]='is no |says|closed the connection|broke'
    [redirect]='did not answer|redirects in circles|says|did not make a TLS'
    [reset]='reset the connection|broke the connection|cannot be reached|closed the connection'
    [close]='closed the connection|broke the connection|reset the connection|is no'
)
declare -A bad=()
pids=()
for mode in $bad_peer_modes; do
    bad_peer "$mode"
    bad[4]=$bad_port
    bad_peer "$mode" -6
    bad[6]=$bad_port
    bad_peer "$mode" --unix "$work/bad-$mode.sock"
    for kind in $kinds; do
        one "$kind" &
        pids+=($!)
    done
    wait "${pids[@]}"
    pids=()
    for kind in $kinds; do
        IFS=$'\t' read -r rc took line1 <"$work/bad-$kind"
        like "$line1" "^PING CRITICAL - $kind [^ ]+ .*(${expected[$mode]})" "$kind: a peer that is '$mode'"
        if [ "$rc" != 2 ] || [ "$took" -gt $((1500 * tap_patience)) ]; then fail "$kind, $mode: exit code $rc after $took ms"; fi
    done
done
for mode in silent drip flood garbage reset close; do
    [ -x "$plugins/service_ping_libs" ] || break
    bad_peer "$mode" --http
    ping http "127.0.0.1:$bad_port" -t 1 --body never
    like "$line1" '^PING CRITICAL - http 127.0.0.1:[0-9]+ (began to answer|sends more|answers with a body|broke)' "http: '$mode' behind a good head"
done
# A login to a broker that is none.
for mode in silent drip flood garbage reset close; do
    [ -x "$plugins/service_ping_libs" ] || break
    bad_peer "$mode"
    HAETAE_PING_USER=u HAETAE_PING_PASSWORD=secret-word ping amqp "127.0.0.1:$bad_port" -t 1
    like "$line1" '^PING CRITICAL - amqp 127.0.0.1:[0-9]+ (took the connection, but did not answer the login|broke the connection off|does not let this user in|is no amqp|reset|closed|began)' "amqp, a login: '$mode'"
    unlike "$out" secret-word 'its password is not printed'
done
# Answers that begin well.
for row in 'redis +PONG' 'redis $5' 'redis -ERR' 'memcached VERSION'; do
    printf '%s' "${row#* }" >"$work/begin"
    bad_peer silent --greeting "$work/begin"
    ping "${row%% *}" "127.0.0.1:$bad_port" "${stopped[@]}"
    says CRITICAL "${row%% *} .* began to answer .*, but did not end within" "an answer that does not end: $row"
    bad_peer close --greeting "$work/begin"
    ping "${row%% *}" "127.0.0.1:$bad_port"
    says CRITICAL "${row%% *} .* closed the connection in the middle of its answer" "or is cut off: $row"
done
printf -- '-NOPERM \033[31m|x=1;%s\r\n' '%n%s' >"$work/begin"
bad_peer silent --greeting "$work/begin"
ping redis "127.0.0.1:$bad_port" "${stopped[@]}"
unlike "$out" $'\033|\\|x' 'text from outside is cleaned'

# What is asked for most often starts without large libraries.
if command -v readelf >/dev/null && ! readelf -sW "$check" | grep -qE '__(asan|ubsan)_'; then
    is "$(readelf -d "$check" | grep -cE 'NEEDED.*(curl|maria|mysql|rabbitmq|ssl|jansson)')" 0 'no client library is loaded for redis and the like'
else
    skip 'built with sanitizers, or no readelf'
fi
tap_done
