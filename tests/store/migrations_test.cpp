#include <store/detail/migrations.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <base/files.hpp>
#include <store/sqlite_stores.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

using detail::Connection;
using detail::Migration;
using detail::OpenMode;

Connection connect(const std::filesystem::path& file) {
    return Connection::open(file, OpenMode::create, std::chrono::milliseconds(0)).value();
}

/// The whole schema as text, in a fixed order.
std::string schema_of(const std::filesystem::path& file) {
    auto connection = connect(file);
    auto query = connection.query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name").value();
    std::string schema;
    while (query.step().value()) {
        schema += query.row().text() + ";\n";
    }
    return schema;
}

/// A database as a program of that version left it; from tests/data/store, which never changes.
void make_old_database(const std::filesystem::path& file, int version) {
    const auto dump = std::filesystem::path(AUDIOMUSE_TEST_DATA) / "store" / ("version_" + std::to_string(version) + ".sql");
    auto connection = connect(file);
    ASSERT_TRUE(connection.execute(read_file(dump, 1'000'000).value()));
    ASSERT_EQ(connection.integer("PRAGMA user_version").value(), version);
}

TEST(Migrations, VersionsAreNumberedWithoutGaps) {
    int expected = 1;
    for (const Migration& migration : detail::all_migrations()) {
        EXPECT_EQ(migration.version, expected++);
    }
    EXPECT_EQ(detail::newest_version(), 7) << "a new version needs a dump of its predecessor in tests/data/store";
}

TEST(Migrations, OldDatabasesBecomeNewOnesAndKeepTheirRows) {
    SqliteStores fresh;
    const std::string newest = schema_of(fresh.folder / "audiomuse.db");
    for (int version = 1; version <= detail::newest_version(); ++version) {
        SCOPED_TRACE(version);
        const TemporaryFolder folder;
        const auto file = folder / "audiomuse.db";
        make_old_database(file, version);
        auto opened = Database::open(file);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_TRUE((*opened)->check());
        EXPECT_EQ(schema_of(file), newest);
        EXPECT_EQ(connect(file).integer("PRAGMA user_version").value(), detail::newest_version());

        SqliteTrackStore tracks(**opened, SourceId("local"));
        const TrackCounts counts = tracks.counts().value();
        EXPECT_EQ(counts.present, 2U);
        EXPECT_EQ(counts.analysed, 1U);
        EXPECT_EQ(counts.failed, 1U);
        EXPECT_EQ(counts.missing, 1U);
        EXPECT_EQ(tracks.find(TrackId("t1")).value()->path, "a/caf\xE9.ogg");
        EXPECT_EQ(tracks.find(TrackId("t1")).value()->library, version >= 6 ? "Music" : "");
        EXPECT_EQ(tracks.find(TrackId("t1")).value()->listed_length.count(), version >= 6 ? 181'250 : 0);
        int visited = 0;
        ASSERT_TRUE(tracks.visit_analysed([&](const AnalysedTrack& track) {
            ++visited;
            EXPECT_EQ(track.track.title, "First");
            EXPECT_EQ(track.analysis.tempo_bpm, 120.5);
            EXPECT_EQ(track.analysis.tempo_confidence, version >= 7 ? std::optional(0.375) : std::nullopt);
            EXPECT_EQ(track.analysis.key, (Key{9, Scale::minor}));
            EXPECT_EQ(track.analysis.key_confidence, version >= 7 ? std::optional(0.875) : std::nullopt);
            EXPECT_EQ(track.analysis.moods.value()[16], 0.5F);
            EXPECT_EQ(track.analysis.embedding.value()[199], 99.25F);
            return true;
        }));
        EXPECT_EQ(visited, 1);
        const auto failed = tracks.failures(0, 10).value();
        ASSERT_EQ(failed.size(), 1U);
        EXPECT_EQ(failed[0].failure.code, FailureCode::not_audio);
        EXPECT_EQ(failed[0].attempts, 2);
        if (version >= 2) {
            SqliteTaskStore tasks(**opened);
            EXPECT_EQ(tasks.find(TaskId("m")).value()->state, TaskState::progress);
            EXPECT_EQ(tasks.children(TaskId("m")).value().at(0).sub_type, "a");
            EXPECT_EQ(tasks.log(TaskId("m"), 0, 0).value().at(0).text, "Started.");
        }
        if (version >= 3) {
            SqlitePlaylistStore playlists(**opened);
            EXPECT_EQ(playlists.current().value().at(0).songs.at(0).path, "a/caf\xE9.ogg");
            const auto published = playlists.published().value();
            ASSERT_EQ(published.size(), 1U);
            EXPECT_EQ(published[0].external_id, "Calm.m3u8");
            EXPECT_EQ(published[0].id.str(), "p");
            if (version == 3) {
                EXPECT_EQ(published[0].old_hashes, (std::vector<std::string>{"hash"}));
            } else if (version == 4) {
                EXPECT_EQ(published[0].old_hashes, (std::vector<std::string>{"hash", "the hash before"}));
            } else {
                EXPECT_EQ(published[0].owner, (PlaylistOwner{"folder-0123", ""}));
                EXPECT_EQ(published[0].content.songs, (std::vector<std::string>{"#EXTM3U", "a/caf\xE9.ogg", ""}));
                EXPECT_EQ(published[0].next_songs, std::vector<std::string>{});
            }
        }
    }
}

TEST(Migrations, ServersListedALengthInThePlaceOfATime) {
    for (const auto& [source, expected] : {std::pair("subsonic:http://nas/", 42), {"jellyfin-0123", 42}, {"local", 0}}) {
        const TemporaryFolder folder;
        const auto file = folder / "audiomuse.db";
        make_old_database(file, 4);
        ASSERT_TRUE(connect(file).execute(std::string("UPDATE sources SET name = '") + source + "'"));
        auto opened = Database::open(file).value();
        SqliteTrackStore tracks(*opened, SourceId(source));
        EXPECT_EQ(tracks.find(TrackId("t1")).value()->listed_length.count(), expected) << source;
        EXPECT_EQ(tracks.find(TrackId("t1")).value()->stamp.modified_ns, 42);
    }
}

TEST(Migrations, AStepThatFailsLeavesTheVersionBeforeIt) {
    const TemporaryFolder folder;
    auto connection = connect(folder / "x.db");
    static constexpr std::array k_broken{Migration{1, "CREATE TABLE a (x)"},
                                         Migration{2, "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"},
                                         Migration{3, "CREATE TABLE c (x)"}};
    EXPECT_FALSE(detail::migrate(connection, k_broken));
    EXPECT_EQ(connection.integer("PRAGMA user_version").value(), 1);
    EXPECT_EQ(connection.integer("SELECT count(*) FROM sqlite_schema").value(), 1);
    EXPECT_FALSE(connection.in_transaction());

    static constexpr std::array k_mended{Migration{1, "not run again"}, Migration{2, "CREATE TABLE b (x)"},
                                         Migration{3, "CREATE TABLE c (x)"}};
    EXPECT_TRUE(detail::migrate(connection, k_mended));
    EXPECT_EQ(connection.integer("PRAGMA user_version").value(), 3);
    EXPECT_TRUE(detail::migrate(connection, k_mended)) << "nothing to do";

    const auto older = std::span(k_mended).first(2);
    EXPECT_EQ(detail::migrate(connection, older).error().code, ErrorCode::unsupported_version);
}

} // namespace
} // namespace audiomuse::store
