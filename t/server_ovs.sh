#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A private Open vSwitch for tests: sourced behind t/tap.sh. Real ovsdb-server and ovs-vswitchd,
# each with its monitor, in a folder of their own. The datapath is ovs-vswitchd's own with dummy
# devices: the node's network is not touched, and no privilege is needed.
#
#   ovs_start [REMOTE...]   both daemons; REMOTE as ovsdb-server takes it (ptcp:0:127.0.0.1).
#                           Sets $ovs_rundir. Again after they have ended.
#   ovs_start_db, ovs_start_switch   one of them
#   ovs_pid DAEMON          its pid; ovs_monitor DAEMON: that of its monitor
#   ovs_end DAEMON          SIGTERM (SIGKILL where it is stopped), waits for its end
#   ovs_vsctl, ovs_ofctl, ovs_appctl   the tools, on this switch
need ovsdb-server openvswitch-switch
need ovs-vswitchd openvswitch-switch
need ovs-vsctl openvswitch-switch
need ovsdb-tool openvswitch-common

PATH=$PATH:/usr/sbin
ovs_rundir=
ovs_schema=/usr/share/openvswitch/vswitch.ovsschema
ovs_remotes=()
ovs_db_options=() # further ones of ovsdb-server
ovs_as=() # what the daemons are started by: setpriv, for another group

ovs_pid() { cat "$ovs_rundir/$1.pid" 2>/dev/null; }
ovs_monitor() { awk '/^PPid:/ { print $2 }' "/proc/$(ovs_pid "$1")/status" 2>/dev/null; }
# A pid that the pidfile names may be another process's by now.
ovs_alive() {
    local pid
    pid=$(ovs_pid "$1") || return 1
    [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$1" ]
}
ovs_vsctl() { ovs-vsctl --timeout=10 --db="unix:$ovs_rundir/db.sock" "$@"; }
ovs_ofctl() { OVS_RUNDIR=$ovs_rundir ovs-ofctl "$@"; }
ovs_appctl() { OVS_RUNDIR=$ovs_rundir ovs-appctl --timeout=10 "$@"; }

ovs_prepare() {
    # Short, for the path of a socket has 107 bytes; others may look into it.
    ovs_rundir=$(mktemp -d "${TMPDIR:-/tmp}/haetae-ovs.XXXXXX") || return 1
    chmod 755 "$ovs_rundir"
    at_exit "rm -rf '$ovs_rundir'"
    at_exit 'ovs_end ovs-vswitchd; ovs_end ovsdb-server'
    ovsdb-tool create "$ovs_rundir/conf.db" "$ovs_schema"
}

# The daemons keep no descriptor of the test's: whoever reads its output waits for them.
ovs_run() {
    local name=$1
    shift
    OVS_RUNDIR=$ovs_rundir OVS_LOGDIR=$ovs_rundir OVS_DBDIR=$ovs_rundir OVS_SYSCONFDIR=$ovs_rundir \
        ${ovs_as[@]+"${ovs_as[@]}"} "$name" "$@" -vconsole:emer -vsyslog:off -vfile:info --log-file --pidfile --no-chdir --detach \
        --monitor </dev/null >"$ovs_rundir/$name.out" 2>&1 || {
        diag "$name: $(cat "$ovs_rundir/$name.out")"
        return 1
    }
    wait_for 10 ovs_alive "$name"
}

ovs_start_db() {
    local remote arguments=("--remote=punix:$ovs_rundir/db.sock")
    for remote in ${ovs_remotes[@]+"${ovs_remotes[@]}"}; do
        arguments+=("--remote=$remote")
    done
    ovs_run ovsdb-server "$ovs_rundir/conf.db" "${arguments[@]}" ${ovs_db_options[@]+"${ovs_db_options[@]}"} || return 1
    ovs_vsctl --no-wait init
}

ovs_start_switch() {
    ovs_run ovs-vswitchd "unix:$ovs_rundir/db.sock" --disable-system --enable-dummy || return 1
    # It has read the database once.
    ovs_vsctl set Open_vSwitch . external_ids:test=1
}

ovs_start() {
    ovs_remotes=("$@")
    [ -n "$ovs_rundir" ] || ovs_prepare || return 1
    ovs_start_db && ovs_start_switch
}

# ovs_add_bridge NAME
ovs_add_bridge() { ovs_vsctl add-br "$1" -- set Bridge "$1" datapath_type=dummy; }
# ovs_add_port BRIDGE NAME: one that works
ovs_add_port() { ovs_vsctl add-port "$1" "$2" -- set Interface "$2" type=dummy; }

# A monitor ends with its daemon, but for the signals that it takes for a crash.
ovs_end() {
    local pid monitor signal=TERM
    ovs_alive "$1" || return 0
    pid=$(ovs_pid "$1")
    monitor=$(ovs_monitor "$1")
    grep -q '^State:.*[Tt]' "/proc/$pid/status" 2>/dev/null && signal=KILL
    kill -s "$signal" "$pid"
    [ "$(cat "/proc/$monitor/comm" 2>/dev/null)" != monitor ] || wait_for 10 test ! -d "/proc/$monitor" ||
        kill -s KILL "$monitor"
    wait_for 10 test ! -d "/proc/$pid" || kill -s KILL "$pid"
}

# ovs_port ADDRESS: the port that a remote "ptcp:0:ADDRESS" was given
ovs_port() { sed -n "s/.*|0:$(printf %s "$1" | sed 's/[][]/\\&/g'): listening on port \([0-9]*\).*/\1/p" "$ovs_rundir/ovsdb-server.log" | tail -n 1; }
