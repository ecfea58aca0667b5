-- SPDX-License-Identifier: GPL-2.0-or-later
-- Time series: how late probes were started, over all of them.
SELECT $__timeGroupAlias(time,1h),
  SUM(latency_mean_ms * n_run) / NULLIF(SUM(n_run), 0) AS mean_ms, MAX(latency_max_ms) AS max_ms
FROM V_RUN_HOUR
WHERE hour BETWEEN $__unixEpochFrom() DIV 3600 AND $__unixEpochTo() DIV 3600
GROUP BY 1
ORDER BY 1
