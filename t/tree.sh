# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, data, srcdir, builddir, plugins and line1 are tap.sh's
# Trees of /proc that a test makes from listings and captures, and takes things away from, one at a time.
# What was taken is put back by tree_heal.

profiles=$srcdir/config/profiles
tree_kept=$work/kept
mkdir -p "$tree_kept"

# tree_listing NAME LISTING...: the folders of t/data with the listings of one node -> $work/NAME
tree_listing() {
    tree=$work/$1; shift
    mkdir "$tree" || return
    local files=() folder
    for folder; do files+=("$data/$folder"/*.txt); done
    perl "$srcdir/t/listing_tree.pl" --strict "${files[@]}" >"$tree.entries" &&
        "$builddir/t/make_tree" "$tree" <"$tree.entries"
}

# tree_zed NAME: the captured node, with dnsmasq and the metadata proxy in their namespaces
tree_zed() {
    tree=$work/$1
    mkdir -p "$tree/proc/net" "$tree/etc" &&
        cp "$data/root-zed/proc/uptime" "$tree/proc/" &&
        cp "$data/root-zed/proc/net/"{tcp,tcp6,udp,udp6,unix} "$tree/proc/net/" &&
        cat "$data/processes-zed.tree" "$data/netns-zed.tree" >"$tree.entries" &&
        "$builddir/t/make_tree" "$tree/proc" <"$tree.entries"
}

# judge PROFILE [OPTION...]: check_services on the tree
judge() {
    local profile=$1; shift
    run "$plugins/check_services" --root "$tree" --profile-dir "$profiles" --profile "$profile" "$@"
}

# tree_pids REGEX: the processes whose command line has it, with a zombie's or kernel thread's name as
# [NAME]; parents first. What they are when it is first asked of a tree is kept.
tree_pids() {
    [ -s "$tree.index" ] || perl -e '
        my ($tree) = @ARGV;
        my (%line, %ppid);
        for my $dir (glob "$tree/proc/[0-9]*") {
            my ($pid) = $dir =~ /(\d+)$/;
            open my $in, "<", "$dir/cmdline" or next;
            my $line = do { local $/; <$in> } // "";
            $line =~ s/\0+$//;
            $line =~ tr/\0\n/  /;
            open my $stat, "<", "$dir/stat" or next;
            my ($name, $ppid) = <$stat> =~ /\((.*)\) \S (\d+)/;
            $ppid{$pid} = $ppid;
            $line{$pid} = $line eq "" ? "[$name]" : $line;
        }
        my $depth = sub { my ($pid, $n) = (@_, 0); $n++ while ($pid = $ppid{$pid}) && $n < 9; $n };
        print "$_ $line{$_}\n" for sort { $depth->($a) <=> $depth->($b) || $a <=> $b } keys %line;
    ' "$tree" >"$tree.index"
    regex=$1 awk '{ pid = $1; sub(/^[0-9]+ /, "") } $0 ~ ENVIRON["regex"] { print pid }' "$tree.index"
}

# tree_gone PID: as if it had ended
tree_gone() { mv "$tree/proc/$1" "$tree_kept/"; }

# tree_zombie PID: as if nobody had asked for its exit status
tree_zombie() {
    local dir=$tree/proc/$1
    cp -a "$dir" "$tree_kept/" &&
        sed -i 's/) [A-Z] /) Z /' "$dir/stat" && : >"$dir/cmdline" && rm -rf "$dir/fd" "$dir/exe" "$dir/net" "$dir/ns"
}

# tree_deaf PROTO NAME [FOLDER]: no listener at a port, or of a unix path; in proc/net if no folder is named
tree_deaf() {
    local net=$tree/proc/${3:-net} port
    cp -a "$net" "$tree_kept/net"
    case $1 in
    unix) awk -v path="$2" '$NF != path || $4 != "00010000"' "$tree_kept/net/unix" >"$net/unix" ;;
    *)
        port=$(printf '%04X' "$2")
        for file in "$net/$1" "${net}/${1}6"; do
            [ -f "$file" ] || continue
            awk -v port=":$port" 'NR == 1 || !(index($2, port) && ($4 == "0A" || $4 == "07"))' "$tree_kept/net/${file##*/}" >"$file"
        done
        ;;
    esac
    ! diff -rq "$net" "$tree_kept/net" >/dev/null
}

# tree_alone PORT PID...: these processes lose their connections to a remote port
tree_alone() {
    local net=$tree/proc/net port file pid inodes
    port=$(printf '%04X' "$1"); shift
    cp -a "$net" "$tree_kept/net"
    inodes=$(for pid; do find "$tree/proc/$pid/fd" -type l -printf '%l\n'; done 2>/dev/null | sed -n 's/^socket:\[\(.*\)\]$/\1/p')
    for file in tcp tcp6; do
        [ -f "$net/$file" ] || continue
        awk -v port=":$port" 'FILENAME == "-" { mine[$1] = 1; next }
            FNR == 1 || !(index($3, port) && $4 == "01" && $10 in mine)' - "$tree_kept/net/$file" <<<"$inodes" >"$net/$file"
    done
    ! diff -rq "$net" "$tree_kept/net" >/dev/null
}

# tree_heal [FOLDER]: all that was taken is back; proc/net's tables go to the folder if one is named
tree_heal() {
    local item
    for item in "$tree_kept"/*; do
        [ -e "$item" ] || continue
        case ${item##*/} in
        net) cp -a "$item/." "$tree/proc/${1:-net}/"; rm -rf "$item" ;;
        *) rm -rf "$tree/proc/${item##*/}"; mv "$item" "$tree/proc/" ;;
        esac
    done
}

# named STATE SERVICE WHAT: line 1 has the state and names the service
named() {
    like "$line1" "^SERVICES $1 - (.*, |.* and )?$2 " "$3"
}

# each PROFILE <TABLE: the services of a tree that is well, one after the other, lose a process, all
# processes, a listener, a connection, and become a zombie; line 1 names them each time.
#   SERVICE|REGEX of its processes|LISTENERS "PROTO NAME,..."|PORTS that it is connected to, "P,..."
# A service of which none need run has a '?' behind its name. A folder behind a '%' of a listener is where
# its table is.
each() {
    local profile=$1 service regex listeners ports listener port pids optional folder
    while IFS='|' read -r service regex listeners ports; do
        [ -n "$service" ] || continue
        optional=
        case $service in *\?) service=${service%\?} optional=yes ;; esac
        mapfile -t pids < <(tree_pids "$regex")
        [ "${#pids[@]}" -gt 0 ] || { fail "$service has processes in the tree"; continue; }
        if [ -z "$optional" ]; then
            tree_gone "${pids[-1]}"
            judge "$profile"; named CRITICAL "$service" "$service: one process less of ${#pids[@]}"
            tree_heal
        fi
        tree_zombie "${pids[-1]}"
        judge "$profile"; named '(CRITICAL|WARNING)' "$service" "$service: a zombie"
        tree_heal
        while IFS='%' read -r -d , listener folder; do
            [ -n "$listener" ] || continue
            # shellcheck disable=SC2086 # two words
            tree_deaf $listener $folder || fail "$service: the tree has a listener on $listener"
            judge "$profile"; named CRITICAL "$service" "$service: no listener on $listener"
            tree_heal "$folder"
        done <<<"$listeners,"
        while read -r -d , port; do
            [ -n "$port" ] || continue
            tree_alone "$port" "${pids[@]}" || fail "$service: the tree has connections to $port"
            judge "$profile"; named '(CRITICAL|WARNING)' "$service" "$service: no connection to $port"
            tree_heal
        done <<<"$ports,"
    done
}
