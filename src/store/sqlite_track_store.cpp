#include <store/sqlite_track_store.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include <store/database.hpp>
#include <store/detail/connection.hpp>
#include <store/detail/engine.hpp>
#include <store/detail/listing_rows.hpp>
#include <store/detail/mood_rows.hpp>
#include <store/detail/moved_rows.hpp>
#include <store/detail/track_rows.hpp>

namespace audiomuse::store {

using detail::Connection;
using detail::Durability;
using detail::RowReader;

namespace {

/// How long a track that is no longer listed keeps its analysis.
constexpr std::chrono::days k_missing_kept{90};

std::int64_t clamp_to_sql(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

/// Where a track is and which listing saw it last; error not_found.
struct KnownTrack {
    std::int64_t seq = 0;
    std::int64_t source = 0;
    std::int64_t listing = 0;
};

Result<KnownTrack> known_track(Connection& connection, const SourceId& source, const TrackId& id) {
    auto query = connection.query(
        "SELECT seq, source, listing FROM tracks WHERE source = (SELECT seq FROM sources WHERE name = ?1) AND id = ?2");
    if (!query) {
        return fail(std::move(query));
    }
    auto found = query->bind(source, id).step();
    if (!found) {
        return fail(std::move(found));
    }
    if (!*found) {
        return fail(ErrorCode::not_found, "Track " + id.str() + " was not found.");
    }
    RowReader row = query->row();
    KnownTrack track;
    track.seq = row.integer();
    track.source = row.integer();
    track.listing = row.integer();
    return track;
}

Result<void> keep_failure(Connection& connection, const KnownTrack& track, const FileStamp& stamp, const TrackFailure& failure,
                          UtcTime now) {
    if (lasts_until_the_file_changes(failure.code)) {
        auto gone = connection.change("DELETE FROM analyses WHERE track = ?1 AND (size_bytes <> ?2 OR modified_ns <> ?3)",
                                      track.seq, stamp.size_bytes, stamp.modified_ns);
        if (!gone) {
            return fail(std::move(gone));
        }
    }
    auto kept = connection.change(
        "INSERT INTO failures (track, source, size_bytes, modified_ns, code, reason, attempts, runs, listing, last_attempt_us) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 1, ?7, ?8) ON CONFLICT (track) DO UPDATE SET "
        "attempts = CASE WHEN size_bytes = ?3 AND modified_ns = ?4 THEN attempts + 1 ELSE 1 END, "
        "runs = CASE WHEN size_bytes = ?3 AND modified_ns = ?4 THEN runs + (listing <> ?7) ELSE 1 END, "
        "size_bytes = ?3, modified_ns = ?4, code = ?5, reason = ?6, listing = ?7, last_attempt_us = ?8",
        track.seq, track.source, stamp.size_bytes, stamp.modified_ns, to_string(failure.code), failure.reason, track.listing,
        now);
    if (!kept) {
        return fail(std::move(kept));
    }
    return connection
        .change("UPDATE tracks SET standing = CASE WHEN EXISTS (SELECT 1 FROM analyses WHERE track = ?1 AND size_bytes = ?2 AND "
                "modified_ns = ?3) THEN 'analysed' ELSE 'failed' END WHERE seq = ?1",
                track.seq, stamp.size_bytes, stamp.modified_ns)
        .map([](std::int64_t) {});
}

Result<void> keep_analysis(Connection& connection, const KnownTrack& track, const FileStamp& stamp, const Analysis& analysis,
                           UtcTime now) {
    if (auto written = detail::write_analysis(connection, track.seq, stamp, analysis, now); !written) {
        return written;
    }
    auto changed = connection.change("DELETE FROM failures WHERE track = ?1", track.seq);
    if (changed) {
        changed =
            connection.change("UPDATE tracks SET standing = 'analysed' WHERE seq = ?1 AND standing <> 'analysed'", track.seq);
    }
    return changed.map([](std::int64_t) {});
}

Result<FailedTrack> read_failed_track(RowReader row) {
    FailedTrack failed;
    auto code = detail::read_failure_code(row.bytes());
    if (!code) {
        return fail(std::move(code));
    }
    failed.failure.code = *code;
    failed.failure.reason = row.text();
    failed.attempts = row.small_integer();
    failed.last_attempt = row.time();
    detail::read_track(row, failed.track);
    return failed;
}

} // namespace

SqliteTrackStore::SqliteTrackStore(Database& database, SourceId source, std::function<UtcTime()> now)
    : m_database(database), m_source(std::move(source)), m_now(std::move(now)) {}

Result<std::vector<TrackStatus>> SqliteTrackStore::record_album(const ListingId& listing, const Album& album,
                                                                std::span<const Track> tracks) {
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<std::vector<TrackStatus>> {
        auto place = detail::place_album(connection, m_source, listing, album);
        if (!place) {
            return fail(std::move(place));
        }
        std::vector<TrackStatus> statuses;
        statuses.reserve(tracks.size());
        for (const Track& track : tracks) {
            auto status = detail::place_track(connection, *place, track);
            if (!status) {
                return fail(std::move(status));
            }
            statuses.push_back(std::move(*status));
        }
        return statuses;
    });
}

Result<ListingOutcome> SqliteTrackStore::finish_listing(const ListingId& listing, const ListingEnd& end) {
    const UtcTime now = m_now();
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) {
        return detail::end_listing(connection, m_source, listing, end, now, now - k_missing_kept);
    });
}

Result<void> SqliteTrackStore::adopt_moved(const MovedVisitor& visitor, std::stop_token stop) {
    std::int64_t after = 0;
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "The search for moved tracks was cancelled.");
        }
        auto batch = m_database.engine().write(Durability::process_death, [&](Connection& connection) {
            return detail::adopt_some(connection, m_source, after, m_now());
        });
        if (!batch) {
            return fail(std::move(batch));
        }
        for (const MovedTrack& track : batch->adopted) {
            visitor(track);
        }
        if (batch->last == 0) {
            return {};
        }
        after = batch->last;
    }
}

Result<std::uint64_t> SqliteTrackStore::renew_moods(const AnalysisVersion& current, const MoodPredictor& predict,
                                                    std::stop_token stop) {
    std::uint64_t renewed = 0;
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "The renewal of moods was cancelled.");
        }
        auto batch = m_database.engine().write(Durability::process_death, [&](Connection& connection) {
            return detail::renew_some_moods(connection, m_source, current, predict);
        });
        if (!batch || *batch == 0) {
            return std::move(batch).map([renewed](std::size_t) { return renewed; });
        }
        renewed += *batch;
    }
}

Result<void> SqliteTrackStore::save_analysis(const TrackId& track, const FileStamp& stamp, const Analysis& analysis) {
    const UtcTime now = m_now();
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<void> {
        auto known = known_track(connection, m_source, track);
        return known ? keep_analysis(connection, *known, stamp, analysis, now) : fail(std::move(known));
    });
}

Result<void> SqliteTrackStore::save_failure(const TrackId& track, const FileStamp& stamp, const TrackFailure& failure) {
    const UtcTime now = m_now();
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<void> {
        auto known = known_track(connection, m_source, track);
        return known ? keep_failure(connection, *known, stamp, failure, now) : fail(std::move(known));
    });
}

Result<std::optional<Analysis>> SqliteTrackStore::find_by_identity(const AudioIdentity& identity) {
    if (identity.empty()) {
        return std::optional<Analysis>();
    }
    static const std::string k_sql =
        "SELECT " + std::string(detail::k_analysis_columns) +
        " FROM analyses a WHERE a.identity = ?1 AND a.identity <> '' ORDER BY a.analysed_us DESC, a.track DESC LIMIT 1";
    return m_database.engine().read([&](Connection& connection) -> Result<std::optional<Analysis>> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        auto found = query->bind(identity).step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return std::optional<Analysis>();
        }
        Analysis analysis;
        RowReader row = query->row();
        if (auto read = detail::read_analysis(row, analysis); !read) {
            return fail(std::move(read));
        }
        return std::optional<Analysis>(std::move(analysis));
    });
}

Result<std::optional<Track>> SqliteTrackStore::find(const TrackId& track) {
    static const std::string k_sql = "SELECT " + std::string(detail::k_track_columns) +
                                     " FROM tracks t JOIN albums b ON b.seq = t.album "
                                     "WHERE t.source = (SELECT seq FROM sources WHERE name = ?1) AND t.id = ?2";
    return m_database.engine().read([&](Connection& connection) -> Result<std::optional<Track>> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        auto found = query->bind(m_source, track).step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return std::optional<Track>();
        }
        Track result;
        RowReader row = query->row();
        detail::read_track(row, result);
        return std::optional<Track>(std::move(result));
    });
}

Result<TrackCounts> SqliteTrackStore::counts() {
    return m_database.engine().read([&](Connection& connection) -> Result<TrackCounts> {
        auto query = connection.query(
            "SELECT present, standing, n FROM track_counts WHERE source = (SELECT seq FROM sources WHERE name = ?1)");
        if (!query) {
            return fail(std::move(query));
        }
        query->bind(m_source);
        TrackCounts counts;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                return counts;
            }
            RowReader row = query->row();
            const bool present = row.integer() != 0;
            const std::string standing = row.text();
            const auto n = static_cast<std::uint64_t>(row.integer());
            counts.present += present ? n : 0;
            counts.missing += present ? 0 : n;
            counts.analysed += present && standing == "analysed" ? n : 0;
            counts.failed += present && standing == "failed" ? n : 0;
        }
    });
}

Result<void> SqliteTrackStore::visit_analysed(const AnalysedVisitor& visitor) {
    // Where a listing tells lengths, the time of a stamp is the length: an analysis of another one is of other audio.
    // CROSS JOIN keeps the order of the tables, and so the tracks in the order of their index: nothing is sorted.
    static const std::string k_sql =
        "SELECT " + std::string(detail::k_track_columns) + ", " + std::string(detail::k_analysis_columns) +
        " FROM tracks t CROSS JOIN albums b ON b.seq = t.album CROSS JOIN analyses a ON a.track = t.seq "
        "WHERE t.source = (SELECT seq FROM sources WHERE name = ?1) AND t.present = 1 AND "
        "(t.listed_ms = 0 OR a.modified_ns = t.modified_ns) ORDER BY t.id";
    return m_database.engine().read([&](Connection& connection) -> Result<void> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        query->bind(m_source);
        AnalysedTrack track;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                return {};
            }
            RowReader row = query->row();
            detail::read_track(row, track.track);
            if (auto read = detail::read_analysis(row, track.analysis); !read) {
                return read;
            }
            if (!visitor(track)) {
                return {};
            }
        }
    });
}

Result<void> SqliteTrackStore::visit_unanalysed(const UnanalysedVisitor& visitor) {
    static const std::string k_sql = "SELECT f.code, " + std::string(detail::k_track_columns) +
                                     " FROM tracks t CROSS JOIN albums b ON b.seq = t.album LEFT JOIN failures f ON f.track = "
                                     "t.seq WHERE t.source = (SELECT seq FROM sources WHERE name = ?1) AND t.present = 1 AND "
                                     "t.standing <> 'analysed'";
    return m_database.engine().read([&](Connection& connection) -> Result<void> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        query->bind(m_source);
        Track track;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                return {};
            }
            RowReader row = query->row();
            std::optional<FailureCode> failure;
            if (row.next_is_null()) {
                row.skip(1);
            } else {
                auto code = detail::read_failure_code(row.bytes());
                if (!code) {
                    return fail(std::move(code));
                }
                failure = *code;
            }
            detail::read_track(row, track);
            visitor(track, failure);
        }
    });
}

Result<std::vector<FailedTrack>> SqliteTrackStore::failures(std::uint64_t offset, std::uint64_t limit) {
    static const std::string k_sql =
        "SELECT f.code, f.reason, f.attempts, f.last_attempt_us, " + std::string(detail::k_track_columns) +
        " FROM failures f CROSS JOIN tracks t ON t.seq = f.track CROSS JOIN albums b ON b.seq = t.album "
        "WHERE f.source = (SELECT seq FROM sources WHERE name = ?1) AND t.present = 1 "
        "ORDER BY f.last_attempt_us DESC, t.id LIMIT ?2 OFFSET ?3";
    return m_database.engine().read([&](Connection& connection) -> Result<std::vector<FailedTrack>> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        query->bind(m_source, clamp_to_sql(limit), clamp_to_sql(offset));
        std::vector<FailedTrack> tracks;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                return tracks;
            }
            auto track = read_failed_track(query->row());
            if (!track) {
                return fail(std::move(track));
            }
            tracks.push_back(std::move(*track));
        }
    });
}

} // namespace audiomuse::store
