-- SPDX-License-Identifier: GPL-2.0-or-later
-- Bar gauge: nodes by state.
SELECT state AS metric, COUNT(*) AS nodes
FROM V_NODE
WHERE removed = 0
GROUP BY state
