#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes haetae-profile-list(7) from the profiles:
#   profile-list.pl FOLDER-OF-PROFILES >haetae-profile-list.7
# Each profile has what stands in its own file: the comment at its top, and a table of its services.
use strict;
use warnings;

my ($folder) = @ARGV;
opendir my $dir, $folder or die "cannot open $folder: $!\n";
my @names = sort map { /^([a-z0-9-]+)\.cfg$/ ? $1 : () } readdir $dir;
# Those that a node is given to first, then those that others include.
my (%profile, %head);

# --- libconfig, as far as profiles use it -----------------------------------------------
sub tokens {
    my ($text, $file) = @_;
    my @tokens;
    pos($text) = 0;
    while (pos($text) < length $text) {
        next if $text =~ /\G(?:\s+|#[^\n]*)/gc;
        if ($text =~ /\G"((?:[^"\\]|\\.)*)"/gcs) {
            my $string = $1;
            $string =~ s/\\(.)/$1/gs;
            push @tokens, \$string;
        } elsif ($text =~ /\G([A-Za-z0-9_*-]+|[={}();,\[\]])/gc) {
            push @tokens, $1;
        } else {
            die "$file: cannot read: " . substr($text, pos $text, 40) . "\n";
        }
    }
    return \@tokens;
}

sub group;

sub value {
    my ($t) = @_;
    my $token = shift @$t;
    return $$token if ref $token;
    return group($t, '}') if $token eq '{';
    return $token if $token ne '(';
    my @list;
    until ($t->[0] eq ')') {
        push @list, value($t);
        shift @$t if $t->[0] eq ',';
    }
    shift @$t;
    return \@list;
}

sub group {
    my ($t, $end) = @_;
    my %group;
    until ((ref $t->[0] ? '' : $t->[0] // $end) eq $end) {
        my $name = shift @$t;
        (shift @$t) eq '=' or die "'=' expected behind $name\n";
        $group{$name} = value($t);
        shift @$t if @$t && !ref $t->[0] && $t->[0] =~ /^[;,]$/;
    }
    shift @$t;
    return \%group;
}

for my $name (@names) {
    open my $in, '<', "$folder/$name.cfg" or die "cannot open $name.cfg: $!\n";
    my $text = do { local $/; <$in> };
    ($head{$name}) = $text =~ /\A#[^\n]*\n((?:#[^\n]*\n)+)/ or die "$name.cfg does not begin with a comment\n";
    $profile{$name} = group(tokens($text, "$name.cfg"), '');
    $profile{$name}{name} eq $name or die "$name.cfg has the name $profile{$name}{name}\n";
}

# --- mdoc -------------------------------------------------------------------------------
sub quoted {
    my ($text) = @_;
    $text =~ s/\\/\\e/g;
    $text =~ s/~/\\(ti/g;
    $text =~ s/^([.'])/\\&$1/mg;
    return $text;
}

# The comment: its paragraphs, and its examples, which are indented.
sub prose {
    my ($text) = @_;
    my $out = '';
    my $example = 0;
    for (split /\n/, $text) {
        s/^# ?//;
        if (/^\s+(\S.*)$/) {
            $out .= ".Bd -literal -offset indent -compact\n" unless $example;
            $example = 1;
            $out .= quoted($1) . "\n";
            next;
        }
        $out .= ".Ed\n" if $example;
        $example = 0;
        $out .= ".Pp\n" if /^(?:Adapt|Units?|Stop order|About all of them):/ || $_ eq '';
        # A sentence begins a line: mdoc sees to the blanks between them.
        $out .= quoted($_) . "\n" if $_ ne '';
    }
    $out .= ".Ed\n" if $example;
    $out =~ s/\.Pp\n(?=\.Pp)//g;
    $out =~ s/([a-z)]\.) (?=[A-Z])/$1\n/g;
    return $out;
}

sub listeners {
    my ($s) = @_;
    return undef unless exists $s->{listen};
    return join(', ', map {
        ($_->{proto} // 'tcp') . ' ' . ($_->{port} // $_->{path} // 'any') . ($_->{optional} ? '?' : '')
    } @{ $s->{listen} }) || 'none';
}

sub needs {
    my ($s) = @_;
    return undef unless exists $s->{depends};
    return join(', ', map { "$_->{kind} " . ($_->{port} // $_->{path}) } @{ $s->{depends} }) || 'none';
}

sub remarks {
    my ($s) = @_;
    my @remarks;
    return 'left out' if ($s->{remove} // '') eq 'true';
    for my $flag ('optional', 'unwanted', 'assumed') {
        next unless exists $s->{$flag};
        push @remarks, $s->{$flag} eq 'true' ? $flag : "not $flag";
    }
    push @remarks, "count $s->{count}" if exists $s->{count};
    push @remarks, "owner $s->{owner}" if exists $s->{owner};
    push @remarks, "unit $s->{unit}" if exists $s->{unit};
    push @remarks, "up to $s->{age}" if exists $s->{age};
    push @remarks, 'kernel thread' if exists $s->{kthread};
    push @remarks, "healthy title" if exists $s->{healthy};
    push @remarks, "ping $s->{ping}[0]" if exists $s->{ping};
    push @remarks, "service $s->{lsb} status" if exists $s->{lsb};
    return join ', ', @remarks;
}

print <<'PAGE';
.\" SPDX-License-Identifier: GPL-2.0-or-later
.\" Written by "make profile-list"; do not edit.
.Dd November 22, 2026
.Dt HAETAE-PROFILE-LIST 7
.Os haetae
.Sh NAME
.Nm haetae-profile-list
.Nd the service profiles that are shipped
.Sh DESCRIPTION
A profile says what must run on a kind of node; its format is in
.Xr haetae-profiles 5 .
Those of this page are installed to
.Pa /usr/share/haetae/profiles
or where the build put them.
They are not to be edited: a site file of another name includes one and replaces what is different.
.Bd -literal -offset indent
name = "our-controller"; title = "Controllers of site one";
include = ( "openstack-controller" );
services = (
  { name = "nova-conductor"; count = "9:"; },
  { name = "heat-engine"; optional = false; },
  { name = "mariadb"; remove = true; }
);
.Ed
.Pp
A table has a row for each service of the profile's own file, those of the included ones not repeated; where a
service is in one of them, too, the row says what is different here.
A service must run once at least if nothing else is said; one that is optional may be absent, but not sick;
the presence of one that is unwanted is a WARNING; what is assumed has no source that proves it.
A
.Ql \&?
stands behind a listener that may be absent.
.Pp
Paths are shell patterns.
PAGE
for my $name (@names) {
    my $p = $profile{$name};
    print ".Ss $name\n", quoted($p->{title}), ".\n", ".Pp\n", prose($head{$name});
    my @includes = @{ $p->{include} // [] };
    print ".Pp\nIncludes\n.Sy ", join(" ,\n.Sy ", @includes), " .\n" if @includes;
    next unless @{ $p->{services} };
    print ".Bl -column \"neutron-openvswitch-agent\" \"unix */libvirt/*-sock\" \"amqp 5672, db 3306\" \"optional\"\n";
    print ".It Sy service Ta Sy listens Ta Sy needs Ta Sy remarks\n";
    for my $s (@{ $p->{services} }) {
        my @cells = map { ($_ // '') eq '' ? '\&' : quoted($_) } listeners($s), needs($s), remarks($s);
        print ".It $s->{name} Ta ", join(' Ta ', @cells), "\n";
    }
    print ".El\n";
}
print <<'PAGE';
.Sh EXAMPLES
What the profiles of this node's folders are, and what one holds with all that it includes:
.Dl haetae profile list
.Dl haetae profile show openstack-allinone
.Pp
Whether they fit this node:
.Dl haetae profile test openstack-compute
.Pp
The check that watches it from then on:
.Dl check_services --profile openstack-compute
.Sh SEE ALSO
.Xr check_services 1 ,
.Xr haetae 1 ,
.Xr haetae-profiles 5 ,
.Xr haetae-plugins 7
PAGE
