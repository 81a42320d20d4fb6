-- A ledger of version 3, as SQLite dumps it: an import of three flows, and a flow that was logged.
BEGIN TRANSACTION;
CREATE TABLE twin_flow (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	date INTEGER NOT NULL,
	lane TEXT NOT NULL,
	volume REAL,
	returns REAL,
	import_id INTEGER,
	CONSTRAINT volume_finite_and_not_negative CHECK (volume IS NULL OR volume >= 0 AND volume <= 1000000000000000.0),
	CONSTRAINT returns_finite_and_not_negative CHECK (returns IS NULL OR returns >= 0 AND returns <= 1000000000000000.0),
	CONSTRAINT date_in_range CHECK (date BETWEEN -106650 AND 106650),
	CONSTRAINT lane_not_empty CHECK (lane = trim(lane) AND length(lane) BETWEEN 1 AND 500)
)
 STRICT

;
INSERT INTO "twin_flow" VALUES(1,20458,'BER-MUC',120.0,2.0,1);
INSERT INTO "twin_flow" VALUES(2,20459,'BER-MUC',80.5,NULL,1);
INSERT INTO "twin_flow" VALUES(3,20458,'HAM-ROT',40.0,0.0,1);
INSERT INTO "twin_flow" VALUES(4,20460,'BER-MUC',90.0,NULL,NULL);
CREATE TABLE twin_import (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	digest TEXT NOT NULL,
	repeat INTEGER NOT NULL,
	source TEXT NOT NULL,
	records INTEGER NOT NULL,
	period TEXT NOT NULL,
	imported_at TEXT NOT NULL,
	kept INTEGER,
	checksum TEXT,
	seal TEXT,
	UNIQUE (digest, repeat),
	CONSTRAINT period_known CHECK (period IN ('D', 'W', 'MS')),
	CONSTRAINT counts CHECK (records >= 0 AND repeat >= 0)
)
 STRICT

;
INSERT INTO "twin_import" VALUES(1,'e9c2daffc8fa4118533b34b67a20a3da5f2449bf97da29508622074104cde589',0,'flows.csv',3,'D','2026-11-30T02:39:35+00:00',3,'07e28e49371cc9cd','95566f1615966a06');
CREATE TABLE twin_replaced (
	replaced_by INTEGER NOT NULL,
	id INTEGER NOT NULL,
	date INTEGER NOT NULL,
	lane TEXT NOT NULL,
	volume REAL,
	returns REAL,
	import_id INTEGER,
	PRIMARY KEY (id)
)
 STRICT

;
CREATE TABLE twin_schema (
	one INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (one),
	CONSTRAINT one_version CHECK (one = 1)
)
 STRICT

;
INSERT INTO "twin_schema" VALUES(1,3);
CREATE INDEX twin_flow_unknown ON twin_flow (lane, date) WHERE volume IS NULL;
CREATE INDEX twin_flow_by_lane ON twin_flow (lane, date, volume, returns);
CREATE VIEW twin_flow_iso AS SELECT id, strftime('%Y-%m-%d', date * 86400, 'unixepoch') AS date, lane, volume, returns, import_id FROM twin_flow;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('twin_import',1);
INSERT INTO "sqlite_sequence" VALUES('twin_flow',4);
COMMIT;
