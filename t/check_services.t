#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_services on a captured node: processes, zombies, titles, users, sockets, ranges, forms.
. "${srcdir:-.}/t/tap.sh" || exit 1
# shellcheck disable=SC2317 # called by name
check=$plugins/check_services
[ -x "$check" ] || skip_all "check_services was not built: no libconfig"
make_tree=$builddir/t/make_tree
state=$work/state
mkdir -m 700 "$state"

# --- a node by hand ----------------------------------------------------------------------
# entry PID NAME STATE PPID START [FLAGS]: the stat line of a process with 1 MiB, and its user.
entry() {
    printf 'd\t%d\nf\t%d/stat\t%d (%s) %s %d 1 1 0 -1 %d 0 0 0 0 100 0 0 0 20 0 1 0 %d 0 256 0\\n\n' \
        "$1" "$1" "$1" "$2" "$3" "$4" "${6:-0}" "$5"
}
# file PID NAME CONTENT
file() { printf 'f\t%d/%s\t%s\n' "$1" "$2" "$3"; }
# program PID PPID UID START LINE: a whole process; no descriptors yet
program() {
    entry "$1" "$(basename "${5%% *}")" S "$2" "$4"
    file "$1" cmdline "${5// /\\x00}\\x00"
    file "$1" status "Uid:\t$3\t$3\t$3\t$3\n"
    file "$1" limits 'Max open files            100                  4096                 files\n'
    printf 'd\t%d/fd\n' "$1"
}
# fd PID INODE...: sockets, from descriptor 3 on
fd() {
    local pid=$1 n=3 inode
    shift
    for inode; do printf 'l\t%d/fd/%d\tsocket:[%d]\n' "$pid" "$n" "$inode"; n=$((n + 1)); done
}
head_tcp='  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
head_unix='Num       RefCount Protocol Flags    Type St Inode Path\n'
# tcp LOCAL REMOTE STATE INODE [TIMER RETRIES]: addresses as in /proc/net/tcp
tcp() {
    printf '   0: %s %s %s 00000000:00000000 %s:00000000 %08X   111        0 %d 1 0000000000000000 100 0 0 10 0\\n' \
        "$1" "$2" "$3" "${5:-00}" "${6:-0}" "$4"
}
node() {
    entry 2 kthreadd S 0 1 2129984; file 2 cmdline ''
    entry 3 nfsd S 2 1 2129984; file 3 cmdline ''
    program 100 1 111 10000 '/usr/bin/python3 /usr/bin/nova-conductor --config-file=/etc/nova/nova.conf'
    program 101 100 111 10100 '/usr/bin/python3 /usr/bin/nova-conductor --config-file=/etc/nova/nova.conf'
    program 102 100 111 20000 '/usr/bin/python3 /usr/bin/nova-conductor --config-file=/etc/nova/nova.conf'
    fd 100 501; fd 101 502 503; fd 102 504
    program 110 1 111 10000 '/usr/bin/uwsgi --ini /etc/nova-api-uwsgi.ini'
    program 111 110 111 10000 '/usr/bin/uwsgi --ini /etc/nova-api-uwsgi.ini'
    fd 110 600 605; fd 111 600 601
    program 120 1 0 10000 'ovs-vswitchd:'
    file 120 cmdline "${title:-ovs-vswitchd: monitoring pid 121 (healthy)}\\x00\\x00\\x00"
    program 121 120 0 10000 'ovs-vswitchd unix:/run/db.sock'
    program 130 1 65534 10000 'dnsmasq --conf-file=/net-1/dhcp'
    fd 130 700
    printf 'd\t130/net\n'
    file 130 net/tcp "$head_tcp"
    file 130 net/udp "$head_tcp$(printf '   0: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 700 2 0 0\\n')"
    file 130 net/unix "$head_unix"
    program 140 1 0 10000 'iscsid'
    fd 140 800
    printf 'd\tnet\nf\tnet/tcp\t%s%s%s%s%s%s%s\n' "$head_tcp" \
        "$(tcp 00000000:2246 00000000:0000 0A 600)" \
        "$(tcp 0100007F:C001 0100007F:1628 01 501)" "$(tcp 0100007F:C002 0100007F:1628 01 502)" \
        "$(tcp 0100007F:C003 0100007F:0CEA 01 503)" "$(tcp 0100007F:C004 0100007F:0CEA 01 601)" \
        "$(tcp 0100007F:C005 0100007F:1628 "${stalled:-01}" 504 "${stalled_timer:-00}" 9)"
    printf 'f\tnet/tcp6\t%s\nf\tnet/udp\t%s\nf\tnet/udp6\t%s\n' "$head_tcp" "$head_tcp" "$head_tcp"
    printf 'f\tnet/unix\t%s%s\n' "$head_unix" \
        '0000000000000000: 00000002 00000000 00010000 0001 01 800 @ISCSIADM\n'
    "${extra:-true}"
}
# tree NAME: makes it, in $tree
tree() {
    tree=$work/$1
    mkdir -p "$tree/proc" "$tree/etc"
    echo '1000.00 1.00' >"$tree/proc/uptime"
    printf 'root:x:0:0::/:/bin/sh\nnova:x:111:111::/:/bin/sh\n' >"$tree/etc/passwd"
    node | "$make_tree" "$tree/proc" || exit 1
}
mkdir "$work/profiles"
cat >"$work/profiles/demo.cfg" <<'EOT'
name = "demo"; title = "A node by hand";
services = (
  { name = "conductor"; component = "nova"; owner = "nova"; match = "/nova-conductor( |$)"; count = "2:"; warn = { count = "3:"; };
    advice = "systemctl restart nova-conductor";
    depends = ( { kind = "amqp"; port = 5672; }, { kind = "db"; port = 3306; address = "loopback"; } ); },
  { name = "api"; component = "nova"; user = "nova"; match = "nova-api-uwsgi\\.ini|/nova-api( |$)";
    listen = ( { proto = "tcp"; port = 8774; address = "any"; } ); depends = ( { kind = "db"; port = 3306; } ); },
  { name = "vswitchd-monitor"; match = "^ovs-vswitchd: monitoring"; healthy = "\\(healthy\\)$"; },
  { name = "vswitchd"; match = "^ovs-vswitchd "; },
  { name = "dnsmasq"; match = "dnsmasq .*/dhcp"; listen = ( { proto = "udp"; port = 67; } ); },
  { name = "iscsid"; match = "iscsid"; listen = ( { proto = "unix"; path = "@ISCSI*"; type = "stream"; } ); },
  { name = "nfsd"; kthread = "^nfsd$"; },
  { name = "cert"; match = "/nova-cert( |$)"; optional = true; },
  { name = "consoleauth"; match = "/nova-consoleauth( |$)"; unwanted = true; advice = "it was removed in Train"; }
);
EOT
demo() { run "$check" --root "$tree" --state-dir "$state" --profile-dir "$work/profiles" --profile demo "$@"; }
row() { grep -E "^[A-Z]+ +$1 " <<<"$out"; }

# --- all is well ----------------------------------------------------------------------------
tree well
demo
is "$line1" 'SERVICES OK - 9 services of demo well' 'a healthy node'
is "$rc" 0 'exits 0'
like "$(row conductor)" '^OK       conductor +3 \(2\) +age 15m 0s +rss 3MiB +fds 2% +amqp 3, db 1 \[fd\]$' \
    'a row: count, workers, age, memory, descriptors, connections and their proof'
like "$(row api)" 'listens tcp 8774 on any; db 1 \[fd\]$' 'a listener'
like "$(row dnsmasq)" 'listens udp 67 \[fd\]$' 'a listener in a namespace of its own'
like "$(row iscsid)" 'listens unix @ISCSI\* \[fd\]' 'an abstract unix socket'
like "$(row cert)" 'optional' 'what may be absent'
like "$out" "'count@conductor'=3;3:;2:;0 .*'rss@conductor'=3145728B;;;0 .*'fds_pct@conductor'=2%;;;0" 'perfdata with the ranges of the profile'
unlike "$out" 'workers@' 'other numbers on request alone'
demo --perfdata all
for want in 'workers@conductor.=2' 'age@conductor.=900s' 'age_min@conductor.=800s' 'threads@conductor.=3' 'fds@conductor.=4' \
    'fds_sockets@conductor.=4' 'connections@conductor.=4' 'listeners@api.=1' 'stalled@conductor.=0' 'defunct@api.=0;0' 'stale@api.=0'; do
    like "$out" "'$want" "--perfdata all: $want"
done
unlike "$out" 'rss@nfsd|fds@nfsd' 'a kernel thread has neither memory nor descriptors'
[ "$(wc -c <<<"$out")" -lt 8192 ]; ok $? 'under 8 KiB'

# --- what is broken is named -------------------------------------------------------------------
# sick LINE1 NAME: the tree that was made says so
sick() { demo; like "$line1" "$1" "$2"; }
gone() { rm -r "$tree/proc/$1"; }
tree gone
gone 102
sick '^SERVICES WARNING - conductor 2 of 3:; 8 of 9 services well$' 'a process less is WARNING'
gone 101
sick '^SERVICES CRITICAL - conductor 1 of 2: and no connection to db tcp 3306 on loopback; 8 of' 'another one CRITICAL, and what it held is missed'
like "$(row conductor)" '^CRITICAL .*! 1 of 2: .*; advice: systemctl restart nova-conductor$' 'with advice'
is "$(grep -cE '^(OK|CRITICAL|WARNING)' <<<"$out")" 9 'every service has a row'
like "$(sed -n 2p <<<"$out")" '^CRITICAL conductor' 'the sick first'
gone 100
sick '^SERVICES CRITICAL - conductor not running; 8 of 9' 'none at all, without what follows from it'
gone 3
sick 'conductor not running, nfsd not running' 'a kernel thread'
tree listener
sed -i '/:2246 /d' "$tree/proc/net/tcp"
sick '^SERVICES CRITICAL - api not listening on tcp 8774 on any; 8 of' 'a listener'
tree address
sed -i 's/00000000:2246/0100007F:2246/' "$tree/proc/net/tcp"
sick 'api not listening on tcp 8774 on any but at 127\.0\.0\.1:8774' 'another address'
tree thief
rm "$tree"/proc/11[01]/fd/3
sick 'api tcp 8774 on any is held by another process' "another process's listener"
ln -s 'socket:[600]' "$tree/proc/100/fd/9"
sick 'api tcp 8774 on any is held by another process, pid 100;' 'which is named when it is known'
tree namespace
sed -i '/:0043 /d' "$tree/proc/130/net/udp"
sick 'dnsmasq not listening on udp 67 in the network namespace of process 130' 'a listener in its namespace'
tree unix
sed -i '/ISCSI/d' "$tree/proc/net/unix"
sick 'iscsid not listening on unix @ISCSI\*' 'a unix socket'
tree type
sed -i 's/ 0001 01 800/ 0005 01 800/' "$tree/proc/net/unix"
sick 'iscsid not listening on unix' 'of another type'
tree connection
sed -i '/:1628 01/d' "$tree/proc/net/tcp"
sick '^SERVICES CRITICAL - conductor no connection to amqp tcp 5672; 8' 'a dependency of the service as a whole'
stalled=01 stalled_timer=01 tree stalled
sick '^SERVICES OK' 'a stalled connection beside live ones'
like "$(row conductor)" 'amqp 2 and 1 stalled, db 1' 'which is shown'
sed -i '/:C00[12] /d' "$tree/proc/net/tcp"
sick 'conductor no live connection to amqp tcp 5672 \(1 stalled, 0 trying\)' 'nothing but a stalled one'
stalled=02 tree trying
sed -i '/:C00[12] /d' "$tree/proc/net/tcp"
sick 'conductor no live connection to amqp tcp 5672 \(0 stalled, 1 trying\)' 'or one that is tried'
title='ovs-vswitchd: monitoring pid 9 (1 crashes: pid 8 died, killed (Segmentation fault))' tree crashed
sick "^SERVICES WARNING - vswitchd-monitor title of pid 120 is 'ovs-vswitchd: monitoring pid 9 \(1 crashes" 'a title that is not healthy'
tree user
sed -i 's/111/0/g' "$tree/proc/102/status"
sick '^SERVICES WARNING - conductor 1 process not of user nova, pid 102 is of root;' 'a wrong user'
sed -i 's/111/0/g' "$tree"/proc/11[01]/status
sick '^SERVICES CRITICAL - api not running, conductor' 'whom user leaves out'
sed -i /nova/d "$tree/etc/passwd"
demo
like "$(row api)" "no user 'nova' on this node" 'a user that is not there'
add_zombies() {
    for pid in 150 151 152 153; do file "$pid" status 'Uid:\t111\t111\t111\t111\n' | sed 's/^/d\t'"$pid"'\n/'; done
    entry 150 nova-conductor Z 1 10000; file 150 cmdline ''
    entry 151 nova-api Z 1 10000; file 151 cmdline ''
    entry 152 uwsgi Z 110 10000; file 152 cmdline ''
    entry 153 other Z 1 10000; file 153 cmdline ''
}
extra=add_zombies tree zombies
sick '^SERVICES WARNING - conductor zombie pid 150 nova-conductor \(parent 1\), and 1 more; 7 of' 'zombies by name'
like "$(row api)" '! zombies pid 151 nova-api \(parent 1\), pid 152 uwsgi \(parent 110\)' 'or by their parent'
add_unwanted() { program 160 1 111 10000 '/usr/bin/nova-consoleauth'; program 161 1 111 10000 '/usr/bin/nova-cert'; }
extra=add_unwanted tree unwanted
sick '^SERVICES WARNING - consoleauth unwanted, but 1 process runs; 8 of' 'what is unwanted'
like "$(row consoleauth)" 'advice: it was removed in Train' 'and what to do'
like "$(row cert)" '^OK  *cert  *1 ' 'what may run'
add_places() { local pid; for pid in 102 110; do file "$pid" cgroup '0::/docker/0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9\n'; done; }
extra=add_places tree places
printf 'name = "places"; services = ( { name = "any"; match = "/nova-conductor"; }, { name = "host"; match = "/nova-conductor"; place = "host"; }, { name = "inside"; match = "/nova-conductor"; place = "container"; } );' \
    >"$work/profiles/places.cfg"
run "$check" --root "$tree" --profile-dir "$work/profiles" --profile places
like "$out" "'count@any'=3;.*'count@host'=2;.*'count@inside'=1;" "a container's process is told from the host's"
add_asker() { program 170 1 0 10000 '/bin/sh -c check_services --profile demo /nova-cert'; program 171 1 0 10000 'sudo /usr/lib/check_services /nova-consoleauth'; }
extra=add_asker tree asker
sick '^SERVICES OK' 'who asks, and the shell and sudo in front of it, count nowhere'

# --- ranges of the command line, names, forms -----------------------------------------------------
tree ranges
demo -w count@conductor=4: -c count@conductor=1:
like "$line1" '^SERVICES WARNING - conductor 3 of 4:; ' "-w takes the place of the profile's range"
like "$out" "'count@conductor'=3;4:;1:;0" 'in perfdata, too'
demo -c rss@api=1M
like "$line1" '^SERVICES CRITICAL - api rss 2MiB > 1MiB; ' 'a number that the profile does not judge'
demo -w workers=1:
like "$line1" 'SERVICES WARNING - api workers|vswitchd' 'a range for every service'
demo -c rss@nobody=1
like "$line1" 'SERVICES UNKNOWN - no rss@nobody on this node, -c asks for it' 'a service that is not there'
demo -c fds@nfsd=1
like "$line1" 'SERVICES UNKNOWN - nfsd fds is not known' 'a number that it does not have'
demo -c cpu@conductor=0.3 -w cpu@conductor=0
like "$line1" 'conductor cpu 0\.3' 'CPU time'
demo --service api --service nfsd
is "$line1" 'SERVICES OK - 2 services of demo well' '--service'
demo --component nova
is "$line1" 'SERVICES OK - 2 services of demo well' '--component'
demo --service nothing
is "$line1" "SERVICES UNKNOWN - option --service: profile demo has no service 'nothing'" 'a service that the profile has not'
demo --component nothing
is "$line1" "SERVICES UNKNOWN - option --component: profile demo has no component 'nothing'" 'nor component'
run "$check"
like "$line1" '^SERVICES UNKNOWN - option --profile: expected the name of a profile' 'without a profile'
run "$check" --profile-dir "$work/profiles" --profile nothing
like "$line1" "^SERVICES UNKNOWN - no profile 'nothing' in $work/profiles, .*; known are .*demo" 'an unknown one'
printf 'name = "bad";\nservices = (\n { name = "x"; match = "("; } );\n' >"$work/profiles/bad.cfg"
run "$check" --profile-dir "$work/profiles" --profile bad
like "$line1" "^SERVICES UNKNOWN - $work/profiles/bad\.cfg:3: key 'match': cannot use pattern '\('" 'a broken one, with its line'
printf 'name = "nil"; services = ();\n' >"$work/profiles/nil.cfg"
run "$check" --profile-dir "$work/profiles" --profile nil
is "$rc:$line1" "3:SERVICES UNKNOWN - option --profile: nil has no services" 'a profile of nothing is not well'
printf 'name = "site"; include = ( "demo" ); services = ( { name = "conductor"; count = "7:"; }, { name = "api"; remove = true; } );' \
    >"$work/profiles/site.cfg"
run "$check" --root "$tree" --profile-dir "$work/profiles" --profile site
like "$line1" '^SERVICES CRITICAL - conductor 3 of 7:; 7 of 8' "a site's file over another"
demo --output json
like "$out" '"state_text":"OK",.*"label":"count@conductor","value":3' 'JSON'
demo --output prometheus
like "$out" 'haetae_services_count\{instance="conductor"\} 3' 'Prometheus'
demo -t 5:CRITICAL
is "$rc" 0 'a deadline'

# --- what is kept between runs -----------------------------------------------------------------------
tree restarts
demo -w restarts=0
is "$line1" 'SERVICES OK - 9 services of demo well' 'the first run knows of no restarts'
gone 110
add_restart() { program 112 1 111 90000 '/usr/bin/uwsgi --ini /etc/nova-api-uwsgi.ini'; fd 112 600 601; }
add_restart | "$make_tree" "$tree/proc"
demo -w restarts=0
like "$line1" '^SERVICES WARNING - api restarts 1 > 0; ' 'a process in the place of another'
demo -w restarts=0
like "$line1" '^SERVICES WARNING - api restarts 1 > 0; ' 'is remembered'
gone 111
demo -w restarts=0
like "$line1" '^SERVICES WARNING - api restarts 1 > 0; ' 'a worker less is none'
echo '9000.00 1.00' >"$tree/proc/uptime"
demo -w restarts=0
like "$line1" '^SERVICES OK' 'an hour later it is past'

# --- what this user may not see -------------------------------------------------------------------------
tree blind
rm -r "$tree"/proc/[0-9]*/fd
demo
like "$line1" '^SERVICES OK - 9 services' 'without descriptors nothing is an alarm by itself'
like "$(row api)" 'listens tcp 8774 on any.*\[uid\]' 'and the proof is a weaker one'
demo -c fds_pct=90
like "$line1" '^SERVICES UNKNOWN - conductor fds_pct is not known' 'who asks on the command line is told'

sed -i 's/111/0/g' "$tree"/proc/10[012]/status
sed -i 's/owner = "nova"; //' "$work/profiles/demo.cfg"
demo --perfdata all
like "$line1" '^SERVICES OK - ' "root's processes may have anybody's connections: no alarm"
like "$(row conductor)" 'whether it is connected to amqp tcp 5672 cannot be told: run as root' 'and it is said'
unlike "$out" '(connections|stalled)@conductor' 'nor is their number made up'
like "$out" "'connections@api'=2" 'where a user proves them they are counted'

# --- sixty services -----------------------------------------------------------------------------------------
{
    printf 'name = "many"; services = (\n'
    for i in $(seq 60); do
        printf '%s{ name = "service-number-%d"; match = "/nova-conductor( |$)"; advice = "a sentence of advice that is not short at all"; count = "%d:"; }\n' \
            "$([ "$i" = 1 ] || echo ,)" "$i" $((i % 5))
    done
    printf ');\n'
} >"$work/profiles/many.cfg"
tree many
run "$check" --root "$tree" --profile-dir "$work/profiles" --profile many
like "$line1" '^SERVICES CRITICAL - service-number-4 3 of 4:, .* and [0-9]+ more' 'sixty services'
[ "$(wc -c <<<"$out")" -lt 8192 ]; ok $? 'in less than 8 KiB'
grep -q '^CRITICAL service-number-59 ' <<<"$out"; ok $? 'the sick are all there'
run "$check" --root "$tree" --profile-dir "$work/profiles" --profile many --max-output 2000 -c count=9:
like "$out" $'\nand ([0-9]+) more rows have no room \\(--max-output\\)$' 'those that have no room are counted'
is "$(($(grep -c ^CRITICAL <<<"$out") + $(sed -n 's/^and \([0-9]*\) more rows.*/\1/p' <<<"$out")))" 60 'all of them'
[ "$(wc -c <<<"$out")" -le 2000 ]; ok $? 'in the room that is given'
tap_done
