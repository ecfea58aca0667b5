#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes haetae-commands.cfg.in: a command for each plugin. "make contrib-files" runs it, and a
# test holds the file to what it writes.
#
#   sh haetae-commands.sh PLUGINDIR >haetae-commands.cfg.in
set -eu
export LC_ALL=C
plugins=$1

cat <<'TEXT'
# SPDX-License-Identifier: GPL-2.0-or-later
# Nagios, Naemon: a command for each plugin; $ARG1$ holds all of its options. Made by
# "make contrib-files".
#
#   check_command  haetae_node_disk!-w disk=80 -w inodes=70
#
# Nagios takes '!' and ';' for its own; a '~' is quoted: '~:10'.
TEXT

command() {
    printf '\ndefine command{\n  command_name  %s\n  command_line  %s\n}\n' "$1" "$2"
}

for plugin in "$plugins"/check_*; do
    name=${plugin##*/}
    case $name in
    *.*) continue ;;
    # What stands on the network is the host itself.
    check_rabbitmq | check_mysql_server | check_service_ping | check_*_snmp) options='-H $HOSTADDRESS$ $ARG1$' ;;
    *) options='$ARG1$' ;;
    esac
    command "haetae_${name#check_}" "@plugindir@/$name $options"
done

cat <<'TEXT'

# How plugins run on the node that they are about: haetae_on_node!PLUGIN!OPTIONS. Keep one of
# these, under the name haetae_on_node.
TEXT
command haetae_on_node '@plugindir@/$ARG1$ $ARG2$'
command haetae_on_node_ssh "/usr/lib/nagios/plugins/check_by_ssh -t 20 -E -H \$HOSTADDRESS\$ -C '@plugindir@/\$ARG1\$ \$ARG2\$'"
command haetae_on_node_nrpe '/usr/lib/nagios/plugins/check_nrpe -t 20 -u -H $HOSTADDRESS$ -c $ARG1$'
