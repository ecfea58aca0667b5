-- SPDX-License-Identifier: GPL-2.0-or-later
-- Time series: mean and greatest value by day, one series a node. Variables: probe, metric.
SELECT time, node AS metric, mean_value, max_value
FROM V_RESULT_DAY
WHERE probe = '$probe' AND metric = '$metric' AND $__timeFilter(time)
ORDER BY day
