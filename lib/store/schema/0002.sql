-- SPDX-License-Identifier: GPL-2.0-or-later
-- The tables of release 0.2: the tree of nodes, specs of groups, policies, thresholds, events,
-- roll-ups. Programs of release 0.1 go on with them: every new column has a default. No name is
-- a reserved word of MySQL 8.4 or MariaDB.
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
