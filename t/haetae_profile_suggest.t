#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A profile drafted from a node is one that the node fulfils.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh"
need perl perl
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all "haetae was not built"
draft=$work/draft.cfg

suggest() {
    run "$haetae" profile suggest --profile-dir "$profiles" "$@"
    printf '%s\n' "$out" >"$draft"
}
# fulfilled NAME [OPTION...]: the draft, judged at once
fulfilled() {
    local name=$1; shift
    run "$haetae" profile test "$@" "$draft"
    is "$rc" 0 "$name" || diag "$(grep -v '^OK' <<<"$out")"
}
# service NAME: its lines of the draft
service() { awk -v name="name = \"$1\";" '/^  #/ { on = 0 } index($0, name) { on = 1 } on' "$draft"; }

# --- a captured node ----------------------------------------------------------------------
tree_zed zed
printf 'root:x:0:0::/:/bin/sh\nnova:x:111:111::/:/bin/sh\n' >"$tree/etc/passwd"
suggest --root "$tree"
is "$rc" 0 'a draft of a captured node' || diag "$errout"
like "$line1" '^# openstack-allinone: 26 of the 26 services that it wants run here' 'the profile that fits is said first'
is "$(grep -c '^# .* services that it wants' "$draft")" 1 'and those that do not are not said'
like "$(service nova-conductor)" 'owner = "nova";' 'a user by name'
like "$(service nova-conductor)" 'match = "\(\^\|/\)nova-conductor\(:\? \|\$\)"; count = "3:";' 'a pattern and a count'
like "$(service nova-conductor)" 'kind = "amqp"; port = 5672; .*kind = "db"; port = 3306;' 'what it is connected to'
like "$(service nova-api)" 'proto = "tcp"; port = 8774;' 'what it listens on'
like "$(service mariadbd)" 'proto = "unix"; path = "/srv/mycloud/mariadb/mysqld\.sock";' 'by unix sockets, too'
like "$(service dnsmasq)" 'proto = "udp"; port = 67;' "and in a service's own namespace"
like "$(service ovs-vswitchd-monitor)" 'healthy = ' "a monitor's title must be healthy"
unlike "$(service ovs-vswitchd)" 'match = "\^ovs-vswitchd: mon' 'a monitor is not its daemon'
like "$out" '3 processes, 2 of them workers' 'what was seen is a comment'
like "$out" 'Left out, for they have just been started: .*qemu-system-x86_64' 'what is young is named'
unlike "$out" 'name = "(sudo|sh|rabbitmq-server|kthreadd|python3?)"' 'no shells, helpers, interpreters, kernel threads'
fulfilled 'the node fulfils its draft' --root "$tree"
suggest --root "$tree" --all --name zed-node
like "$out" 'name = "qemu-system-x86_64"' '--all takes the young'
like "$out" $'\nname = "zed-node";' '--name'
fulfilled 'and fulfils that' --root "$tree"
# The draft is about this node: it sees what is missing.
tree_gone 8107
run "$haetae" profile test --root "$tree" "$draft"
is "$rc" 1 'a service that is gone is missed'
like "$out" 'nova-scheduler .*not running' 'by its name'
tree_heal

# --- nodes of 2014 ------------------------------------------------------------------------------
for node in controller network compute allinone; do
    tree_listing "$node" "listing-2014-$node"
    suggest --root "$tree"
    like "$out" "# openstack-2014-$node: " "$node: its profile fits"
    fulfilled "$node: the draft is fulfilled" --root "$tree"
done
like "$(service nova-novncproxy)" 'warn = \{ defunct = "2"; \}' 'dead children that are there are no news'
unlike "$out" 'name = "(bash|sftp-server|getty)"' 'nothing of sessions' || diag "$(grep 'name = ' <<<"$out")"

# --- hostile names ------------------------------------------------------------------------------
cat >"$work/odd.txt" <<'LISTING'
x 101 1 /opt/a"b\c/x"; y = "1
x 102 1 /opt/[x]*(y)+{z}|$
x 103 1 /opt/-run
unix  2      [ ACC ]     STREAM     LISTENING     201     103/-run  /run/odd"name".sock
unix  2      [ ACC ]     STREAM     LISTENING     202     103/-run  /run/run.10300.ctl
LISTING
tree=$work/odd
mkdir "$tree"
perl "$srcdir/t/listing_tree.pl" --strict "$work/odd.txt" | "$builddir/t/make_tree" "$tree"
suggest --root "$tree"
is "$rc" 0 'odd names' || diag "$errout"
is "$(grep -c 'name = ' "$draft")" 4 'each has one'
like "$out" 'path = "/run/run\.\*\.ctl"' 'a pid in a path is any number'
unlike "$out" 'odd.name' 'what a profile cannot hold is left out'
fulfilled 'and the draft is fulfilled' --root "$tree"

# --- this node --------------------------------------------------------------------------------------
suggest
is "$rc" 0 'a draft of this node' || diag "$errout"
run "$haetae" profile show "$draft"
is "$rc" 0 'is a profile'
# A node of our own, where nobody else starts and ends anything.
cat >"$work/echo-server.pl" <<'PERL'
use strict; use Socket;
socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
bind($s, sockaddr_in($ARGV[0], INADDR_ANY)) && listen($s, 5) or die "$!\n";
my ($u, $c);
socket($u, PF_UNIX, SOCK_STREAM, 0) && bind($u, sockaddr_un("$ARGV[1]")) && listen($u, 5) or die "$!\n";
my @kept;
if ($ARGV[2]) {
    socket($c, PF_INET, SOCK_STREAM, 0) && connect($c, sockaddr_in($ARGV[2], INADDR_LOOPBACK)) or die "$!\n";
    push @kept, $c;
}
open my $ready, '>', "$ARGV[1].ready" or die;
close $ready;
while (accept(my $n, $s)) { push @kept, $n }
PERL
cp "$work/echo-server.pl" "$work/client.pl"
cat >"$work/node.sh" <<'NODE'
ip link set lo up 2>/dev/null || ifconfig lo up
perl "$1/echo-server.pl" 3306 "$1/db.sock" &
for _ in $(seq 100); do [ ! -e "$1/db.sock.ready" ] || break; sleep 0.1; done
perl "$1/client.pl" 8000 "$1/client.sock" 3306 &
for _ in $(seq 100); do [ ! -e "$1/client.sock.ready" ] || break; sleep 0.1; done
"$2" profile suggest --all >"$1/draft.cfg" && "$2" profile test "$1/draft.cfg"
NODE
if run unshare --net --pid --mount-proc --fork true && [ "$rc" -eq 0 ]; then
    run unshare --net --pid --mount-proc --fork --kill-child bash "$work/node.sh" "$work" "$haetae"
    is "$rc" 0 'a node of our own fulfils its draft' || diag "$out" "$errout"
    like "$(service client.pl)" 'port = 8000;.*' 'a script by its name, with its port'
    like "$(service client.pl)" 'kind = "db"; port = 3306;' 'and its database'
    like "$(service echo-server.pl)" 'port = 3306' 'who is asked does not ask'
    unlike "$(service echo-server.pl)" 'depends' 'though the connection is its own, too'
    unlike "$(cat "$draft")" 'name = "(bash|haetae|node.sh)"' 'neither the shell nor who asks'
else
    skip 'no namespaces of our own here'
fi

# --- mistakes ------------------------------------------------------------------------------------------
run "$haetae" profile suggest --root "$work/nowhere"
is "$rc" 1 'a tree that is not there'
run "$haetae" profile suggest --name 'a b'
is "$rc:$out" '1:' 'a name that no profile may have'
run "$haetae" profile suggest --bad
is "$rc" 2 'an unknown option'
tap_done
