#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae: the command line, db, and spec, on a real server.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'

# --- without a server ----------------------------------------------------------------------
run "$haetae" --help
is "$rc" 0 '--help exits 0'
like "$out" 'spec import FILE' 'and lists the commands'
run "$haetae" --version
is "$rc:$out" "0:haetae $(sed -n 's/^AC_INIT(\[haetae\], \[\(.*\)\], \[\], .*/\1/p' "$srcdir/configure.ac")" '--version'
for command in '' 'nonsense' 'spec' 'spec nonsense' '--nonsense status' 'status --nonsense' \
    'status argument' 'spec import' 'status --output xml'; do
    # shellcheck disable=SC2086
    run "$haetae" $command
    is "$rc:$out" '2:' "wrong: haetae $command"
    like "$errout" '^haetae: .*; see haetae --help$' 'and told on stderr'
done
run "$haetae" node --help
is "$rc:$(grep -c '^  node ' <<<"$out"):$(grep -c '^  spec ' <<<"$out")" '0:9:0' 'haetae node --help: its commands'
for command in 'db init' 'db upgrade' 'db status' 'db grants' 'spec import' 'spec diff' \
    'spec export' 'spec list' 'spec show' 'spec enable' 'spec disable' 'spec remove' 'spec run' \
    status accounting; do
    # shellcheck disable=SC2086
    run "$haetae" $command --help
    is "$rc" 0 "haetae $command --help"
    awk 'length > 80' <<<"$out" >"$work/long"
    is "$(cat "$work/long")" '' 'has at most 80 columns'
    grep -qF -- "Cm $command" "$srcdir/scheduler/haetae.1"; ok $? 'and is in the man page'
    while read -r option; do
        grep -q -- "Fl $option" "$srcdir/scheduler/haetae.1"; ok $? "with its option -$option"
    done < <(grep -oE '^ +--[a-z-]+' <<<"$out" | sed 's/^ *-//')
done
run "$haetae" --config "$work/none.conf" db init
is "$rc" 1 'no configuration: exit 1'
like "$errout" '^haetae: cannot open .*none.conf: No such file' 'and it is named'

conf=$work/haetae.conf
put_conf() {
    cat >"$conf" <<TEXT
database = { socket = "$1"; user = "root"; connect_timeout = 2; };
scheduler = { host = "probe1"; spool = "$work/spool"; };
probetypes = ( { name = "plugin"; folder = "$plugins"; } );
TEXT
}
put_conf "$work/no.sock"
run "$haetae" --config "$conf" db init
is "$rc" 1 'no server: exit 1'
like "$errout" '^haetae: cannot reach the database: ' 'and said so'

# --- db ------------------------------------------------------------------------------------
. "$srcdir/t/server_mariadb.sh"
mariadb_require
put_conf "$mariadb_socket"
h() { run "$haetae" --config "$conf" "$@"; }
h db init
like "$errout" "Unknown database 'haetae'" 'the database is made by hand'
mariadb_sql 'CREATE DATABASE haetae'
h spec list
like "$errout" "run 'haetae db init'" 'without tables: what to do'
h db init
is "$rc:$out" '0:schema 2: 2 files run' 'db init'
h db init
is "$rc:$out" '0:schema 2: nothing to do' 'again'
h db status
like "$out" 'outlives a crash' 'db status: durable'
mariadb_sql 'SET GLOBAL innodb_flush_log_at_trx_commit = 2'
h db status
like "$out" 'may be lost .* 300 s' 'db status: not durable, and what follows from it'

# Every table has a primary key, and every name is free of reserved words.
is "$(mariadb_sql "SELECT TABLE_NAME FROM information_schema.TABLES t WHERE TABLE_SCHEMA = 'haetae' AND TABLE_TYPE = 'BASE TABLE'
    AND NOT EXISTS (SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = 'haetae'
    AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY')")" '' 'every table has a primary key'
is "$(mariadb_sql "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'haetae'
    AND (ENGINE <> 'InnoDB' OR TABLE_COLLATION <> 'utf8mb4_bin')")" 0 'InnoDB and utf8mb4_bin'

# --- spec import ---------------------------------------------------------------------------
cat >"$work/a.cfg" <<'TEXT'
specs = (
  { node = "$(host)"; name = "load"; probetype = "plugin"; command = "check_node_load";
    args = ( "-w", "load1=5", "; rm -rf / $$(date) 'x'\n" ); interval = "5 s"; },
  { node = "서울 사무실"; name = "디스크"; probetype = "plugin"; command = "check_node_disk";
    interval = 60; phase = "1500 ms"; timeout = "30 s"; testtype = "background-syn";
    synchgroup = "disks"; enabled = false; }
);
TEXT
h spec import "$work/a.cfg"
is "$rc:${out##*$'\n'}" '0:added 2, changed 0, unchanged 0' 'spec import'
is "$errout" '' 'silent when all is well'
h spec import "$work/a.cfg"
is "$rc:$out" '0:added 0, changed 0, unchanged 2' 'again'
is "$(mariadb_sql 'SELECT MAX(version) FROM TOOLSPECS' haetae)" 1 'nothing has changed'
h spec list --output json
is "$rc" 0 'spec list as JSON'
if command -v python3 >/dev/null 2>&1; then
    is "$(python3 -c 'import json, sys
l = json.load(sys.stdin)
print(l[0]["node"], l[0]["args"][2], l[0]["maxlate_ms"], l[1]["name"], l[1]["phase_ms"], l[1]["testtype"], l[1]["enabled"])' <<<"$out")" \
        "probe1 ; rm -rf / \$(date) 'x'
 5000 디스크 1500 background-syn False" 'with arguments as they were given, and the defaults'
else
    skip 'no python3'
fi
h spec list
like "$out" $'\n서울 사무실  디스크  plugin      60 s     30 s  no       check_node_disk' 'spec list as a table'
h spec list --node probe1
unlike "$out" '서울' 'of one node'

sed -i 's/"5 s"/"10 s"/' "$work/a.cfg"
h spec import "$work/a.cfg"
is "$out" $'changed probe1/load: interval 5 s -> 10 s, maxlate 5 s -> 10 s\nadded 0, changed 1, unchanged 1' 'another interval'
is "$(mariadb_sql 'SELECT interval_ms, version FROM TOOLSPECS WHERE specid = 1' haetae)" $'10000\t2' 'is stored'

# What is wrong changes nothing.
bad() { # FILE-TEXT MESSAGE
    printf '%s\n' "$1" >"$work/bad.cfg"
    h spec import "$work/good.cfg" "$work/bad.cfg"
    is "$rc:$out" '1:' "refused: $2"
    like "$errout" "$2" 'and told where'
}
good='node = "n"; name = "x"; probetype = "plugin"; command = "check_node_load"; interval = 5;'
echo "specs = ( { ${good/x/good} } );" >"$work/good.cfg"
bad 'specs = ( { node = "n" );' 'bad.cfg:1: syntax error'
bad "specs = (
  { $good wrong = 1; } );" "bad.cfg:2: unknown key 'wrong'; known are node, group, name"
bad 'spec = ( );' "bad.cfg:1: unknown key 'spec'; known are specs"
bad 'specs = { };' "bad.cfg:1: key 'specs': expected a list"
bad "specs = ( { ${good/interval = 5;/} } );" 'bad.cfg:1: a spec needs an interval'
bad "specs = ( { ${good/5;/0.5;} } );" 'bad.cfg:1: interval is less than 1000 ms'
bad "specs = ( { ${good/5;/\"5 x\";} } );" "bad.cfg:1: key 'interval': '5x' is not a time"
bad "specs = ( { $good phase = 5; } );" 'bad.cfg:1: phase is more than 4999 ms'
bad "specs = ( { ${good/check_node_load/..\/x} } );" "bad.cfg:1: command '../x' has a '/'"
bad "specs = ( { ${good/\"n\"/\"\$(nope)\"} } );" "only \\$\\(host\\) is replaced"
bad "specs = ( { $good },
  { $good } );" "bad.cfg:2: spec 'x' of node 'n' stands in .*bad.cfg:1 already"
cp "$work/good.cfg" "$work/twice.cfg"
h spec import "$work/good.cfg" "$work/twice.cfg"
like "$errout" "twice.cfg:1: spec 'good' of node 'n' stands in .*good.cfg:1 already" 'twice in two files'
is "$(mariadb_sql 'SELECT COUNT(*) FROM TOOLSPECS' haetae)" 2 'no bad file has changed anything'
echo "specs = ( { ${good/plugin/other} } );" >"$work/type.cfg"
h spec import "$work/type.cfg"
is "$rc:${out##*$'\n'}" '0:added 1, changed 0, unchanged 0' 'a type that this host lacks may run elsewhere'
like "$errout" "warning: x of n: this host's configuration has no probe type 'other'" 'so it is a warning'

h spec import "$srcdir/config/toolspecs/node.cfg"
is "$rc:$errout" '0:' 'the samples come in as they are'
while IFS=$'\t' read -r interval n; do
    [ "$interval" -ge 1000 ] && [ "$interval" -le 10000 ]
    ok $? "$n probes every $interval ms"
done < <(mariadb_sql "SELECT interval_ms, COUNT(*) FROM TOOLSPECS WHERE changed_ms = (SELECT MAX(changed_ms) FROM TOOLSPECS) GROUP BY 1" haetae)
tap_done
