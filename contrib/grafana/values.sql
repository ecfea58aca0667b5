-- SPDX-License-Identifier: GPL-2.0-or-later
-- Time series: every value of a metric. Variables: node, probe, metric. For up to some days.
SELECT time, metric, value
FROM V_RESULT
WHERE node = '$node' AND probe = '$probe' AND metric = '$metric'
  AND time_ms BETWEEN $__unixEpochFrom() * 1000 AND $__unixEpochTo() * 1000
ORDER BY time_ms
