#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Reads what a plugin printed, as its consumers do, and prints what they would trip over.
#   grammar.pl text|one-line|perf|prometheus|json [EXIT-CODE]  <output
use strict;
use warnings;

my @words = ('OK', 'WARNING', 'CRITICAL', 'UNKNOWN');
my ($form, $code) = @ARGV;
binmode STDIN;
my $text = do { local $/; <STDIN> };
$text = '' unless defined $text;

sub bad { print join('', @_), "\n" }

# One item, and how each consumer takes it apart.
sub item {
    my ($item) = @_;
    my $number = qr/-?(?:\d+(?:\.\d+)?|\.\d+)/;
    my $range = qr/\@?(?:(?:~|$number):)?(?:$number)?/;
    $item =~ /^'([^'=|\x00-\x1f]+)'=($number)(s|%|B|c)?((?:;[^;]*){0,4})$/
        or return bad("not an item: $item");
    my ($label, $rest) = ($1, $4);
    bad("label with '::' or a blank at an end: $label") if $label =~ /::|^\s|\s$/;
    my ($warn, $crit, $min, $max) = (split(/;/, $rest, -1))[1 .. 4];
    for ($warn, $crit) { bad("not a range: $item") if defined && !/^$range$/ }
    for ($min, $max) { bad("not a number: $item") if defined && !/^(?:$number)?$/ }
    bad("a semicolon too many: $item") if $rest =~ /;$/;
    # Icinga 2: lib/base/perfdatavalue.cpp takes the value up to its unit, and refuses commas.
    bad("Icinga 2 refuses: $item") if $item =~ /=[^;]*(?:,|inf|nan)/i;
    # pnp4nagios: process_perfdata.pl, _parse.
    my $pnp = $item;
    $pnp =~ s/^([^=]+)=(U|[\d.\-]+)([\w\/%]*);?([\d.\-:~\@]+)?;?([\d.\-:~\@]+)?;?([\d.\-]+)?;?([\d.\-]+)?;?\s*//
        or return bad("pnp4nagios skips: $item");
    bad("pnp4nagios leaves '$pnp' of: $item") if $pnp ne '';
}

sub perf {
    my ($perf) = @_;
    $perf =~ s/^ //;
    my %seen;
    while ($perf =~ s/^('[^']*'=\S*)(?: |$)//) {
        my $item = $1;
        item($item);
        my ($label) = $item =~ /^'([^']*)'/;
        bad("label twice: $label") if $seen{$label}++;
    }
    bad("perfdata that is no list of items: $perf") if $perf ne '';
}

sub characters {
    my $copy = $text;
    bad("not UTF-8") unless utf8::decode($copy);
    bad("control characters") if $text =~ /[\x00-\x09\x0b-\x1f\x7f]/;
}

sub status_line {
    my ($line) = @_;
    $line =~ s/ \|.*//;
    $line =~ /^[A-Z][A-Z0-9 _-]* (OK|WARNING|CRITICAL|UNKNOWN) - \S/ or return bad("line 1: $line");
    bad("exit code $code says another state than: $line") if defined $code && $1 ne ($words[$code] || '');
    # An unknown metric lists the known ones.
    bad("line 1 has ", length $line, " bytes") if length $line > 240 && $line !~ / - option /;
}

sub plain {
    characters();
    bad("no newline at the end") unless $text =~ s/\n\z//;
    my @lines = split /\n/, $text, -1;
    status_line($lines[0]);
    bad("empty line") if grep { $_ eq '' } @lines;
    bad("more than one '|'") if ($text =~ tr/|//) > 1;
    bad("'|' before the last line") if grep { /\|/ } @lines[0 .. $#lines - 1];
    perf($1) if $lines[-1] =~ /\|(.*)/;
    bad("'|' with nothing behind it") if $lines[-1] =~ /\|\s*$/;
    bad(scalar @lines, " lines") if $form eq 'one-line' && @lines > 1;
}

# The text exposition format of Prometheus, version 0.0.4.
sub prometheus {
    my ($name, $value) = (qr/[a-zA-Z_:][a-zA-Z0-9_:]*/, qr/"(?:[^"\\\n]|\\["\\n])*"/);
    my (%type, %seen);
    bad("no newline at the end") unless $text =~ /\n\z/;
    for (split /\n/, $text) {
        next if /^# HELP $name /;
        if (/^# TYPE ($name) (gauge|counter|untyped)$/) {
            bad("TYPE twice: $1") if $type{$1}++;
        } elsif (/^($name)(\{$name=$value(?:,$name=$value)*,?\})? -?(?:\d+(?:\.\d+)?|\.\d+)(?: \d+)?$/) {
            bad("no TYPE before: $_") unless $type{$1};
            bad("series twice: $_") if $seen{$1 . ($2 || '')}++;
        } else {
            bad("not a line of the format: $_");
        }
    }
    bad("nothing printed") unless %seen;
}

sub json {
    require JSON::PP;
    my $value = eval { JSON::PP->new->utf8->decode($text) } or return bad("no JSON: $@");
    my @keys = sort keys %$value;
    bad("keys: @keys") if "@keys" ne 'details name perf severity state state_text text';
    bad("exit code $code, state $value->{state}") if defined $code && $value->{state} != $code;
    bad("state_text $value->{state_text}") if $words[$value->{state}] ne $value->{state_text};
    bad("severity $value->{severity}") if (0, 2, 3, 1)[$value->{state}] != $value->{severity};
    bad("details is no list") if ref $value->{details} ne 'ARRAY';
    for (@{ $value->{perf} }) {
        my @fields = sort keys %$_;
        bad("fields: @fields") if "@fields" ne 'crit label max min unit value warn';
        bad("value of $_->{label}") unless $_->{value} =~ /^-?[\d.]+$/;
        bad("unit of $_->{label}") unless $_->{unit} =~ /^(?:s|%|B|c|)$/;
    }
}

my %forms = (text => \&plain, 'one-line' => \&plain, perf => sub { chomp $text; perf($text) },
    prometheus => \&prometheus, json => \&json);
$forms{$form}->();
