#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_temp
server=$data/root-sensors

run "$check" --root "$server"
is "$line1" 'TEMP OK - 64.0 degrees Celsius at coretemp.1/Package_id_1, 9 sensors' \
    'the hottest CPU sensor of a server'
like "$out" "\| 'temp'=64 'sensor@coretemp\.0/Core_0'=58 .*'sensor@nvme/Composite'=71\.85" 'all sensors in perfdata'
like "$out" 'nvme/Composite 71\.8 degrees, limit 80\.8, critical 84\.8' 'their limits in the details'
like "$out" '3 faulty sensors left out' 'faulty ones are counted'
unlike "$out" '127\.5' 'and not shown'
is "$rc" 0 'silent without thresholds'
run "$check" --root "$server" -w 60 -c sensor@nvme/Composite=70
like "$line1" '^TEMP CRITICAL - nvme/Composite sensor 71\.85 > 70, temp 64 > 60; 64\.0 degrees' \
    'thresholds on the hottest and on one sensor'
is "$rc" 2 'exit 2'
run "$check" --root "$server" -w sensor@gone/temp1=70
like "$line1" '^TEMP UNKNOWN - no sensor@gone/temp1 on this node' 'a threshold on a sensor that went away is UNKNOWN'
run "$check" --root "$server" --sensor '^nvme|SYSTIN' --exclude SYST
like "$out" "at nvme/Composite, 1 sensor
.*'temp'=71\.85 'sensor@nvme/Composite'=71\.85$" '--sensor and --exclude choose'
run "$check" --root "$server" --sensor nothing
like "$line1" '^TEMP OK - no sensors with such a name' 'no sensor of that name'
run "$check" --root "$server" --sensor '('
like "$line1" '^TEMP UNKNOWN - option --sensor: ' 'a bad expression is refused'
is "$rc" 3 'exit 3'

run "$check" --root "$server" --limits
is "$rc" 0 'within the limits of the sensors'
cp -a "$server" "$work/hot"
chmod -R u+w "$work/hot"
echo 85000 >"$work/hot/sys/class/hwmon/hwmon2/temp1_input"
echo 84000 >"$work/hot/sys/class/hwmon/hwmon0/temp2_input"
run "$check" --root "$work/hot" --limits
like "$line1" '^TEMP CRITICAL - nvme/Composite 85\.0 degrees, critical is 84\.8, coretemp\.0/Core_0 84\.0 degrees, its limit is 84\.0$' \
    '--limits judges by what the sensors tell'
is "$rc" 2 'exit 2'

run "$check" --root "$data/root-arm-board"
is "$line1" 'TEMP OK - 48.3 degrees Celsius at cpu-thermal/thermal_zone0, 3 sensors' 'a board with thermal zones'
run "$check" --root "$data/root-zed"
is "$out" 'TEMP OK - no sensors' 'a node without sensors is OK'
run "$check" --root "$data/root-zed" -c 90
like "$line1" '^TEMP UNKNOWN - no temp on this node, -c asks for it; no sensors' 'unless a threshold asks for one'

# A sensor that vanishes half-way gives an error instead of a number.
ln -sfn loop "$work/hot/sys/class/hwmon/hwmon3/temp1_input"
mkfifo "$work/hot/sys/class/hwmon/hwmon3/temp6_input"
run "$check" --root "$work/hot"
like "$out" '5 faulty sensors left out' 'a sensor that cannot be read is left out'

run "$check"
like "$out" '^TEMP OK - ([0-9.-]+ degrees Celsius at|no sensors)' 'the live node'

# Two sensors of a chip with one label.
chip=$work/twins/sys/class/hwmon/hwmon0
mkdir -p "$chip"
echo board >"$chip/name"
for i in 1 2; do echo "4${i}000" >"$chip/temp${i}_input"; echo CPU >"$chip/temp${i}_label"; done
run "$check" --root "$work/twins"
like "$out" "'sensor@board/CPU-temp1'=41 'sensor@board/CPU-temp2'=42" 'a label that is there twice gets the input behind it'
tap_done
