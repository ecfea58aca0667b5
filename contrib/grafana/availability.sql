-- SPDX-License-Identifier: GPL-2.0-or-later
-- Table: availability of each probe over the panel's range.
SELECT grp, node, probe,
  100 * SUM(n_ok + n_warning) / NULLIF(SUM(n_run + n_timeout), 0) AS available_percent,
  100 * SUM(n_run + n_timeout) / NULLIF(SUM(n_slots), 0) AS covered_percent
FROM V_AVAILABILITY_DAY
WHERE $__unixEpochFilter(time_ms DIV 1000)
GROUP BY grp, node, probe
ORDER BY available_percent
