#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The profiles of an Abiquo against the lines that its service page shows.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/tree.sh"
need perl perl
[ -x "$plugins/check_services" ] || skip_all "check_services was not built (libconfig)"

# What the page shows no line of, as these daemons look like.
cat >"$work/rest.txt" <<'LISTING'
mysql      901     1 /usr/libexec/mysqld --basedir=/usr --datadir=/var/lib/mysql
redis      902     1 /usr/sbin/redis-server 127.0.0.1:6379
rabbitmq   903     1 /usr/lib64/erlang/erts-5.8.5/bin/beam.smp -W w -K true -A30 -P 1048576 -- -root /usr/lib64/erlang -s rabbit boot
dhcpd      904     1 /usr/sbin/dhcpd -user dhcpd -group dhcpd
root       905     1 /usr/sbin/smbd -D
root       906     2 [nfsd]
root       907     1 /usr/sbin/dhcrelay -i eth1 10.0.0.1
root       908     1 /usr/java/default/bin/java -jar /usr/share/abiquo-emmett/abiquo-emmett.jar
root       909     1 /usr/java/default/bin/java -jar /usr/share/abiquo-delorean/abiquo-delorean.jar
tcp   0.0.0.0:3306     0.0.0.0:*   LISTEN  901/mysqld
tcp   127.0.0.1:6379   0.0.0.0:*   LISTEN  902/redis-server
tcp6  :::5672          :::*        LISTEN  903/beam.smp
udp   0.0.0.0:67       0.0.0.0:*           904/dhcpd
tcp   0.0.0.0:445      0.0.0.0:*   LISTEN  905/smbd
tcp   0.0.0.0:2049     0.0.0.0:*   LISTEN  -
udp   0.0.0.0:67       0.0.0.0:*           907/dhcrelay
tcp6  :::36638         :::*        LISTEN  908/java
LISTING
tree=$work/abiquo
mkdir "$tree"
perl "$srcdir/t/listing_tree.pl" --strict "$data/listing-abiquo/ps.txt" "$work/rest.txt" | "$builddir/t/make_tree" "$tree"
# Processes began 10 s after the boot and later; this is how long ago that is.
since() { printf '%d.00 0.00\n' $((10 + $1)) >"$tree/proc/uptime"; }
since 3600

for profile in monolithic server remote-services v2v kvm lvm dhcp-relay monitoring; do
    judge "abiquo-$profile"
    is "$rc" 0 "abiquo-$profile is well" || diag "$out"
done
# A grep for a name is not what has the name; the page's own way to look finds itself.
judge abiquo-v2v --service v2v-diskmanager
like "$out" "'count@v2v-diskmanager'=1;" 'v2v-diskmanager runs once, beside a grep for it'

while IFS='|' read -r profile service rest; do
    [ -n "$profile" ] || continue
    each "abiquo-$profile" <<<"$service|$rest"
done <<'SERVICES'
monolithic|abiquo-tomcat|/java .*Bootstrap start$||
monolithic|mysqld|/mysqld|tcp 3306|
monolithic|redis|/redis-server|tcp 6379|
monolithic|rabbitmq-server|/beam.smp|tcp 5672|
monolithic|dhcpd?|/dhcpd|udp 67|
monolithic|smb?|/smbd|tcp 445|
server|abiquo-tomcat|/java .*Bootstrap start$||
server|mysqld|/mysqld|tcp 3306|
server|redis|/redis-server|tcp 6379|
server|rabbitmq-server|/beam.smp|tcp 5672|
remote-services|abiquo-tomcat|/java .*Bootstrap start$||
remote-services|redis|/redis-server|tcp 6379|
v2v|abiquo-tomcat|/java .*Bootstrap start$||
kvm|abiquo-aim|/abiquo-aim||
lvm|abiquo-tomcat|/java .*Bootstrap start$||
dhcp-relay|dhcrelay|/dhcrelay|udp 67|
monitoring|abiquo-emmett|/abiquo-emmett||
monitoring|abiquo-delorean|/abiquo-delorean||
SERVICES
tree_deaf tcp 2049
judge abiquo-monolithic
named CRITICAL nfs 'nfs: no listener on 2049'
tree_heal

# --- jobs ------------------------------------------------------------------------------------
for job in 'v2v-diskmanager 32046' 'mechadora 2521'; do
    read -r name pid <<<"$job"
    tree_gone "$pid"
    judge abiquo-v2v
    is "$rc" 0 "$name: no job is fine"
    tree_heal
    since 14400
    judge abiquo-v2v
    named WARNING "$name" "$name: after four hours it is late"
    since 25200
    judge abiquo-v2v
    named CRITICAL "$name" "$name: after seven it is stuck"
    like "$out" "$name .*advice: .*bpm-async\\.log" 'and where its command is'
    since 3600
done

# --- stop order, assumptions -------------------------------------------------------------------
while read -r service pid words; do
    tree_gone "$pid"
    judge abiquo-server
    like "$out" "$service .*advice: .*$words" "$service: the stop order is said"
    tree_heal
done <<'ADVICE'
redis 902 stop abiquo-tomcat before redis
rabbitmq-server 903 stop abiquo-tomcat before rabbitmq-server
mysqld 901 before abiquo-tomcat may .* lose data
ADVICE
tree_gone 908
judge abiquo-monitoring
like "$out" 'abiquo-emmett .*\(this rule is assumed\)' 'what the page has no line of is assumed'
tree_heal
tree_gone 2816
judge abiquo-kvm
unlike "$out" 'abiquo-aim .*assumed' 'what it has one of is not'
tree_heal

# --- redis is asked, not only seen ---------------------------------------------------------------
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null && [ -x "$plugins/check_service_ping" ]; then
    . "$srcdir/t/server_redis.sh"
    redis_start events
    ok $? 'a redis'
    port=${redis_port[events]}
    cat >"$work/site.cfg" <<PROFILE
name = "site"; title = "Redis at a port of its own"; include = ( "abiquo-redis" );
services = ( { name = "redis"; match = "redis-server .*:$port"; listen = ( { port = $port; } );
    ping = ( "redis", "-H", "127.0.0.1:$port" ); } );
PROFILE
    run "$plugins/check_services" --profile-dir "$profiles" --profile "$work/site.cfg"
    is "$rc" 0 'a redis that answers is well' || diag "$out"
    server_signal events STOP
    run "$plugins/check_services" -t 3 --profile-dir "$profiles" --profile "$work/site.cfg"
    is "$rc" 2 'one that hangs is not, though it runs and listens'
    like "$line1" 'redis ping redis: ' 'and is named'
else
    skip 'no redis-server or redis-cli, or no check_service_ping'
fi
tap_done
