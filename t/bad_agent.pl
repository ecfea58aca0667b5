#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0-or-later
# bad_agent.pl MODE: an SNMPv2c agent that misbehaves, for the tests of whoever asks one. It
# listens on a free UDP port of 127.0.0.1, prints the port, and answers each question like this:
#
#   good      the values that were asked for, 42 each; a walk has three rows
#   id        with another request id
#   oid       of another object
#   many      with twice as many values as were asked for
#   none      with no values at all
#   back      in a walk, always the same value
#   endless   in a walk, one more row each time, for ever
#   toobig    tooBig, for more than one value
#   toobigger tooBig, always
#   generr    genErr, as snmpd does whose subagent is silent
#   noaccess  authorizationError
#   long      a text of 60,000 bytes
#   type      a text where a number belongs
#   garbage   bytes that are no SNMP
#   storm     hundreds of datagrams that answer nothing
#
# It ends after 60 s, or with who started it.
use strict;
use warnings;
use IO::Socket::INET;

my $mode = shift or die "usage: bad_agent.pl MODE\n";
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', LocalPort => 0) or die;
$| = 1;
print $socket->sockport, "\n";
alarm 60;

sub tlv {
    my ($tag, $value) = @_;
    my $size = length $value;
    my $head = $size < 128 ? chr $size : "\x82" . pack('n', $size);
    return chr($tag) . $head . $value;
}

# (tag, value, rest)
sub take {
    my ($data) = @_;
    my ($tag, $size) = unpack 'CC', $data;
    my $at = 2;
    if ($size > 128) {
        my $n = $size - 128;
        $size = 0;
        $size = $size * 256 + ord substr($data, $at++, 1) for 1 .. $n;
    }
    return ($tag, substr($data, $at, $size), substr($data, $at + $size));
}

# Columns are 1.3.6.1.4.1.9.C, of seven bytes.
sub next_row {
    my ($oid) = @_;
    return "$oid\x01" if length $oid < 8;
    my $last = ord substr $oid, -1;
    return $last < 126 ? substr($oid, 0, -1) . chr($last + 1) : "$oid\x01";
}

sub answer {
    my ($question) = @_;
    my (undef, $message) = take($question);
    my (undef, undef, $rest) = take($message);
    my (undef, $community, $pdu) = take($rest);
    my ($type, $body) = take($pdu);
    my (undef, $id, $rest2) = take($body);
    my (undef, undef, $rest3) = take($rest2);
    my (undef, $repetitions, $rest4) = take($rest3);
    my (undef, $list) = take($rest4);
    my $is_bulk = $type == 0xa5;
    my $rows = $is_bulk ? unpack('C', substr $repetitions, -1) : 1;
    my (@oids, @values, $error);

    while (length $list) {
        my ($binding, $oid);
        (undef, $binding, $list) = take($list);
        (undef, $oid) = take($binding);
        push @oids, $oid;
    }
    my @all = @oids;
    $error = $mode eq 'toobig' && @oids * $rows > 1 ? 1
        : $mode eq 'toobigger' ? 1
        : $mode eq 'generr' ? 5
        : $mode eq 'noaccess' ? 16
        : 0;
    for my $row (1 .. $rows) {
        last if $mode eq 'none';
        for my $i (0 .. $#all) {
            my $oid = $all[$i];
            my $value =
                $mode eq 'type' ? tlv(4, 'text') : $mode eq 'long' ? tlv(4, 'x' x 60000) : tlv(0x42, chr 42);
            $oid = $all[$i] = next_row($oid) if $is_bulk && $mode ne 'back';
            $oid .= "\x01" if $mode eq 'oid' || ($is_bulk && $mode eq 'back' && length $oid < 8);
            $value = "\x82\x00" if $is_bulk && $mode ne 'endless' && $mode ne 'back' && $oid =~ /[\x04-\x7f]\z/;
            push @values, tlv(0x30, tlv(6, $oid) . $value);
        }
    }
    @values = map { tlv(0x30, tlv(6, $_) . "\x05\x00") } @oids if $error;
    push @values, @values if $mode eq 'many';
    $id = chr((ord(substr $id, 0, 1) + 1) % 64) . substr $id, 1 if $mode eq 'id';
    return tlv(0x30, tlv(2, "\x01") . tlv(4, $community)
            . tlv(0xa2, tlv(2, $id) . tlv(2, chr $error) . tlv(2, "\x00") . tlv(0x30, join '', @values)));
}

while (defined(my $from = $socket->recv(my $question, 65536))) {
    my $garbage = "\x30\x82\xff\xff\x02\x01\x01{\"a\": [1,,\x00\xff";
    if ($mode eq 'garbage') { $socket->send($garbage, 0, $from) }
    elsif ($mode eq 'storm') { $socket->send($garbage, 0, $from) for 1 .. 300 }
    else { $socket->send(answer($question), 0, $from) }
}
