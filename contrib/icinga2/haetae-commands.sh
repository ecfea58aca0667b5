#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes haetae-commands.conf from the help of the plugins: a CheckCommand each, with every
# argument. "make contrib-files" runs it, and a test holds the file to what it writes.
#
#   sh haetae-commands.sh PLUGINDIR >haetae-commands.conf
set -eu
export LC_ALL=C
plugins=$1

cat <<'TEXT'
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Icinga 2: a CheckCommand for each plugin, with every argument. Made by "make contrib-files".
 *
 * vars.haetae_PLUGIN_OPTION is the value of --OPTION, with _ for -: a string, a number, true for
 * an option without a value, or an array where an option may repeat:
 *
 *   vars.haetae_node_disk_warning = [ "disk=80", "inodes=70" ]
 *
 * HaetaePluginDir is set in haetae-constants.conf.
 */
TEXT

for plugin in "$plugins"/check_*; do
    name=${plugin##*/}
    case $name in *.*) continue ;; esac
    "$plugin" --help | awk -v name="${name#check_}" '
        function quoted(text) { gsub(/[\\"]/, "\\\\&", text); return "\"" text "\"" }
        function flush(    var) {
            if (option == "" || option ~ /^(version|help|output)$/) { option = ""; return }
            var = "haetae_" name "_" option
            gsub(/-/, "_", var)
            printf "\t\t%s = {\n", quoted("--" option)
            if (kind == "flag")
                printf "\t\t\tset_if = \"$%s$\"\n", var
            else if (kind == "optional") {
                # The value must stand in the same word.
                printf "\t\t\tskip_key = true\n\t\t\tvalue = \"--%s=$%s$\"\n", option, var
            } else
                printf "\t\t\tvalue = \"$%s$\"\n", var
            printf "\t\t\tdescription = %s\n\t\t}\n", quoted(text)
            option = ""
        }
        BEGIN {
            printf "\nobject CheckCommand \"haetae_%s\" {\n", name
            printf "\tcommand = [ HaetaePluginDir + \"/check_%s\" ]\n\targuments += {\n", name
        }
        /^Metrics|^RANGE/ { flush(); done = 1 }
        done { next }
        /^  (-., |    )--/ {
            flush()
            line = $0
            sub(/^  (-., |    )--/, "", line)
            match(line, /^[a-z0-9-]+/)
            option = substr(line, 1, RLENGTH)
            rest = substr(line, RLENGTH + 1)
            kind = rest ~ /^\[=/ ? "optional" : rest ~ /^=/ ? "value" : "flag"
            sub(/^[^ ]* */, "", rest)
            text = rest
            next
        }
        /^ {26}/ { sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0; next }
        { flush() }
        END {
            flush()
            print "\t}"
            # What stands on the network is the host itself unless somebody says otherwise.
            if (name ~ /^(rabbitmq|mysql_server|service_ping)$|_snmp$/)
                printf "\tvars.haetae_%s_host = \"$address$\"\n", name
            print "}"
        }'
done
