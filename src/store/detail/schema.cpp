#include <array>

#include <store/detail/migrations.hpp>

// Times are microseconds since the Unix epoch (_us). Paths are BLOBs: they need not be UTF-8. Vectors are BLOBs of little-endian
// float32.

namespace audiomuse::store::detail {

namespace {

constexpr const char* k_tracks = R"sql(
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
CREATE TRIGGER tracks_counted_out AFTER DELETE ON tracks BEGIN
    UPDATE track_counts SET n = n - 1 WHERE source = old.source AND present = old.present AND standing = old.standing;
END;
CREATE TRIGGER tracks_counted_anew AFTER UPDATE OF present, standing ON tracks
    WHEN old.present <> new.present OR old.standing <> new.standing BEGIN
    UPDATE track_counts SET n = n - 1 WHERE source = old.source AND present = old.present AND standing = old.standing;
    INSERT INTO track_counts VALUES (new.source, new.present, new.standing, 1)
        ON CONFLICT (source, present, standing) DO UPDATE SET n = n + 1;
END;
)sql";

constexpr const char* k_tasks = R"sql(
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
)sql";

constexpr const char* k_playlists = R"sql(
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

CREATE TABLE published_playlists (
    external_id  TEXT NOT NULL PRIMARY KEY,
    playlist     TEXT NOT NULL, -- our id, also after the playlist itself went
    content_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* k_interrupted_updates = R"sql(
ALTER TABLE published_playlists ADD COLUMN previous_hash TEXT NOT NULL DEFAULT '';
)sql";

// Songs are lists as text_list.hpp packs them. Entries of before know neither sink, name nor songs, only hashes of them.
constexpr const char* k_publications = R"sql(
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
INSERT INTO publications (key, playlist, sink, user, external_id, name, songs, others, old_hashes)
    SELECT 'old ' || external_id, playlist, '', '', external_id, '', x'', x'',
           CAST(length(content_hash) || ':' || content_hash || CASE previous_hash WHEN '' THEN ''
                ELSE length(previous_hash) || ':' || previous_hash END AS BLOB)
    FROM published_playlists ORDER BY external_id;
DROP TABLE published_playlists;
)sql";

// On a media server the listed length was kept in the place of a time only. match_key: see match_key().
constexpr const char* k_listed_facts = R"sql(
ALTER TABLE tracks ADD COLUMN library TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN listed_ms INTEGER NOT NULL DEFAULT 0 CHECK (listed_ms >= 0);
ALTER TABLE tracks ADD COLUMN match_key INTEGER NOT NULL DEFAULT 0;
UPDATE tracks SET listed_ms = modified_ns WHERE modified_ns > 0 AND source IN
    (SELECT seq FROM sources WHERE name LIKE 'jellyfin-%' OR name LIKE 'subsonic:%');
CREATE INDEX tracks_by_match_key ON tracks (source, match_key) WHERE match_key <> 0;
CREATE INDEX tracks_not_analysed ON tracks (source) WHERE present = 1 AND standing <> 'analysed';
)sql";

constexpr const char* k_confidences = R"sql(
ALTER TABLE analyses ADD COLUMN tempo_confidence REAL CHECK (tempo_confidence BETWEEN 0 AND 1);
ALTER TABLE analyses ADD COLUMN key_confidence REAL CHECK (key_confidence BETWEEN 0 AND 1);
CREATE INDEX analyses_by_version ON analyses (moods_version, tempo_version, key_version, network_version);
)sql";

constexpr std::array<Migration, 7> k_migrations{{{1, k_tracks},
                                                 {2, k_tasks},
                                                 {3, k_playlists},
                                                 {4, k_interrupted_updates},
                                                 {5, k_publications},
                                                 {6, k_listed_facts},
                                                 {7, k_confidences}}};

} // namespace

std::span<const Migration> all_migrations() noexcept { return k_migrations; }

int newest_version() noexcept { return k_migrations.back().version; }

} // namespace audiomuse::store::detail
