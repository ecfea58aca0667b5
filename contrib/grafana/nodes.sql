-- SPDX-License-Identifier: GPL-2.0-or-later
-- Table: nodes that are not well, by group.
SELECT grp, node, state, since, location
FROM V_NODE
WHERE removed = 0 AND state NOT IN ('OK', 'NEW')
ORDER BY grp, node
