-- SPDX-License-Identifier: GPL-2.0-or-later
-- Table: probes that are not well, the longest first.
SELECT grp, node, probe, state, text, time
FROM V_PROBE
WHERE enabled = 1 AND state <> 'OK'
ORDER BY since_ms
