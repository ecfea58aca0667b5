#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Another node by SNMP: on captured trees the same as check_node says, in how many datagrams, and live.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$plugins/check_node_snmp" ] || skip_all 'built without the subagent'
. "$srcdir/t/server_agentx.sh"
command -v perl >/dev/null || skip_all 'no perl'
every='collectors = ( { name = "node"; interval = 1; }, { name = "net"; interval = 1; } );'
well=(-w disk=100 -c disk=100 -w inodes=100 -c inodes=100)
mkdir "$work/state"

# here OPTION..., there NAME OPTION...: the two checks
here() { "$plugins/check_node" --root "$root" --state-dir "$work/state" "${well[@]}" "$@"; }
there() {
    local name=$1
    shift
    "$plugins/check_node_snmp" -H "${agentx_host[$name]}" "${well[@]}" "$@"
}
# Numbers in the resolution of the module.
coarse() {
    perl -ne 'next unless s/.* \| (?=\x27)//; for (split / (?=\x27)/) {
        chomp; my ($label, $value, $unit, $rest) = /^(\S+)=(-?[0-9.]+)([%Bs]?)(.*)/ or do { print "$_\n"; next };
        my $step = $unit eq "s" ? 1 : $label =~ /disk.*used/ ? 1 << 28 : 0.1;
        $rest =~ s/[0-9]+$/int($& \/ (1 << 28))/e if $label =~ /disk.*used/;
        printf "%s=%d%s%s\n", $label, $value / $step + 1e-6, $unit, $rest }'
}
# same NAME OPTION...: line 1 and perfdata of the two; what disks hold moves, so it is tried again.
same() {
    local name=$1
    shift
    here "$@" >"$work/here"
    local rc_here=$?
    there "$name" "$@" >"$work/there"
    local rc_there=$?
    [ "$rc_here" = "$rc_there" ] && [ "$(head -n1 "$work/here")" = "$(head -n1 "$work/there")" ] &&
        [ "$(coarse <"$work/here" | sort)" = "$(coarse <"$work/there" | sort)" ]
}
both() {
    local what=$1
    shift
    wait_for 15 same "$@" && pass "$what" && return
    fail "$what"
    diag "$(head -n1 "$work/here" "$work/there"; diff <(coarse <"$work/here" | sort) <(coarse <"$work/there" | sort))"
}

# --- a captured node ------------------------------------------------------------------------------
root=$work/zed
cp -r "$data/root-zed" "$root"
chmod -R u+w "$root"
agentx_start zed "$every root = \"$root\";" || { fail 'a subagent on a captured tree'; tap_done; exit; }
both 'a captured node' zed
like "$(there zed)" '^NODE OK - up 42m 11s, load 1\.13, cpu 48%, mem 23%, disk / [0-9]+%'$'\n''cpu 47\.9% busy, 0\.6% iowait, 0\.0% steal since boot; load 1\.13, 2\.83, 3\.65 on 2 CPUs'$'\n' \
    'its lines'
both 'thresholds' zed -w load1_per_cpu=0.5 -c cpu=40 -w io=1
both 'a threshold on what the node lacks' zed -w swap=50
both 'a bare range' zed -w 1
both 'the lesser metrics on request' zed --perfdata all

# --- in how many datagrams, and how large -----------------------------------------------------------
there zed -v >"$work/out"
like "$(cat "$work/out")" $'\n''2 datagrams in ' 'it takes two datagrams'
packets() { snmpd_get zed .1.3.6.1.2.1.11.1.0 | sed 's/.* //'; }
# With ours, if none was sent again.
is_three() {
    before=$(packets)
    there zed >/dev/null
    [ "$(($(packets) - before))" = 3 ]
}
wait_for 10 is_three; ok $? '... as snmpd counts them'
server_port
perl -e 'use IO::Socket::INET; $| = 1;
    my $in = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$ARGV[0]", Proto => "udp") or die;
    my $out = IO::Socket::INET->new(PeerAddr => $ARGV[1], Proto => "udp") or die;
    print "ready\n";
    while (defined $in->recv(my $question, 65535)) { $out->send($question); $out->recv(my $answer, 65535);
        printf "%d %d\n", length $question, length $answer; $in->send($answer) }' \
    "$server_port" "${agentx_host[zed]}" >"$work/sizes" &
at_exit "kill $!"
wait_for 5 grep -q ready "$work/sizes"
"$plugins/check_node_snmp" -H "127.0.0.1:$server_port" >/dev/null
grep -v ready "$work/sizes" >"$work/datagrams"
is "$(wc -l <"$work/datagrams")" 2 'two questions'
awk '$1 >= 1472 || $2 >= 1472 { bad = 1 } END { exit bad }' "$work/datagrams"
ok $? "... below 1,472 bytes either way: $(tr '\n' ';' <"$work/datagrams")"

# --- mounts ------------------------------------------------------------------------------------------
mkdir -p "$root/proc/1" "$root/srv"
printf '27 1 8:1 / / rw - ext4 /dev/a rw\n28 27 8:2 / /srv rw - xfs /dev/b rw\n' >"$root/proc/1/mountinfo"
both 'two mounts' zed
both 'a threshold on one of them' zed -c disk@/srv=0
like "$(cat "$work/there")" $'\n''/srv [0-9]+%: .* used, .* free, .*xfs /dev/b' '... which has a line of its own'
both '-x leaves one out' zed -x /srv
both '--exclude-type, too' zed --exclude-type xfs
both '-v shows them' zed --exclude-type nothing
sed -i 's|/dev/b rw|/dev/b ro|' "$root/proc/1/mountinfo"
both 'one that went read-only' zed
like "$(head -n1 "$work/there")" '^NODE CRITICAL - /srv went read-only; up ' '... is named'
{
    echo '27 1 8:1 / / rw - ext4 /dev/a rw'
    for i in $(seq 40); do
        mkdir -p "$root/srv/volume-$i"
        echo "$((i + 100)) 27 9:$i / /srv/volume-$i rw - ext4 /dev/mapper/volume-$i rw"
    done
} >"$root/proc/1/mountinfo"
both '41 mounts' zed -c disk@/srv/volume-7=0

# --- what cannot be read -------------------------------------------------------------------------------
printf '27 1 8:1 / / rw - ext4 /dev/a rw\n' >"$root/proc/1/mountinfo"
echo garbage >"$root/proc/meminfo"
both 'what makes no sense is named' zed
like "$(head -n1 "$work/there")" '^NODE UNKNOWN - cannot parse /proc/meminfo: no line MemTotal; up ' '... as the local check does'
cp "$data/root-zed/proc/meminfo" "$root/proc/meminfo"
rm -r "$root/proc/pressure" "$root/proc/loadavg"
both 'what is missing is absent' zed
both '... unless it is asked for' zed -c load1=5

# --- options, and agents that have nothing ----------------------------------------------------------------
refused() {
    run "$plugins/check_node_snmp" -H 127.0.0.1 "$@"
    like "$line1" '^NODE UNKNOWN - option --process: ' "$* is refused"
}
refused --process=
refused --process==x
refused --process=x=
refused --process=a --process=a=b
run "$plugins/check_node_snmp"
like "$line1" '^NODE UNKNOWN - option -H: is needed' 'a host is needed'
HAETAE_SNMP_COMMUNITY=wrong run "$plugins/check_node_snmp" -H "${agentx_host[zed]}" -t 1 --retries 0
like "$line1" "^NODE CRITICAL - ${agentx_host[zed]}: no answer in " 'a wrong community is silence'
server_stop zed-agentx
no_objects() {
    run "$plugins/check_node_snmp" -H "${agentx_host[zed]}"
    [[ $line1 == *'it shows nothing of HAETAE-MIB'* ]]
}
wait_for 10 no_objects
is "$rc" 3 'without a subagent it is UNKNOWN'
like "$out" 'does haetae-agentx run' '... and says what to look at'

# --- this node ------------------------------------------------------------------------------------------
agentx_start live "$every exclude_types = ( \"fuse*\" );" || { fail 'a subagent on this node'; tap_done; exit; }
live_is_read() {
    run "$plugins/check_node_snmp" -H "${agentx_host[live]}" -w memory=100 -c memory=100 "${well[@]}"
    [ "$rc" != 3 ]
}
wait_for 15 live_is_read
like "$line1" '^NODE OK - up .*, load [0-9.]+, cpu [0-9]+%, mem [0-9]+%' 'this node'
is "$errout" '' 'nothing on stderr'
uptime=$(sed -n "s/.*'uptime'=\([0-9]*\)s.*/\1/p" <<<"$out")
now=$(cut -d. -f1 /proc/uptime)
[ $((now - uptime)) -ge 0 ] && [ $((now - uptime)) -lt 60 ]
ok $? "its uptime is that of a moment ago ($uptime, $now)"
if [ -n "${snmpd_agent6[live]:-}" ]; then
    run "$plugins/check_node_snmp" -H "${snmpd_agent6[live]#udp6:}" -w memory=100 -c memory=100 "${well[@]}"
    is "$rc" 0 'on IPv6'
else
    skip 'no ::1'
fi
tap_done
