#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The subagent's collector of services without snmpd: rows of a captured node that is well and that is
# not, what another node makes of them, and what is kept from round to round.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh" || exit 1
need perl perl
rows=$builddir/t/service_rows
[ -x "$rows" ] || skip_all "the subagent was not built (net-snmp, libconfig)"
tree_zed zed
# collect [PROFILE [ROUNDS]]: $out
collect() { out=$("$rows" "$tree" "$profiles" "${1:-openstack-allinone}" "${2:-1}" 2>&1); }
has() { grep -qxF "$1" <<<"$out" || diag "$(grep -F "${1%%=*}=" <<<"$out")"; grep -qxF "$1" <<<"$out"; ok $? "$2"; }
hasnt() { ! grep -qF "$1" <<<"$out"; ok $? "$2"; }
same() { has same "$1: judged elsewhere as here" || diag "$(grep '^differs' <<<"$out")"; }

# --- a node that is well ------------------------------------------------------------------------
collect
same 'a node that is well'
hasnt 'says without need' 'a file that the tree lacks is no error'
hasnt 'walked' 'the view walks every cell once'
while read -r want; do has "$want" "$want"; done <<'ROWS'
haetaeService neutron-server State=1
haetaeService neutron-server StateText=7 processes; listens tcp 9696; amqp 18, db 11
haetaeService neutron-server Profile=openstack-allinone
haetaeService neutron-server Component=neutron
haetaeService neutron-server Wanted=required
haetaeService neutron-server ExpectedMin=1
haetaeService neutron-server ExpectedMax=4294967295
haetaeService neutron-server Running=7
haetaeService neutron-server Workers=6
haetaeService neutron-server Threads=7
haetaeService neutron-server Rss=1211548
haetaeService neutron-server Cpu=551
haetaeService neutron-server Fds=139
haetaeService neutron-server FdsMost=23
haetaeService neutron-server FdsLimit=20000
haetaeService neutron-server Listeners=1
haetaeService neutron-server Connections=29
haetaeService neutron-server MainPid=8018
haetaeService neutron-server Proof=fd
haetaeService heat-api State=5
haetaeService heat-api Wanted=optional
haetaeService heat-api StateText=does not run, optional
haetaeService dnsmasq-default State=1
haetaeService dnsmasq-default Wanted=unwanted
haetaeListener neutron-server tcp 9696 State=1
haetaeListener neutron-server tcp 9696 StateText=listens
haetaeListener neutron-server tcp 9696 Proto=tcp
haetaeListener neutron-server tcp 9696 Port=9696
haetaeListener neutron-server tcp 9696 AddressType=ipv4
haetaeListener libvirtd unix /*/libvirt-sock State=1
haetaeListener libvirtd unix /*/libvirt-sock Proto=unix
haetaeListener libvirtd unix /*/libvirt-sock Path=/*/libvirt-sock
haetaeListener heat-api tcp 8004 State=5
haetaeDependency neutron-server amqp tcp 5672 State=1
haetaeDependency neutron-server amqp tcp 5672 Kind=amqp
haetaeDependency neutron-server amqp tcp 5672 Established=18
haetaeDependency neutron-server amqp tcp 5672 ExpectedMin=1
haetaeFinding neutron-server Text=listens tcp 9696; amqp 18, db 11
ROWS
like "$(grep '^haetaeService neutron-server Age=' <<<"$out")" 'Age=2[23][0-9]$' 'its age, which goes on'
hasnt 'conf' 'no command line is told'
# Rows have the same indexes whatever else is there.
collect nova
collect openstack-controller,mariadb
same 'two profiles'
has 'haetaeService mariadb Running=1' 'a service of the second'

# --- what is wrong -------------------------------------------------------------------------------
mapfile -t pids < <(tree_pids /nova-scheduler)
tree_gone "${pids[0]}"
collect
same 'a process is gone'
has 'haetaeService nova-scheduler State=4' 'a service that does not run has its row'
has 'haetaeService nova-scheduler StateText=not running' 'and says so'
has 'haetaeDependency nova-scheduler amqp tcp 5672 State=5' 'what follows from it is no fault of its own'
hasnt 'haetaeService nova-scheduler Running=' 'none runs'
tree_heal

mapfile -t pids < <(tree_pids /nova-conductor)
tree_zombie "${pids[-1]}"
collect
same 'a zombie'
has 'haetaeService nova-conductor Defunct=1' 'a zombie is counted apart'
like "$(grep 'haetaeService nova-conductor StateText' <<<"$out")" "zombie pid ${pids[-1]} " 'and named'
like "$out" "haetaeFinding nova-conductor Text=zombie pid ${pids[-1]} " 'for whoever judges elsewhere'
tree_heal

tree_deaf tcp 9292
collect
same 'a listener is gone'
has 'haetaeListener glance-api tcp 9292 State=4' 'the listener is critical'
has 'haetaeListener glance-api tcp 9292 StateText=not listening on tcp 9292' 'and says so'
has 'haetaeService glance-api ListenersDown=1' 'its service counts it'
has 'haetaeService glance-api State=4' 'and is critical'
tree_heal

mapfile -t pids < <(tree_pids '^neutron-l3-agent')
tree_alone 5672 "${pids[@]}"
collect
same 'a dependency is gone'
has 'haetaeDependency neutron-l3-agent amqp tcp 5672 State=4' 'the dependency is critical'
has 'haetaeService neutron-l3-agent DependenciesDown=1' 'its service counts it'
tree_heal

# --- what may not be seen -------------------------------------------------------------------------
find "${tree:?}/proc" -type l -path '*/fd/*' -delete
collect
same 'descriptors that may not be read'
like "$out" 'haetaeService neutron-server Missing=.*FdsSockets' 'what is not known is named'
tree_zed again

# --- profiles ----------------------------------------------------------------------------------------
collect no-such-profile
like "$out" "cannot collect: no profile 'no-such-profile'" 'a profile that is not there'
mkdir "$work/profiles"
long=$(printf 'x%.0s' {1..60})
{
    printf 'name = "many"; services = (\n'
    for i in 1 2 3; do
        printf '{ name = "%s%d"; match = "/nova-conductor"; advice = "%s"; listen = ( ' "$long" "$i" "$(printf 'ü%.0s' {1..200})"
        for k in {1..30}; do printf '%s{ proto = "unix"; path = "/%s/%s/%d"; }' "$([ "$k" = 1 ] || echo ,)" "$long" "$long" "$k"; done
        printf ' ); },\n'
    done
    printf '{ name = "last"; match = "/nova-scheduler"; count = "2:3"; listen = ( { port = 1; }, { port = 1; } ); } );\n'
} >"$work/profiles/many.cfg"
profiles=$work/profiles
collect many
same 'long names, long texts, many of them'
has 'haetaeService last ExpectedMin=2' 'a range has a lower end'
has 'haetaeService last ExpectedMax=3' 'and an upper one'
is "$(grep -c '^haetaeListener last tcp 1 Port=1' <<<"$out")" 1 'what a profile has twice is one row'

# --- from round to round, on this node -----------------------------------------------------------------
cp "$srcdir/t/service.pl" "$work/haetae-service"
mkdir -m 700 "$work/state"
tag=t$$
start() {
    local ready
    ready=$(mktemp "$work/ready.XXXXXX")
    perl "$work/haetae-service" "tag=$tag" name=rounds listen=tcp:127.0.0.1:0 workers=1 >"$ready" 2>&1 &
    pid=$!
    disown "$pid"
    at_exit "end $pid"
    wait_for 10 grep -q '^ready' "$ready" || { fail 'a service starts'; tap_done; exit 1; }
    read -r _ port <"$ready"
}
end() { ! grep -qs "tag=$tag" "/proc/$1/cmdline" || kill "$1"; }
start
printf 'name = "live"; services = ( { name = "rounds"; match = "tag=%s name=rounds"; listen = ( { port = %d; } ); } );' "$tag" "$port" \
    >"$work/profiles/live.cfg"
live() { out=$("$rows" / "$profiles" live "${1:-1}" "$work/state" 2>&1); }
exec 8<>"/dev/tcp/127.0.0.1/$port"
live
has 'haetaeService rounds Running=2' 'a service of this node'
has "haetaeService rounds MainPid=$pid" 'its main process'
has "haetaeListener rounds tcp $port OwnerPid=$pid" 'who has the listener'
has "haetaeListener rounds tcp $port Address=127.0.0.1" 'where it is bound'
has "haetaeListener rounds tcp $port AcceptQueueMax=5" 'how many may wait'
has "haetaeListener rounds tcp $port Connections=1" 'and how many were accepted'
like "$out" 'haetaeService rounds Missing=.*Cpu' 'one round tells no CPU'
exec 8>&-
live 2
unlike "$out" 'haetaeService rounds Missing=.*Cpu' 'two do'
hasnt 'haetaeService rounds Restarts=' 'nothing was restarted'
[ -s "$work/state/agentx-services" ]; ok $? 'what restarts are told by is kept'
kill "$pid"
wait_for 5 test ! -e "/proc/$pid"
start
sed -i "s/port = [0-9]*/port = $port/" "$work/profiles/live.cfg"
live
has 'haetaeService rounds Restarts=1' 'a restart is seen across a start of the subagent'
has 'haetaeService rounds RestartsTotal=1' 'and counted'
printf 'another boot\n@rounds\np 1 1\n' >"$work/state/agentx-services"
live
hasnt 'haetaeService rounds Restarts=' 'processes of another boot are none that were replaced'
tap_done
