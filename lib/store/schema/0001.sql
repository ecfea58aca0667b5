-- SPDX-License-Identifier: GPL-2.0-or-later
-- The tables of release 0.1. Each statement ends with a ';' at the end of a line, and may be
-- run twice. Times are milliseconds since 1970 UTC; day is the UTC day number of a slot's due
-- time (due_ms DIV 86400000); scheduleid = specid << 32 | due second.

-- One row a numbered file: how many statements it has, and how many of them are in.
CREATE TABLE IF NOT EXISTS SCHEMA_VERSION (
  version SMALLINT UNSIGNED NOT NULL,
  statements SMALLINT UNSIGNED NOT NULL,
  done SMALLINT UNSIGNED NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Probe hosts. spoolid is of the spool that beats under this name.
CREATE TABLE IF NOT EXISTS HOST (
  hostid INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(190) NOT NULL,
  spoolid CHAR(36) NOT NULL,
  beat_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (hostid),
  UNIQUE KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Nodes that are watched.
CREATE TABLE IF NOT EXISTS NODE (
  nodeid INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(190) NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (nodeid),
  UNIQUE KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is probed, by which host, how often. nextdue_ms is the first slot that is not made.
CREATE TABLE IF NOT EXISTS TOOLSPECS (
  specid INT UNSIGNED NOT NULL AUTO_INCREMENT,
  nodeid INT UNSIGNED NOT NULL,
  name VARCHAR(190) NOT NULL,
  hostid INT UNSIGNED NOT NULL,
  version INT UNSIGNED NOT NULL,
  probetype VARCHAR(16) NOT NULL,
  testtype TINYINT UNSIGNED NOT NULL,
  synchgroup VARCHAR(190) NOT NULL,
  command VARCHAR(190) NOT NULL,
  args TEXT NOT NULL,
  interval_ms BIGINT NOT NULL,
  phase_ms BIGINT NOT NULL,
  timeout_ms BIGINT NOT NULL,
  killgrace_ms BIGINT NOT NULL,
  maxlate_ms BIGINT NOT NULL,
  enabled TINYINT UNSIGNED NOT NULL,
  nextdue_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (specid),
  UNIQUE KEY node_name (nodeid, name),
  KEY host (hostid, enabled, nextdue_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How many slots were made of a spec: the sum that RUNLOG and SCHEDULE must come to.
CREATE TABLE IF NOT EXISTS SLOTS (
  specid INT UNSIGNED NOT NULL,
  day INT NOT NULL,
  n_slots INT UNSIGNED NOT NULL,
  PRIMARY KEY (specid, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Slots that have no outcome yet: state 0 open, 1 claimed under token.
CREATE TABLE IF NOT EXISTS SCHEDULE (
  hostid INT UNSIGNED NOT NULL,
  scheduleid BIGINT UNSIGNED NOT NULL,
  due_ms BIGINT NOT NULL,
  state TINYINT UNSIGNED NOT NULL DEFAULT 0,
  token BIGINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (hostid, scheduleid),
  KEY claim (hostid, state, due_ms),
  KEY token (hostid, token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The outcome of every slot. kind 0: one slot; kind 1: the slots from due_ms to last_due_ms,
-- step_ms apart, but for those that have a row of kind 0; slots is how many these are. Rows of
-- kind 1 of one spec never overlap. outcome: 1 run, 2 timeout, 3 cancelled, 4 skipped, 5 lost,
-- 6 missed; outcome_rank: 1 missed, 2 lost, 3 what was decided, 4 what ran.
CREATE TABLE IF NOT EXISTS RUNLOG (
  day INT NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  scheduleid BIGINT UNSIGNED NOT NULL,
  hostid INT UNSIGNED NOT NULL,
  specid INT UNSIGNED NOT NULL,
  due_ms BIGINT NOT NULL,
  last_due_ms BIGINT NOT NULL,
  step_ms BIGINT NOT NULL,
  slots INT UNSIGNED NOT NULL,
  outcome TINYINT UNSIGNED NOT NULL,
  outcome_rank TINYINT UNSIGNED NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  exit_code SMALLINT NOT NULL,
  signo TINYINT UNSIGNED NOT NULL,
  started_ms BIGINT NULL,
  duration_ms BIGINT NULL,
  latency_ms BIGINT NULL,
  rss_kb BIGINT UNSIGNED NULL,
  cpu_ms BIGINT UNSIGNED NULL,
  cut TINYINT UNSIGNED NOT NULL,
  text VARCHAR(500) NOT NULL,
  PRIMARY KEY (day, kind, scheduleid),
  KEY spec (specid, due_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- The metrics of a spec, with the thresholds that were printed last.
CREATE TABLE IF NOT EXISTS METRIC (
  specid INT UNSIGNED NOT NULL,
  metricno SMALLINT UNSIGNED NOT NULL,
  label VARCHAR(190) NOT NULL,
  unit VARCHAR(8) NOT NULL,
  warn VARCHAR(64) NOT NULL,
  crit VARCHAR(64) NOT NULL,
  min_value VARCHAR(64) NOT NULL,
  max_value VARCHAR(64) NOT NULL,
  PRIMARY KEY (specid, metricno),
  UNIQUE KEY label (specid, label)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Values. The spec and the second are in scheduleid, so a series is a range of keys a day.
CREATE TABLE IF NOT EXISTS RESULT (
  day INT NOT NULL,
  scheduleid BIGINT UNSIGNED NOT NULL,
  metricno SMALLINT UNSIGNED NOT NULL,
  value DOUBLE NOT NULL,
  PRIMARY KEY (day, scheduleid, metricno)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- What each probe said last. since_ms: the state's last change. seq decides what is newer: it is
-- due_ms * 8 + outcome_rank, and 0 for an outcome in which nothing was said (skipped, lost,
-- missed), which is only here until something is.
CREATE TABLE IF NOT EXISTS STATUS (
  specid INT UNSIGNED NOT NULL,
  seq BIGINT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  outcome TINYINT UNSIGNED NOT NULL,
  scheduleid BIGINT UNSIGNED NOT NULL,
  due_ms BIGINT NOT NULL,
  started_ms BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  text VARCHAR(500) NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (specid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Records that could not be loaded.
CREATE TABLE IF NOT EXISTS LOADERR (
  hostid INT UNSIGNED NOT NULL,
  file VARCHAR(190) NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  tries INT UNSIGNED NOT NULL,
  reason VARCHAR(500) NOT NULL,
  PRIMARY KEY (hostid, file)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
