#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0-or-later
# bad_master.pl SOCKET: an AgentX master (RFC 2741) for one test. It refuses the first registration
# with notOpen, takes the next one, asks with a context that holds NULs, and prints what comes:
# "refused", "registered", "answered". It ends then, or after 30 s.
use strict;
use warnings;
use IO::Socket::UNIX;

my $path = shift or die "usage: bad_master.pl SOCKET\n";
my $listen = IO::Socket::UNIX->new(Local => $path, Listen => 5) or die "$path: $!\n";
$| = 1;
alarm 30;

sub get {
    my ($peer, $size) = @_;
    my $data = '';
    while (length $data < $size) {
        sysread($peer, $data, $size - length $data, length $data) or return;
    }
    return $data;
}

my $refused = 0;
while (my $peer = $listen->accept) {
    while (defined(my $head = get($peer, 20))) {
        my ($type, $flags) = (unpack 'C4', $head)[1, 2];
        my $order = $flags & 0x10 ? '>' : '<';
        my ($session, $transaction, $packet, $size) = unpack "x4(L4)$order", $head;
        my $error = 0;
        get($peer, $size) if $size;
        if ($type == 18) {
            print "answered\n";
            exit 0;
        }
        $error = 257 if $type == 3 && !$refused;
        syswrite $peer, pack("C4(L4)$order(LSS)$order", 1, 18, $flags & 0x10, 0, 7, $transaction, $packet, 8, 1, $error, 0);
        next if $type != 3;
        print $error ? "refused\n" : "registered\n";
        if (!$error) {
            my $body = pack('N', 4) . "a\0\0b" . pack('C4', 0, 0, 0, 0) . pack('C4', 0, 0, 0, 0);
            syswrite $peer, pack('C4N4', 1, 5, 0x18, 0, 7, 1, 1, length $body) . $body;
        }
        $refused = 1;
    }
}
