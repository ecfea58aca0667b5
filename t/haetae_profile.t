#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae profile list, show and test: without a database and without a configuration.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'the scheduler was not built'
cmd() { run "$haetae" profile "$@"; }
mkdir "$work/site" "$work/shipped"
cat >"$work/shipped/web.cfg" <<'EOT'
name = "web"; title = "Web server";
services = (
  { name = "nginx"; match = "/nginx( |$)"; count = "2:"; advice = "nginx -t"; listen = ( { port = 80; } ); },
  { name = "php"; match = "php-fpm"; }
);
EOT
cat >"$work/site/web.cfg" <<'EOT'
name = "web"; include = ( "web" );
services = ( { name = "nginx"; count = "1:"; }, { name = "php"; optional = true; }, { name = "init"; match = "^init"; } );
EOT
printf 'name = "broken"; services = 5;\n' >"$work/site/broken.cfg"
dirs=(--profile-dir "$work/site" --profile-dir "$work/shipped")

cmd list "${dirs[@]}"
is "$rc" 0 'a list'
like "$out" "web +3 +$work/site/web\.cfg +web" "the site's file goes first"
like "$out" "broken +- +$work/site/broken\.cfg +broken: $work/site/broken\.cfg:1: key 'services': expected" 'what is broken is said'
cmd show "${dirs[@]}" web
is "$rc" 0 'a profile as a whole'
like "$out" "# $work/site/web\.cfg:2"$'\n'"  # over $work/shipped/web\.cfg:3"$'\n''  \{ name = "nginx";' 'with the places of a service'
like "$out" 'count = "1:";' 'and what is in effect'
printf '%s\n' "$out" >"$work/again.cfg"
cmd show "$work/again.cfg"
is "$(grep -v '^  #' <<<"$out")" "$(grep -v '^  #' "$work/again.cfg")" 'it can be read again, and is the same'
cmd show "${dirs[@]}" web,nothing
is "$rc" 1 'an unknown profile'
like "$errout" "^haetae: no profile 'nothing' in " 'is named'
cmd show "${dirs[@]}"
is "$rc" 2 'a name is needed'
cmd test --root "$work/nowhere" "${dirs[@]}" web
is "$rc" 1 'a tree that is not there'

# The samples of the man page are profiles.
mkdir "$work/page"
awk '/^\.Bd/ { block = "page" ++n; next } /^\.Ed/ { block = ""; next } block { print >dir "/" block }' dir="$work/page" \
    "$srcdir/config/haetae-profiles.5"
mv "$work/page/page1" "$work/page/web.cfg"
mv "$work/page/page2" "$work/page/openstack-controller.cfg"
cmd show --profile-dir "$work/page" --profile-dir "$srcdir/config/profiles" web
is "$rc" 0 'the first sample of haetae-profiles(5)' || diag "$errout"
cmd show --profile-dir "$work/page" --profile-dir "$srcdir/config/profiles" openstack-controller
is "$rc" 0 "and the site's" || diag "$errout"
like "$out" 'name = "our-agent"' 'adds a service'
unlike "$out" 'name = "nova-novncproxy"' 'and removes one'

# One process, and a daemon that no service has.
mkdir -p "$work/tree/proc/7" "$work/tree/proc/8" "$work/tree/proc/net"
echo '100.00 1.00' >"$work/tree/proc/uptime"
for pid in 7 8; do
    printf '%d (x) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 100 0 256 0\n' "$pid" >"$work/tree/proc/$pid/stat"
    printf 'Uid:\t0\t0\t0\t0\n' >"$work/tree/proc/$pid/status"
done
printf '/usr/sbin/nginx\0-g\0' >"$work/tree/proc/7/cmdline"
printf '/usr/sbin/crond\0--password=geheim\0' >"$work/tree/proc/8/cmdline"
for file in tcp tcp6 udp udp6 unix; do echo 'sl' >"$work/tree/proc/net/$file"; done
cmd test --root "$work/tree" "${dirs[@]}" web
is "$rc" 1 'a sick node'
like "$out" '^STATE +SERVICE ' 'a table'
like "$out" $'\n''CRITICAL +nginx +1 .*not listening on tcp 80; advice: nginx -t' 'the sick with their reason'
like "$out" $'\n''OK +php .* optional' 'and the well'
like "$out" $'\n''1 of 3 services of web well' 'a count'
like "$out" 'Daemons that are in no service of it:'$'\n'' +8  /usr/sbin/crond --password=\*+$' 'daemons of nobody, without their secrets'
sed -i '/listen/s/listen.*} );//' "$work/shipped/web.cfg"
printf 'init\0' >"$work/tree/proc/8/cmdline"
cmd test --root "$work/tree" "${dirs[@]}" web
is "$rc" 0 'a healthy node'
tap_done
