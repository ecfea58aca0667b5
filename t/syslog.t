#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the daemons say reaches syslog: a socket of ours lies over /dev/log, in a mount namespace of
# its own, where no other program meets it.
# shellcheck disable=SC2119,SC2154
if [ "$(id -u)" = 0 ] && [ -z "${SYSLOG_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
    SYSLOG_INSIDE=1 exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
. "${srcdir:-.}/t/tap.sh" || exit 1
[ "$(id -u)" = 0 ] || skip_all 'mounts need root'
[ -n "${SYSLOG_INSIDE:-}" ] || skip_all 'no mount namespaces here'
need perl perl
. "$srcdir/t/scheduler.sh"
sched_init
secret=Geheim-4712-niemand
sql_server "CREATE USER teller@localhost IDENTIFIED BY '$secret'; GRANT ALL ON haetae.* TO teller@localhost"
printf '%s\n' "$secret" >"$work/password"
chmod 600 "$work/password"
[ "$user" = "$(id -un)" ] || chown "$user" "$work/password"
cat >"$conf" <<C
database = { socket = "$mariadb_socket"; user = "teller"; name = "haetae"; password_file = "$work/password"; };
scheduler = { host = "$host"; spool = "$spool"; user = "$user"; window = "5 s"; log = "syslog"; };
probetypes = ( { name = "probe"; folder = "$work/bin"; } );
C
echo 'WELL OK - nothing to say' >"$work/out/well"
chmod 644 "$work/out/well"
spec well -- print "$work/out/well" 0
import

# /dev/log is a socket, a link to one, or not there at all; the kernel's nodes stay.
cat >"$work/ear" <<'EAR'
use Socket;
my ($path) = @ARGV;
socket(my $ear, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($ear, sockaddr_un($path)) or die "bind: $!";
chmod 0666, $path;
$| = 1;
while (defined recv($ear, my $line, 8192, 0)) { print "$line\n"; }
EAR
perl "$work/ear" "$work/ear.socket" >"$work/heard" 2>"$work/ear.log" &
ear=$!
at_exit "kill $ear"
wait_for 5 test -S "$work/ear.socket"
mkdir "$work/dev"
at_exit "umount -R -l '$work/dev'"
{
    mount -t tmpfs -o mode=755 none "$work/dev" && touch "$work/dev/log" && mount --bind "$work/ear.socket" "$work/dev/log" &&
        for node in null zero full random urandom; do
            touch "$work/dev/$node" && mount --bind "/dev/$node" "$work/dev/$node"
        done && ln -s /proc/self/fd "$work/dev/fd" && mount --rbind "$work/dev" /dev
} 2>"$work/mount.log" || skip_all "no mounts here: $(cat "$work/mount.log")"

heard() { grep -qE -- "$1" "$work/heard"; }
sched_start
ok $? 'the scheduler starts'
# <daemon.info>Month day time PROGRAM[PID]: text
head_of='^<[0-9]+>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} haetae-scheduler\[[0-9]+\]: '
wait_for 10 heard "$head_of"
ok $? 'a line of it is in syslog, with its name and pid' || diag "$(cat "$work/heard" "$work/ear.log" "$log")"
status_is() { [ "$(status_of well)" = 'WELL OK - nothing to say' ]; }
wait_for 20 status_is
ok $? 'a probe goes well'
mariadb_kill
wait_for 20 heard "${head_of}[a-z]+: warning: cannot reach the database"
ok $? 'a warning has its stage' || diag "$(cat "$work/heard")"
is "$(sed -nE 's/^<([0-9]+)>.*: warning: .*/\1/p' "$work/heard" | sort -u)" 28 'and the priority daemon.warning'
mariadb_start
wait_for 30 heard "${head_of}[a-z]+: the database answers again"
ok $? 'and goes on'
run "$builddir/scheduler/haetae-cleanup" --config "$conf" --list "$work/nothing"
wait_for 5 heard ' haetae-cleanup\[[0-9]+\]: error: .*nothing'
ok $? 'haetae-cleanup speaks there, too' || diag "$errout" "$(cat "$work/heard")"
sched_stop
is "$sched_rc" 0 'it ends'
is "$(grep -vcE '^<(2[4-9]|3[01])>' "$work/heard")" 0 'all is of the facility daemon' || diag "$(cat "$work/heard")"
is "$(grep -iE 'well|nothing to say' "$work/heard")" '' 'no line for a probe that went well'
is "$(grep -F "$secret" "$work/heard")" '' 'no password'
is "$(cat "$log")" '' 'and nothing on stderr'
tap_done
