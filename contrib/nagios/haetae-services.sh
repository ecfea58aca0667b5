#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes haetae-services.cfg: a host group and a service for each shipped profile. "make
# contrib-files" runs it, and a test holds the file to what it writes.
#
#   sh haetae-services.sh config/profiles >haetae-services.cfg
set -eu
export LC_ALL=C
profiles=$1

cat <<'TEXT'
# SPDX-License-Identifier: GPL-2.0-or-later
# Nagios, Naemon: what is watched on the hosts of each group. Made by "make contrib-files".
# Put a host into the groups that it belongs to; nagios.cfg needs
#   allow_empty_hostgroup_assignment=1
# for the groups that nobody is in.
TEXT

# group NAME ALIAS
group() {
    printf '\ndefine hostgroup{\n  hostgroup_name  %s\n  alias           %s\n}\n' "$1" "$2"
}

# service GROUP DESCRIPTION COMMAND
service() {
    printf '\ndefine service{\n  use                  haetae-service\n  hostgroup_name       %s\n' "$1"
    printf '  service_description  %s\n  check_command        %s\n}\n' "$2" "$3"
}

group haetae-node 'every node'
service haetae-node node 'haetae_on_node!check_node!'
service haetae-node disk 'haetae_on_node!check_node_disk!'
service haetae-node time 'haetae_on_node!check_time!'

for file in "$profiles"/*.cfg; do
    name=${file##*/}
    name=${name%.cfg}
    # What only others include has no group.
    case $name in *-base | *-agent | *-api | *-hypervisor | *-optional | abiquo-redis) continue ;; esac
    title=$(sed -n 's/.*title = "\([^"]*\)".*/\1/p' "$file" | head -n 1)
    group "haetae-$name" "${title:-$name}"
    service "haetae-$name" "services $name" "haetae_on_node!check_services!--profile $name"
done

group haetae-ovs 'nodes with Open vSwitch'
service haetae-ovs ovs 'haetae_on_node!check_ovs!'
group haetae-libvirt 'nodes with guests'
service haetae-libvirt domains 'haetae_on_node!check_libvirt_domains!'
group haetae-rabbitmq-server 'the broker'
service haetae-rabbitmq-server rabbitmq 'haetae_rabbitmq!'
group haetae-mysql-server 'the database'
service haetae-mysql-server mysql 'haetae_mysql_server!'

cat <<'TEXT'

# One dead broker, or database, is one page and not one for every agent that lost its connection:
# while the parent is CRITICAL or UNKNOWN, nobody is told of the services of the nodes. The checks
# go on, so that everything is known when it is back.
#
# Nagios asks for all parents of a dependency: with several brokers put only the host that stands
# for the cluster into haetae-rabbitmq-server.
TEXT

# depends PARENT-GROUP PARENT-SERVICE PROFILE
depends() {
    printf '\ndefine servicedependency{\n  hostgroup_name                 %s\n  service_description            %s\n' "$1" "$2"
    printf '  dependent_hostgroup_name       haetae-%s\n  dependent_service_description  services %s\n' "$3" "$3"
    printf '  notification_failure_criteria  u,c\n  execution_failure_criteria     n\n}\n'
}

for name in openstack-compute openstack-compute-ovn openstack-network openstack-network-ovn; do
    depends haetae-rabbitmq-server rabbitmq "$name"
done
for name in openstack-controller openstack-controller-ovn; do
    depends haetae-mysql-server mysql "$name"
done
