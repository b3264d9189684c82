#include <store/detail/moved_rows.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <base/text.hpp>

namespace audiomuse::store::detail {

namespace {

constexpr int k_batch = 1'000;

/// A present track that was never analysed nor tried.
struct NewRow {
    std::int64_t seq = 0;
    TrackId id;
    std::int64_t key = 0;
    std::int64_t size_bytes = 0;
    std::int64_t listed_ms = 0;
};

Result<std::vector<NewRow>> new_rows(Connection& connection, const SourceId& source, std::int64_t after) {
    auto query = connection.query("SELECT seq, id, match_key, size_bytes, listed_ms FROM tracks WHERE source = (SELECT seq FROM "
                                  "sources WHERE name = ?1) AND present = 1 AND standing <> 'analysed' AND standing = 'new' AND "
                                  "seq > ?2 ORDER BY seq LIMIT ?3");
    if (!query) {
        return fail(std::move(query));
    }
    query->bind(source, after, k_batch);
    std::vector<NewRow> rows;
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return rows;
        }
        RowReader row = query->row();
        NewRow& track = rows.emplace_back();
        track.seq = row.integer();
        track.id = TrackId(row.text());
        track.key = row.integer();
        track.size_bytes = row.integer();
        track.listed_ms = row.integer();
    }
}

/// The row whose analysis belongs to the new track beyond doubt: no other present track has its key, and all missing ones that
/// have it hold an analysis of the same audio (one, or the same one again after several rescans).
Result<std::optional<std::int64_t>> find_origin(Connection& connection, const SourceId& source, const NewRow& track) {
    auto query = connection.query(
        "SELECT t.seq, t.present, t.size_bytes = ?3 AND t.listed_ms = ?4, a.identity, a.size_bytes = t.size_bytes AND "
        "a.modified_ns = t.modified_ns FROM tracks t LEFT JOIN analyses a ON a.track = t.seq WHERE t.source = (SELECT seq FROM "
        "sources WHERE name = ?1) AND t.match_key = ?2 AND t.match_key <> 0 ORDER BY t.seq");
    if (!query) {
        return fail(std::move(query));
    }
    query->bind(source, track.key, track.size_bytes, track.listed_ms);
    std::optional<std::int64_t> origin;
    std::string identity;
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return origin;
        }
        RowReader row = query->row();
        const std::int64_t seq = row.integer();
        if (seq == track.seq) {
            continue;
        }
        const bool is_present = row.integer() != 0;
        const bool fits = row.integer() != 0;
        const bool is_analysed = !row.next_is_null();
        const std::string heard = row.text();
        const bool is_of_these_bytes = row.integer() != 0;
        if (is_present || !fits || !is_analysed || !is_of_these_bytes || (origin && (heard.empty() || heard != identity))) {
            return std::nullopt;
        }
        origin = seq;
        identity = heard;
    }
}

Result<AnalysisVersion> version_of(Connection& connection, std::int64_t track) {
    auto query =
        connection.query("SELECT tempo_version, key_version, moods_version, network_version FROM analyses WHERE track = ?1");
    if (!query) {
        return fail(std::move(query));
    }
    if (auto found = query->bind(track).step(); !found) {
        return fail(std::move(found));
    }
    RowReader row = query->row();
    AnalysisVersion version;
    version.tempo = row.small_integer();
    version.key = row.small_integer();
    version.moods = row.small_integer();
    version.network = row.small_integer();
    return version;
}

Result<void> copy_analysis(Connection& connection, std::int64_t from, std::int64_t to, UtcTime now) {
    auto changed = connection.change(
        "INSERT INTO analyses (track, size_bytes, modified_ns, tempo_version, key_version, moods_version, network_version, "
        "analysed_us, identity, duration_s, tempo_bpm, tonic, scale, energy, partial, decode_ms, tempo_ms, key_ms, mel_ms, "
        "network_ms, total_ms, moods, tags, embedding, tempo_confidence, key_confidence) SELECT t.seq, t.size_bytes, "
        "t.modified_ns, a.tempo_version, "
        "a.key_version, a.moods_version, a.network_version, ?3, a.identity, a.duration_s, a.tempo_bpm, a.tonic, a.scale, "
        "a.energy, a.partial, a.decode_ms, a.tempo_ms, a.key_ms, a.mel_ms, a.network_ms, a.total_ms, a.moods, a.tags, "
        "a.embedding, a.tempo_confidence, a.key_confidence FROM tracks t CROSS JOIN analyses a WHERE t.seq = ?2 AND a.track = ?1",
        from, to, now);
    if (changed) {
        changed = connection.change("UPDATE tracks SET standing = 'analysed' WHERE seq = ?1", to);
    }
    return changed.map([](std::int64_t) {});
}

Result<bool> has_missing(Connection& connection, const SourceId& source) {
    auto query =
        connection.query("SELECT 1 FROM tracks WHERE source = (SELECT seq FROM sources WHERE name = ?1) AND present = 0 LIMIT 1");
    if (!query) {
        return fail(std::move(query));
    }
    return query->bind(source).step();
}

} // namespace

std::int64_t match_key(const Track& track) {
    const std::string artist = normalised_text(track.artist);
    const std::string title = normalised_text(track.title);
    if (track.stamp.size_bytes == 0 || track.listed_length.count() <= 0 || artist.empty() || title.empty()) {
        return 0;
    }
    const std::string digest =
        hash128_hex(fmt::format("{}\n{}\n{}\n{}", track.stamp.size_bytes, track.listed_length.count(), artist, title));
    constexpr std::size_t k_digits = 16;
    constexpr int k_hexadecimal = 16;
    std::uint64_t key = 0;
    std::from_chars(digest.data(), digest.data() + k_digits, key, k_hexadecimal);
    return key == 0 ? 1 : static_cast<std::int64_t>(key);
}

Result<AdoptedBatch> adopt_some(Connection& connection, const SourceId& source, std::int64_t after, UtcTime now) {
    AdoptedBatch batch;
    auto any = has_missing(connection, source);
    if (!any) {
        return fail(std::move(any));
    }
    if (!*any) {
        return batch;
    }
    auto rows = new_rows(connection, source, after);
    if (!rows) {
        return fail(std::move(rows));
    }
    for (const NewRow& track : *rows) {
        if (track.key == 0) {
            continue;
        }
        auto origin = find_origin(connection, source, track);
        if (!origin) {
            return fail(std::move(origin));
        }
        if (!*origin) {
            continue;
        }
        auto version = version_of(connection, **origin);
        if (!version) {
            return fail(std::move(version));
        }
        if (auto copied = copy_analysis(connection, **origin, track.seq, now); !copied) {
            return fail(std::move(copied));
        }
        batch.adopted.push_back({track.id, *version});
    }
    batch.last = rows->size() < static_cast<std::size_t>(k_batch) ? 0 : rows->back().seq;
    return batch;
}

} // namespace audiomuse::store::detail
