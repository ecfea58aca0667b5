#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# listing_tree.pl [--strict] FILE... | make_tree DIR: turns listings of processes and sockets, as
# administrators keep them in their notes, into what /proc held when they were made.
#
# Rows are told by their shape, so that a file may hold several listings, one after the other:
#   USER PID CMD, USER PID PPID CMD         ps with columns of somebody's choice
#   USER PID PPID LWP C NLWP STIME TTY TIME CMD         ps -efL, a row a thread
#   USER PID %CPU %MEM VSZ RSS TTY STAT START TIME CMD  ps aux
#   tcp, udp and unix rows of netstat -anpo, with or without the queues
#   the rows of lsof
# A row goes on in lines that begin with blanks and a dash. A note ("<- why", "-> what"), a prompt, a
# heading and a comment say nothing. Another line is left out; with --strict it is an error.
#
# What a listing does not say is made up, the same each time: ages, sizes, the inodes of tcp sockets. A
# socket's owner that no ps row names exists all the same, under the name that netstat gives.
use strict;
use warnings;

my $strict = @ARGV && $ARGV[0] eq '--strict' && shift @ARGV;
my (%proc, %uid, @tcp, @unix, $last, $lsof);
my %state = (LISTEN => '0A', ESTABLISHED => '01', SYN_SENT => '02', TIME_WAIT => '06', CLOSE_WAIT => '08');
my %type = (STREAM => '0001', DGRAM => '0002', SEQPACKET => '0005');
my $inode = 100_000;
my $uptime = 1_000_000;
# The accounts of Debian that are the same everywhere.
%uid = (root => 0, daemon => 1, 'www-data' => 33, nobody => 65534);

sub process {
    my ($pid, %fact) = @_;
    my $p = $proc{$pid} //= { pid => $pid, fd => {} };
    for (keys %fact) {
        # The longer command line is the whole one.
        next if $_ eq 'line' && length($p->{line} // '') > length $fact{line};
        $p->{$_} = $fact{$_} if defined $fact{$_};
    }
    return $p;
}

# What netstat tells gets the lowest numbers that lsof leaves. Every daemon has its three.
sub descriptors {
    my ($p) = @_;
    my %fd = (0 => '/dev/null', 1 => '/dev/null', 2 => '/dev/null', %{ $p->{fd} });
    my $n = 3;
    for my $target (@{ $p->{sockets} // [] }) {
        next if grep { $_ eq $target } values %{ $p->{fd} };
        $n++ while exists $fd{$n};
        $fd{$n} = $target;
    }
    return \%fd;
}

# netstat says PID/NAME, or '-' for what it may not see.
sub owner {
    my ($text, $inode) = @_;
    my ($pid, $name) = $text =~ m{^(\d+)/(.*)$} or return undef;
    my $p = process($pid);
    $p->{socket_name} = $name;
    push @{ $p->{sockets} }, "socket:[$inode]";
    return $p;
}

sub address {
    my ($text, $v6) = @_;
    my ($host, $port) = $text =~ /^(.*):(\d+|\*)$/ or die "not an address: $text\n";
    $port = 0 if $port eq '*';
    my $hex = '0' x ($v6 ? 32 : 8);
    if ($host =~ /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/) {
        $hex = sprintf '%02X%02X%02X%02X', $4, $3, $2, $1;
        $hex = '0000000000000000FFFF0000' . $hex if $v6;
    } elsif ($host eq '::1') {
        $hex = '00000000000000000000000001000000';
    } elsif ($host !~ /^(?:::|\*|)$/) {
        die "cannot write address $host\n";
    }
    return sprintf '%s:%04X', $hex, $port;
}

sub inet_row {
    my ($proto, $local, $remote, $state, $owner, $timer) = @_;
    my $v6 = $proto =~ /6$/;
    my ($kind, $left, $resent) = ($timer // '') =~ m{^(\w+) \(([\d.]+)/(\d+)/\d+\)};
    my %active = (on => 1, keepalive => 2, timewait => 3, probe => 4);
    $inode++;
    my $p = owner($owner, $inode);
    push @tcp, { proto => $proto, local => address($local, $v6), remote => address($remote, $v6),
        state => $proto =~ /^udp/ ? '07' : $state{$state} // die("unknown state $state\n"),
        timer => $active{ $kind // 'off' } // 0, left => int(100 * ($left // 0)), resent => $resent // 0,
        inode => $inode, owner => $p };
}

sub unix_row {
    my ($refs, $flags, $type, $inode, $owner, $path) = @_;
    my $listens = $flags =~ /ACC/;
    owner($owner, $inode);
    push @unix, sprintf "%016x: %08X 00000000 %08X %s %02X %s%s", $inode, $refs, $listens ? 0x10000 : 0,
        $type{$type}, $listens || $type eq 'DGRAM' ? 1 : 3, $inode, $path ? " $path" : '';
}

sub ps_row {
    my ($user, $pid, $line, %fact) = @_;
    my $p = process($pid, user => $user, line => $line, %fact);
    $last = $p->{line} eq $line ? $p : undef;
}

sub lsof_row {
    my ($pid, $user, $fd, $type, $name, $node) = @_;
    my $p = process($pid, user => $user);
    if ($fd eq 'txt') {
        $p->{exe} = $name;
    } elsif ($fd eq 'DEL' && $type eq 'REG') {
        push @{ $p->{maps} }, "$name (deleted)";
    } elsif ($fd eq 'mem') {
        push @{ $p->{maps} }, $name;
    } elsif ($fd =~ /^(\d+)[urw]/) {
        my $n = $1;
        $p->{fd}{$n} = $type =~ /^(?:unix|sock|netlink|IPv[46])$/ ? "socket:[$node]"
            : $type eq 'FIFO' ? "pipe:[$node]" : $type eq '0000' ? 'anon_inode:[eventpoll]' : $name;
    }
}

sub row {
    my ($text) = @_;
    if ($text =~ /^\s+-/ && $last) {
        (my $more = $text) =~ s/^\s+//;
        $last->{line} .= " $more";
        return 1;
    }
    $text =~ s/^\s+//;
    return 1 if $text =~ /^(?:#.*)?$/;
    if ($text =~ /^\S+\@\S+[#\$] /) {
        $last = $lsof = undef;
        return 1;
    }
    return $lsof = 1 if $text =~ /^COMMAND\s+PID\s+USER\s+FD\s/;
    return 1 if $text =~ /^(?:UID|USER)\s+PID\s|^Proto\s|^Active\s/;

    if ($text =~ m{^((?:tcp|udp)6?)\s+(?:\d+\s+\d+\s+)?(\S+:\S+)\s+(\S+:\S+)\s+(?:([A-Z_0-9]+)\s+)?(\d+/\S+|-)(?:\s+(\w+ \(\S+\)))?}) {
        inet_row($1, $2, $3, $4, $5, $6);
    } elsif ($text =~ m{^unix\s+(\d+)\s+\[(.*?)\]\s+([A-Z]+)\s+(?:[A-Z]+\s+)?(\d+)\s+(\d+/\S+|-)(?:\s+(\S.*?))?\s*$}) {
        unix_row($1, $2, $3, $4, $5, $6);
    } elsif ($lsof && $text =~ m{^\S+\s+(\d+)\s+([\w-]+)\s+(\w+)\s+(\w+)(?:\s+(?:\d+,\d+|0x\w+))?(?:\s+\d\w*)?\s+(\d+)\s+(\S.*)$}) {
        lsof_row($1, $2, $3, $4, $6, $5);
    } elsif ($text =~ m{^([\w+-]+)\s+(\d+)\s+(\d+)\s+\d+\s+\d+\s+(\d+)\s+\S+\s+\S+\s+\d[\d:-]+\s+(\S.*)$}) {
        ps_row($1, $2, $5, ppid => $3, threads => $4);
    } elsif ($text =~ m{^([\w+-]+)\s+(\d+)\s+[\d.]+\s+[\d.]+\s+(\d+)\s+(\d+)\s+\S+\s+([A-Z])\S*\s+\S+\s+\d+:\d+\s+(\S.*)$}) {
        ps_row($1, $2, $6, vsz => $3, rss => $4, state => $5);
    } elsif ($text =~ m{^([\w+-]+)\s+(\d+)\s+(?:(\d+)\s+)?(\S.*)$}) {
        ps_row($1, $2, $4, ppid => $3);
    } else {
        return 0;
    }
    return 1;
}

for my $file (@ARGV) {
    open my $in, '<', $file or die "cannot open $file: $!\n";
    $last = $lsof = undef;
    while (my $text = <$in>) {
        chomp $text;
        $text =~ s/\s+(?:<-+|->)(?:\s.*)?$//;
        $text =~ s/\s+$//;
        # Two rows on one line: the padding behind the first was copied with it.
        for my $part (split /\s{20,}(?=[\w+-]+\s+\d+\s+\d+\s+\S)/, $text) {
            row($part) or $strict && die "$file:$.: not a row of ps, netstat or lsof: $part\n";
        }
    }
}

sub entry { print join("\t", @_), "\n" }

sub escaped {
    my ($text) = @_;
    $text =~ s/\\/\\\\/g;
    $text =~ s/\n/\\n/g;
    $text =~ s/\t/\\t/g;
    $text =~ s/\0/\\x00/g;
    return $text;
}

sub uid {
    my ($user) = @_;
    return $user if $user =~ /^\d+$/;
    $uid{$user} //= 200 + keys %uid;
    return $uid{$user};
}

# A title that a process gave itself is one text; other command lines are lists of words.
sub command_line {
    my ($line) = @_;
    return $line . "\0" x 8 if $line =~ /^\S+: |^\S+ \(/;
    return join("\0", split / +/, $line) . "\0";
}

sub name_of {
    my ($line) = @_;
    my ($program, $script) = split / +/, $line;
    $program = $script if $program =~ m{(?:^|/)(?:python[\d.]*|(?:ba)?sh)$} && ($script // '') =~ m{^/};
    $program =~ s{^.*/(?=.)}{};
    return substr $program, 0, 15;
}

# A monitor's title names its child.
for my $p (values %proc) {
    next unless ($p->{line} // '') =~ /^\S+: monitoring pid (\d+)/;
    $proc{$1}{ppid} //= $p->{pid} if $proc{$1};
}

entry('d', $_) for 'proc', 'proc/net', 'etc';
entry('f', 'proc/uptime', escaped("$uptime.00 $uptime.00\n"));
my $start = 0;
for my $pid (sort { $a <=> $b } keys %proc) {
    my $p = $proc{$pid};
    my $line = $p->{line} // $p->{socket_name} // '?';
    my $uid = $p->{uid} = uid($p->{user} // 'root');
    my $dead = $line =~ /^\[(.*)\] <defunct>$/ ? $1 : undef;
    my $kernel = !defined $dead && $line =~ /^\[(.*)\]$/ ? $1 : undef;
    my $name = $dead // $kernel // name_of($line);
    my $ppid = $p->{ppid} // ($pid == 1 ? 0 : 1);
    my $state = defined $dead ? 'Z' : $p->{state} // 'S';
    my $bare = defined $dead || defined $kernel;
    my $rss = $bare ? 0 : $p->{rss} // 40000;
    my $threads = $p->{threads} // 1;
    entry('d', "proc/$pid");
    entry('f', "proc/$pid/stat", escaped(join(' ', $pid, "($name)", $state, $ppid, $bare ? 0 : $pid, 0, 0, -1,
        defined $kernel ? 0x200000 : 0x400000, (0) x 8, 20, 0, $threads, 0, 1000 + 10 * $start++,
        1024 * ($p->{vsz} // 4 * $rss), int($rss / 4), (0) x 28) . "\n"));
    entry('f', "proc/$pid/status", escaped("Name:\t$name\nState:\t$state\nTgid:\t$pid\nPid:\t$pid\nPPid:\t$ppid\n" .
        "Uid:\t$uid\t$uid\t$uid\t$uid\nGid:\t0\t0\t0\t0\nNSpid:\t$pid\nVmRSS:\t$rss kB\nThreads:\t$threads\n"));
    entry('f', "proc/$pid/comm", escaped("$name\n"));
    entry('f', "proc/$pid/cmdline", $bare ? '' : escaped(command_line($line)));
    next if $bare;
    entry('f', "proc/$pid/limits", escaped("Limit                     Soft Limit           Hard Limit           Units     \n" .
        "Max open files            1024                 4096                 files     \n"));
    entry('l', "proc/$pid/exe", $p->{exe} // $1) if $p->{exe} || $line =~ m{^(/\S+)};
    entry('f', "proc/$pid/maps", escaped(join '', map { "7f0000000000-7f0000001000 r-xp 00000000 fc:00 1 $_\n" } @{ $p->{maps} }))
        if $p->{maps};
    entry('d', "proc/$pid/fd");
    my $fds = descriptors($p);
    entry('l', "proc/$pid/fd/$_", $fds->{$_}) for sort { $a <=> $b } keys %$fds;
}

my $head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
for my $proto ('tcp', 'tcp6', 'udp', 'udp6') {
    my $n = 0;
    entry('f', "proc/net/$proto", escaped(join '', "$head\n", map {
        sprintf "%4d: %s %s %s 00000000:00000000 %02X:%08X %08X %5d        0 %d 1 0000000000000000 100 0 0 10 0\n",
            $n++, @$_{qw(local remote state timer left resent)}, $_->{owner} ? $_->{owner}{uid} : 0, $_->{inode}
    } grep { $_->{proto} eq $proto } @tcp));
}
entry('f', 'proc/net/unix', escaped(join "\n", 'Num       RefCount Protocol Flags    Type St Inode Path', @unix, ''));
entry('f', 'etc/passwd', escaped(join '', map { "$_:x:$uid{$_}:$uid{$_}::/:/bin/sh\n" } sort keys %uid));
