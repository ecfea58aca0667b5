#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A service for the tests of check_services: service.pl name=NAME [WORD=VALUE...] listens, connects,
# has workers and zombies, then prints "ready" and the ports of its listeners, and sleeps.
#
#   listen=tcp:ADDRESS:PORT  listen=udp:ADDRESS:PORT  listen=unix:PATH  listen=dgram:PATH
#   listen=seqpacket:PATH    a PATH that begins with @ is abstract
#   connect=tcp:ADDRESS:PORT connect=unix:PATH    held open
#   workers=N zombies=N title=TEXT files=N seconds=N
use strict;
use warnings;
use Socket qw(:all);
use IO::Socket::INET;

my (@kept, @ports, @accepting, %has);

sub unix_name { my ($path) = @_; $path =~ s/^@/\0/; return pack_sockaddr_un($path) }

sub unix_socket {
    my ($type, $path, $listens) = @_;
    socket(my $socket, AF_UNIX, $type, 0) or die "socket: $!\n";
    if ($listens) {
        bind($socket, unix_name($path)) or die "bind $path: $!\n";
        $type == SOCK_DGRAM or listen($socket, 5) or die "listen: $!\n";
        push @accepting, $socket unless $type == SOCK_DGRAM;
    } else {
        connect($socket, unix_name($path)) or die "connect $path: $!\n";
    }
    push @kept, $socket;
}

sub open_listener {
    my ($kind, $rest) = split /:/, $_[0], 2;
    my %types = (unix => SOCK_STREAM, dgram => SOCK_DGRAM, seqpacket => SOCK_SEQPACKET);
    return unix_socket($types{$kind}, $rest, 1) if $types{$kind};
    my ($address, $port) = $rest =~ /^(.*):(\d+)$/;
    socket(my $socket, AF_INET, $kind eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($socket, pack_sockaddr_in($port, inet_aton($address))) or die "$kind $rest: $!\n";
    $kind ne 'tcp' or listen($socket, 5) or die "listen: $!\n";
    push @kept, $socket;
    push @accepting, $socket if $kind eq 'tcp';
    push @ports, (unpack_sockaddr_in(getsockname($socket)))[0];
}

sub open_connection {
    my ($kind, $rest) = split /:/, $_[0], 2;
    return unix_socket(SOCK_STREAM, $rest, 0) if $kind eq 'unix';
    push @kept, IO::Socket::INET->new(PeerAddr => $rest, Proto => 'tcp') || die "tcp $rest: $!\n";
}

for (@ARGV) {
    my ($word, $value) = split /=/, $_, 2;
    if ($word eq 'listen') { open_listener($value) }
    elsif ($word eq 'connect') { open_connection($value) }
    elsif ($word eq 'files') { for (1 .. $value) { open(my $file, '<', '/dev/null') or die; push @kept, $file } }
    else { $has{$word} = $value }
}
$SIG{TERM} = 'DEFAULT';
my @children;
for (1 .. $has{workers} || 0) {
    my $pid = fork;
    if (!$pid) { sleep($has{seconds} || 120); exit 0 }
    push @children, $pid;
}
for (1 .. $has{zombies} || 0) { my $pid = fork; exit 0 unless $pid }
$0 = $has{title} if $has{title};
$SIG{TERM} = sub { kill 'TERM', @children; exit 0 };
$| = 1;
print join(' ', 'ready', @ports), "\n";
my $end = time + ($has{seconds} || 120);
while (time < $end) {
    my $ready = '';
    vec($ready, fileno($_), 1) = 1 for @accepting;
    next unless select($ready, undef, undef, 1) > 0;
    for (@accepting) {
        next unless vec($ready, fileno($_), 1);
        my $accepted;
        push @kept, $accepted if accept($accepted, $_);
    }
}
kill 'TERM', @children;
