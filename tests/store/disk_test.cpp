#include <csignal>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <store/detail/engine.hpp>
#include <store/sqlite_stores.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

using detail::Connection;
using detail::Durability;

Result<void> store_one(SqliteTrackStore& tracks, int number) {
    const Track track = sample_track("t" + std::to_string(number));
    if (auto recorded = tracks.record_album(ListingId("l"), sample_album("a"), {{track}}); !recorded) {
        return fail(std::move(recorded));
    }
    return tracks.save_analysis(track.id, track.stamp, sample_analysis());
}

/// Runs a pragma on the connection that writes.
void set_writer(Database& database, const std::string& pragma) {
    ASSERT_TRUE(database.engine().write(Durability::process_death, [&](Connection& writer) { return writer.execute(pragma); }));
}

TEST(StoreDisk, AFullDatabaseSaysSoLosesNothingAndGoesOnWhenThereIsRoom) {
    SqliteStores stores;
    set_writer(*stores.database, "PRAGMA max_page_count = 60");
    int stored = 0;
    Result<void> result;
    while ((result = store_one(stores.tracks, stored))) {
        ASSERT_LT(++stored, 1'000);
    }
    EXPECT_GT(stored, 10);
    EXPECT_EQ(result.error().code, ErrorCode::io);
    EXPECT_EQ(result.error().message, "The database cannot grow: the disk is full. Make room and try again.");
    EXPECT_EQ(stores.tracks.counts().value().analysed, static_cast<std::uint64_t>(stored));
    EXPECT_TRUE(stores.database->check());

    set_writer(*stores.database, "PRAGMA max_page_count = 100000");
    EXPECT_TRUE(store_one(stores.tracks, stored));
    EXPECT_EQ(stores.tracks.counts().value().analysed, static_cast<std::uint64_t>(stored) + 1);
    EXPECT_TRUE(stores.database->check());
}

TEST(StoreDisk, WritesThatTheSystemRefusesLoseNothing) {
    // In a child: the limit on the size of files holds for the whole process.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        int verdict = 1;
        {
            SqliteStores stores;
            rlimit limit{};
            ::getrlimit(RLIMIT_FSIZE, &limit);
            const rlim_t room = limit.rlim_cur;
            limit.rlim_cur = 300'000;
            ::setrlimit(RLIMIT_FSIZE, &limit);
            int stored = 0;
            Result<void> result;
            while ((result = store_one(stores.tracks, stored)) && stored < 10'000) {
                ++stored;
            }
            const bool refused = !result && result.error().code == ErrorCode::io;
            const bool readable = stores.tracks.counts().value().analysed == static_cast<std::uint64_t>(stored);
            limit.rlim_cur = room;
            ::setrlimit(RLIMIT_FSIZE, &limit);
            const bool goes_on = store_one(stores.tracks, stored).has_value();
            const bool whole = stores.database->check().has_value();
            verdict = (refused ? 0 : 2) | (readable ? 0 : 4) | (goes_on ? 0 : 8) | (whole ? 0 : 16);
        }
        ::_exit(verdict);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "2: not refused, 4: not readable, 8: does not go on, 16: damaged";
}

TEST(StoreDisk, ADatabaseThatCannotBeWrittenSaysSo) {
    SqliteStores stores;
    ASSERT_TRUE(store_one(stores.tracks, 1));
    set_writer(*stores.database, "PRAGMA query_only = ON");
    const auto refused = store_one(stores.tracks, 2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::io);
    EXPECT_NE(refused.error().message.find("cannot be written; check the permissions"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ(stores.tracks.counts().value().present, 1U);
}

} // namespace
} // namespace audiomuse::store
