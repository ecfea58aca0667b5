# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of contrib/nagios and contrib/icinga2 share: options with which each plugin has
# something to say on this node, and a folder of wrappers in which a test can make one sick.

# What ends in nothing that can be told is not asked: these answer on any machine.
declare -A options=(
    [connectivity]='-H 127.0.0.1:1 --interval 0.01'
    [directory]='-p /tmp'
    [libvirt_domains]='--uri test:///default'
    [mysql_server]='-H 127.0.0.1:1'
    [node_snmp]='-H 127.0.0.1:1'
    [ovs]="--rundir $work/no-ovs --bridge br-int"
    [ovs_snmp]='-H 127.0.0.1:1'
    [process]="--pattern ."
    [rabbitmq]='-H 127.0.0.1:1'
    [rabbitmq_snmp]='-H 127.0.0.1:1'
    [service_ping]='-H 127.0.0.1:1 --kind tcp'
    [services]="--profile $work/here.cfg"
    [services_snmp]='-H 127.0.0.1:1'
)
cat >"$work/here.cfg" <<'C'
name = "here";
title = "This test";
services = ( { name = "shell"; match = "bash.*contrib_"; optional = true; } );
C

# $work/real has every plugin with a state folder of this test's. $work/wrap has, built or not, a
# wrapper that is CRITICAL while $work/sick/NAME exists, and OK while $work/well/NAME does.
mkdir "$work/real" "$work/wrap" "$work/sick" "$work/well" "$work/expected"
contrib_state=$work/contrib-state
mkdir -m 1777 "$contrib_state"
for file in "$srcdir"/plugins/check_*.c; do
    name=${file##*/}
    name=${name%.c}
    printf '#!/bin/sh\nexec "%s" --state-dir "%s" "$@"\n' "$plugins/$name" "$contrib_state" >"$work/real/$name"
    cat >"$work/wrap/$name" <<W
#!/bin/sh
if [ -e "$work/sick/$name" ]; then echo "SICK CRITICAL - the test says so"; exit 2; fi
if [ -e "$work/well/$name" ]; then echo "WELL OK - the test says so"; exit 0; fi
exec "$work/real/$name" "\$@"
W
    chmod 755 "$work/wrap/$name" "$work/real/$name"
done
