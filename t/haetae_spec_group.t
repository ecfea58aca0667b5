#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae spec: specs of groups and their members, changes told and written down, single specs.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'
. "$srcdir/t/server_mariadb.sh"
mariadb_require
mariadb_sql 'CREATE DATABASE haetae'

conf=$work/haetae.conf
mkdir -p "$work/bin"
user=$(id -un)
[ "$user" != root ] || user=nobody
chmod 755 "$work" "$work/bin"
cat >"$conf" <<TEXT
database = { socket = "$mariadb_socket"; user = "root"; };
scheduler = { host = "probe1"; spool = "$work/spool"; user = "$user"; };
probetypes = ( { name = "plugin"; folder = "$work/bin"; } );
TEXT
sed 's/probe1/probe2/' "$conf" >"$work/other.conf"
h() { run "$haetae" --config "$conf" "$@"; }
sql() { mariadb_sql "$1" haetae; }
put() { printf 'specs = (\n%s\n);\n' "$2" >"$work/$1.cfg"; }
members() { sql "SELECT n.name, t.args FROM TOOLSPECS t JOIN NODE n USING (nodeid) WHERE t.name = '$1' AND t.removed_ms = 0 AND t.parentid <> 0 ORDER BY 1"; }
for name in ok ping slow; do
    printf '#!/bin/sh\n' >"$work/bin/$name"
    chmod 755 "$work/bin/$name"
done
echo 'echo "X OK - fine | time=0.5s;1;2 size=3B"' >>"$work/bin/ok"
echo 'for a; do echo "<$a>"; done; echo "$PATH" >&2; exit 2' >>"$work/bin/ping"
echo 'echo begun; sleep 60 & wait' >>"$work/bin/slow"
h db init
is "$rc" 0 'tables' || diag "$errout"

# --- members --------------------------------------------------------------------------------
h node add n1 group=Zone1/Test address=10.0.0.1 rack=r1
h node add n2 group=Zone1/Test address=10.0.0.2
h node add n3 group=Zone1
is "$rc" 0 'three nodes' || diag "$errout"
common='probetype = "plugin"; command = "ping"; interval = "10 s";'
put a "  { group = \"Zone1\"; name = \"ping\"; $common args = ( \"-H\", \"\$(node.address)\", \"\$\$(x)\" ); },
  { group = \"/\"; name = \"load\"; $common args = ( \"\$(node.name)\" ); },
  { node = \"n1\"; name = \"own\"; $common args = ( \"\$(node.rack)/\$(node.name)\" ); synchgroup = \"\$(node.rack)\"; }"
h spec diff "$work/a.cfg"
is "$rc" 1 'diff: something would change'
is "$(sql 'SELECT COUNT(*) FROM TOOLSPECS')" 0 'and nothing has'
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'spec'")" 0 'no event either'
h spec import "$work/a.cfg"
is "$rc:$out" "0:added /:load: ping \$(node.name)
added Zone1:ping: ping -H \$(node.address) \$\$(x)
added n1/own: ping \$(node.rack)/\$(node.name)
added 3, changed 0, unchanged 0
members of groups: added 5, changed 0, removed 0" 'what an import does'
is "$errout" 'haetae: warning: Zone1:ping: 2 members, 1 without: address (n3 lacks address)' 'and what it leaves out'
is "$(members ping)" $'n1\t-H\\n10.0.0.1\\n$(x)\\n\nn2\t-H\\n10.0.0.2\\n$(x)\\n' 'each with its address'
is "$(sql "SELECT args, synchgroup, template FROM TOOLSPECS WHERE name = 'own'")" $'r1/n1\\n\tr1\t$(node.rack)\\n$(node.rack)/$(node.name)\\n' "a node's own, and how it was written"
is "$(sql "SELECT COUNT(DISTINCT phase_ms), MIN(phase_ms) >= 0 FROM TOOLSPECS WHERE name = 'load' AND nodeid <> 0")" $'3\t1' 'members spread over the interval'
h spec diff "$work/a.cfg"
is "$rc" 0 'diff: nothing changes now'
h spec import "$work/a.cfg"
is "$(sql 'SELECT MAX(version) FROM TOOLSPECS')" 1 'nor by a second import'
h spec list
like "$out" 'Zone1 +ping +plugin +10 s +10 s +yes +2 members, 1 without: address +ping -H \$\(node.address\) \$\$\(x\)' 'list: the group'
like "$out" 'n1 +ping +plugin +10 s +10 s +yes +Zone1:ping +ping -H 10.0.0.1 \$\(x\)' 'list: a member'
h spec list --group Zone1/Test
unlike "$out" 'n3' 'list: of a group'
like "$out" 'n1 +own' "with its nodes' own"

# --- the tree changes -------------------------------------------------------------------------
id=$(sql "SELECT specid FROM TOOLSPECS t JOIN NODE n USING (nodeid) WHERE t.name = 'ping' AND n.name = 'n2'")
h node set n3 address=10.0.0.3
is "$(members ping | cut -f1 | xargs)" 'n1 n2 n3' 'an attribute comes, and the member with it'
h node add n4 group=Zone1/Test address=10.0.0.4
is "$(members ping | cut -f1 | xargs)" 'n1 n2 n3 n4' 'a node that comes later'
h node set n2 address=10.9.9.9
is "$(sql "SELECT args, version FROM TOOLSPECS WHERE specid = $id")" $'-H\\n10.9.9.9\\n$(x)\\n\t2' 'another address'
h node move n2 --group /
is "$(sql "SELECT removed_ms <> 0, enabled FROM TOOLSPECS WHERE specid = $id")" $'1\t0' 'a node that leaves the group'
h node move n2 --group Zone1
is "$(sql "SELECT removed_ms, enabled FROM TOOLSPECS WHERE specid = $id")" $'0\t1' 'and comes back: the same row'
h node remove n4
is "$(members ping | cut -f1 | xargs)" 'n1 n2 n3' 'a node that is removed'
h node set n1 rack=
is "$(sql "SELECT enabled FROM TOOLSPECS WHERE name = 'own'")" 0 'no attribute: never with a hole in its arguments'
h spec list --node n1
like "$out" 'n1 +own .* waits ' 'list: it waits'
h spec run n1/own
is "$rc" 1 'run: refused'
like "$errout" 'have a hole' 'and told why'
h spec show n1/own
like "$out" 'waits +n1 lacks rack' 'show: what for'
h node set n1 rack=r2
is "$(sql "SELECT enabled, args FROM TOOLSPECS WHERE name = 'own'")" $'1\tr2/n1\\n' 'and runs again'

# --- who wins ---------------------------------------------------------------------------------
load() { sql "SELECT p.groupid, t.specid, t.args FROM TOOLSPECS t JOIN NODE n USING (nodeid) LEFT JOIN TOOLSPECS p ON p.specid = t.parentid WHERE t.name = 'load' AND n.name = 'n1' AND t.removed_ms = 0"; }
before=$(load | cut -f2)
put b "{ group = \"Zone1/Test\"; name = \"load\"; $common args = ( \"deep\" ); }"
h spec import "$work/b.cfg"
is "$(load | cut -f2,3)" "$before"$'\tdeep\\n' 'the nearest group wins, and the row stays'
put c "{ node = \"n1\"; name = \"load\"; $common args = ( \"mine\" ); }"
h spec import "$work/c.cfg"
is "$(load)" "NULL"$'\t'"$before"$'\tmine\\n' "a node's own wins"
like "$out" 'changed n1/load: group Zone1/Test:load -> \(none\), args deep -> mine' 'and it is told'
h spec remove n1/load
is "$(load | cut -f2,3)" "$before"$'\tdeep\\n' 'when it goes the next takes its place'
h spec remove --group Zone1/Test load
is "$(load | cut -f2,3)" "$before"$'\tn1\\n' 'and the next'
h spec remove n1/load
is "$rc" 2 'a member cannot be removed by itself'
like "$errout" "there as its group says" 'and told why'

# --- enabled ----------------------------------------------------------------------------------
enabled() { sql "SELECT enabled FROM TOOLSPECS WHERE specid = $before"; }
h spec disable n1/load
is "$out:$(enabled)" 'disabled 1:0' 'a member is disabled'
h spec import "$work/a.cfg"
h node set n1 memo=x
is "$(enabled)" 0 'and stays so'
h spec list --node n1
like "$out" 'n1 +load .* no \(by hand\)' 'list says so'
h spec enable n1 load
is "$out:$(enabled)" 'enabled 1:1' 'enabled, named by two words'
h spec disable --group / load
is "$(sql "SELECT SUM(enabled) FROM TOOLSPECS WHERE name = 'load'")" 0 "a group's: all of its members"
h spec enable /:load
is "$(sql "SELECT COUNT(*) - SUM(enabled) FROM TOOLSPECS WHERE name = 'load' AND removed_ms = 0")" 0 'and back'
h spec disable --group Zone1/Test
is "$(sql "SELECT SUM(t.enabled) FROM TOOLSPECS t JOIN NODE n USING (nodeid) WHERE n.name = 'n1'")" 0 'all below a group'
h spec enable --group Zone1/Test
is "$(sql "SELECT COUNT(*) - SUM(t.enabled) FROM TOOLSPECS t JOIN NODE n USING (nodeid) WHERE n.name = 'n1' AND t.removed_ms = 0")" 0 'and back'
h spec disable n1/nothing
is "$rc" 1 'no such spec'
h spec disable
is "$rc" 2 'nothing is named'

# --- names with '/' ----------------------------------------------------------------------------
put d "{ node = \"x\"; name = \"y/z\"; $common }, { node = \"x/y\"; name = \"z\"; $common }"
h spec import "$work/d.cfg"
h spec show x/y/z
is "$rc" 2 'a name that may mean two'
like "$errout" 'may mean more than one' 'is refused'
h spec show x/y z
is "$rc" 0 'two words are clear'
like "$out" '^spec +x/y/z' 'and found'
h spec remove x y/z
h spec remove x/y/z
is "$out" 'removed 1' 'one is left' || diag "$errout"

# --- what is refused -----------------------------------------------------------------------------
refused() { # SPEC MESSAGE
    put bad "{ node = \"good\"; name = \"good\"; $common },
{ $1 }"
    h spec import "$work/bad.cfg"
    is "$rc:$out" '1:' "refused: $2"
    like "$errout" "bad.cfg:3: .*$2" 'and told where'
}
refused "group = \"Zone1\"; name = \"a\"; $common args = ( \"\$(node.adress)\" );" 'unknown variable \$\(node.adress\)'
refused "node = \"n1\"; name = \"a\"; $common args = ( \"\$(nodename)\" );" "key 'args': '\\$\\(nodename\\)' is no variable"
refused "node = \"n1\"; name = \"a\"; $common args = ( \"\$(node.name\" );" 'has no end'
refused "group = \"Zone1/Tset\"; name = \"a\"; $common" "there is no such group .did you mean 'Zone1/Test'"
refused "node = \"n1\"; group = \"/\"; name = \"a\"; $common" 'a node or a group, not both'
refused "name = \"a\"; $common" 'a spec needs a node or a group'
refused "group = \"a//b\"; name = \"a\"; $common" "key 'group': group 'a//b': expected a name"
refused "node = \"n4\"; name = \"a\"; $common" 'the node was removed; haetae node add'
is "$(sql "SELECT COUNT(*) FROM NODE WHERE name = 'good'")" 0 'nothing is stored'

# --- export, and every key --------------------------------------------------------------------
put every "{ group = \"/\"; name = \"every\"; probetype = \"plugin\"; command = \"ok\"; args = ( \"a b\", \"\", \"\\\"\\\\\\n\", \"\$\$(\", \"\$(node.name)\" );
  interval = \"60 s\"; phase = \"1500 ms\"; timeout = \"30 s\"; killgrace = \"1 s\"; maxlate = \"20 s\"; testtype = \"background-syn\";
  synchgroup = \"g\$(node.name)\"; overrun = \"queue1\"; catchup = \"all\"; catchup_max = 7; jitter = \"2 s\"; priority = 2; attempts = 3;
  retry = \"1 s\"; backoff = \"5 m\"; alive = true; judge = \"worst\"; enabled = false; },
{ node = \"서울 사무실\"; name = \"디스크\"; probetype = \"plugin\"; command = \"ok\"; interval = \"90 m\"; catchup = \"last\"; overrun = \"replace\"; judge = \"thresholds\";
  args = ( \"\$\$(node.name)\" ); }"
h spec import "$work/every.cfg"
is "$rc" 0 'a spec with every key' || diag "$errout"
put unknown '{ unknown = 1; }'
h spec import "$work/unknown.cfg"
keys=${errout##*known are }
h spec export
printf '%s\n' "$out" >"$work/export.cfg"
for key in ${keys//,/}; do
    grep -qw -- "$key =" "$work/export.cfg"; ok $? "export: $key"
done
h spec diff --prune "$work/export.cfg"
is "$rc:$out" "0:added 0, changed 0, removed 0, unchanged $(grep -cE '^ +\{ (node|group) = ' "$work/export.cfg")" 'an export comes back without a change' || diag "$out"
sql 'DELETE FROM TOOLSPECS'
h spec import "$work/export.cfg"
h spec export
is "$out" "$(cat "$work/export.cfg")" 'and gives itself again'

# --- prune, and events ------------------------------------------------------------------------
run "$haetae" --config "$work/other.conf" spec import "$work/d.cfg"
h spec import --prune "$work/a.cfg"
like "$out" 'removed 서울 사무실/디스크: ok \$\$\(node.name\)' 'prune: what is not named goes'
is "$(sql "SELECT COUNT(*) FROM TOOLSPECS WHERE name IN ('z', 'y/z') AND removed_ms = 0")" 2 "another host's stays"
h spec list --removed
like "$out" '디스크' 'list: those that were removed'
sed -i 's/"10 s"/"30 s"/' "$work/a.cfg"
sql "DELETE FROM EVENTLOG"
h spec import --dry-run "$work/a.cfg"
like "$out" 'dry run: added 0, changed 3, unchanged 0' 'dry run'
is "$(sql "SELECT COUNT(*) FROM EVENTLOG")" 0 'changes nothing'
h spec import "$work/a.cfg"
like "$out" 'changed n1/own: interval 10 s -> 30 s, maxlate 10 s -> 30 s' 'what changes, a line a spec' || diag "$out"
is "$(sql "SELECT tag, node, object, old_value, new_value, host_name FROM EVENTLOG WHERE object LIKE '%interval' ORDER BY object")" \
    $'spec\t\t/:load interval\t10 s\t30 s\tprobe1\nspec\t\tZone1:ping interval\t10 s\t30 s\tprobe1\nspec\tn1\tn1/own interval\t10 s\t30 s\tprobe1' 'each is an event'
is "$(sql "SELECT user_name <> '' FROM EVENTLOG LIMIT 1")" 1 'with its user'
many=
for i in {1..25}; do many+="${many:+,} { node = \"many\"; name = \"m$i\"; $common }"; done
put many "$many"
h spec import "$work/many.cfg"
like "$out" '\.\.\. 5 more added \(--verbose shows them\)' 'many of a kind are counted'
is "$(grep -c '^added many/' <<<"$out")" 20 'behind the first 20'
run "$haetae" --config "$work/other.conf" spec import "$work/many.cfg"
like "$out" 'changed many/m1: host probe1 -> probe2' 'another host'

# --- show and run -------------------------------------------------------------------------------
put run "{ node = \"n1\"; name = \"ok\"; ${common/ping/ok} }, { node = \"n1\"; name = \"slow\"; ${common/ping/slow} timeout = \"500 ms\"; killgrace = \"200 ms\"; },
{ node = \"n1\"; name = \"no\"; ${common/ping/nothing} }"
h spec import "$work/run.cfg"
h spec show n1/ping
for line in 'spec +n1/ping' 'of +Zone1:ping' 'command +ping -H 10.0.0.1 \$\(x\)' 'host +probe1' "allowed +$work/bin/ping" 'grid +every 30 s, phase' 'enabled +yes'; do
    like "$out" "$line" "show: $line"
done
is "$(grep -cE '^(due)? +20[0-9]{2}-' <<<"$out")" 5 'the next five slots'
h spec show n1/no
like "$out" 'allowed .*nothing, but it cannot be run: No such file' 'show: what is not there'
h spec show Zone1:ping
like "$out" 'members +3 members' 'show: of a group' || diag "$out"
before=$(sql 'SELECT COUNT(*) FROM RUNLOG')
h spec run n1/ok
for line in "command +$work/bin/ok" "user +$user" 'stdout +36 bytes' 'X OK - fine . time=0.5s;1;2 size=3B' 'ended +exit code 0' 'state +OK' 'text +X OK - fine' 'metrics +2' 'time = 0.5s \(warning 1, critical 2\)' 'size = 3B'; do
    like "$out" "$line" "run: $line" || diag "$out$errout"
done
h spec run n1 ping
like "$out" '<10.0.0.1>' 'run: with its arguments'
like "$out" 'stderr .*'$'\n''  /usr' 'run: and the PATH of probes' || diag "$out"
like "$out" 'state +CRITICAL' 'run: exit code 2'
h spec run n1/slow
like "$out" 'ended +no end by its timeout of 0.5 s: killed, with its tree' 'run: its timeout' || diag "$out"
like "$out" 'state +(CRITICAL|UNKNOWN)' 'run: and what the loader makes of it'
is "$(pgrep -f "$work/bin/slow" | wc -l)" 0 'nothing of it is left'
h spec run n1/no
is "$rc" 1 'run: not allowed'
h spec run Zone1:ping
is "$rc" 2 'run: a group never runs'
is "$(sql 'SELECT COUNT(*) FROM RUNLOG')" "$before" 'nothing is stored'

h spec import "$srcdir/config/toolspecs/group.cfg"
is "$rc:${out%%:*}" '0:added /' 'the sample comes in as it is' || diag "$errout"
h accounting
like "$out" 'unaccounted: +0' 'every slot is accounted for'
tap_done
