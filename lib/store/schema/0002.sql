-- SPDX-License-Identifier: GPL-2.0-or-later
-- The tables of release 0.2: the tree of nodes, specs of groups, policies, thresholds, events,
-- roll-ups. Every new column has a default: a program of release 0.1 that is connected goes on,
-- though it refuses a newer schema when it connects again. No name is a reserved word of MySQL 8.4
-- or MariaDB.
-- serves: 1

-- The schema number of the oldest programs that go on with this one.
ALTER TABLE SCHEMA_VERSION ADD COLUMN serves SMALLINT UNSIGNED NOT NULL DEFAULT 0;

-- Groups of nodes, a tree: zones below the root, groups below zones. parentid 0 is the root,
-- which has no row. maintenance_ms: until then its nodes are in maintenance.
CREATE TABLE NODEGROUP (
  groupid INT UNSIGNED NOT NULL AUTO_INCREMENT,
  parentid INT UNSIGNED NOT NULL,
  name VARCHAR(190) NOT NULL,
  maintenance_ms BIGINT NOT NULL DEFAULT 0,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (groupid),
  UNIQUE KEY parent_name (parentid, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- removed_ms: not 0 when the node was removed; its history stays. state: 0 NEW, 1 OK,
-- 2 WARNING, 3 CRITICAL, 4 UNKNOWN, 5 STALE, 6 OFFLINE, 7 MAINTENANCE, as the last pass found it.
ALTER TABLE NODE
  ADD COLUMN groupid INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN type VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN hostname VARCHAR(253) NOT NULL DEFAULT '',
  ADD COLUMN address VARCHAR(190) NOT NULL DEFAULT '',
  ADD COLUMN netdevice VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN model VARCHAR(190) NOT NULL DEFAULT '',
  ADD COLUMN location VARCHAR(190) NOT NULL DEFAULT '',
  ADD COLUMN indate VARCHAR(10) NOT NULL DEFAULT '',
  ADD COLUMN memo VARCHAR(1000) NOT NULL DEFAULT '',
  ADD COLUMN maintenance_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN removed_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN state TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN state_since_ms BIGINT NOT NULL DEFAULT 0,
  ADD KEY node_group (groupid);

-- Attributes of a site's own, beside the columns of NODE.
CREATE TABLE NODEATTR (
  nodeid INT UNSIGNED NOT NULL,
  name VARCHAR(64) NOT NULL,
  value VARCHAR(1000) NOT NULL,
  PRIMARY KEY (nodeid, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A row with nodeid 0 is the spec of the group groupid (0: the root): it never runs itself, and
-- each member has a row of its own that names it in parentid. overrun: 1 skip, 2 queue1,
-- 3 replace. catchup: 1 none, 2 last, 3 all. priority: 1 first to 9 last. backoff_ms: the longest
-- pause of a probe that fails, 0 none. alive: its CRITICAL makes the node OFFLINE. judge: 0 the
-- probe's own state, 1 the worst of it and the thresholds, 2 the thresholds alone. template: the
-- synchgroup and the arguments before their variables are replaced, where a node's own spec has
-- any. wanted: 2 nothing; else what enabled is by hand for this member of a group (0, 1), or will
-- be again when the node has the attribute that its own spec lacks. used_ms: the last slot of the
-- grids before this one. phase_ms of a group's spec is -1 when each member has one by its name.
ALTER TABLE TOOLSPECS
  ADD COLUMN groupid INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN parentid INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN overrun TINYINT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN catchup TINYINT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN catchup_max INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN jitter_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN priority TINYINT UNSIGNED NOT NULL DEFAULT 5,
  ADD COLUMN attempts TINYINT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN retry_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN backoff_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN alive TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN judge TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN template TEXT NULL,
  ADD COLUMN wanted TINYINT UNSIGNED NOT NULL DEFAULT 2,
  ADD COLUMN used_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN removed_ms BIGINT NOT NULL DEFAULT 0,
  DROP KEY node_name,
  ADD UNIQUE KEY node_group_name (nodeid, groupid, name),
  ADD KEY parent (parentid);

-- How often the probe was started for this slot.
ALTER TABLE RUNLOG ADD COLUMN attempts TINYINT UNSIGNED NOT NULL DEFAULT 1;

-- The values that were printed last, as perfdata, and the due time of the slot that had them:
-- they stay with their age while a probe prints none.
ALTER TABLE STATUS
  ADD COLUMN perf VARCHAR(4000) NOT NULL DEFAULT '',
  ADD COLUMN perf_ms BIGINT NOT NULL DEFAULT 0;

-- How the spool of a probe host was at its last beat: bytes and files that are not loaded, the
-- share of the room that they take, and how many slots were not started for want of room.
ALTER TABLE HOST
  ADD COLUMN spool_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN spool_files BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN spool_percent SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN spool_refused BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN durable TINYINT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN program VARCHAR(32) NOT NULL DEFAULT '';

-- Who may do alone what two must not do at once, and until when.
CREATE TABLE LEASE (
  name VARCHAR(32) NOT NULL,
  holder VARCHAR(255) NOT NULL,
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Thresholds that were set at run time. scope: 1 group (scopeid 0 is the root), 2 node, 3 spec.
-- The nearest that gives a range wins; "" gives none, "none" takes away what is inherited.
CREATE TABLE THRESHOLD (
  scope TINYINT UNSIGNED NOT NULL,
  scopeid INT UNSIGNED NOT NULL,
  metric VARCHAR(190) NOT NULL,
  warn VARCHAR(64) NOT NULL,
  crit VARCHAR(64) NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (scope, scopeid, metric)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was changed, what changed its state, what started, stopped and failed. level: 0 ERROR,
-- 1 WARNING, 2 INFO. day is the UTC day of time_ms. eventid makes a repeat harmless.
CREATE TABLE EVENTLOG (
  day INT NOT NULL,
  time_ms BIGINT NOT NULL,
  tag VARCHAR(32) NOT NULL,
  eventid BIGINT UNSIGNED NOT NULL,
  level TINYINT UNSIGNED NOT NULL,
  user_name VARCHAR(64) NOT NULL,
  host_name VARCHAR(190) NOT NULL,
  node VARCHAR(190) NOT NULL,
  object VARCHAR(400) NOT NULL,
  old_value VARCHAR(1000) NOT NULL,
  new_value VARCHAR(1000) NOT NULL,
  PRIMARY KEY (day, time_ms, tag, eventid),
  KEY node_time (node, time_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- Hours of a probe host in which results came in and which are not rolled up since. hour is the
-- number of the UTC hour of the due time.
CREATE TABLE ROLLUP_TODO (
  hostid INT UNSIGNED NOT NULL,
  hour INT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (hostid, hour)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is there already is rolled up, too.
REPLACE INTO ROLLUP_TODO (hostid, hour, changed_ms)
  SELECT DISTINCT d.hostid, d.day * 24 + six.n * 6 + one.n, 0
  FROM (SELECT DISTINCT hostid, day FROM RUNLOG) d
  JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) six
  JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5) one;

-- Values by UTC hour and by UTC day.
CREATE TABLE RESULT_HOUR (
  specid INT UNSIGNED NOT NULL,
  metricno SMALLINT UNSIGNED NOT NULL,
  hour INT NOT NULL,
  n INT UNSIGNED NOT NULL,
  mean_value DOUBLE NOT NULL,
  min_value DOUBLE NOT NULL,
  max_value DOUBLE NOT NULL,
  PRIMARY KEY (specid, metricno, hour)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (hour) (PARTITION pmax VALUES LESS THAN MAXVALUE);

CREATE TABLE RESULT_DAY (
  specid INT UNSIGNED NOT NULL,
  metricno SMALLINT UNSIGNED NOT NULL,
  day INT NOT NULL,
  n INT UNSIGNED NOT NULL,
  mean_value DOUBLE NOT NULL,
  min_value DOUBLE NOT NULL,
  max_value DOUBLE NOT NULL,
  PRIMARY KEY (specid, metricno, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- Slots by outcome and by state of those that ran, by UTC hour and by UTC day: availability.
CREATE TABLE RUN_HOUR (
  specid INT UNSIGNED NOT NULL,
  hour INT NOT NULL,
  n_run INT UNSIGNED NOT NULL,
  n_timeout INT UNSIGNED NOT NULL,
  n_cancelled INT UNSIGNED NOT NULL,
  n_skipped INT UNSIGNED NOT NULL,
  n_lost INT UNSIGNED NOT NULL,
  n_missed INT UNSIGNED NOT NULL,
  n_ok INT UNSIGNED NOT NULL,
  n_warning INT UNSIGNED NOT NULL,
  n_critical INT UNSIGNED NOT NULL,
  n_unknown INT UNSIGNED NOT NULL,
  latency_mean_ms DOUBLE NULL,
  latency_max_ms BIGINT NULL,
  duration_mean_ms DOUBLE NULL,
  duration_max_ms BIGINT NULL,
  PRIMARY KEY (specid, hour)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (hour) (PARTITION pmax VALUES LESS THAN MAXVALUE);

CREATE TABLE RUN_DAY (
  specid INT UNSIGNED NOT NULL,
  day INT NOT NULL,
  n_run INT UNSIGNED NOT NULL,
  n_timeout INT UNSIGNED NOT NULL,
  n_cancelled INT UNSIGNED NOT NULL,
  n_skipped INT UNSIGNED NOT NULL,
  n_lost INT UNSIGNED NOT NULL,
  n_missed INT UNSIGNED NOT NULL,
  n_ok INT UNSIGNED NOT NULL,
  n_warning INT UNSIGNED NOT NULL,
  n_critical INT UNSIGNED NOT NULL,
  n_unknown INT UNSIGNED NOT NULL,
  latency_mean_ms DOUBLE NULL,
  latency_max_ms BIGINT NULL,
  duration_mean_ms DOUBLE NULL,
  duration_max_ms BIGINT NULL,
  PRIMARY KEY (specid, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- Views for people and dashboards: readable names, states as text, times as DATETIME in UTC. They
-- are described in haetae-views(7).
CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_GROUP AS
WITH RECURSIVE tree (groupid, parentid, grp, maintenance_ms) AS (
  SELECT groupid, parentid, CAST(name AS CHAR(4000)), maintenance_ms FROM NODEGROUP
    WHERE parentid = 0
  UNION ALL
  SELECT c.groupid, c.parentid, CONCAT(p.grp, '/', c.name), c.maintenance_ms FROM tree p
    JOIN NODEGROUP c ON c.parentid = p.groupid
)
SELECT groupid, parentid, grp, maintenance_ms FROM tree;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_NODE AS
SELECT n.nodeid AS nodeid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  n.type AS type,
  n.hostname AS hostname,
  n.address AS address,
  n.netdevice AS netdevice,
  n.model AS model,
  n.location AS location,
  n.indate AS indate,
  n.memo AS memo,
  ELT(n.state + 1, 'NEW', 'OK', 'WARNING', 'CRITICAL', 'UNKNOWN', 'STALE', 'OFFLINE',
    'MAINTENANCE') AS state,
  CAST('1970-01-01' + INTERVAL n.state_since_ms * 1000 MICROSECOND AS DATETIME(3)) AS since,
  n.state_since_ms AS since_ms,
  n.removed_ms <> 0 AS removed
FROM NODE n
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_PROBE AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  h.name AS host,
  t.probetype AS probetype,
  t.enabled <> 0 AND t.removed_ms = 0 AS enabled,
  t.interval_ms / 1000 AS interval_s,
  t.timeout_ms / 1000 AS timeout_s,
  IF(s.specid IS NULL, 'NEW',
    ELT(s.state + 1, 'OK', 'WARNING', 'CRITICAL', 'UNKNOWN')) AS state,
  ELT(s.outcome, 'run', 'timeout', 'cancelled', 'skipped', 'lost', 'missed') AS outcome,
  CAST('1970-01-01' + INTERVAL s.due_ms * 1000 MICROSECOND AS DATETIME(3)) AS time,
  s.due_ms AS time_ms,
  s.since_ms AS since_ms,
  s.duration_ms AS duration_ms,
  s.text AS text,
  s.perf AS perf
FROM TOOLSPECS t
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid
  LEFT JOIN HOST h ON h.hostid = t.hostid
  LEFT JOIN STATUS s ON s.specid = t.specid;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_RUN AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  h.name AS host,
  CAST('1970-01-01' + INTERVAL r.due_ms * 1000 MICROSECOND AS DATETIME(3)) AS time,
  r.due_ms AS time_ms,
  r.last_due_ms AS last_time_ms,
  r.slots AS slots,
  ELT(r.outcome, 'run', 'timeout', 'cancelled', 'skipped', 'lost', 'missed') AS outcome,
  ELT(r.state + 1, 'OK', 'WARNING', 'CRITICAL', 'UNKNOWN') AS state,
  r.exit_code AS exit_code,
  r.signo AS signo,
  r.latency_ms AS latency_ms,
  r.duration_ms AS duration_ms,
  r.rss_kb AS rss_kb,
  r.cpu_ms AS cpu_ms,
  r.attempts AS attempts,
  r.text AS text,
  r.day AS day
FROM RUNLOG r
  JOIN TOOLSPECS t ON t.specid = r.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid
  LEFT JOIN HOST h ON h.hostid = r.hostid;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_RESULT AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  m.label AS metric,
  m.unit AS unit,
  CAST('1970-01-01' + INTERVAL l.due_ms * 1000 MICROSECOND AS DATETIME(3)) AS time,
  l.due_ms AS time_ms,
  r.value AS value,
  l.day AS day
FROM RUNLOG l
  JOIN TOOLSPECS t ON t.specid = l.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid
  JOIN RESULT r ON r.day = l.day AND r.scheduleid = l.scheduleid
  JOIN METRIC m ON m.specid = l.specid AND m.metricno = r.metricno
WHERE l.kind = 0;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_EVENT AS
SELECT CAST('1970-01-01' + INTERVAL e.time_ms * 1000 MICROSECOND AS DATETIME(3)) AS time,
  e.time_ms AS time_ms,
  ELT(e.level + 1, 'ERROR', 'WARNING', 'INFO') AS level,
  e.tag AS tag,
  e.user_name AS user_name,
  e.host_name AS host,
  e.node AS node,
  e.object AS object,
  e.old_value AS old_value,
  e.new_value AS new_value,
  e.day AS day
FROM EVENTLOG e;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_RESULT_HOUR AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  m.label AS metric,
  m.unit AS unit,
  CAST('1970-01-01' + INTERVAL r.hour * 3600000 * 1000 MICROSECOND AS DATETIME(3)) AS time,
  r.hour * 3600000 AS time_ms,
  r.hour AS hour,
  r.n AS n,
  r.mean_value AS mean_value,
  r.min_value AS min_value,
  r.max_value AS max_value
FROM RESULT_HOUR r
  JOIN TOOLSPECS t ON t.specid = r.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid
  JOIN METRIC m ON m.specid = r.specid AND m.metricno = r.metricno;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_RESULT_DAY AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  m.label AS metric,
  m.unit AS unit,
  CAST('1970-01-01' + INTERVAL r.day * 86400000 * 1000 MICROSECOND AS DATETIME(3)) AS time,
  r.day * 86400000 AS time_ms,
  r.day AS day,
  r.n AS n,
  r.mean_value AS mean_value,
  r.min_value AS min_value,
  r.max_value AS max_value
FROM RESULT_DAY r
  JOIN TOOLSPECS t ON t.specid = r.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid
  JOIN METRIC m ON m.specid = r.specid AND m.metricno = r.metricno;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_RUN_HOUR AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  CAST('1970-01-01' + INTERVAL r.hour * 3600000 * 1000 MICROSECOND AS DATETIME(3)) AS time,
  r.hour * 3600000 AS time_ms,
  r.hour AS hour,
  r.n_run AS n_run,
  r.n_timeout AS n_timeout,
  r.n_cancelled AS n_cancelled,
  r.n_skipped AS n_skipped,
  r.n_lost AS n_lost,
  r.n_missed AS n_missed,
  r.n_ok AS n_ok,
  r.n_warning AS n_warning,
  r.n_critical AS n_critical,
  r.n_unknown AS n_unknown,
  r.latency_mean_ms AS latency_mean_ms,
  r.latency_max_ms AS latency_max_ms,
  r.duration_mean_ms AS duration_mean_ms,
  r.duration_max_ms AS duration_max_ms
FROM RUN_HOUR r
  JOIN TOOLSPECS t ON t.specid = r.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW V_AVAILABILITY_DAY AS
SELECT t.specid AS specid,
  n.name AS node,
  COALESCE(g.grp, '') AS grp,
  t.name AS probe,
  CAST('1970-01-01' + INTERVAL r.day * 86400000 * 1000 MICROSECOND AS DATETIME(3)) AS time,
  r.day * 86400000 AS time_ms,
  r.day AS day,
  r.n_run + r.n_timeout + r.n_cancelled + r.n_skipped +
    r.n_lost + r.n_missed AS n_slots,
  r.n_run AS n_run,
  r.n_timeout AS n_timeout,
  r.n_cancelled AS n_cancelled,
  r.n_skipped AS n_skipped,
  r.n_lost AS n_lost,
  r.n_missed AS n_missed,
  r.n_ok AS n_ok,
  r.n_warning AS n_warning,
  r.n_critical AS n_critical,
  r.n_unknown AS n_unknown,
  r.latency_mean_ms AS latency_mean_ms,
  r.latency_max_ms AS latency_max_ms,
  r.duration_mean_ms AS duration_mean_ms,
  r.duration_max_ms AS duration_max_ms,
  100 * (r.n_ok + r.n_warning) / NULLIF(r.n_ok + r.n_warning + r.n_critical +
    r.n_unknown, 0) AS available_percent,
  100 * (r.n_run + r.n_timeout) / NULLIF(r.n_run + r.n_timeout + r.n_cancelled + r.n_skipped +
    r.n_lost + r.n_missed, 0) AS covered_percent
FROM RUN_DAY r
  JOIN TOOLSPECS t ON t.specid = r.specid
  JOIN NODE n ON n.nodeid = t.nodeid
  LEFT JOIN V_GROUP g ON g.groupid = n.groupid;
