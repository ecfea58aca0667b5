# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The services that the tests of monitoring systems run: every plugin, live and on a captured
# tree where its output is the same each time, and outputs that are hard to carry.

. "$srcdir/t/needs.sh"

# A tree whose interfaces have names that nobody should give, and one with very many.
watched_trees() {
    local i header
    header=$(head -n 2 "$data/root-zed/proc/net/dev")
    for tree in odd many; do
        mkdir -p "$work/$tree/proc/net"
        cp "$data/root-zed/proc/uptime" "$work/$tree/proc/"
    done
    { printf '%s\n' "$header"
      for name in $'b\xc3\xbcro|x' $'\xff\xfe' "a'b" 'a=b' $'\xe2\x82\xac'; do
          printf '%s: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n' "$name"
      done; } >"$work/odd/proc/net/dev"
    { printf '%s\n' "$header"
      for ((i = 0; i < 400; i++)); do
          printf 'ens%d: %d000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n' "$i" "$i"
      done; } >"$work/many/proc/net/dev"
}

# The perfdata of a plugin's output, and the labels of perfdata, one a line.
perfdata() { sed -n 's/.*| //p'; }
labels() { grep -o "'[^']*'=" | sort; }

# watched_expect NAME COMMAND...: what the service must show
watched_expect() {
    local name=$1
    shift
    "$@" >"$work/out" 2>/dev/null </dev/null
    printf '%s' $? >"$work/expected/$name.state"
    head -n 1 "$work/out" | sed 's/ | .*//' >"$work/expected/$name.line1"
    perfdata <"$work/out" >"$work/expected/$name.perf"
    # The service has another user, who could not replace what was kept here.
    rm -f "$work"/watched-state/*
}

# watched_services ADD: fills watched and calls ADD NAME COMMAND... for each
watched_services() {
    local add=$1 plugin name state=$work/watched-state
    mkdir -p "$work/expected"
    mkdir -m 1777 "$state"
    watched_trees
    watched=()
    for plugin in "$plugins"/check_*; do
        name=${plugin##*/}
        case $name in *.*) continue ;; esac
        # shellcheck disable=SC2086
        watch "live-$name" "$plugin" --state-dir "$state" ${needs[$name]:-}
        # shellcheck disable=SC2086
        case $moving in
        *" $name "*) ;;
        *) watch "tree-$name" "$plugin" --state-dir "$state" --root "$data/root-zed" ${needs[$name]:-} ;;
        esac
    done
    watch usage-error "$plugins/check_node_load" -w 5:6:7
    watch critical "$plugins/check_node_load" --root "$data/root-zed" -c load1=100000:
    watch warning "$plugins/check_node_load" --root "$data/root-zed" -w load1=100000:
    [ ! -x "$plugins/check_node_net" ] || {
        watch odd-names "$plugins/check_node_net" --state-dir "$state" --root "$work/odd" --perfdata all -v
        watch very-long "$plugins/check_node_net" --state-dir "$state" --root "$work/many" --perfdata all -v
    }
}

watch() {
    local name=$1
    shift
    watched+=("$name")
    watched_expect "$name" "$@"
    "$add" "$name" "$@"
}
