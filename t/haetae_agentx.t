#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae-agentx as a daemon: its configuration, its signals, its service manager, its privileges.
. "${srcdir:-.}/t/tap.sh" || exit 1
agentx=$builddir/subagent/haetae-agentx
[ -x "$agentx" ] || skip_all 'built without net-snmp (package libsnmp-dev)'
. "$srcdir/t/server_snmpd.sh"
. "$srcdir/t/agentx.sh"

# The command line.
run "$agentx" --help
is "$rc" 0 '--help'
like "$out" 'Usage: haetae-agentx' 'says what it takes'
run "$agentx" --version
is "$rc $out" "0 haetae-agentx (haetae) $(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' "$builddir/config.h")" '--version'
run "$agentx" --list
is "$rc" 0 '--list'
like "$out" $'13\thaetaeCollector\t.*\n13\.2\thaetaeCollectorName\t' 'has tables and columns'
for option in '--nonsense' '--ping-interval=0.5' '--ping-interval=61' 'argument' '--socket='; do
    run "$agentx" "$option"
    is "$rc" 2 "refused: $option"
done
page=$srcdir/subagent/haetae-agentx.8
"$agentx" --help | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' | grep -oE '\-\-[a-z-]+' | while read -r option; do
    grep -qE "^\.It .*(Fl |, )-?${option#--?}|^\.It .*$option|^\.It Fl -${option#--}( |$)|, -${option#--}( |$)" "$page" ||
        printf '%s\n' "$option"
done >"$work/missing"
is "$(cat "$work/missing")" '' 'every option is in haetae-agentx(8)'

# The configuration.
test_conf() { printf '%s\n' "$1" >"$conf"; run "$agentx" -T --config "$conf"; }
test_conf 'agentx = { role = "x"; };'
is "$rc" 0 '-T of a good one'
like "$out" '^the configuration is good: socket /var/agentx/master, collectors .*node' 'says what would run'
test_conf 'agentx = { collectors = ( { name = "node"; off = true; } ); };'
unlike "$out" 'collectors.* node( |$)' 'what is off would not'
test_conf 'agentx = { profiles = ( "rabbitmq" ); }; scheduler = { user = "x"; }; database = { name = "x"; };'
like "$out" 'collectors.* services( |$)' 'what is asked for would; groups of others are not minded'
test_conf 'agentx = { user = "nobody-of-this-name"; };'
if [ "$(id -u)" = 0 ]; then
    like "$rc $errout" "^0 but it would not start as root: cannot find user 'nobody-of-this-name'" 'a user that is not there is said'
else
    unlike "$errout" 'would not start' 'who is not root needs no user'
fi
refused() {
    test_conf "$1"
    if [ "$rc" = 1 ]; then like "$errout" "$2" "refused: $2"; else fail "not refused: $1"; fi
}
refused 'agentx = { ping = 0.2; };' "haetae.conf:1: key 'ping': 200 ms is not between 1000 and 60000 ms"
refused $'agentx = {\n  wrong = 1;\n};' "haetae.conf:2: unknown key 'wrong'; known are socket, ping,"
refused $'agentx = {\n  root = "relative";\n};' "haetae.conf:2: key 'root': 'relative' is not absolute"
refused $'agentx = {\n  socket = "";\n};' "haetae.conf:2: key 'socket': it is empty"
refused $'agentx = { collectors = (\n  { name = "nod"; } ); };' "haetae.conf:2: there is no collector 'nod'; there are .*node"
refused $'agentx = { collectors = (\n  { interval = 5; } ); };' 'haetae.conf:2: a collector needs a name'
refused $'agentx = { collectors = (\n  { name = "node"; interval = "1 ms"; } ); };' "haetae.conf:2: key 'interval': 1 ms is not between"
refused $'agentx = {\n collectors = { }; };' 'haetae.conf:2: expected a list of groups'
refused $'agentx = {\n log = "file"; };' "haetae.conf:2: key 'log': 'file' is neither"
refused $'agentx = {\n log_level = "loud"; };' "haetae.conf:2: key 'log_level': 'loud' is not one of"
refused 'agentx = { root = "/nonexistent"; };' '/nonexistent is no folder'
chmod 666 "$conf"
run "$agentx" -T --config "$conf"
like "$errout" 'others may write to it' 'refused: a file that others may write to'
rm -f "$conf"
run "$agentx" -T --config "$conf"
is "$rc" 1 'a file that is named must be there'
chmod 755 "$work/etc"
mkdir "$work/etc/conf.d"
write_conf
printf 'agentx = { role = "from conf.d"; collectors = ( { name = "net"; off = true; } ); };\n' >"$work/etc/conf.d/a.cfg"
run "$agentx" -T --config "$conf"
unlike "$out" ' net( |$)' 'conf.d goes on from it'
rm "$work/etc/conf.d/a.cfg"

# A real master. The listener is the service manager.
snmpd_start main || skip_all 'snmpd does not start'
mkdir -m 777 "$work/socket"
umask 000
"$builddir/t/notify_listen" "$work/socket/notify" >"$work/heard" 2>&1 &
ear=$!
at_exit "kill $ear"
umask 022
wait_for 5 test -S "$work/socket/notify"
heard() { grep -qE -- "$1" "$work/heard"; }
times() { grep -cE -- "$1" "$work/heard"; }
more() { [ "$(times "$1")" -gt "$2" ]; }
write_conf 'role = "tester";'
NOTIFY_SOCKET=$work/socket/notify WATCHDOG_USEC=2000000 agentx_start main
wait_for 5 heard '^READY=1 STATUS='
ok $? 'READY=1'
wait_for 5 answers "$oid_role"
ok $? 'it answers'
like "$(value "$oid_role")" 'tester' 'the role'
is "$(times '^READY=1')" 1 'READY=1 once'
wait_for 5 heard 'STATUS=registered with the master agent$'
ok $? 'its status follows the session'
wait_for 5 more '^WATCHDOG=1$' 2
ok $? 'WATCHDOG=1 again and again'
is "$(sed -n "s,^Threads:[[:blank:]]*,,p" "/proc/$agentx_pid/status" | grep -cE "^([3-9]|1[0-9])$")" 1 "threads of its own"
wait_for 10 is_state node 1
ok $? 'the collector of the node is well' || diag "$(walk "$oid_collectors")"
connects=$(value "$oid_connects")
like "$connects" '[1-9]' 'it counts its session'

# SIGHUP: another configuration in the same session.
generation() { value "$oid_generation"; }
write_conf 'role = "another"; profiles = ( "mine" ); profile_dirs = ( "'"$work"'/profiles" );'
mkdir "$work/profiles"
printf 'name = "mine"; services = ( { name = "the-test"; match = "haetae_agentx\\\\.t"; } );\n' >"$work/profiles/mine.cfg"
[ "$(value "$oid_services")" = 0 ]; ok $? 'no services yet'
kill -HUP "$agentx_pid"
role_is() { [[ $(value "$oid_role") == *"$1"* ]]; }
wait_for 10 role_is another
ok $? 'SIGHUP: the new role'
has_services() { [ "$(value "$oid_services")" = 1 ]; }
wait_for 10 has_services
ok $? 'and the profile' || diag "$(walk "$oid_collectors")" "$(cat "$log")"
is "$(value "$oid_connects")" "$connects" 'the session stays'
printf 'agentx = { nonsense' >"$conf"
kill -HUP "$agentx_pid"
wait_for 5 grep -q 'the configuration stays as it was: .*haetae.conf:1: ' "$log"
ok $? 'a mistake is logged'
role_is another
ok $? 'and changes nothing'

# Hung master: SIGTERM is quick all the same.
server_signal main STOP
begin=$EPOCHREALTIME
agentx_stop
took=$((${EPOCHREALTIME/./} - ${begin/./}))
[ "$took" -lt $((1500000 * tap_patience / 10 + 1500000)) ]; ok $? "SIGTERM with a master that hangs ($((took / 1000)) ms)"
is "$agentx_rc" 0 'exits 0'
wait_for 5 heard '^STOPPING=1'
ok $? 'STOPPING=1'
server_signal main CONT

# Without a master: ready, and there when it comes.
write_conf
: >"$work/heard"
server_stop main
NOTIFY_SOCKET=$work/socket/notify agentx_start main
wait_for 5 heard '^READY=1 STATUS=waits for the master agent$'
ok $? 'ready without a master'
is "$(times '^WATCHDOG')" 0 'no watchdog unless asked'
snmpd_launch main
wait_for 8 answers "$oid_role"
ok $? 'it comes with the master'
agentx_stop
is "$agentx_rc" 0 'SIGTERM'
unlike "$(cat "$log")" 'runtime error|ERROR: |WARNING: ThreadSanitizer' 'nothing from a sanitizer'
NOTIFY_SOCKET=nonsense run "$agentx" --config "$conf" --socket "$work/none"
is "$rc" 1 'an address that is none'
like "$errout" "NOTIFY_SOCKET: 'nonsense' is neither" 'is said'

# Root becomes another user, and keeps two capabilities.
if [ "$(id -u)" = 0 ]; then
    agentx_user=nobody
    write_conf
    agentx_start main
    wait_for 8 answers "$oid_role"
    ok $? 'as nobody'
    status=$(cat "/proc/$agentx_pid/status")
    is "$(sed -n 's/^Uid:[[:blank:]]*//p' <<<"$status")" "$(printf '65534\t65534\t65534\t65534')" 'all ids'
    # CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE 19.
    effective=$((16#$(sed -n 's/^CapEff:[[:blank:]]*//p' <<<"$status")))
    is "$((effective & ~((1 << 2) | (1 << 19))))" 0 'two capabilities at most'
    is "$(sed -n 's/^NoNewPrivs:[[:blank:]]*//p' <<<"$status")" 1 'no new privileges'
    wait_for 10 is_state node 1
    ok $? 'it reads what it needs' || diag "$(walk "$oid_collectors")"
    agentx_stop
    agentx_user=nobody-has-this-name
    write_conf
    run "$agentx" --config "$conf"
    is "$rc" 1 'a user that there is not'
    like "$errout" "cannot find user 'nobody-has-this-name' of agentx.user: make one" 'is said, with what to do'
    # From the start somebody else, without capabilities.
    agentx_user=root
    write_conf
    chmod 755 "$work" "$work/etc"
    agentx_wrap=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all)
    chown -R 65534 "$work/etc"
    agentx_start main
    wait_for 8 answers "$oid_role"
    ok $? 'unprivileged from the start'
    agentx_stop
    agentx_wrap=()
else
    skip 'not root'
fi

# The unit, as far as it can be looked at without systemd that runs.
unit=$builddir/contrib/systemd/haetae-agentx.service
is "$(grep -E '@[a-z]+@' "$unit")" '' 'all paths are filled in'
is "$(grep -E '^(ProtectProc|ProcSubset|PrivateNetwork|PrivateUsers|PrivatePIDs|DynamicUser)=' "$unit")" '' \
    'the node is not hidden from it'
if command -v systemd-analyze >/dev/null 2>&1; then
    mkdir "$work/units"
    # The program and manuals are not installed, nor is snmpd by every machine, and the user is not there.
    sed -e "s|^ExecStart=.*|ExecStart=$agentx|" -e 's/^\(User\|Group\)=.*/\1=root/' -e '/^Documentation=/d' \
        -e '/^Wants=/d' "$unit" >"$work/units/haetae-agentx.service"
    run systemd-analyze verify --recursive-errors=one "$work/units/haetae-agentx.service"
    is "$(grep -F "$work/units" <<<"$errout")" '' 'systemd-analyze verify has nothing to say'
    if systemd-analyze security --help 2>/dev/null | grep -q -e --offline; then
        # In tenths: what other programs of this kind are at 50 or more.
        run systemd-analyze security --offline=true --threshold=30 "$unit"
        is "$rc" 0 "systemd-analyze security: $(tail -n 1 <<<"$out")" || diag "$out" "$errout"
    else
        skip 'systemd-analyze looks at no files'
    fi
else
    skip 'no systemd-analyze'
    skip 'no systemd-analyze'
fi
tap_done
