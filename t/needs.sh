# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests that run every plugin: what one must be told before it can answer, and whose
# answers move even on a captured tree, for file systems, clocks or servers are asked.
declare -A needs=(
    [check_connectivity]='-H 127.0.0.1:1 --interval 0.01'
    [check_directory]='-p /tmp'
    [check_libvirt_domains]='--uri test:///default'
    [check_mysql_server]='--socket /none/mysqld.sock'
    [check_node_snmp]='-H 127.0.0.1:1'
    [check_ovs_snmp]='-H 127.0.0.1:1'
    [check_rabbitmq]='-H 127.0.0.1:1'
    [check_rabbitmq_snmp]='-H 127.0.0.1:1'
    [check_service_ping]='--kind tcp -H 127.0.0.1:1'
    [check_services_snmp]='-H 127.0.0.1:1'
    [check_services]="--profile $data/profiles/contract.cfg"
)
moving=' check_node check_node_disk check_time check_directory check_connectivity check_libvirt_domains check_mysql_server check_rabbitmq check_rabbitmq_snmp check_service_ping check_ovs check_ovs_snmp check_services_snmp check_node_snmp '
# These ask a peer and read nothing below --root.
elsewhere=' check_connectivity check_libvirt_domains check_mysql_server check_rabbitmq check_rabbitmq_snmp check_service_ping check_ovs_snmp check_services_snmp check_node_snmp '
