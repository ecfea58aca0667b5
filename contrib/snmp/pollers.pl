#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Samples for pollers, from the rows of lib/mib that t/mib_list prints, so that they name what the
# agent has. "make poller-files" runs it, and t/contrib_pollers.t holds the files to what it writes.
#
#   t/mib_list | pollers.pl prometheus|zabbix|zabbix60|telegraf|librenms
use strict;
use warnings;
use Digest::MD5 'md5_hex';

my $kind = shift // '';
my (@tables, %table, $root);
while (my $line = <STDIN>) {
    chomp $line;
    my ($what, @f) = split /\t/, $line;
    if ($what eq 'root') {
        $root = $f[0];
    } elsif ($what eq 'table') {
        my $t = { number => $f[0], name => $f[1], index => $f[2] eq '-' ? [] : [split / /, $f[2]],
            n_index => $f[3], label => $f[7], help => $f[8], columns => [] };
        push @tables, $t;
        $table{$t->{name}} = $t;
    } elsif ($what eq 'column') {
        my $t = $table{$f[0]};
        my $at = $t->{n_index} ? "1.$f[1]" : $f[1];
        push @{ $t->{columns} }, { name => "$f[0]$f[2]", short => $f[2], number => $f[1], syntax => $f[3],
            unit => $f[5] eq '-' ? '' : $f[5], words => $f[6] eq '-' ? '' : $f[6], help => $f[7],
            oid => "$root.1.$t->{number}.$at" . ($t->{n_index} ? '' : '.0') };
    }
}

# --- what is common ---------------------------------------------------------------------------
my %number = map { $_ => 1 } qw(state enum truth integer unsigned gauge hundredths age counter counter64);
sub is_number { $number{ $_[0]{syntax} } }
sub is_counter { $_[0]{syntax} =~ /^counter/ }
sub is_text { $_[0]{syntax} eq 'text' }
# The column that says what a row is called.
sub label { my ($t) = @_; return (grep { $_->{number} == $t->{label} && is_text($_) } @{ $t->{columns} })[0] }
sub column { my ($t, $short) = @_; return (grep { $_->{short} eq $short } @{ $t->{columns} })[0] }
# What the operator reads: words apart.
sub words_of {
    my ($text) = @_;
    $text =~ s/^haetae//;
    $text =~ s/([a-z0-9])([A-Z])/$1 $2/g;
    return $text;
}
my @with_rows = grep { $_->{n_index} && label($_) } @tables;
my @scalars = grep { !$_->{n_index} } @tables;
# Listeners, dependencies and findings have their service's index first.
my %parent = (haetaeServiceIndex => 'haetaeService', haetaeProbeIndex => 'haetaeProbe');
sub parent {
    my ($t) = @_;
    my $p = $table{ $parent{ $t->{index}[0] } // '' };
    return @{ $t->{index} } > 1 ? $p : undef;
}
sub yaml { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }
my $made = 'Made by "make poller-files" from the rows of HAETAE-MIB.';

# --- prometheus-snmp-exporter -------------------------------------------------------------------
sub prometheus {
    print <<"TEXT";
# SPDX-License-Identifier: GPL-2.0-or-later
# For prometheus-snmp-generator. $made
# Texts are labels or left out, so that a series does not end when a text changes; a column of
# hundredths (percent) is raw: divide by 100.
modules:
  haetae:
    walk:
      - haetaeObjects
    # snmp_exporter 0.23 and later has version and auth in a part "auths" of their own.
    version: 2
    auth:
      community: public
    # The whole module is walked at once; a row-wise answer of 25 values fits one datagram.
    max_repetitions: 25
    retries: 2
    timeout: 4s
    lookups:
TEXT
    for my $t (@with_rows) {
        my $p = parent($t);
        print "      - source_indexes: [$p->{index}[0]]\n        lookup: ", label($p)->{name}, "\n" if $p && !$p->{seen}++;
        my $own = @{ $t->{index} } == 1;
        next if $own && $t->{seen}++;
        print "      - source_indexes: [", join(', ', @{ $t->{index} }), "]\n        lookup: ", label($t)->{name}, "\n";
    }
    print "    overrides:\n";
    for my $t (@tables) {
        for my $c (@{ $t->{columns} }) {
            print "      $c->{name}:\n        ignore: true\n" if is_text($c) || $c->{syntax} =~ /^(missing|octets)$/;
            print "      $c->{name}:\n        type: EnumAsInfo\n" if $c->{syntax} eq 'enum';
        }
    }
}

# --- Zabbix ---------------------------------------------------------------------------------------
# The same name has the same UUID (version 4 in form), so that importing again updates.
sub uuid {
    my $hex = md5_hex("haetae $kind $_[0]");
    substr($hex, 12, 1) = '4';
    substr($hex, 16, 1) = substr '89ab', hex(substr $hex, 16, 1) % 4, 1;
    return $hex;
}
my %unit = (percent => '%', seconds => 's', milliseconds => 'ms', bytes => 'B');
my %factor = (KiB => [1024, 'B'], MiB => [1048576, 'B'], milliseconds => [0.001, 's'], microseconds => [0.000001, 's']);

sub zabbix_steps {
    my ($c) = @_;
    my ($unit, @steps) = ($unit{ $c->{unit} } // '');
    push @steps, ['MULTIPLIER', 0.01] if $c->{syntax} eq 'hundredths';
    if (my $f = $factor{ $c->{unit} }) {
        push @steps, ['MULTIPLIER', $f->[0]];
        $unit = $f->[1];
    }
    if (is_counter($c)) {
        push @steps, ['CHANGE_PER_SECOND'];
        $unit = $unit eq 'B' ? 'Bps' : '';
    }
    return ($unit, @steps);
}

sub zabbix_item {
    my ($c, $in, $index, $key, $name, $from) = @_;
    my ($unit, @steps) = zabbix_steps($c);
    my $is_text = is_text($c);
    my @out = ("- uuid: " . uuid("$c->{name} $key"), "  name: " . yaml($name));
    if ($from) {
        push @out, '  type: DEPENDENT';
        unshift @steps, ['SNMP_WALK_VALUE', $c->{oid} =~ s/\.0$//r . ($index eq '' ? '.0' : ".$index"), '0'];
    } else {
        push @out, '  type: SNMP_AGENT', '  snmp_oid: ' . yaml($c->{oid} . ($index eq '' ? '' : ".$index"));
    }
    push @out, "  key: " . yaml($key);
    push @out, "  delay: '0'" if $from;
    push @out, "  history: 7d", "  trends: '0'" if $is_text;
    push @out, '  value_type: ' . ($is_text ? 'CHAR'
        : @steps > ($from ? 1 : 0) || $c->{syntax} eq 'integer' ? 'FLOAT' : 'UNSIGNED');
    push @out, "  units: " . yaml($unit) if $unit ne '';
    push @out, "  description: " . yaml($c->{help});
    push @out, "  valuemap:", "    name: HaetaeState" if $c->{syntax} eq 'state';
    push @out, "  valuemap:", "    name: $c->{name}" if $c->{syntax} eq 'enum';
    if (@steps) {
        push @out, '  preprocessing:';
        for (@steps) {
            my ($type, @given) = @$_;
            push @out, "    - type: $type", "      parameters:", map { "        - " . yaml($_) } @given ? @given : ('');
        }
    }
    push @out, "  master_item:", "    key: $from" if $from;
    push @out, zabbix_triggers($name, $key, $index) if $c->{syntax} eq 'state';
    return map { "$in$_\n" } @out;
}

sub zabbix_triggers {
    my ($name, $key, $index) = @_;
    my $what = $name =~ s/: [^:]*$//r;
    my @out = ($index eq '' ? '  triggers:' : '  trigger_prototypes:');
    for (['critical', '=4', 'HIGH'], ['warning', '=3', 'WARNING'], ['unknown', '=2', 'INFO']) {
        my ($word, $test, $priority) = @$_;
        push @out, "    - uuid: " . uuid("$key $word trigger"),
            "      expression: " . yaml("last(/HAETAE by SNMP/$key)$test"),
            "      name: " . yaml("$what: $word"), "      priority: $priority";
    }
    return @out;
}

sub wanted { return grep { is_number($_) || $_->{short} eq 'StateText' } @{ $_[0]{columns} } }

sub zabbix {
    my ($walks) = @_;
    my $in = '      ';
    my $version = $walks ? '6.4' : '6.0';
    print <<"TEXT";
# SPDX-License-Identifier: GPL-2.0-or-later
# For Zabbix $version. $made
zabbix_export:
  version: '$version'
TEXT
    print "  date: '2026-11-22T00:00:00Z'\n" unless $walks;
    my $group = uuid('group');
    my $groups = $walks ? 'template_groups' : 'groups';
    print <<"TEXT";
  $groups:
    - uuid: $group
      name: Templates/haetae
TEXT
    my $template = uuid('template');
    my $how = $walks ? 'one walk of each table, and all items from it' : 'one request an item';
    print <<"TEXT";
  templates:
    - uuid: $template
      template: HAETAE by SNMP
      name: HAETAE by SNMP
      description: 'The health of a node, as haetae-agentx tells it: $how.'
      groups:
        - name: Templates/haetae
      items:
TEXT
    for my $t (@scalars, $walks ? @with_rows : ()) {
        my $key = "haetae.walk[$t->{name}]";
        if ($walks) {
            print map { "        $_\n" } "- uuid: " . uuid($key), "  name: " . yaml(words_of($t->{name}) . ': walk'),
                '  type: SNMP_AGENT', "  snmp_oid: 'walk[$root.1.$t->{number}]'", "  key: '$key'", "  history: '0'",
                "  trends: '0'", '  value_type: TEXT', '  description: ' . yaml($t->{help});
        }
        next if $t->{n_index};
        print zabbix_item($_, '        ', '', "haetae[$_->{name}]", words_of($t->{name}) . ': ' . words_of($_->{short}),
            $walks ? "'$key'" : undef)
            for wanted($t);
    }
    print "      discovery_rules:\n";
    for my $t (@with_rows) {
        my $key = "haetae.discovery[$t->{name}]";
        my $label = label($t);
        print map { "        $_\n" } "- uuid: " . uuid($key), "  name: " . yaml(words_of($t->{name}));
        if ($walks) {
            print map { "          $_\n" } 'type: DEPENDENT', "key: '$key'", "delay: '0'";
        } else {
            print map { "          $_\n" } 'type: SNMP_AGENT', "snmp_oid: 'discovery[{#HAETAE},$label->{oid}]'", "key: '$key'",
                'delay: 1h';
        }
        print "          lifetime: 1d\n          item_prototypes:\n";
        for (wanted($t)) {
            print zabbix_item($_, '            ', '{#SNMPINDEX}', "haetae[$_->{name},{#SNMPINDEX}]",
                words_of($t->{name}) . ' {#HAETAE}: ' . words_of($_->{short}), $walks ? "'haetae.walk[$t->{name}]'" : undef);
        }
        next unless $walks;
        print map { "          $_\n" } "master_item:", "  key: 'haetae.walk[$t->{name}]'", 'preprocessing:',
            '  - type: SNMP_WALK_TO_JSON', '    parameters:', "      - '{#HAETAE}'", "      - '$label->{oid}'", "      - '0'";
    }
    print "      valuemaps:\n";
    zabbix_map('HaetaeState', 'ok(1),unknown(2),warning(3),critical(4),disabled(5)');
    for my $t (@scalars, @with_rows) {
        zabbix_map($_->{name}, $_->{words}) for grep { $_->{syntax} eq 'enum' } @{ $t->{columns} };
    }
}

sub zabbix_map {
    my ($name, $words) = @_;
    print "        - uuid: ", uuid("map $name"), "\n          name: $name\n          mappings:\n";
    while ($words =~ /([^,(]+)\((-?\d+)\)/g) {
        print "            - value: '$2'\n              newvalue: ", yaml($1), "\n";
    }
}

# --- Telegraf -------------------------------------------------------------------------------------
sub telegraf_field {
    my ($c, $in, $is_tag) = @_;
    my $text = "${in}name = \"$c->{short}\"\n${in}oid = \".$c->{oid}\"\n";
    $text .= "${in}is_tag = true\n" if $is_tag;
    $text .= "${in}conversion = \"float(2)\"\n" if $c->{syntax} eq 'hundredths';
    return $text;
}

sub telegraf {
    print <<"TEXT";
# SPDX-License-Identifier: GPL-2.0-or-later
# For Telegraf. $made
# OIDs are numbers, so that Telegraf needs no MIB. States: 1 ok, 2 unknown, 3 warning, 4 critical,
# 5 disabled.
TEXT
    for my $t (@scalars) {
        print "\n# $t->{help}\n[[inputs.snmp]]\n  agents = [\"udp://127.0.0.1:161\"]\n  version = 2\n",
            "  community = \"public\"\n  timeout = \"5s\"\n  retries = 2\n  max_repetitions = 25\n  name = \"$t->{name}\"\n";
        for my $c (@{ $t->{columns} }) {
            print "  [[inputs.snmp.field]]\n", telegraf_field($c, '    ', $c->{short} =~ /^(Name|Version|Role)$/)
                if is_number($c) || is_text($c);
        }
    }
    print "\n[[inputs.snmp]]\n  agents = [\"udp://127.0.0.1:161\"]\n  version = 2\n  community = \"public\"\n",
        "  timeout = \"5s\"\n  retries = 2\n  max_repetitions = 25\n";
    for my $t (@with_rows) {
        my $label = label($t);
        print "\n  # $t->{help}\n  [[inputs.snmp.table]]\n    name = \"$t->{name}\"\n    index_as_tag = true\n";
        for my $c (@{ $t->{columns} }) {
            print "    [[inputs.snmp.table.field]]\n", telegraf_field($c, '      ', $c == $label)
                if is_number($c) || is_text($c);
        }
    }
}

# --- LibreNMS -------------------------------------------------------------------------------------
# Its sensors are states, percentages and counts; a state's "generic" is 0 ok, 1 warning, 2 critical,
# 3 unknown.
sub librenms {
    print <<"TEXT";
# SPDX-License-Identifier: GPL-2.0-or-later
# For LibreNMS: the parts of includes/definitions/discovery/linux.yaml that are haetae's.
# $made
modules:
  sensors:
    state:
      data:
TEXT
    for my $t (@scalars, @with_rows) {
        my $c = column($t, 'State') // next;
        librenms_sensor($t, $c, 'haetaeState');
        print "          state_name: haetaeState\n          states:\n";
        print "            - { value: $_->[0], generic: $_->[1], graph: $_->[0], descr: $_->[2] }\n"
            for [1, 0, 'ok'], [2, 3, 'unknown'], [3, 1, 'warning'], [4, 2, 'critical'], [5, 0, 'disabled'];
    }
    for my $class (['percent', 'hundredths', 'percent'], ['count', 'gauge', '']) {
        print "    $class->[0]:\n      data:\n";
        for my $t (@scalars, @with_rows) {
            for my $c (grep { $_->{syntax} eq $class->[1] && $_->{unit} =~ /^(\Q$class->[2]\E|processes)$/ } @{ $t->{columns} }) {
                librenms_sensor($t, $c, $c->{name});
                print "          divisor: 100\n" if $c->{syntax} eq 'hundredths';
            }
        }
    }
}

sub librenms_sensor {
    my ($t, $c, $type) = @_;
    my $oid = $c->{oid} =~ s/\.0$//r;
    my $row = $t->{n_index} ? '{{ $index }}' : '0';
    my $what = words_of($t->{name});
    my $descr = $t->{n_index} ? "$what {{ \$" . label($t)->{name} . ' }}' : $what;
    $descr .= ' ' . words_of($c->{short}) if $c->{syntax} ne 'state';
    print "        -\n          oid: ", $t->{n_index} ? "HAETAE-MIB::$t->{name}Table" : "HAETAE-MIB::$t->{name}", "\n",
        "          value: HAETAE-MIB::$c->{name}\n          num_oid: '.$oid.$row'\n",
        "          descr: ", yaml($descr), "\n          index: '$c->{name}.$row'\n";
}

my %kinds = (prometheus => \&prometheus, zabbix => sub { zabbix(1) }, zabbix60 => sub { zabbix(0) },
    telegraf => \&telegraf, librenms => \&librenms);
die "usage: pollers.pl prometheus|zabbix|zabbix60|telegraf|librenms\n" unless $kinds{$kind} && $root;
$kinds{$kind}->();
