-- SPDX-License-Identifier: GPL-2.0-or-later
-- Time series: mean, least and greatest value by hour. Variables: node, probe, metric.
SELECT time, mean_value, min_value, max_value
FROM V_RESULT_HOUR
WHERE node = '$node' AND probe = '$probe' AND metric = '$metric'
  AND hour BETWEEN $__unixEpochFrom() DIV 3600 AND $__unixEpochTo() DIV 3600
ORDER BY hour
