#include <store/restore.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <store/sqlite_stores.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

namespace fs = std::filesystem;

class RestoreTest : public testing::Test {
  protected:
    RestoreTest() {
        record("first");
        EXPECT_TRUE(m_stores.database->backup_to(m_backup));
        record("second");
        m_stores.database.reset();
    }
    void record(const char* id) {
        EXPECT_TRUE(m_stores.tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track(id)}}));
    }
    [[nodiscard]] std::uint64_t tracks_in(const fs::path& file) const {
        auto database = Database::open(file).value();
        EXPECT_TRUE(database->check());
        return SqliteTrackStore(*database, SourceId("local")).counts().value().present;
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(m_stores.folder.path()), fs::directory_iterator()));
    }

    SqliteStores m_stores;
    const fs::path m_database = m_stores.folder / "audiomuse.db";
    const fs::path m_backup = m_stores.folder / "backup.db";
};

TEST_F(RestoreTest, TheBackupIsInPlaceAndTheFormerDatabaseBesideIt) {
    const auto former = restore_backup(m_backup, m_database);
    ASSERT_TRUE(former) << former.error().message;
    EXPECT_EQ(tracks_in(m_database), 1U);
    EXPECT_EQ(tracks_in(*former), 2U);
    EXPECT_EQ(tracks_in(m_backup), 1U) << "only read";
}

TEST_F(RestoreTest, TheLogOfADeadProgramIsKeptWithTheFormerDatabase) {
    fs::path crashed = m_stores.folder / "crashed";
    {
        auto database = Database::open(m_database).value();
        SqliteTrackStore tracks(*database, SourceId("local"));
        ASSERT_TRUE(tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("third")}}));
        fs::create_directory(crashed); // as the files lie at a kill
        for (const char* name : {"audiomuse.db", "audiomuse.db-wal"}) {
            fs::copy_file(m_stores.folder / name, crashed / name);
        }
    }
    ASSERT_GT(fs::file_size(crashed / "audiomuse.db-wal"), 0U);
    const auto former = restore_backup(m_backup, crashed / "audiomuse.db");
    ASSERT_TRUE(former) << former.error().message;
    EXPECT_EQ(tracks_in(crashed / "audiomuse.db"), 1U);
    EXPECT_EQ(tracks_in(*former), 3U);
}

TEST_F(RestoreTest, ADamagedDatabaseIsReplacedAndKept) {
    std::ofstream(m_database, std::ios::binary | std::ios::trunc) << "no database at all, but more than a header of bytes";
    const auto former = restore_backup(m_backup, m_database);
    ASSERT_TRUE(former) << former.error().message;
    EXPECT_EQ(tracks_in(m_database), 1U);
    EXPECT_EQ(fs::file_size(*former), 51U);
}

TEST_F(RestoreTest, WhereThereIsNoDatabaseOneIsMade) {
    const fs::path fresh = m_stores.folder / "fresh.db";
    const auto former = restore_backup(m_backup, fresh);
    ASSERT_TRUE(former);
    EXPECT_EQ(*former, fs::path());
    EXPECT_EQ(tracks_in(fresh), 1U);
}

TEST_F(RestoreTest, WhatIsNoGoodBackupChangesNothing) {
    const auto before = files();
    const auto refusal = [&](const fs::path& backup) {
        const auto restored = restore_backup(backup, m_database);
        EXPECT_FALSE(restored);
        EXPECT_EQ(tracks_in(m_database), 2U);
        return restored ? ErrorCode::internal : restored.error().code;
    };
    EXPECT_EQ(refusal(m_stores.folder / "absent.db"), ErrorCode::not_found);
    EXPECT_EQ(refusal(m_database), ErrorCode::conflict);
    std::string bytes;
    {
        std::ifstream file(m_backup, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(file), {});
    }
    std::ofstream(m_backup, std::ios::binary) << "a text file that somebody named wrongly";
    EXPECT_EQ(refusal(m_backup), ErrorCode::damaged);
    std::ofstream(m_backup, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    EXPECT_EQ(refusal(m_backup), ErrorCode::damaged);
    std::ofstream(m_backup, std::ios::binary).flush();
    EXPECT_EQ(refusal(m_backup), ErrorCode::damaged) << "an empty file";
    EXPECT_EQ(files(), before) << "no remains";
}

} // namespace
} // namespace audiomuse::store
