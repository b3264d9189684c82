#include <store/detail/mood_rows.hpp>

#include <cstdint>
#include <utility>
#include <vector>

#include <store/detail/vectors.hpp>

namespace audiomuse::store::detail {

namespace {

struct Renewed {
    std::int64_t track = 0;
    Moods moods{};
};

/// With new moods, not stored yet.
Result<std::vector<Renewed>> outdated(Connection& connection, const SourceId& source, const AnalysisVersion& current,
                                      const MoodPredictor& predict) {
    constexpr int batch = 1'000;
    // By the sizes of the vectors, so that a damaged row holds up no other.
    auto query = connection.query(
        "SELECT a.track, a.tags, a.embedding FROM analyses a CROSS JOIN tracks t ON t.seq = a.track WHERE a.moods_version < ?2 "
        "AND a.tempo_version >= ?3 AND a.key_version >= ?4 AND a.network_version >= ?5 AND length(a.tags) = ?6 AND "
        "length(a.embedding) = ?7 AND t.source = (SELECT seq FROM sources WHERE name = ?1) LIMIT ?8");
    if (!query) {
        return fail(std::move(query));
    }
    query->bind(source, current.moods, current.tempo, current.key, current.network, sizeof(Tags), sizeof(Embedding), batch);
    std::vector<Renewed> rows;
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return rows;
        }
        RowReader row = query->row();
        const std::int64_t track = row.integer();
        Tags tags{};
        Embedding embedding{};
        if (from_little_endian(row.bytes(), tags) && from_little_endian(row.bytes(), embedding)) {
            rows.push_back({track, predict(tags, embedding)});
        }
    }
}

} // namespace

Result<std::size_t> renew_some_moods(Connection& connection, const SourceId& source, const AnalysisVersion& current,
                                     const MoodPredictor& predict) {
    auto rows = outdated(connection, source, current, predict);
    if (!rows) {
        return fail(std::move(rows));
    }
    for (const Renewed& row : *rows) {
        const auto bytes = to_little_endian(row.moods);
        if (auto changed = connection.change("UPDATE analyses SET moods = ?2, moods_version = ?3 WHERE track = ?1", row.track,
                                             Blob{bytes}, current.moods);
            !changed) {
            return fail(std::move(changed));
        }
    }
    return rows->size();
}

} // namespace audiomuse::store::detail
