#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The profiles of today against a real node: a capture of one that runs a whole OpenStack.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh"
need perl perl
[ -x "$plugins/check_services" ] || skip_all "check_services was not built (libconfig)"
tree_zed zed

judge openstack-allinone
is "$rc" 0 'all is well' || diag "$out"
for profile in openstack-controller openstack-network openstack-compute openvswitch rabbitmq mariadb; do
    judge "$profile"
    is "$rc" 0 "$profile: well" || diag "$out"
done

# How often each runs: helpers that mention a service are none of it.
while read -r service count; do
    judge openstack-allinone --service "$service"
    like "$out" "'count@$service'=$count;" "$service: $count"
done <<'COUNTS'
keystone 3
glance-api 3
placement-api 3
nova-api 3
nova-api-metadata 3
nova-conductor 3
nova-scheduler 1
nova-novncproxy 1
nova-compute 3
neutron-server 7
neutron-openvswitch-agent 1
neutron-dhcp-agent 1
neutron-l3-agent 1
neutron-metadata-agent 2
neutron-metadata-proxy 1
dnsmasq-dhcp 1
cinder-api 3
cinder-scheduler 1
cinder-volume 2
ovsdb-server 1
ovsdb-server-monitor 1
ovs-vswitchd 1
ovs-vswitchd-monitor 1
ovsdb-client 1
libvirtd 1
qemu 1
rabbitmq 1
rabbitmq-server 1
epmd 1
erl_child_setup 1
inet_gethost 2
mariadb 1
COUNTS

# An API of many processes is there as long as one is: all of them go.
while IFS='|' read -r service regex; do
    mapfile -t pids < <(tree_pids "$regex")
    for pid in "${pids[@]}"; do tree_gone "$pid"; done
    judge openstack-allinone
    named CRITICAL "$service" "$service is gone (${#pids[@]})"
    tree_heal
done <<'SERVICES'
keystone|keystone-uwsgi
glance-api|glance-api-uwsgi
placement-api|placement-api-uwsgi
nova-api|nova-api-uwsgi
nova-conductor|/nova-conductor
neutron-server|neutron-server
nova-compute|/nova-compute
neutron-metadata-agent|^neutron-metadata-agent
cinder-api|cinder-api-uwsgi
SERVICES
each openstack-allinone <<'SERVICES'
keystone?|keystone-uwsgi|tcp 5000|3306
glance-api?|glance-api-uwsgi|tcp 9292|3306
placement-api?|placement-api-uwsgi|tcp 8778|3306
nova-api?|nova-api-uwsgi|tcp 8774|3306,5672
nova-api-metadata?|nova-api-metadata-uwsgi|tcp 8775|3306
nova-conductor?|/nova-conductor||5672,3306
nova-scheduler|/nova-scheduler||5672,3306
nova-novncproxy|/nova-novncproxy|tcp 6080|
nova-compute?|/nova-compute||5672
neutron-server?|neutron-server|tcp 9696|5672,3306
neutron-openvswitch-agent|^neutron-openvswitch-agent|tcp 6633|5672,6640
neutron-dhcp-agent|^neutron-dhcp-agent||5672
neutron-l3-agent|^neutron-l3-agent||5672
neutron-metadata-agent?|^neutron-metadata-agent|unix /srv/mycloud/openstack/neutron/state/metadata_proxy|5672
neutron-metadata-proxy|^haproxy||
dnsmasq-dhcp|^dnsmasq|udp 67%8906/net|
cinder-api?|cinder-api-uwsgi|tcp 8776|3306,5672
cinder-scheduler|/cinder-scheduler||5672,3306
cinder-volume|/cinder-volume||5672,3306
ovsdb-server|^ovsdb-server /|unix /srv/mycloud/ovs/db.sock|
ovs-vswitchd|^ovs-vswitchd unix|unix /srv/mycloud/ovs/ovs-vswitchd.ctl,unix /srv/mycloud/ovs/br-int.mgmt|
ovsdb-client|^ovsdb-client||
libvirtd|/libvirtd|unix /srv/mycloud/libvirt/run/libvirt-sock|
rabbitmq|/beam.smp|tcp 5672|
epmd|^epmd|tcp 4369|
erl_child_setup|^erl_child_setup||
mariadb|^mariadbd|tcp 3306|
SERVICES

# --- namespaces ------------------------------------------------------------------------------
# The host's own port 67 is no help to the DHCP server's namespace.
tree_deaf udp 67 8906/net
sed -n '2,$p' "$tree_kept/net/udp" | grep ':0043 ' >>"$tree/proc/net/udp"
judge openstack-allinone
named CRITICAL dnsmasq-dhcp 'a listener in another namespace does not count'
like "$out" 'dnsmasq-dhcp.*not listening on udp 67 ' 'the port is named'
sed -i '/:0043 /d' "$tree/proc/net/udp"
tree_heal 8906/net

# Routers serve metadata on 9697; a site file asks for it in their namespaces.
cat >"$work/site.cfg" <<'PROFILE'
name = "site"; title = "With the port of the metadata proxies"; include = ( "openstack-allinone" );
services = ( { name = "neutron-metadata-proxy"; listen = ( { proto = "tcp"; port = 9697; } ); } );
PROFILE
judge "$work/site.cfg"
named CRITICAL neutron-metadata-proxy "the captured table of the router's namespace is without the proxy's listener"
# The listener of the descriptor that the proxy has.
printf '   0: 00000000:25E1 00000000:0000 0A 00000000:00000000 00:00000000 00000000   114        0 1825634 1 0 100 0 0 10 0\n' \
    >>"$tree/proc/8910/net/tcp"
judge "$work/site.cfg"
is "$rc" 0 'and well with it' || diag "$out"
cp "$tree/proc/net/tcp" "$work/tcp"
tail -n 1 "$tree/proc/8910/net/tcp" >>"$tree/proc/net/tcp"
tree_deaf tcp 9697 8910/net
judge "$work/site.cfg"
named CRITICAL neutron-metadata-proxy 'the port on the host is not that of the router'
tree_heal 8910/net
cp "$work/tcp" "$tree/proc/net/tcp"

# --- whose it is ---------------------------------------------------------------------------
# A port that another program has taken.
find "$tree/proc/8126/fd" -lname 'socket:\[1817514\]' -delete
judge openstack-allinone
named CRITICAL nova-novncproxy 'a listener of another program does not count'
like "$out" 'tcp 6080' 'the port is named'
tap_done
