#include <store/detail/listing_rows.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <store/detail/moved_rows.hpp>
#include <store/detail/track_rows.hpp>

namespace audiomuse::store::detail {

namespace {

/// The first column of the row that an upsert with RETURNING, or a SELECT, gives.
template <class... Values>
Result<std::int64_t> row_number(Connection& connection, std::string_view sql, const Values&... values) {
    auto query = connection.query(sql);
    if (!query) {
        return fail(std::move(query));
    }
    auto found = query->bind(values...).step();
    if (!found) {
        return fail(std::move(found));
    }
    if (!*found) {
        return 0;
    }
    const std::int64_t number = query->row().integer();
    if (auto done = query->run(); !done) {
        return fail(std::move(done));
    }
    return number;
}

Result<std::int64_t> source_number(Connection& connection, const SourceId& source) {
    auto known = row_number(connection, "SELECT seq FROM sources WHERE name = ?1", source);
    if (known && *known == 0) {
        return row_number(connection, "INSERT INTO sources (name) VALUES (?1) RETURNING seq", source);
    }
    return known;
}

Result<std::int64_t> listing_number(Connection& connection, std::int64_t source, const ListingId& listing) {
    auto known = row_number(connection, "SELECT seq FROM listings WHERE source = ?1 AND id = ?2", source, listing);
    if (known && *known == 0) {
        return row_number(connection, "INSERT INTO listings (source, id) VALUES (?1, ?2) RETURNING seq", source, listing);
    }
    return known;
}

/// What the store knows of one track.
struct KnownRow {
    std::int64_t seq = 0; ///< 0: nothing
    bool present = false;
    Track track;
    TrackStatus status;
};

FileStamp read_stamp(RowReader& row) {
    FileStamp stamp;
    stamp.size_bytes = static_cast<std::uint64_t>(row.integer());
    stamp.modified_ns = row.integer();
    return stamp;
}

/// From a failure and an analysis, either of which may be NULLs, and the stamp that the listing names.
Result<TrackStatus> read_status(RowReader& row, const FileStamp& listed) {
    TrackStatus status;
    if (row.next_is_null()) {
        row.skip(4);
    } else {
        status.stamp_matches = read_stamp(row) == listed;
        auto code = read_failure_code(row.bytes());
        if (!code) {
            return fail(std::move(code));
        }
        const int runs = row.small_integer();
        status.failure = *code;
        status.runs_failed = status.stamp_matches ? runs : 0;
    }
    if (row.next_is_null()) {
        row.skip(8);
    } else if (read_stamp(row) != listed) {
        row.skip(6);
    } else {
        AnalysisVersion version;
        version.tempo = row.small_integer();
        version.key = row.small_integer();
        version.moods = row.small_integer();
        version.network = row.small_integer();
        const double duration_s = row.real();
        const bool whole = row.integer() == 0;
        status.stamp_matches = true;
        status.analysed = version;
        status.heard_s = whole ? std::optional(duration_s) : std::nullopt;
    }
    return status;
}

Result<KnownRow> known_row(Connection& connection, std::int64_t source, const Track& listed) {
    static const std::string k_sql = "SELECT t.seq, t.present, f.size_bytes, f.modified_ns, f.code, f.runs, a.size_bytes, "
                                     "a.modified_ns, a.tempo_version, a.key_version, "
                                     "a.moods_version, a.network_version, a.duration_s, a.partial, " +
                                     std::string(k_track_columns) +
                                     " FROM tracks t JOIN albums b ON b.seq = t.album LEFT JOIN failures f ON f.track = t.seq "
                                     "LEFT JOIN analyses a ON a.track = t.seq "
                                     "WHERE t.source = ?1 AND t.id = ?2";
    KnownRow known;
    auto query = connection.query(k_sql);
    if (!query) {
        return fail(std::move(query));
    }
    auto found = query->bind(source, listed.id).step();
    if (!found) {
        return fail(std::move(found));
    }
    if (!*found) {
        return known;
    }
    RowReader row = query->row();
    known.seq = row.integer();
    known.present = row.integer() != 0;
    auto status = read_status(row, listed.stamp);
    if (!status) {
        return fail(std::move(status));
    }
    known.status = std::move(*status);
    known.status.was_listed = known.present;
    read_track(row, known.track);
    return known;
}

/// A length that a source makes up must not break the row.
std::int64_t listed_ms(const Track& track) { return std::max<std::int64_t>(0, track.listed_length.count()); }

/// Bytes that are listed again as they were heard: what was said of others in between no longer counts.
Result<void> return_to_analysis(Connection& connection, std::int64_t track, const FileStamp& listed) {
    auto changed = connection.change("DELETE FROM failures WHERE track = ?1 AND (size_bytes <> ?2 OR modified_ns <> ?3)", track,
                                     listed.size_bytes, listed.modified_ns);
    if (changed && *changed > 0) {
        changed = connection.change("UPDATE tracks SET standing = 'analysed' WHERE seq = ?1", track);
    }
    return changed.map([](std::int64_t) {});
}

/// A known track that the listing describes as it is known only takes the number of the listing: no index is touched.
Result<std::int64_t> write_track(Connection& connection, const AlbumPlace& place, const KnownRow& known, const Track& track) {
    Track listed = track;
    listed.album_id = place.id;
    if (known.seq != 0 && known.present && is_same(known.track, listed)) {
        return connection.change("UPDATE tracks SET listing = ?2 WHERE seq = ?1 AND listing <> ?2", known.seq, place.listing);
    }
    if (known.seq != 0) {
        return connection.change(
            "UPDATE tracks SET album = ?2, title = ?3, artist = ?4, album_title = ?5, album_artist = ?6, genre = ?7, path = ?8, "
            "track_number = ?9, year = ?10, size_bytes = ?11, modified_ns = ?12, listing = ?13, library = ?14, listed_ms = ?15, "
            "match_key = ?16, present = 1, missing_since_us = NULL WHERE seq = ?1",
            known.seq, place.album, track.title, track.artist, track.album, track.album_artist, track.genre, blob_of(track.path),
            track.track_number, track.year, track.stamp.size_bytes, track.stamp.modified_ns, place.listing, track.library,
            listed_ms(track), match_key(track));
    }
    return connection.change(
        "INSERT INTO tracks (source, id, album, title, artist, album_title, album_artist, genre, path, track_number, year, "
        "size_bytes, modified_ns, listing, library, listed_ms, match_key, present, standing) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 1, 'new')",
        place.source, track.id, place.album, track.title, track.artist, track.album, track.album_artist, track.genre,
        blob_of(track.path), track.track_number, track.year, track.stamp.size_bytes, track.stamp.modified_ns, place.listing,
        track.library, listed_ms(track), match_key(track));
}

/// Names between separators that no shown text holds; empty for none.
std::string separated(const std::vector<std::string>& names) {
    constexpr char k_separator = '\x1F';
    std::string text;
    for (const std::string& name : names) {
        text += k_separator;
        text += name;
    }
    if (!text.empty()) {
        text += k_separator;
    }
    return text;
}

/// Rows that a listing (?2) did not see although it looked at their library (?3). The sign keeps the planner from walking the
/// table in the order of an index: nearly all rows are looked at.
constexpr std::string_view k_unseen = "+source = ?1 AND present = 1 AND listing <> ?2 AND (?3 = '' OR "
                                      "instr(?3, char(31) || library || char(31)) > 0)";

/// Makes what the listing did not see missing, unless that is too much.
Result<ListingOutcome> mark_unseen(Connection& connection, std::int64_t source, std::int64_t listing, const ListingEnd& end,
                                   UtcTime now) {
    static const std::string k_count = "SELECT count(*) FROM tracks WHERE " + std::string(k_unseen);
    static const std::string k_mark = "UPDATE tracks SET present = 0, missing_since_us = ?4 WHERE " + std::string(k_unseen);
    const std::string libraries = separated(end.libraries);
    auto unseen = row_number(connection, k_count, source, listing, libraries);
    if (!unseen) {
        return fail(std::move(unseen));
    }
    ListingOutcome outcome;
    outcome.unseen = static_cast<std::uint64_t>(*unseen);
    outcome.removed = outcome.unseen <= end.most_removals;
    if (outcome.removed && outcome.unseen > 0) {
        if (auto marked = connection.change(k_mark, source, listing, libraries, now); !marked) {
            return fail(std::move(marked));
        }
    }
    if (outcome.removed && !libraries.empty()) {
        auto moved = connection.change(
            "UPDATE tracks SET library = ?3 WHERE +source = ?1 AND present = 1 AND listing <> ?2 AND library = ''", source,
            listing, std::string_view(k_some_other_library));
        if (!moved) {
            return fail(std::move(moved));
        }
    }
    return outcome;
}

} // namespace

Result<AlbumPlace> place_album(Connection& connection, const SourceId& source, const ListingId& listing, const Album& album) {
    AlbumPlace place;
    place.id = album.id;
    auto number = source_number(connection, source);
    if (!number) {
        return fail(std::move(number));
    }
    place.source = *number;
    number = listing_number(connection, place.source, listing);
    if (!number) {
        return fail(std::move(number));
    }
    place.listing = *number;
    number = row_number(
        connection,
        "INSERT INTO albums (source, id, title, artist, added_us) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source, id) DO "
        "UPDATE SET title = excluded.title, artist = excluded.artist, added_us = excluded.added_us RETURNING seq",
        place.source, album.id, album.title, album.artist, album.added);
    if (!number) {
        return fail(std::move(number));
    }
    place.album = *number;
    return place;
}

Result<TrackStatus> place_track(Connection& connection, const AlbumPlace& place, const Track& track) {
    auto known = known_row(connection, place.source, track);
    if (!known) {
        return fail(std::move(known));
    }
    if (auto written = write_track(connection, place, *known, track); !written) {
        return fail(std::move(written));
    }
    const bool failed_for_other_bytes = known->status.failure && known->status.runs_failed == 0;
    if (known->status.analysed && failed_for_other_bytes) {
        if (auto returned = return_to_analysis(connection, known->seq, track.stamp); !returned) {
            return fail(std::move(returned));
        }
        known->status.failure.reset();
    }
    return std::move(known->status);
}

Result<ListingOutcome> end_listing(Connection& connection, const SourceId& source, const ListingId& listing,
                                   const ListingEnd& end, UtcTime now, UtcTime forget_before) {
    auto source_row = source_number(connection, source);
    if (!source_row) {
        return fail(std::move(source_row));
    }
    auto listing_row = listing_number(connection, *source_row, listing);
    if (!listing_row) {
        return fail(std::move(listing_row));
    }
    auto unseen = mark_unseen(connection, *source_row, *listing_row, end, now);
    if (!unseen) {
        return fail(std::move(unseen));
    }
    auto done = connection.change("DELETE FROM tracks WHERE source = ?1 AND present = 0 AND missing_since_us < ?2", *source_row,
                                  forget_before);
    if (done) {
        done = connection.change(
            "DELETE FROM albums WHERE source = ?1 AND NOT EXISTS (SELECT 1 FROM tracks WHERE album = albums.seq)", *source_row);
    }
    if (done) {
        done = connection.change("DELETE FROM listings WHERE source = ?1 AND seq <> ?2", *source_row, *listing_row);
    }
    if (!done) {
        return fail(std::move(done));
    }
    return *unseen;
}

} // namespace audiomuse::store::detail
