#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may include whom, where foreign headers and SQL may stand, and what a plugin links.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/lint.sh"

# LAYER and the folders that its files may include from.
declare -A may=(
    [lib/base]="lib/base"
    [lib/collect]="lib/base lib/collect"
    [lib/client]="lib/base lib/client"
    [lib/check]="lib/base lib/check"
    [lib/health]="lib/base lib/collect lib/client lib/check lib/health lib/mib"
    [lib/store]="lib/base lib/store"
    [lib/mib]="lib/base lib/mib"
    [plugins]="lib/base lib/collect lib/client lib/check lib/health lib/mib plugins"
    [subagent]="lib/base lib/collect lib/client lib/check lib/health lib/store lib/mib subagent"
    [scheduler]="lib/base lib/collect lib/client lib/check lib/health lib/store scheduler"
)

# FILE<TAB>KIND<TAB>HEADER of every include; KIND is " or <.
lint_some '\.[ch]$' '^t/data/' >"$work/c"
xargs -r grep -HE '^[[:blank:]]*#[[:blank:]]*include' <"$work/c" |
    sed -nE 's/^([^:]*):[^"<]*(["<])([^">]*).*/\1\t\2\t\3/p' >"$work/includes"
[ -s "$work/includes" ]; ok $? "includes were found"

for layer in "${!may[@]}"; do
    while IFS=$'\t' read -r file kind header; do
        if [ "$kind" != '"' ] || [ "$header" = config.h ]; then continue; fi
        case " ${may[$layer]} " in
        *" ${header%/*} "*) ;;
        *) printf '%s includes %s\n' "$file" "$header" ;;
        esac
    done < <(grep "^$layer/[^/]*"$'\t' "$work/includes") | none "$layer includes its own and lower layers only"
done

awk -F'\t' '$2 == "\"" && $3 !~ /^config\.h$/ && system("test -f \"" $3 "\"") != 0 { print $1 " includes " $3 }' \
    "$work/includes" | none "every project header is named by its path from the top"
awk -F'\t' '$3 ~ /\.c$/ { print $1 " includes " $3 }' "$work/includes" | none "no .c file is included"
awk -F'\t' '$1 ~ /^plugins\/check_/ && $3 ~ /^plugins\/check_/ { print $1 " includes " $3 }' "$work/includes" |
    none "no plugin includes another"

# A foreign header, and the files of ours that may include it; tests and benchmarks are free.
foreign() {
    header=$1 only=" $2 " awk -F'\t' '$2 == "<" && $3 ~ ENVIRON["header"] && $1 !~ /^(t|bench)\// && !index(ENVIRON["only"], " " $1 " ") {
        print $1 " includes " $3 }' "$work/includes" | none "$1 is included by ${2:-nobody} alone"
}
foreign '^libconfig\.h' lib/base/conf.c
foreign '^event2?/|^event\.h|^evdns' lib/base/loop.c
# The store's own database, and the server that a plugin asks about itself.
foreign '^(mysql|mariadb|mysql/mysql|mariadb/mysql)\.h' 'lib/store/db_mysql.c lib/client/mysqld.c'
foreign '^curl/' lib/client/http.c
foreign '^jansson' lib/client/json.c
foreign '^(amqp|rabbitmq-c)' lib/client/amqp.c
foreign '^libvirt' lib/client/libvirt.c
foreign '^systemd/' lib/client/systemd.c
# The master's side of a subagent, and the manager's of the remote checks.
foreign '^net-snmp/' 'subagent/agentx.c lib/client/snmp.c'
awk -F'\t' '$1 ~ /\.h$/ && $2 == "<" && $3 ~ /^(libconfig|event|mysql|mariadb|curl|jansson|net-snmp|libvirt|systemd|amqp)/ {
    print $1 " includes " $3 }' "$work/includes" | none "no header of ours includes a foreign one"

lint_some '^(lib|plugins|subagent|scheduler)/.*\.[ch]$' '^lib/store/|^lib/client/mysqld' |
    xargs -r grep -nE '"[^"]*\b(SELECT .* FROM|INSERT (IGNORE )?INTO|UPDATE [A-Z_a-z]+ SET|DELETE FROM|(CREATE|ALTER|DROP) (TABLE|DATABASE)|REPLACE INTO|START TRANSACTION)\b' |
    none "SQL stands in lib/store, and in the client that asks a server about itself"

# /proc/self is about the process itself, never about the node.
lint_some '^(lib|plugins|subagent|scheduler)/.*\.[ch]$' '^lib/base/fsroot\.c$' |
    xargs -r grep -nE '(^|[^A-Za-z0-9_])(open|openat|fopen|opendir|access|faccessat|stat|lstat|fstatat|statx|readlink|readlinkat|scandir|inotify_add_watch)\([^;]*"/(proc|sys|etc)(/|")' |
    grep -v '"/proc/self/' | none "/proc, /sys and /etc are opened through fsroot"

# The node's plugins load libc alone; a sanitizer brings more, and is not installed.
for plugin in "$plugins"/check_node* "$plugins"/check_process "$plugins"/check_time; do
    case $plugin in *.* | *_snmp) continue ;; esac
    [ -x "$plugin" ] || continue
    command -v readelf >/dev/null 2>&1 || { skip "no readelf (package binutils)"; break; }
    if readelf -sW "$plugin" | grep -qE '__(asan|ubsan)_'; then
        skip "${plugin##*/} is built with sanitizers"
        continue
    fi
    needed=$(readelf -d "$plugin" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | tr '\n' ' ')
    is "$needed" "libc.so.6 " "${plugin##*/} loads libc alone"
done
# Pings are children: whoever asks for a profile loads no client's library.
if [ -x "$plugins/check_services" ] && command -v readelf >/dev/null 2>&1; then
    readelf -d "$plugins/check_services" | grep NEEDED | grep -vE 'libc\.so|libconfig|libdl|libasan|libubsan|ld-linux' |
        none "check_services loads libc and libconfig alone"
fi
# net-snmp's client is for the checks that ask another node; its agent's side for the subagent.
if command -v readelf >/dev/null 2>&1; then
    loads() { readelf -d "$1" | grep -q "NEEDED.*$2"; }
    for program in "$plugins"/check_* "$builddir"/scheduler/haetae* "$builddir"/subagent/haetae-agentx; do
        case $program in *.*) continue ;; esac
        [ -x "$program" ] || continue
        case $program in
        */haetae-agentx) loads "$program" libnetsnmpagent || printf 'haetae-agentx does not load the agent\n' ;;
        *_snmp)
            loads "$program" 'libnetsnmp\.' || printf '%s does not load the client\n' "$program"
            ! loads "$program" 'libnetsnmp[a-z]' || printf '%s loads the agent\n' "$program"
            ;;
        *) ! loads "$program" libnetsnmp || printf '%s loads net-snmp\n' "$program" ;;
        esac
    done | none 'check_*_snmp alone load the client of net-snmp, and the subagent alone its agent'
fi
# What kills is to work where the database is not.
cleanup=$builddir/scheduler/haetae-cleanup
if [ -x "$cleanup" ] && command -v readelf >/dev/null 2>&1; then
    readelf -d "$cleanup" | grep -E 'NEEDED.*(maria|mysql|event)' |
        none "haetae-cleanup loads neither the database's library nor libevent"
fi
tap_done
