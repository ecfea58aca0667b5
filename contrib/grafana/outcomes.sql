-- SPDX-License-Identifier: GPL-2.0-or-later
-- Table: runs of a probe that did not end well. Variables: node, probe.
SELECT time, outcome, state, slots, exit_code, duration_ms, text
FROM V_RUN
WHERE node = '$node' AND probe = '$probe' AND (outcome <> 'run' OR state <> 'OK')
  AND time_ms BETWEEN $__unixEpochFrom() * 1000 AND $__unixEpochTo() * 1000
ORDER BY time_ms DESC
