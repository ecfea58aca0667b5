#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every profile that is shipped loads, is installed, is on the page of all profiles, and finds the
# processes that it is meant for by each of their names, and none beside them.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh"
. "$srcdir/t/lint.sh"
need perl perl
[ -x "$plugins/check_services" ] || skip_all "check_services was not built (libconfig)"
haetae=$builddir/scheduler/haetae

ls "$profiles" >"$work/there"
sed -n 's|^\t%D%/profiles/\([^ ]*\).*|\1|p' "$srcdir/config/local.mk" | sort | diff "$work/there" - |
    none 'every profile is installed'
perl "$srcdir/config/profile-list.pl" "$profiles" | diff "$srcdir/config/haetae-profile-list.7" - |
    none 'haetae-profile-list(7) is what "make profile-list" writes'

mkdir -p "$work/empty/proc"
cp "$data/root-zed/proc/uptime" "$work/empty/proc/"
tree=$work/empty
for file in "$profiles"/*.cfg; do
    name=${file##*/}; name=${name%.cfg}
    judge "$name"
    like "$line1" '^SERVICES (OK|CRITICAL) - ' "$name loads"
    like "$(sed -n '2,4p' "$file")" '^# .*' "$name says what it is for"
    if grep -q '^# .*Not of use alone' "$file"; then
        grep -q "include = .*\"$name\"" "$profiles"/*.cfg; ok $? "$name is included by another"
    fi
    [ -x "$haetae" ] || continue
    "$haetae" profile show --profile-dir "$profiles" "$name" >"$work/whole.cfg"
    is "$? $("$haetae" profile show "$work/whole.cfg" 2>&1 | grep -vc '^ *#')" \
        "0 $(grep -vc '^ *#' "$work/whole.cfg")" "$name is one file once it is shown"
done

# --- names of today -------------------------------------------------------------------------
# SERVICE, and a command line that it is found by; '-' is none of any service's. Packages of Debian and Red
# Hat, containers of Kolla, uWSGI, Apache with titles cut to the length of its path, devstack.
cat >"$work/names" <<'NAMES'
keystone /usr/bin/uwsgi_python3 --http-socket [::]:5000 --ini /etc/keystone/keystone-uwsgi.ini --pyargv
keystone (wsgi:keystone-pu -k start
keystone (wsgi:keystone-  -DFOREGROUND
keystone keystoneuWSGI worker 1
keystone /usr/local/bin/uwsgi --ini /etc/keystone/keystone-uwsgi-public.ini --venv /opt/stack/data/venv
glance-api /usr/bin/python3 -s /usr/bin/glance-api
glance-api /var/lib/kolla/venv/bin/python3 /var/lib/kolla/venv/bin/glance-api --config-file /etc/glance/glance-api.conf
glance-api glance-apiuWSGI worker 2
glance-api (wsgi:glance-api) -DFOREGROUND
placement-api (wsgi:placement-api  -DFOREGROUND
placement-api /usr/bin/uwsgi_python3 --ini /etc/placement/placement-api-uwsgi.ini
placement-api placementuWSGI worker 1
nova-api /usr/bin/python3 /usr/bin/nova-api --config-file=/etc/nova/nova.conf
nova-api /usr/bin/uwsgi_python3 --ini /etc/nova/nova-api-uwsgi.ini
nova-api (wsgi:nova-api -DFOREGROUND
nova-api /usr/bin/python3 /usr/bin/nova-api-os-compute
nova-api-metadata /usr/bin/uwsgi_python3 --ini /etc/nova/nova-api-metadata-uwsgi.ini
nova-api-metadata /usr/bin/python3 /usr/bin/nova-api-metadata --config-file=/etc/nova/nova.conf
nova-api-metadata (wsgi:nova-metada -DFOREGROUND
nova-api-metadata nova-api-metauWSGI worker 1
nova-conductor /var/lib/kolla/venv/bin/python3 /var/lib/kolla/venv/bin/nova-conductor
nova-scheduler nova-scheduler: worker
nova-novncproxy /usr/bin/python3 /usr/bin/nova-novncproxy --web /usr/share/novnc
neutron-server /usr/bin/python3 /usr/bin/neutron-server --config-file=/etc/neutron/neutron.conf
neutron-server neutron-server: rpc worker (/usr/bin/python3 /usr/bin/neutron-server --config-file=/etc/neutron/neutron.conf)
neutron-server /usr/bin/uwsgi_python3 --ini /etc/neutron/neutron-api-uwsgi.ini
neutron-rpc-server /usr/bin/python3 /usr/bin/neutron-rpc-server --config-file=/etc/neutron/neutron.conf
cinder-api (wsgi:cinder_api -DFOREGROUND
cinder-api /usr/bin/uwsgi_python3 --ini /etc/cinder/cinder-api-uwsgi.ini
cinder-scheduler /usr/bin/python3 /usr/bin/cinder-scheduler --config-file /etc/cinder/cinder.conf
cinder-volume /usr/bin/python3 -s /usr/bin/cinder-volume --config-file /etc/cinder/cinder.conf
cinder-backup /usr/bin/python3 /usr/bin/cinder-backup
horizon (wsgi:horizon)  -k start
apache /usr/sbin/apache2 -k start
apache /usr/sbin/httpd -DFOREGROUND
memcached /usr/bin/memcached -v -l 10.0.0.1 -p 11211
mariadb /usr/libexec/mysqld --basedir=/usr
mariadb /usr/sbin/mariadbd
rabbitmq /usr/lib64/erlang/erts-13/bin/beam.smp -W w -MBas ageffcbf -pa  -noshell -s rabbit boot
haproxy /usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid
haproxy haproxy -W -db -p /run/haproxy.pid -f /etc/haproxy/haproxy.cfg -f /etc/haproxy/services.d/
heat-api (wsgi:heat-api -DFOREGROUND
heat-api-cfn /usr/bin/python3 /usr/bin/heat-api-cfn
heat-engine /usr/bin/python3 /usr/bin/heat-engine
octavia-health-manager /usr/bin/python3 /usr/bin/octavia-health-manager
ironic-conductor /usr/bin/python3 /usr/bin/ironic-conductor
swift-object /usr/bin/python3 /usr/bin/swift-object-server /etc/swift/object-server.conf
swift-background /usr/bin/python3 /usr/bin/swift-container-updater /etc/swift/container-server.conf
ceilometer-polling ceilometer-polling: master process [/usr/bin/ceilometer-polling --polling-namespaces compute]
gnocchi-metricd gnocchi-metricd: processing worker(0)
aodh-workers aodh-evaluator: AlarmEvaluationService worker(0)
neutron-openvswitch-agent neutron-openvswitch-agent (/usr/bin/python3 /usr/bin/neutron-openvswitch-agent --config-file=/x)
neutron-dhcp-agent /var/lib/kolla/venv/bin/python3 /var/lib/kolla/venv/bin/neutron-dhcp-agent --config-file /x
neutron-metadata-proxy haproxy -f /var/lib/neutron/ns-metadata-proxy/5993b7d8-3131-42f1-9aa7-380b59aa9550.conf
neutron-keepalived keepalived -P -f /var/lib/neutron/ha_confs/5993b7d8/keepalived.conf -p /var/lib/neutron/ha_confs/5993b7d8.pid
dnsmasq-dhcp dnsmasq --no-hosts --pid-file=/var/lib/neutron/dhcp/18e8b36d-6dfb-4904-9304-4a1705ee6625/pid
dnsmasq-default /usr/sbin/dnsmasq --conf-file=/var/lib/libvirt/dnsmasq/default.conf --leasefile-ro
libvirtd /usr/sbin/virtqemud --timeout 120
qemu /usr/libexec/qemu-kvm -name guest=instance-00000001
nova-compute /usr/bin/python3 -s /usr/bin/nova-compute
masakari-monitors /usr/bin/python3 /usr/bin/masakari-hostmonitor
ovsdb-server ovsdb-server /etc/openvswitch/conf.db -vconsole:emer --remote=punix:/var/run/openvswitch/db.sock
ovsdb-server /usr/sbin/ovsdb-server /var/lib/openvswitch/conf.db --remote=ptcp:6640:127.0.0.1
ovs-vswitchd /usr/sbin/ovs-vswitchd unix:/run/openvswitch/db.sock -vconsole:emer
ovn-northd ovn-northd -vconsole:emer --ovnnb-db=unix:/var/run/ovn/ovnnb_db.sock --ovnsb-db=unix:/var/run/ovn/ovnsb_db.sock
ovn-nb-db ovsdb-server -vconsole:off --remote=punix:/var/run/ovn/ovnnb_db.sock --remote=db:OVN_Northbound,NB_Global,connections /var/lib/ovn/ovnnb_db.db
ovn-sb-db /usr/sbin/ovsdb-server /var/lib/openvswitch/ovn-sb/ovnsb.db --remote=punix:/run/ovn/ovnsb_db.sock
ovn-controller ovn-controller unix:/var/run/openvswitch/db.sock -vconsole:emer
neutron-ovn-metadata-agent neutron-ovn-metadata-agent (/usr/bin/python3 /usr/bin/neutron-ovn-metadata-agent --config-file=/x)
neutron-ovn-metadata-agent /usr/bin/python3 /usr/bin/neutron-ovn-agent
neutron-metadata-proxy-ovn haproxy -f /var/lib/neutron/ovn-metadata-proxy/18e8b36d-6dfb-4904-9304-4a1705ee6625.conf
- /usr/bin/python3 /bin/privsep-helper --config-file /etc/nova/nova-compute.conf --privsep_context nova.privsep.sys_admin_pctxt
- /usr/bin/python3 /usr/bin/neutron-rootwrap-daemon /etc/neutron/rootwrap.conf
- sudo neutron-rootwrap /etc/neutron/rootwrap.conf ip netns exec qrouter-1 true
- /usr/bin/uwsgi_python3 --ini /etc/other/other-uwsgi.ini
- tail -f /var/log/nova/nova-conductor.log
- /usr/lib/erlang/erts-13.1.5/bin/beam.smp -W w -s couchdb
- dumb-init --single-child -- kolla_start
NAMES
count=0
while read -r service line; do
    count=$((count + 1))
    printf 'x %d 1 %s\n' $((1000 + count)) "$line"
done <"$work/names" >"$work/names.txt"
tree=$work/names-tree
mkdir "$tree"
perl "$srcdir/t/listing_tree.pl" --strict "$work/names.txt" | "$builddir/t/make_tree" "$tree"
# found PROFILE: "SERVICE COUNT" of what is found in the tree
found() {
    judge "$1" --output json
    perl -MJSON::PP -0777 -ne 'my $seen = decode_json($_);
        for (@{ $seen->{perf} }) { print "$1 $_->{value}\n" if $_->{label} =~ /^count\@(.*)/ && $_->{value} > 0 }' <<<"$out"
}
wanted() { awk -v left="$1" '$1 != "-" { n[$1]++ } END { for (s in n) if (s !~ left) print s, n[s] }' "$work/names" | sort; }
found openstack-allinone | grep -v '^epmd' | sort | diff <(wanted '^ovn-|-ovn|^neutron-ovn-') - |
    none 'each command line of today has its service, and no other'
found openstack-allinone-ovn | grep -E '^ovn-|^neutron-ovn|^neutron-metadata-proxy' | sort |
    diff <(wanted '^-' | grep -E '^ovn-|^neutron-ovn|^neutron-metadata-proxy-ovn' | sed 's/-proxy-ovn/-proxy/') - |
    none 'and those of OVN'

# --- a switch that OVN rules ---------------------------------------------------------------------
cat >"$work/ovn.txt" <<'LISTING'
root  101  1 ovsdb-server: monitoring pid 102 (healthy)
root  102 101 ovsdb-server /etc/openvswitch/conf.db -vconsole:emer --remote=punix:/var/run/openvswitch/db.sock --detach --monitor
root  103  1 ovs-vswitchd: monitoring pid 104 (healthy)
root  104 103 ovs-vswitchd unix:/var/run/openvswitch/db.sock -vconsole:emer --detach --monitor
root  105  1 ovn-controller: monitoring pid 106 (healthy)
root  106 105 ovn-controller unix:/var/run/openvswitch/db.sock -vconsole:emer --detach --monitor
unix  2      [ ACC ]     STREAM     LISTENING     201     102/ovsdb-server  /var/run/openvswitch/db.sock
unix  2      [ ACC ]     STREAM     LISTENING     202     104/ovs-vswitchd  /var/run/openvswitch/ovs-vswitchd.104.ctl
unix  2      [ ACC ]     STREAM     LISTENING     203     104/ovs-vswitchd  /var/run/openvswitch/br-int.mgmt
tcp  10.0.0.31:54946  10.0.0.11:6642  ESTABLISHED 106/ovn-controller off (0.00/0/0)
LISTING
tree=$work/ovn
mkdir "$tree"
perl "$srcdir/t/listing_tree.pl" --strict "$work/ovn.txt" | "$builddir/t/make_tree" "$tree"
judge openstack-network-ovn
is "$rc" 0 'a gateway with OVN is well' || diag "$out"
each openstack-network-ovn <<'SERVICES'
ovn-controller|^ovn-controller unix||6642
ovs-vswitchd|^ovs-vswitchd unix|unix /var/run/openvswitch/br-int.mgmt|
ovsdb-server|^ovsdb-server /|unix /var/run/openvswitch/db.sock|
SERVICES
tap_done
