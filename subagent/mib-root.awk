# SPDX-License-Identifier: GPL-2.0-or-later
# HAETAE-MIB below another root: awk -v oid=1.3.6.1.4.1.NUMBER... -f mib-root.awk HAETAE-MIB.txt
# One number a line (haetaeRoot1, haetaeRoot2, ...), for smilint will not have several in one.
BEGIN {
    if (oid !~ /^1\.3\.6\.1\.4\.1(\.[0-9]+)+$/) {
        print "mib-root.awk: oid=" oid " is not below 1.3.6.1.4.1" >"/dev/stderr"
        exit failed = 1
    }
    n = split(substr(oid, length("1.3.6.1.4.1.") + 1), numbers, ".")
    playpen = oid ~ /^1\.3\.6\.1\.4\.1\.8072\.9999\.9999\./
}
function parent(i) { return i > 1 ? "haetaeRoot" (i - 1) : "enterprises" }
/^    ::= \{ haetaeRoot[0-9]+ [0-9]+ \}$/ {
    print "    ::= { " parent(n) " " numbers[n] " }"
    changed = 1
    next
}
# The comment is about the playpen.
/^-- The root, / { is_comment = 1 }
is_comment && /^--/ {
    if (playpen)
        print
    next
}
is_comment && /^haetaeRoot1 / {
    for (i = 1; i < n; i++)
        print "haetaeRoot" i " OBJECT IDENTIFIER ::= { " parent(i) " " numbers[i] " }"
    next
}
is_comment && /^haetaeRoot/ { next }
{ is_comment = 0; print }
END {
    if (!failed && !changed) {
        print "mib-root.awk: there is no root to change" >"/dev/stderr"
        failed = 1
    }
    exit failed
}
