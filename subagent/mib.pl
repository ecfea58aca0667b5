#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# HAETAE-MIB from the rows of lib/mib, which t/mib_list prints:
#   t/mib_list | mib.pl page             haetae-mib(7)
#   t/mib_list | mib.pl section NAME     a table's section of HAETAE-MIB.txt, to begin with
#   t/mib_list | mib.pl check FILE       a line for whatever differs from the module, FILE being
#                                        what smidump -f xml made of it
use strict;
use warnings;

my ($mode, $given) = @ARGV;
my (@tables, %table, $root);

while (my $line = <STDIN>) {
    chomp $line;
    my ($kind, @f) = split /\t/, $line;
    if ($kind eq 'root') {
        $root = $f[0];
    } elsif ($kind eq 'table') {
        my $t = { number => $f[0], name => $f[1], n_index => $f[3], help => $f[8], columns => [],
            index => $f[2] eq '-' ? [] : [split / /, $f[2]] };
        push @tables, $t;
        $table{$t->{name}} = $t;
    } elsif ($kind eq 'column') {
        push @{ $table{$f[0]}{columns} }, { number => $f[1], name => "$f[0]$f[2]", short => $f[2], syntax => $f[3],
            size => $f[4], unit => $f[5] eq '-' ? '' : $f[5],
            words => $f[6] eq '-' ? '' : $f[6], help => $f[7] };
    } elsif ($kind eq 'notification') {
        $table{$f[2]}{notification} = { number => $f[0], name => $f[1], objects => [@f[3 .. $#f]] };
    }
}

# --- how a column is written in the module ------------------------------------------------
my %plain = (state => 'HaetaeState', truth => 'TruthValue', integer => 'Integer32', unsigned => 'Unsigned32',
    gauge => 'Gauge32', hundredths => 'HaetaeHundredths', age => 'Gauge32', counter => 'Counter32',
    counter64 => 'Counter64', date => 'DateAndTime');

# All that it may be, as TYPE(SIZE OR RANGE){WORDS}; the first one is the usual one.
sub types {
    my ($c) = @_;
    my $s = $c->{syntax};
    return ('SnmpAdminString(0..255)') if $s eq 'missing';
    return ('SnmpAdminString(0..' . ($c->{size} - 1) . ')') if $s eq 'text';
    # The first byte of an address's field is its size, and its type is the column before.
    return ('InetAddress(0..16)') if $s eq 'octets' && $c->{size} == 17;
    return ("OctetString($c->{size})", "PhysAddress($c->{size})") if $s eq 'octets';
    return ('InetAddressType') if $s eq 'enum' && $c->{short} =~ /AddressType$/;
    return ("Enumeration{$c->{words}}") if $s eq 'enum';
    return ('InetPortNumber', 'Unsigned32') if $s eq 'unsigned' && $c->{short} =~ /Port$/;
    return $plain{$s};
}

sub syntax_text {
    my ($type) = types(@_);
    $type =~ s/^OctetString/OCTET STRING/;
    $type =~ s/\((.*)\)$/ (SIZE ($1))/ if $type !~ /\{/;
    $type =~ s/^Enumeration\{(.*)\}$/INTEGER {\n        $1\n    }/;
    $type =~ s/,/,\n        /g;
    return $type;
}

# A sentence in lines that begin where a DESCRIPTION's do.
sub description {
    my ($text) = @_;
    my @lines = ('"');
    $text =~ tr/"/'/;
    for my $word (split / /, ucfirst($text) . ($text =~ /\.$/ ? '' : '.') . '"') {
        push @lines, '' if length($lines[-1]) + length($word) > 62;
        $lines[-1] .= ($lines[-1] =~ /^"?$/ ? '' : ' ') . $word;
    }
    return join '', map { "        $_\n" } @lines;
}

sub object {
    my ($name, $syntax, $units, $access, $help, $place) = @_;
    return "$name OBJECT-TYPE\n    SYNTAX $syntax\n" . ($units ? "    UNITS \"$units\"\n" : '')
        . "    MAX-ACCESS $access\n    STATUS current\n    DESCRIPTION\n" . description($help) . "    ::= { $place }\n\n";
}

sub list { return join '', map { "        $_" . ($_ eq $_[-1] ? '' : ',') . "\n" } @_; }

sub section {
    my ($t) = @_;
    my ($name, $entry) = ($t->{name}, "$t->{name}Entry");
    my (@own, $out);
    if (@{ $t->{index} }) {
        my @names = @{ $t->{index} };
        my $type = $t->{n_index} == @names ? 'HaetaeIndex' : "OCTET STRING (SIZE ($t->{n_index}))";
        @own = map { [$_, $names[$_ - 1]] } grep { $names[$_ - 1] =~ /^\Q$name\E/ } 1 .. @names;
        $out = object("${name}Table", "SEQUENCE OF \u$entry", '', 'not-accessible', $t->{help}, "haetaeObjects $t->{number}");
        my $row = object($entry, "\u$entry", '', 'not-accessible', 'one row', "${name}Table 1");
        $row =~ s/(    ::=)/"    INDEX { " . join(', ', @names) . " }\n$1"/e;
        $out .= $row . "\u$entry ::= SEQUENCE {\n";
        my @members = map { "$_->[1] " . $type =~ s/ \(.*//r } @own;
        push @members, map { "$_->{name} " . (syntax_text($_) =~ s/ \(.*//sr =~ s/ \{.*//sr) } @{ $t->{columns} };
        $out .= (list(@members) =~ s/^    //mgr) . "}\n\n";
        $out .= object($_->[1], $type, '', 'not-accessible', "made from what the row is called", "$entry $_->[0]") for @own;
    } else {
        $out = "$name OBJECT IDENTIFIER ::= { haetaeObjects $t->{number} }\n\n";
        $entry = $name;
    }
    $out .= object($_->{name}, syntax_text($_), $_->{unit}, 'read-only', $_->{help}, "$entry $_->{number}") for @{ $t->{columns} };
    $out .= "${name}Group OBJECT-GROUP\n    OBJECTS {\n" . list(map { $_->{name} } @{ $t->{columns} })
        . "    }\n    STATUS current\n    DESCRIPTION\n" . description($t->{help}) . "    ::= { haetaeGroups $t->{number} }\n\n";
    if (my $n = $t->{notification}) {
        $out .= "$n->{name} NOTIFICATION-TYPE\n    OBJECTS {\n" . list(@{ $n->{objects} })
            . "    }\n    STATUS current\n    DESCRIPTION\n" . description('the state of the row has changed')
            . "    ::= { haetaeNotifications $n->{number} }\n\n";
    }
    return $out;
}

# --- the page ---------------------------------------------------------------------------------
my $head = <<'PAGE';
.\" SPDX-License-Identifier: GPL-2.0-or-later
.\" Written by "make mib-page"; do not edit.
.Dd November 22, 2026
.Dt HAETAE-MIB 7
.Os haetae
.Sh NAME
.Nm HAETAE-MIB
.Nd every object that haetae shows by SNMP
.Sh DESCRIPTION
.Xr haetae-agentx 8
shows what haetae knows of its node to SNMP managers, below one root that was fixed when it was
built
.Pq Li ./configure --with-enterprise-oid Ns = Ns Ar OID .
The default root, in net-snmp's playpen, is for development only.
Below the root are 0, haetaeNotifications; 1, haetaeObjects; and 2, haetaeConformance.
Nothing can be written.
Names are those of perfdata, see
.Xr haetae-metrics 7 .
.Bl -tag -width Ds
.It State
ok(1), unknown(2), warning(3), critical(4), disabled(5): the worst of several is the largest but
for disabled, which nobody asks about or nobody is to be told of.
.It Index
Made from what a row is called, so it is the same after a restart and on every node.
.It Hundredths
9050 is 90.50; a percentage is one.
.It Age
Gauge32, in seconds.
.It Counters
They begin again when the subagent starts.
.It Unknown values
A table has no holes: a value that is not known is 0, and the column Missing names it.
A scalar that is not known does not exist.
.El
.Pp
What a collector could not read for longer than its limit is not shown any more;
haetaeCollectorTable always is.
Walk the module or a table rather than single columns: one request then carries several of them.
.Sh OBJECTS
A column's number and type are in parentheses.
PAGE
my $foot = <<'PAGE';
.Sh FILES
.Bl -tag -width Ds
.It Pa DATADIR/snmp/mibs/HAETAE-MIB.txt
The module.
net-snmp looks for it in
.Pa /usr/share/snmp/mibs
and where
.Ev MIBDIRS
says; the modules that it imports are in Debian's package snmp-mibs-downloader.
.El
.Sh EXAMPLES
The tree of all objects, and what one of them is:
.Pp
.Dl $ snmptranslate -m +HAETAE-MIB -Tp HAETAE-MIB::haetaeMIB
.Dl $ snmptranslate -m +HAETAE-MIB -Td HAETAE-MIB::haetaeServiceState
.Pp
All that a node shows, and its alarms alone:
.Pp
.Dl $ snmpbulkwalk -v 2c -c public -m +HAETAE-MIB localhost HAETAE-MIB::haetaeObjects
.Dl $ snmptable -v 2c -c public -m +HAETAE-MIB -Ci localhost HAETAE-MIB::haetaeAlarmTable
.Sh SEE ALSO
.Xr haetae-metrics 7 ,
.Xr haetae-agentx 8
PAGE

my %shown = (state => 'state', enum => 'word', truth => 'true or false', integer => 'Integer32', unsigned => 'Unsigned32',
    gauge => 'Gauge32', hundredths => 'hundredths', age => 'age', counter => 'Counter32', counter64 => 'Counter64',
    text => 'text', octets => 'octets', date => 'date', missing => 'text');

sub mdoc {
    my ($text) = @_;
    $text =~ s/\\/\\e/g;
    $text =~ s/^([.'])/\\&$1/mg;
    return $text;
}

sub page {
    my ($out) = '';
    for my $t (@tables) {
        my $index = @{ $t->{index} };
        $out .= ".Ss $t->{name}" . ($index ? 'Table' : '') . "\n" . mdoc(ucfirst $t->{help}) . ".\n.Pp\n";
        $out .= 'Below haetaeObjects: ' . $t->{number} . ($index ? '.1.COLUMN.INDEX; index: ' . join(', ', @{ $t->{index} }) : '.COLUMN.0') . ".\n";
        if (my $n = $t->{notification}) {
            my @objects = map { s/^\Q$t->{name}\E//r } @{ $n->{objects} };
            $out .= "A change of state sends\n.Sy $n->{name}\n.Pq below haetaeNotifications: $n->{number}\nwith "
                . join(', ', @objects) . ".\n";
        }
        $out .= ".Bl -tag -width Ds -compact\n";
        for my $c (@{ $t->{columns} }) {
            my $unit = $c->{unit} =~ /^$/ ? '' : ", $c->{unit}";
            my $words = $c->{words} && $c->{short} !~ /AddressType$/ ? ': ' . $c->{words} =~ s/,/, /gr : '';
            # A short name may be a macro, such as In; a sentence begins a line.
            my $name = length $c->{short} < 4 ? "\\&$c->{short}" : $c->{short};
            my $text = mdoc(ucfirst($c->{help}) . $words) =~ s/\. (?=[A-Z])/.\n/gr;
            $out .= ".It Cm $name Pq $c->{number}, $shown{$c->{syntax}}$unit\n$text.\n";
        }
        $out .= ".El\n";
    }
    return $out;
}

# --- the module as smidump has it ---------------------------------------------------------------
sub read_module {
    my ($file) = @_;
    my (%m, $object, $row, $note);
    open my $in, '<', $file or die "cannot open $file: $!\n";
    while (my $line = <$in>) {
        if ($line =~ m{<(column|scalar|row|notification) name="([^"]+)" oid="([\d.]+)"}) {
            $m{$1}{$2} = $object = { name => $2, oid => $3, units => '', access => '', type => '', objects => [], index => [] };
            $object->{row} = $row if $1 eq 'column';
            $row = $object if $1 eq 'row';
        } elsif ($line =~ m{<node name="haetaeMIB" oid="([\d.]+)"}) {
            $m{root} = $1;
        } elsif ($line =~ m{</(?:column|scalar|row|notification)>} || $line =~ m{<(?:node|groups|table)\b}) {
            $object = undef;
        } elsif (!$object) {
            next;
        } elsif ($line =~ m{<(?:type|parent) module="[^"]*" name="([^"]+)"}) {
            $object->{type} = $1;
        } elsif ($line =~ m{<typedef basetype="([^"]+)"}) {
            $object->{type} = $1;
        } elsif ($line =~ m{<range min="(-?\d+)" max="(-?\d+)"}) {
            push @{ $object->{ranges} }, $1 eq $2 ? $1 : "$1..$2";
        } elsif ($line =~ m{<namednumber name="([^"]+)" number="(-?\d+)"}) {
            push @{ $object->{words} }, "$1($2)";
        } elsif ($line =~ m{<(access|units)>([^<]*)<}) {
            $object->{$1} = $2;
        } elsif ($line =~ m{<index module="[^"]*" name="([^"]+)"}) {
            push @{ $object->{index} }, $1;
        } elsif ($line =~ m{<object module="[^"]*" name="([^"]+)"}) {
            push @{ $object->{objects} }, $1;
        }
    }
    return \%m;
}

sub type_of {
    my ($o) = @_;
    my $type = $o->{type} . ($o->{ranges} ? '(' . join('|', @{ $o->{ranges} }) . ')' : '');
    return $type . ($o->{words} ? '{' . join(',', @{ $o->{words} }) . '}' : '');
}

sub differ { print join(' ', @_), "\n"; }

sub check_column {
    my ($t, $c, $m) = @_;
    my $scalar = !@{ $t->{index} };
    my $o = delete $m->{ $scalar ? 'scalar' : 'column' }{ $c->{name} };
    return differ("$c->{name}: the module has no such", $scalar ? 'scalar' : 'column') if !$o;
    my $oid = join '.', $m->{root}, 1, $t->{number}, ($scalar ? () : 1), $c->{number};
    differ("$c->{name}: $oid in the rows, $o->{oid} in the module") if $oid ne $o->{oid};
    differ("$c->{name}: access is $o->{access}") if $o->{access} ne 'readonly';
    differ("$c->{name}: unit '$c->{unit}' in the rows, '$o->{units}' in the module") if $c->{unit} ne $o->{units};
    my $type = type_of($o);
    # A range of numbers is the module's to say.
    $type =~ s/\(.*//s if $type =~ /^(?:Integer|Unsigned|Gauge)32\(/;
    differ("$c->{name}: " . join(' or ', types($c)) . " in the rows, $type in the module") if !grep { $_ eq $type } types($c);
}

sub check_table {
    my ($t, $m) = @_;
    if (@{ $t->{index} }) {
        my $row = delete $m->{row}{"$t->{name}Entry"};
        my $names = join ', ', @{ $t->{index} };
        my $subids = 0;
        return differ("$t->{name}Entry: the module has no such row") if !$row;
        differ("$t->{name}Entry: index $names in the rows, " . join(', ', @{ $row->{index} }) . ' in the module')
            if $names ne join ', ', @{ $row->{index} };
        for my $name (@{ $t->{index} }) {
            my $o = $m->{index}{$name} or next;
            $subids += $o->{type} eq 'HaetaeUuid' ? 16
                : $o->{type} eq 'OctetString' ? ($o->{ranges} // [0])->[0] : 1;
            differ("$name: access is $o->{access}") if $o->{access} ne 'noaccess';
        }
        differ("$t->{name}Entry: $t->{n_index} sub-identifiers in the rows, $subids in the module") if $subids != $t->{n_index};
    }
    check_column($t, $_, $m) for @{ $t->{columns} };
    my $n = $t->{notification} or return;
    my $o = delete $m->{notification}{ $n->{name} };
    return differ("$n->{name}: the module has no such notification") if !$o;
    differ("$n->{name}: number $n->{number} in the rows, $o->{oid} in the module") if $o->{oid} ne "$m->{root}.0.$n->{number}";
    my ($ours, $theirs) = (join(' ', @{ $n->{objects} }), join(' ', @{ $o->{objects} }));
    differ("$n->{name}: $ours in the rows, $theirs in the module") if $ours ne $theirs;
}

sub check {
    my $m = read_module($given);
    my %index = map { $_ => 1 } map { @{ $_->{index} } } values %{ $m->{row} };
    $m->{index}{$_} = delete $m->{column}{$_} for grep { $m->{column}{$_} } keys %index;
    check_table($_, $m) for @tables;
    for my $kind (qw(row column scalar notification)) {
        differ("$_: the rows have no such $kind") for sort keys %{ $m->{$kind} };
    }
}

if ($mode eq 'page') {
    print $head, page(), $foot;
} elsif ($mode eq 'section') {
    print section($table{$given} // die "there is no table $given\n");
} elsif ($mode eq 'check') {
    check();
} else {
    die "page, section NAME or check FILE\n";
}
