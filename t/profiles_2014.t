#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The profiles of 2014 against what was written down of such nodes: the listings of three kinds of
# nodes and of one that has all on it.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh"
need perl perl
[ -x "$plugins/check_services" ] || skip_all "check_services was not built (libconfig)"

# --- the tool -----------------------------------------------------------------------
# Rows as people keep them: notes in their own language, wrapped lines, two rows in one, several forms.
cat >"$work/notes.txt" <<'LISTING'
    # 컨트롤러 프로세스
    root@controller:~# ps -ef | sort    -> 확인
        UID        PID  PPID CMD
        root      1134     2  [iscsi_eh]           -> iscsi 서비스 관련
        nova     45867 39119  [nova-novncproxy] <defunct>
        nova     39119     1  /usr/bin/python /usr/bin/nova-novncproxy   <- 2개
        root     30915 ovs-vswitchd unix:/var/run/openvswitch/db.sock
                        -vconsole:emer --mlockall
        a         1778     1  /bin/sh /usr/sbin/one                                   a  1837  1778  /usr/bin/two -W w
    root     2816  0.0  0.4  95528  2104 ?        Ssl  13:26   0:00 /usr/sbin/abiquo-aim -d
    root     30915 30914 30915  0   12  8월07 ?      00:10:33 ovs-vswitchd unix:/var/run/openvswitch/db.sock
    tcp   0        0 10.0.0.11:8774   10.0.0.11:42620   ESTABLISHED 39119/python     on (1.50/3/0)  <- nova-api <-> ??
    tcp6  :::5672                 :::*                    LISTEN      1837/two    off (0.00/0/0) <- 메시지 큐
    unix  2      [ ACC ]     SEQPACKET  LISTENING     7817     485/systemd-udevd   /run/udev/control     -> 장치 관리
LISTING
mkdir "$work/notes"
perl "$srcdir/t/listing_tree.pl" --strict "$work/notes.txt" | "$builddir/t/make_tree" "$work/notes"
notes=$work/notes/proc
line() { tr '\0' ' ' <"$notes/$1/cmdline"; }
is "$(line 39119)" '/usr/bin/python /usr/bin/nova-novncproxy ' 'a note behind a command is not its own'
is "$(line 1778):$(line 1837)" '/bin/sh /usr/sbin/one :/usr/bin/two -W w ' 'two rows in one line'
is "$(line 30915)" 'ovs-vswitchd unix:/var/run/openvswitch/db.sock -vconsole:emer --mlockall ' 'a wrapped command'
like "$(cat "$notes/30915/stat")" '^30915 \(ovs-vswitchd\) S 30914 .* 0 12 0 ' 'threads are of the -L listing'
like "$(cat "$notes/45867/stat")" '^45867 \(nova-novncproxy\) Z 39119 ' 'a zombie'
like "$(cat "$notes/1134/stat")" '^1134 \(iscsi_eh\) S 2 0 0 0 -1 2097152 ' 'a thread of the kernel'
is "$(line 1134)$(line 45867)" '' 'neither has a command line'
like "$(cat "$notes/2816/stat")" ' 97820672 526 0' 'sizes of ps aux'
like "$(cat "$notes/net/tcp")" ' 0B00000A:2246 0B00000A:A67C 01 00000000:00000000 01:00000096 00000003 ' \
    'a connection with its timer and retransmissions'
like "$(cat "$notes/net/tcp6")" ' 00000000000000000000000000000000:1628 00000000000000000000000000000000:0000 0A ' 'an IPv6 listener'
like "$(cat "$notes/net/unix")" ' 00010000 0005 01 7817 /run/udev/control$' 'a unix listener'
is "$(readlink "$notes/485/fd/3"):$(line 485)" 'socket:[7817]:systemd-udevd ' 'who owns a socket exists'
printf 'what is this?\n' >"$work/bad.txt"
perl "$srcdir/t/listing_tree.pl" --strict "$work/bad.txt" >/dev/null 2>"$work/stderr"
is "$((! $?)):$(grep -c 'bad.txt:1: not a row' "$work/stderr")" 0:1 'a line that is nothing is an error'

# --- the controller -------------------------------------------------------------------
tree_listing controller listing-2014-controller
judge openstack-2014-controller
is "$rc" 1 'controller: what its author wondered about is a WARNING'
named WARNING nova-novncproxy 'novncproxy belongs to the compute nodes'
named WARNING dnsmasq-system 'dnsmasq belongs to the network node'
like "$out" 'advice: consoles are served by the compute nodes' 'with advice'
# From here on they do not run.
rm -r "$tree/proc/26565" "$tree/proc/1401"
judge openstack-2014-controller
is "$rc" 0 'controller: without them all is well' || diag "$out"

each openstack-2014-controller <<'SERVICES'
keystone-all|/keystone-all|tcp 5000,tcp 35357|3306
glance-api|/glance-api|tcp 9292|
glance-registry|/glance-registry|tcp 9191|
nova-api|/nova-api |tcp 8773,tcp 8774,tcp 8775|5672
nova-conductor|/nova-conductor||5672,3306
nova-scheduler|/nova-scheduler||5672,3306
nova-cert|/nova-cert||5672,3306
nova-consoleauth|/nova-consoleauth||5672,3306
nova-objectstore|/nova-objectstore|tcp 3333|
cinder-api|/cinder-api|tcp 8776|
cinder-scheduler|/cinder-scheduler||5672,3306
cinder-volume|/cinder-volume||5672,3306
neutron-server|/neutron-server|tcp 9696|5672,3306,8774
apache2|/apache2|tcp 80,unix /var/run/apache2/wsgi.26734.0.1.sock|
memcached|/memcached|tcp 11211|
mariadb|/mysqld|tcp 3306,unix /var/run/mysqld/mysqld.sock|
rabbitmq|/beam.smp|tcp 5672|
epmd|/epmd|tcp 4369|
rabbitmq-server|/rabbitmq-server$||
iscsid|/iscsid|unix @ISCSIADM_ABSTRACT_NAMESPACE|
tgtd|^tgtd|tcp 3260,unix /var/run/tgtd.ipc_abstract_namespace.0|
SERVICES
tree_gone 1134
judge openstack-2014-controller
named CRITICAL iscsi_eh 'a kernel thread that is gone'
tree_heal

# Another user, another owner.
sed -i 's/^Uid:.*/Uid:\t0\t0\t0\t0/' "$tree/proc/26550/status"
judge openstack-2014-controller
named WARNING nova-scheduler 'the wrong user is named'
like "$line1" 'root' 'with the user that it is'

# --- the network node -------------------------------------------------------------------
tree_listing network listing-2014-network
judge openstack-2014-network
is "$rc" 0 'network: all is well' || diag "$out"
each openstack-2014-network <<'SERVICES'
neutron-openvswitch-agent|/neutron-openvswitch-agent||5672
neutron-dhcp-agent|/neutron-dhcp-agent||5672
neutron-l3-agent|/neutron-l3-agent||5672
neutron-metadata-agent|/neutron-metadata-agent|unix /var/lib/neutron/metadata_proxy|5672
neutron-ns-metadata-proxy|/neutron-ns-metadata-proxy||
dnsmasq-dhcp|^dnsmasq||
ovsdb-client|^ovsdb-client||
ovsdb-server|^ovsdb-server /|unix /var/run/openvswitch/db.sock,unix /var/run/openvswitch/ovsdb-server.30906.ctl|
ovsdb-server-monitor|^ovsdb-server: monitoring||
ovs-vswitchd|^ovs-vswitchd unix|unix /var/run/openvswitch/ovs-vswitchd.30915.ctl,unix /var/run/openvswitch/br-int.mgmt,unix /var/run/openvswitch/br-ex.mgmt,unix /var/run/openvswitch/br-em2.mgmt|
ovs-vswitchd-monitor|^ovs-vswitchd: monitoring||
SERVICES
judge openstack-2014-network --perfdata all --service ovs-vswitchd
like "$out" "'threads@ovs-vswitchd'=12;" 'twelve threads, by the listing of threads'
printf 'ovs-vswitchd: monitoring pid 30915 (1 crashes: pid 30915 died, killed (Segmentation fault))\0\0' >"$tree/proc/30914/cmdline"
judge openstack-2014-network
named WARNING ovs-vswitchd-monitor 'a monitor that tells of a crash'
like "$out" '1 crashes: pid 30915 died' 'with its title'

# --- the compute node ---------------------------------------------------------------------
tree_listing compute listing-2014-compute
judge openstack-2014-compute
named WARNING dnsmasq-default "compute: libvirt's dnsmasq is a WARNING"
is "$rc" 1 'and the only thing'
like "$out" 'virsh net-destroy default' 'with advice'
rm -r "$tree/proc/16099"
judge openstack-2014-compute
is "$rc" 0 'compute: without it all is well' || diag "$out"
each openstack-2014-compute <<'SERVICES'
nova-compute|/nova-compute ||5672
nova-consoleauth|/nova-consoleauth||
nova-api-metadata|/nova-api-metadata|tcp 8775|
libvirtd|^libvirtd|unix /var/run/libvirt/libvirt-sock,unix /var/run/libvirt/libvirt-sock-ro|
qemu?|^qemu-system|tcp 5900|
neutron-openvswitch-agent|/neutron-openvswitch-agent||5672
ovsdb-client|^ovsdb-client||
ovsdb-server|^ovsdb-server /|unix /var/run/openvswitch/db.sock|
ovsdb-server-monitor|^ovsdb-server: monitoring||
ovs-vswitchd|^ovs-vswitchd unix|unix /var/run/openvswitch/br-int.mgmt,unix /var/run/openvswitch/br-em3.mgmt|
ovs-vswitchd-monitor|^ovs-vswitchd: monitoring||
SERVICES
tree_gone 3291
tree_gone 16411
judge openstack-2014-compute
named CRITICAL nova-novncproxy 'no console proxy'
tree_heal

# --- all on one node -----------------------------------------------------------------------
tree_listing allinone listing-2014-allinone
judge openstack-2014-allinone
is "$rc" 0 'allinone: all is well' || diag "$out"
like "$out" 'nova-novncproxy .*2' 'with its two dead consoles'
each openstack-2014-allinone <<'SERVICES'
keystone-all|/keystone-all||
glance-api|/glance-api||
glance-registry|/glance-registry||
nova-api|/nova-api ||
nova-conductor|/nova-conductor||
nova-scheduler|/nova-scheduler||
nova-cert|/nova-cert||
nova-consoleauth|/nova-consoleauth||
nova-compute|/nova-compute ||
cinder-api|/cinder-api||
cinder-scheduler|/cinder-scheduler||
cinder-volume|/cinder-volume||
neutron-server|/neutron-server||
neutron-dhcp-agent|/neutron-dhcp-agent||
neutron-l3-agent|/neutron-l3-agent||
neutron-metadata-agent|/neutron-metadata-agent||
neutron-openvswitch-agent|/neutron-openvswitch-agent||
neutron-ns-metadata-proxy|/neutron-ns-metadata-proxy||
dnsmasq-dhcp|^dnsmasq||
libvirtd|/libvirtd||
apache2|/apache2||
memcached|/memcached||
mariadb|/mysqld||
rabbitmq|/beam.smp||
epmd|/epmd||
inet_gethost|^inet_gethost||
iscsid|/iscsid||
tgtd|^tgtd||
ovsdb-server|^ovsdb-server /||
ovsdb-server-monitor|^ovsdb-server: monitoring||
ovs-vswitchd|^ovs-vswitchd unix||
ovs-vswitchd-worker|^ovs-vswitchd: worker||
ovs-vswitchd-monitor|^ovs-vswitchd: monitoring||
ovs-controller|/ovs-controller||
SERVICES
tree_gone 46059
judge openstack-2014-allinone
named CRITICAL iscsi_eh 'a kernel thread among hundreds'
tree_heal

# --- where the summary of the same notes says something else --------------------------------
# NODE SERVICE SUMMARY LISTING: the listing is what runs.
while read -r node service summary listing; do
    tree=$work/$node
    judge "openstack-2014-$node" --service "$service"
    like "$out" "'count@$service'=$listing;" "$node: $service is in the listing $listing times; the summary says $summary"
    [ "$summary" != "$listing" ]; ok $? "$node: which differs"
done <<'COUNTS'
controller iscsid 1 2
controller tgtd 1 2
controller apache2 1 6
compute nova-novncproxy 1 2
compute nova-api-metadata 12 13
COUNTS
# And where both agree.
while read -r node service count; do
    tree=$work/$node
    judge "openstack-2014-$node" --service "$service"
    like "$out" "'count@$service'=$count;" "$node: $service $count, as the summary has it"
done <<'COUNTS'
controller nova-api 37
controller nova-conductor 13
controller nova-scheduler 1
controller nova-cert 1
controller nova-consoleauth 1
controller nova-objectstore 1
controller cinder-api 2
controller cinder-scheduler 1
controller cinder-volume 2
controller glance-api 2
controller glance-registry 2
controller keystone-all 1
controller neutron-server 1
controller memcached 1
controller epmd 1
controller rabbitmq 1
controller mariadb 1
network neutron-openvswitch-agent 1
network neutron-dhcp-agent 1
network neutron-l3-agent 1
network neutron-metadata-agent 1
network neutron-ns-metadata-proxy 1
network ovsdb-client 2
compute neutron-openvswitch-agent 1
compute nova-compute 1
compute nova-consoleauth 1
compute ovsdb-client 2
COUNTS
# The summary counts daemon and monitor together.
for node in network compute; do
    tree=$work/$node
    for daemon in ovsdb-server ovs-vswitchd; do
        is "$(tree_pids "^${daemon}[ :]" | wc -l)" 2 "$node: $daemon 2, the daemon and its monitor"
    done
done
tap_done
