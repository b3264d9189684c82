#include <store/detail/mood_rows.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <store/detail/track_rows.hpp>
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
    static const std::string k_sql =
        "SELECT a.track, " + std::string(k_analysis_columns) +
        " FROM analyses a CROSS JOIN tracks t ON t.seq = a.track WHERE a.moods_version < ?2 AND a.tempo_version >= ?3 AND "
        "a.key_version >= ?4 AND a.network_version >= ?5 AND a.tags IS NOT NULL AND a.embedding IS NOT NULL AND "
        "t.source = (SELECT seq FROM sources WHERE name = ?1) LIMIT ?6";
    auto query = connection.query(k_sql);
    if (!query) {
        return fail(std::move(query));
    }
    query->bind(source, current.moods, current.tempo, current.key, current.network, batch);
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
        Analysis analysis;
        if (auto read = read_analysis(row, analysis); !read) {
            return fail(std::move(read));
        }
        rows.push_back({track, predict(*analysis.tags, *analysis.embedding)});
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
