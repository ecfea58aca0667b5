-- SPDX-License-Identifier: GPL-2.0-or-later
-- Annotations, or a table: what was changed and what changed its state.
SELECT time, CONCAT(node, ' ', object, ': ', old_value, ' ==> ', new_value) AS text, tag AS tags
FROM V_EVENT
WHERE $__timeFilter(time)
  AND day BETWEEN $__unixEpochFrom() DIV 86400 AND $__unixEpochTo() DIV 86400
ORDER BY time_ms
