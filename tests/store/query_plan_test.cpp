#include <set>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <store/detail/engine.hpp>
#include <store/sqlite_stores.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

using detail::Connection;
using detail::Durability;

/// Remembers the text of each statement that a connection runs.
int remember(unsigned /*event*/, void* statements, void* statement, void* /*text*/) {
    const char* sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
    static_cast<std::set<std::string>*>(statements)->insert(sql);
    return 0;
}

std::string plan_of(Connection& connection, const std::string& sql) {
    std::string plan;
    auto query = connection.query("EXPLAIN QUERY PLAN " + sql).value();
    while (query.step().value()) {
        auto row = query.row();
        row.skip(3);
        plan += row.text() + "\n";
    }
    return plan;
}

/// Every statement of the everyday calls, as the stores really run it, goes by an index and sorts nothing.
TEST(StoreQueryPlans, EverydayCallsNeitherScanNorSort) {
    SqliteStores stores;
    std::set<std::string> statements;
    const auto trace = [&](Connection& connection) -> Result<void> {
        sqlite3_trace_v2(connection.handle(), SQLITE_TRACE_STMT, remember, &statements);
        return {};
    };
    ASSERT_TRUE(stores.database->engine().write(Durability::process_death, trace));
    ASSERT_TRUE(stores.database->engine().read(trace)); // the one idle reader serves all calls below

    const Track track = sample_track("t");
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album("a"), {{track}}));
        ASSERT_TRUE(stores.tracks.save_failure(track.id, track.stamp, {}));
        ASSERT_TRUE(stores.tracks.save_analysis(track.id, track.stamp, sample_analysis()));
    }
    ASSERT_TRUE(stores.tracks.find(track.id));
    ASSERT_TRUE(stores.tracks.find_by_identity(AudioIdentity("x")));
    ASSERT_TRUE(stores.tracks.counts());
    ASSERT_TRUE(stores.tracks.failures(0, 10));
    ASSERT_TRUE(stores.tracks.visit_analysed([](const AnalysedTrack&) { return true; }));
    ASSERT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("missing")}}));
    ASSERT_TRUE(stores.tracks.save_analysis(TrackId("missing"), track.stamp, sample_analysis()));
    ASSERT_TRUE(stores.tracks.record_album(ListingId("m"), sample_album("a"), {{track}}));
    Track moved = sample_track("missing");
    moved.id = TrackId("moved");
    ASSERT_TRUE(stores.tracks.record_album(ListingId("m"), sample_album("a"), {{moved}}));
    ASSERT_TRUE(stores.tracks.renew_moods({}, [](const Tags&, const Embedding&) { return Moods{}; }, {}));
    ASSERT_TRUE(stores.tracks.visit_unanalysed([](const Track&, std::optional<FailureCode>) {}));
    // Ends a listing, whose statements do look at nearly all rows, apart from the others.
    ASSERT_TRUE(stores.database->engine().write(Durability::process_death, [](Connection& connection) {
        return connection.execute("UPDATE tracks SET present = 0, missing_since_us = 1 WHERE seq = 2");
    }));
    int adopted = 0;
    ASSERT_TRUE(stores.tracks.adopt_moved([&](const MovedTrack&) { ++adopted; }, {}));
    ASSERT_EQ(adopted, 1);
    ASSERT_TRUE(stores.tasks.create(sample_task("m", 1)));
    ASSERT_TRUE(stores.tasks.claim(TaskType::main_analysis, OwnerId("me"), at(2)));
    ASSERT_TRUE(stores.tasks.create(sample_child("c", "m", 1)));
    ASSERT_TRUE(stores.tasks.children(TaskId("m")));
    ASSERT_TRUE(stores.tasks.append_log(TaskId("m"), at(3), "line"));
    ASSERT_TRUE(stores.tasks.log(TaskId("m"), 0, 200));
    ASSERT_TRUE(stores.tasks.list_main(TaskFilter::all, 1));
    ASSERT_TRUE(stores.tasks.update(stores.tasks.find(TaskId("m")).value().value()));
    ASSERT_TRUE(stores.tasks.revoke(TaskId("m"), "Cancelled.", at(4)));
    ASSERT_GT(statements.size(), 25U);

    auto connection =
        Connection::open(stores.folder / "audiomuse.db", detail::OpenMode::read_write, std::chrono::milliseconds(0)).value();
    for (const std::string& sql : statements) {
        if (sql.starts_with("--") || sql.starts_with("BEGIN") || sql.starts_with("COMMIT") || sql.starts_with("ROLLBACK") ||
            sql.starts_with("PRAGMA")) {
            continue;
        }
        const std::string plan = plan_of(connection, sql);
        // Main tasks are few, and their partial index holds nothing else.
        EXPECT_TRUE(plan.find("SCAN") == std::string::npos || plan.find("SCAN t USING INDEX tasks_main") != std::string::npos ||
                    plan.find("SCAN tasks USING INDEX tasks_main") != std::string::npos)
            << sql << "\n"
            << plan;
        // Failures of the same microsecond are sorted by id.
        EXPECT_TRUE(plan.find("TEMP B-TREE") == std::string::npos ||
                    plan.find("TEMP B-TREE FOR RIGHT PART OF ORDER BY") != std::string::npos)
            << sql << "\n"
            << plan;
    }
}

} // namespace
} // namespace audiomuse::store
