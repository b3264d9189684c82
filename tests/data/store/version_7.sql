-- A database of schema version 5 with some rows. It stands for those on the disks of users: never change it.
PRAGMA application_id = 1098206581;
PRAGMA user_version = 7;
CREATE TABLE sources (
    seq  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE listings (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (seq),
    id     TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;

CREATE TABLE albums (
    seq      INTEGER PRIMARY KEY,
    source   INTEGER NOT NULL REFERENCES sources (seq),
    id       TEXT NOT NULL,
    title    TEXT NOT NULL,
    artist   TEXT NOT NULL,
    added_us INTEGER NOT NULL,
    UNIQUE (source, id)
) STRICT;

CREATE TABLE tracks (
    seq              INTEGER PRIMARY KEY,
    source           INTEGER NOT NULL REFERENCES sources (seq),
    id               TEXT NOT NULL,
    album            INTEGER NOT NULL REFERENCES albums (seq),
    title            TEXT NOT NULL,
    artist           TEXT NOT NULL,
    album_title      TEXT NOT NULL,
    album_artist     TEXT NOT NULL,
    genre            TEXT NOT NULL,
    path             BLOB NOT NULL,
    track_number     INTEGER NOT NULL,
    year             INTEGER NOT NULL,
    size_bytes       INTEGER NOT NULL CHECK (size_bytes >= 0),
    modified_ns      INTEGER NOT NULL,
    listing          INTEGER NOT NULL, -- the newest that saw it
    present          INTEGER NOT NULL CHECK (present IN (0, 1)),
    missing_since_us INTEGER,
    standing         TEXT NOT NULL CHECK (standing IN ('new', 'analysed', 'failed')),
    UNIQUE (source, id),
    CHECK ((present = 1) = (missing_since_us IS NULL))
) STRICT;
CREATE INDEX tracks_by_album ON tracks (album);
CREATE INDEX tracks_missing ON tracks (source, missing_since_us) WHERE present = 0;

CREATE TABLE analyses (
    track           INTEGER PRIMARY KEY REFERENCES tracks (seq) ON DELETE CASCADE,
    size_bytes      INTEGER NOT NULL CHECK (size_bytes >= 0),
    modified_ns     INTEGER NOT NULL,
    tempo_version   INTEGER NOT NULL,
    key_version     INTEGER NOT NULL,
    moods_version   INTEGER NOT NULL,
    network_version INTEGER NOT NULL,
    analysed_us     INTEGER NOT NULL,
    identity        TEXT NOT NULL,
    duration_s      REAL NOT NULL,
    tempo_bpm       REAL,
    tonic           INTEGER CHECK (tonic BETWEEN 0 AND 11),
    scale           TEXT CHECK (scale IN ('major', 'minor')),
    energy          REAL NOT NULL,
    partial         INTEGER NOT NULL CHECK (partial IN (0, 1)),
    decode_ms       REAL NOT NULL,
    tempo_ms        REAL NOT NULL,
    key_ms          REAL NOT NULL,
    mel_ms          REAL NOT NULL,
    network_ms      REAL NOT NULL,
    total_ms        REAL NOT NULL,
    moods           BLOB CHECK (length(moods) % 4 = 0),
    tags            BLOB CHECK (length(tags) % 4 = 0),
    embedding       BLOB CHECK (length(embedding) % 4 = 0),
    CHECK ((tonic IS NULL) = (scale IS NULL))
) STRICT;
CREATE INDEX analyses_by_identity ON analyses (identity, analysed_us) WHERE identity <> '';

CREATE TABLE failures (
    track           INTEGER PRIMARY KEY REFERENCES tracks (seq) ON DELETE CASCADE,
    source          INTEGER NOT NULL REFERENCES sources (seq),
    size_bytes      INTEGER NOT NULL CHECK (size_bytes >= 0),
    modified_ns     INTEGER NOT NULL,
    code            TEXT NOT NULL CHECK (code <> ''),
    reason          TEXT NOT NULL,
    attempts        INTEGER NOT NULL CHECK (attempts >= 1),
    runs            INTEGER NOT NULL CHECK (runs BETWEEN 1 AND attempts),
    listing         INTEGER NOT NULL, -- of the newest attempt
    last_attempt_us INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_by_attempt ON failures (source, last_attempt_us DESC);

-- How many tracks stand how, kept by the triggers: counting a million rows takes too long for a page.
CREATE TABLE track_counts (
    source   INTEGER NOT NULL REFERENCES sources (seq),
    present  INTEGER NOT NULL,
    standing TEXT NOT NULL,
    n        INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (source, present, standing)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tracks_counted_in AFTER INSERT ON tracks BEGIN
    INSERT INTO track_counts VALUES (new.source, new.present, new.standing, 1)
        ON CONFLICT (source, present, standing) DO UPDATE SET n = n + 1;
END;
ALTER TABLE tracks ADD COLUMN library TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN listed_ms INTEGER NOT NULL DEFAULT 0 CHECK (listed_ms >= 0);
ALTER TABLE tracks ADD COLUMN match_key INTEGER NOT NULL DEFAULT 0;
CREATE INDEX tracks_by_match_key ON tracks (source, match_key) WHERE match_key <> 0;
CREATE INDEX tracks_not_analysed ON tracks (source) WHERE present = 1 AND standing <> 'analysed';
ALTER TABLE analyses ADD COLUMN tempo_confidence REAL CHECK (tempo_confidence BETWEEN 0 AND 1);
ALTER TABLE analyses ADD COLUMN key_confidence REAL CHECK (key_confidence BETWEEN 0 AND 1);
CREATE INDEX analyses_by_version ON analyses (moods_version, tempo_version, key_version, network_version);
CREATE TRIGGER tracks_counted_out AFTER DELETE ON tracks BEGIN
    UPDATE track_counts SET n = n - 1 WHERE source = old.source AND present = old.present AND standing = old.standing;
END;
CREATE TRIGGER tracks_counted_anew AFTER UPDATE OF present, standing ON tracks
    WHEN old.present <> new.present OR old.standing <> new.standing BEGIN
    UPDATE track_counts SET n = n - 1 WHERE source = old.source AND present = old.present AND standing = old.standing;
    INSERT INTO track_counts VALUES (new.source, new.present, new.standing, 1)
        ON CONFLICT (source, present, standing) DO UPDATE SET n = n + 1;
END;
INSERT INTO sources VALUES (1, 'local');
INSERT INTO listings VALUES (4, 1, 'l4');
INSERT INTO albums VALUES (1, 1, 'a', 'Album', 'Band', 1700000000000000);
INSERT INTO tracks VALUES (1, 1, 't1', 1, 'First', 'Band', 'Album', 'Band', 'Rock', X'612F636166E92E6F6767', 1, 1999, 1000, 42, 4, 1, NULL, 'analysed', 'Music', 181250, 7);
INSERT INTO tracks VALUES (2, 1, 't2', 1, 'Second', 'Band', 'Album', 'Band', 'Rock', X'612F322E6D7033', 2, 1999, 2000, 43, 4, 1, NULL, 'failed', '', 0, 0);
INSERT INTO tracks VALUES (3, 1, 't3', 1, 'Third', 'Band', 'Album', 'Band', 'Rock', X'612F332E6D7033', 3, 1999, 3000, 44, 3, 0, 1700000000000000, 'new', '', 0, 0);
INSERT INTO failures VALUES (2, 1, 2000, 43, 'not_audio', 'It holds no audio.', 2, 1, 4, 1700000001000000);
INSERT INTO analyses VALUES (1, 1000, 42, 1, 1, 1, 1, 1700000002000000, '0123456789abcdef0123456789abcdef', 181.25, 120.5, 9, 'minor', 0.625, 0, 1.5, 2.5, 3.5, 4.5, 5.5, 17.5,
    X'000000000000003D0000803D0000C03D0000003E0000203E0000403E0000603E0000803E0000903E0000A03E0000B03E0000C03E0000D03E0000E03E0000F03E0000003F',
    X'000000000000803C0000003D0000403D0000803D0000A03D0000C03D0000E03D0000003E0000103E0000203E0000303E0000403E0000503E0000603E0000703E0000803E0000883E0000903E0000983E0000A03E0000A83E0000B03E0000B83E0000C03E0000C83E0000D03E0000D83E0000E03E0000E83E0000F03E0000F83E0000003F0000043F0000083F00000C3F0000103F0000143F0000183F00001C3F0000203F0000243F0000283F00002C3F0000303F0000343F0000383F00003C3F0000403F0000443F',
    X'0080C7C20080C5C20080C3C20080C1C20080BFC20080BDC20080BBC20080B9C20080B7C20080B5C20080B3C20080B1C20080AFC20080ADC20080ABC20080A9C20080A7C20080A5C20080A3C20080A1C200809FC200809DC200809BC2008099C2008097C2008095C2008093C2008091C200808FC200808DC200808BC2008089C2008087C2008085C2008083C2008081C200007FC200007BC2000077C2000073C200006FC200006BC2000067C2000063C200005FC200005BC2000057C2000053C200004FC200004BC2000047C2000043C200003FC200003BC2000037C2000033C200002FC200002BC2000027C2000023C200001FC200001BC2000017C2000013C200000FC200000BC2000007C2000003C20000FEC10000F6C10000EEC10000E6C10000DEC10000D6C10000CEC10000C6C10000BEC10000B6C10000AEC10000A6C100009EC1000096C100008EC1000086C100007CC100006CC100005CC100004CC100003CC100002CC100001CC100000CC10000F8C00000D8C00000B8C0000098C0000070C0000030C00000E0BF000040BF0000803E0000A03F0000104000005040000088400000A8400000C8400000E84000000441000014410000244100003441000044410000544100006441000074410000824100008A410000924100009A410000A2410000AA410000B2410000BA410000C2410000CA410000D2410000DA410000E2410000EA410000F2410000FA4100000142000005420000094200000D4200001142000015420000194200001D4200002142000025420000294200002D4200003142000035420000394200003D4200004142000045420000494200004D4200005142000055420000594200005D4200006142000065420000694200006D4200007142000075420000794200007D42008080420080824200808442008086420080884200808A4200808C4200808E42008090420080924200809442008096420080984200809A4200809C4200809E420080A0420080A2420080A4420080A6420080A8420080AA420080AC420080AE420080B0420080B2420080B4420080B6420080B8420080BA420080BC420080BE420080C0420080C2420080C4420080C642', 0.375, 0.875);
CREATE TABLE tasks (
    seq            INTEGER PRIMARY KEY, -- the order of insertion
    id             TEXT NOT NULL UNIQUE,
    parent         INTEGER REFERENCES tasks (seq) ON DELETE CASCADE,
    type           TEXT NOT NULL CHECK (type <> ''),
    sub_type       TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('QUEUED', 'STARTED', 'PROGRESS', 'SUCCESS', 'FAILURE', 'REVOKED')),
    progress       INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 100),
    status_message TEXT NOT NULL,
    params         TEXT NOT NULL,
    details        TEXT NOT NULL,
    created_us     INTEGER NOT NULL,
    started_us     INTEGER,
    ended_us       INTEGER,
    changed_us     INTEGER NOT NULL,
    unclean_ends   INTEGER NOT NULL CHECK (unclean_ends >= 0),
    owner          TEXT, -- who holds the lease
    CHECK ((parent IS NULL) = (type GLOB 'main_*')),
    CHECK ((ended_us IS NOT NULL) = (state IN ('SUCCESS', 'FAILURE', 'REVOKED'))),
    CHECK (owner IS NULL OR (parent IS NULL AND state IN ('STARTED', 'PROGRESS')))
) STRICT;
CREATE INDEX tasks_main ON tasks (created_us, seq) WHERE parent IS NULL;
CREATE INDEX tasks_children ON tasks (parent, created_us) WHERE parent IS NOT NULL;

CREATE TABLE task_log (
    task    INTEGER NOT NULL REFERENCES tasks (seq) ON DELETE CASCADE,
    number  INTEGER NOT NULL CHECK (number >= 1),
    time_us INTEGER NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;
INSERT INTO tasks VALUES (1, 'm', NULL, 'main_analysis', '', 'PROGRESS', 40, 'Processing.', '{"num_recent_albums":0}', '{}', 1700000000000000, 1700000001000000, NULL, 1700000002000000, 1, 'owner');
INSERT INTO tasks VALUES (2, 'c', 1, 'album_analysis', 'a', 'STARTED', 0, 'Started.', '', '{}', 1700000001000000, 1700000001500000, NULL, 1700000001500000, 0, NULL);
INSERT INTO task_log VALUES (1, 1, 1700000001000000, 'Started.');
CREATE TABLE playlists (
    position   INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL UNIQUE,
    created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE playlist_songs (
    playlist   INTEGER NOT NULL REFERENCES playlists (position) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    track      TEXT NOT NULL, -- the item id
    title      TEXT NOT NULL,
    artist     TEXT NOT NULL,
    path       BLOB NOT NULL,
    duration_s REAL NOT NULL,
    PRIMARY KEY (playlist, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE publications (
    seq         INTEGER PRIMARY KEY, -- the order of insertion
    key         TEXT NOT NULL UNIQUE,
    playlist    TEXT NOT NULL, -- our id, also after the playlist itself went
    sink        TEXT NOT NULL,
    user        TEXT NOT NULL,
    external_id TEXT NOT NULL, -- empty while the playlist is being made
    name        TEXT NOT NULL,
    songs       BLOB NOT NULL,
    next_songs  BLOB, -- of a change under way
    others      BLOB NOT NULL, -- ids of namesakes that were there before it was made
    old_hashes  BLOB NOT NULL
) STRICT;
INSERT INTO playlists VALUES (0, 'p', 'Calm_Slow_automatic', 1700000003000000);
INSERT INTO playlist_songs VALUES (0, 0, 't1', 'First', 'Band', X'612F636166E92E6F6767', 181.25);
INSERT INTO publications VALUES (1, 'k', 'p', 'folder-0123', '', 'Calm.m3u8', 'Calm_Slow_automatic', X'373A234558544D335531303A612F636166E92E6F6767303A', X'', X'', X'');
