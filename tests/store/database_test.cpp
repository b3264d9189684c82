#include <store/database.hpp>

#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <base/files.hpp>
#include <store/detail/engine.hpp>
#include <store/detail/migrations.hpp>
#include <store/sqlite_stores.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

using detail::Connection;
using detail::OpenMode;
using std::chrono::milliseconds;

std::string bytes_of(const std::filesystem::path& file) { return read_file(file, 100'000'000).value(); }

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void run_script(const std::filesystem::path& file, const std::string& sql) {
    auto connection = Connection::open(file, OpenMode::create, milliseconds(0));
    ASSERT_TRUE(connection);
    ASSERT_TRUE(connection->execute(sql));
}

class DatabaseTest : public testing::Test {
  protected:
    TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder / "audiomuse.db";
};

TEST_F(DatabaseTest, ANewDatabaseIsReadableByItsOwnerOnly) {
    ASSERT_TRUE(Database::open(m_file));
    struct stat status {};
    ASSERT_EQ(::stat(m_file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(DatabaseTest, WhatWasStoredIsThereAfterReopening) {
    {
        auto database = Database::open(m_file).value();
        SqliteTaskStore tasks(*database);
        ASSERT_TRUE(tasks.create(sample_task("t", 1)));
    }
    EXPECT_FALSE(std::filesystem::exists(m_file.string() + "-wal")) << "an orderly close folds the log into the file";
    auto database = Database::open(m_file).value();
    SqliteTaskStore tasks(*database);
    EXPECT_EQ(tasks.list_main(TaskFilter::all, 0).value().size(), 1U);
    EXPECT_TRUE(database->check());
}

TEST_F(DatabaseTest, SourcesDoNotSeeEachOthersTracks) {
    auto database = Database::open(m_file).value();
    SqliteTrackStore local(*database, SourceId("local"));
    SqliteTrackStore server(*database, SourceId("jellyfin"));
    Track other = sample_track("t");
    other.title = "On the server";
    ASSERT_TRUE(local.record_album(ListingId("l"), sample_album("a"), {{sample_track("t")}}));
    ASSERT_TRUE(server.record_album(ListingId("l"), sample_album("a"), {{other}}));
    ASSERT_TRUE(local.save_analysis(TrackId("t"), other.stamp, sample_analysis("same")));
    ASSERT_TRUE(server.save_failure(TrackId("t"), other.stamp, {}));
    EXPECT_EQ(local.find(TrackId("t")).value()->title, "Title t");
    EXPECT_EQ(server.find(TrackId("t")).value()->title, "On the server");
    EXPECT_EQ(local.counts().value().analysed, 1U);
    EXPECT_EQ(server.counts().value().analysed, 0U);
    EXPECT_TRUE(local.failures(0, 9).value().empty());
    EXPECT_TRUE(server.find_by_identity(AudioIdentity("same")).value().has_value())
        << "equal audio sounds alike wherever it lies";
    EXPECT_EQ(server.finish_listing(ListingId("m"), {}).value().unseen, 1U);
    EXPECT_EQ(local.counts().value().present, 1U);
    EXPECT_TRUE(database->check());
}

TEST_F(DatabaseTest, ADatabaseOfANewerProgramIsRefusedAndNotTouched) {
    ASSERT_TRUE(Database::open(m_file));
    run_script(m_file, "PRAGMA user_version = 1000; CREATE TABLE future (x)");
    const std::string before = bytes_of(m_file);
    const auto opened = Database::open(m_file);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::unsupported_version);
    EXPECT_NE(opened.error().message.find("newer version of audiomuse"), std::string::npos);
    EXPECT_NE(opened.error().message.find(m_file.string()), std::string::npos);
    EXPECT_EQ(bytes_of(m_file), before);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder.path()), {}), 1) << "nothing was made beside it";
}

TEST_F(DatabaseTest, TheVersionInTheLogCountsAsWell) {
    ASSERT_TRUE(Database::open(m_file));
    // A copy of the files while they are open is what a kill leaves: the new version is in the log only.
    const auto left = m_folder / "left.db";
    {
        auto connection = Connection::open(m_file, OpenMode::read_write, milliseconds(0)).value();
        ASSERT_TRUE(connection.execute("PRAGMA user_version = 1000; CREATE TABLE future (x)"));
        std::filesystem::copy_file(m_file, left);
        std::filesystem::copy_file(m_file.string() + "-wal", left.string() + "-wal");
    }
    const std::string before = bytes_of(left);
    const std::string log_before = bytes_of(left.string() + "-wal");
    ASSERT_NE(before.substr(60, 4), std::string("\0\0\x03\xE8", 4));
    EXPECT_EQ(Database::open(left).error().code, ErrorCode::unsupported_version);
    EXPECT_EQ(bytes_of(left), before);
    EXPECT_EQ(bytes_of(left.string() + "-wal"), log_before);
}

TEST_F(DatabaseTest, TheDatabaseOfAnotherProgramIsRefusedAndNotTouched) {
    run_script(m_file, "CREATE TABLE theirs (x)");
    std::string before = bytes_of(m_file);
    EXPECT_EQ(Database::open(m_file).error().code, ErrorCode::invalid_argument);
    run_script(m_file, "PRAGMA application_id = 7; PRAGMA user_version = 1");
    before = bytes_of(m_file);
    EXPECT_EQ(Database::open(m_file).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(bytes_of(m_file), before);
}

TEST_F(DatabaseTest, FilesThatAreNoDatabasesAreDamaged) {
    for (const std::string& content : {std::string("hello"), std::string(5'000, 'x'), std::string("SQLite format 3\0", 16)}) {
        write_bytes(m_file, content);
        const auto opened = Database::open(m_file);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::damaged);
        EXPECT_EQ(bytes_of(m_file), content);
    }
}

TEST_F(DatabaseTest, AnEmptyFileBecomesADatabase) {
    write_bytes(m_file, "");
    EXPECT_TRUE(Database::open(m_file));
}

TEST_F(DatabaseTest, DamageIsFound) {
    {
        auto database = Database::open(m_file).value();
        SqliteTrackStore tracks(*database, SourceId("local"));
        for (int i = 0; i < 200; ++i) {
            const Track track = sample_track("t" + std::to_string(i));
            ASSERT_TRUE(tracks.record_album(ListingId("l"), sample_album("a"), {{track}}));
            ASSERT_TRUE(tracks.save_analysis(track.id, track.stamp, sample_analysis()));
        }
        ASSERT_TRUE(database->check());
    }
    // The pages after the schema are made unreadable.
    const std::string whole = bytes_of(m_file);
    std::string broken = whole;
    for (std::size_t at = broken.size() / 2; at < broken.size(); ++at) {
        broken[at] = '\x5A';
    }
    write_bytes(m_file, broken);
    auto opened = Database::open(m_file);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ((*opened)->check().error().code, ErrorCode::damaged);
    SqliteTrackStore tracks(**opened, SourceId("local"));
    const auto visited = tracks.visit_analysed([](const AnalysedTrack&) { return true; });
    ASSERT_FALSE(visited);
    EXPECT_EQ(visited.error().code, ErrorCode::damaged);
    EXPECT_EQ(visited.error().message.find(m_folder.path().string()), std::string::npos) << "clients may see this message";

    opened->reset();
    write_bytes(m_file, whole.substr(0, whole.size() / 2));
    opened = Database::open(m_file);
    EXPECT_TRUE(!opened || !(*opened)->check()) << "the file was cut off";
}

TEST_F(DatabaseTest, WrongCountersAndOrphansAreFound) {
    SqliteStores stores;
    ASSERT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("t")}}));
    ASSERT_TRUE(stores.database->check());
    const auto file = stores.folder / "audiomuse.db";
    run_script(file, "UPDATE track_counts SET n = n + 1");
    EXPECT_EQ(stores.database->check().error().code, ErrorCode::damaged);
    run_script(file, "UPDATE track_counts SET n = n - 1");
    ASSERT_TRUE(stores.database->check());
    run_script(file, "PRAGMA foreign_keys = OFF; DELETE FROM albums");
    EXPECT_EQ(stores.database->check().error().message,
              "The database is damaged: table tracks refers to rows that are gone. Put back a backup.");
}

TEST_F(DatabaseTest, AFolderThatIsNotThereIsNotFound) {
    const auto opened = Database::open(m_folder / "absent" / "audiomuse.db");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(m_folder / "absent"));
}

TEST_F(DatabaseTest, AFileInPlaceOfTheFolderAndAFolderInPlaceOfTheFileAreIoErrors) {
    write_bytes(m_folder / "file", "x");
    EXPECT_EQ(Database::open(m_folder / "file" / "audiomuse.db").error().code, ErrorCode::io);
    std::filesystem::create_directory(m_file);
    EXPECT_EQ(Database::open(m_file).error().code, ErrorCode::io);
}

TEST_F(DatabaseTest, ALockedDatabaseIsUnavailableAndServesReaders) {
    auto database = Database::open(m_file, {milliseconds(50)}).value();
    SqliteTaskStore tasks(*database);
    ASSERT_TRUE(tasks.create(sample_task("t", 1)));
    auto other = Connection::open(m_file, OpenMode::read_write, milliseconds(0)).value();
    ASSERT_TRUE(other.execute("BEGIN IMMEDIATE"));
    const auto refused = tasks.create(sample_task("u", 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_NE(refused.error().message.find("locked by another program"), std::string::npos);
    EXPECT_EQ(tasks.list_main(TaskFilter::all, 0).value().size(), 1U);
    ASSERT_TRUE(other.execute("ROLLBACK"));
    EXPECT_TRUE(tasks.create(sample_task("u", 1)));
}

TEST_F(DatabaseTest, AReaderWorksBesideAWriterAndSeesWhatIsCommitted) {
    auto database = Database::open(m_file).value();
    SqliteTrackStore tracks(*database, SourceId("local"));
    auto beside = Database::open_to_read(m_file).value();
    SqliteTrackStore seen(*beside, SourceId("local"));
    EXPECT_EQ(seen.counts().value().present, 0U);
    ASSERT_TRUE(tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("t")}}));
    EXPECT_EQ(seen.counts().value().present, 1U);
    EXPECT_TRUE(beside->check());
    EXPECT_FALSE(seen.save_failure(TrackId("t"), sample_track("t").stamp, {})) << "it only reads";
}

TEST_F(DatabaseTest, AReaderMakesAndChangesNothing) {
    const auto absent = Database::open_to_read(m_folder / "absent" / "audiomuse.db");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(m_folder / "absent"));
    EXPECT_EQ(Database::open_to_read(m_file).error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(m_file));
    write_bytes(m_file, "");
    EXPECT_EQ(Database::open_to_read(m_file).error().code, ErrorCode::not_found) << "an empty file is no database yet";

    ASSERT_TRUE(Database::open(m_file));
    const std::string before = bytes_of(m_file);
    ASSERT_TRUE(Database::open_to_read(m_file).value()->check());
    EXPECT_EQ(bytes_of(m_file), before);
}

TEST_F(DatabaseTest, AReaderNeedsTheSchemaOfThisProgram) {
    ASSERT_TRUE(Database::open(m_file));
    run_script(m_file, "PRAGMA user_version = 1000");
    EXPECT_EQ(Database::open_to_read(m_file).error().code, ErrorCode::unsupported_version);
    run_script(m_file, fmt::format("PRAGMA user_version = {}", detail::newest_version() - 1));
    const auto older = Database::open_to_read(m_file);
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code, detail::newest_version() > 1 ? ErrorCode::conflict : ErrorCode::not_found);
}

TEST_F(DatabaseTest, AnExceptionInATransactionUndoesIt) {
    SqliteStores stores;
    const auto body = [](Connection& connection) -> Result<void> {
        if (auto added = connection.change("INSERT INTO sources (name) VALUES ('x')"); !added) {
            return fail(std::move(added));
        }
        throw std::runtime_error("a bug");
    };
    EXPECT_THROW((void)stores.database->engine().write(detail::Durability::process_death, body), std::runtime_error);
    const auto rows =
        stores.database->engine().read([](Connection& connection) { return connection.integer("SELECT count(*) FROM sources"); });
    EXPECT_EQ(rows.value(), 0);
    EXPECT_TRUE(stores.tasks.create(sample_task("t", 1))) << "the next transaction begins anew";

    ASSERT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("t")}}));
    ASSERT_TRUE(stores.tracks.save_analysis(TrackId("t"), sample_track("t").stamp, sample_analysis()));
    const auto visitor = [](const AnalysedTrack&) -> bool { throw std::runtime_error("a bug"); };
    EXPECT_THROW((void)stores.tracks.visit_analysed(visitor), std::runtime_error);
    EXPECT_EQ(stores.tracks.counts().value().analysed, 1U) << "its reader is of use again";
}

TEST(Secrets, ATokenIsNowhereOnceItsTaskHasEnded) {
    SqliteStores stores;
    const auto on_disk = [&] {
        return bytes_of(stores.folder / "audiomuse.db").find("s3cret-t0ken") != std::string::npos ||
               bytes_of(stores.folder / "audiomuse.db-wal").find("s3cret-t0ken") != std::string::npos;
    };
    Task task = sample_task("t", 1);
    task.params = R"({"jellyfin_token":"s3cret-t0ken","n":1})";
    ASSERT_TRUE(stores.tasks.create(task));
    EXPECT_TRUE(on_disk());
    ASSERT_TRUE(stores.tasks.revoke(task.id, "Task was cancelled.", task.created));
    EXPECT_FALSE(on_disk());

    task.id = TaskId("u");
    ASSERT_TRUE(stores.tasks.create(task));
    EXPECT_TRUE(on_disk());
    task.state = TaskState::success;
    task.ended = task.changed;
    ASSERT_TRUE(stores.tasks.update(task));
    EXPECT_FALSE(on_disk());
}

class BackupTest : public testing::Test {
  protected:
    BackupTest() {
        Task task = sample_task("t", 1);
        task.params = R"({"jellyfin_token":"s3cret-t0ken","n":1})";
        EXPECT_TRUE(m_stores.tasks.create(task));
        EXPECT_TRUE(m_stores.tracks.record_album(ListingId("l"), sample_album("a"), {{sample_track("t")}}));
        EXPECT_TRUE(m_stores.tracks.save_analysis(TrackId("t"), sample_track("t").stamp, sample_analysis()));
    }

    SqliteStores m_stores;
    std::filesystem::path m_target = m_stores.folder / "copy.db";
};

TEST_F(BackupTest, ABackupIsACompleteDatabaseWithoutTokens) {
    ASSERT_TRUE(m_stores.database->backup_to(m_target));
    EXPECT_EQ(bytes_of(m_target).find("s3cret-t0ken"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(m_target.string() + "-wal"));
    struct stat status {};
    ASSERT_EQ(::stat(m_target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    auto copy = Database::open(m_target).value();
    EXPECT_TRUE(copy->check());
    EXPECT_EQ(SqliteTrackStore(*copy, SourceId("local")).counts().value().analysed, 1U);
    EXPECT_EQ(SqliteTaskStore(*copy).find(TaskId("t")).value()->params, R"({"n":1})");
    EXPECT_EQ(m_stores.tasks.find(TaskId("t")).value()->params, R"({"jellyfin_token":"s3cret-t0ken","n":1})");
}

TEST_F(BackupTest, ABackupReplacesAnOlderOneAndLeavesNothingElse) {
    write_bytes(m_target, "an older backup");
    ASSERT_TRUE(m_stores.database->backup_to(m_target));
    EXPECT_EQ(bytes_of(m_target).substr(0, 15), "SQLite format 3");
    for (const auto& entry : std::filesystem::directory_iterator(m_stores.folder.path())) {
        const std::string name = entry.path().filename();
        EXPECT_TRUE(name == "copy.db" || name.starts_with("audiomuse.db")) << name;
    }
}

TEST_F(BackupTest, ABackupOverTheDatabaseOrIntoNowhereIsRefused) {
    EXPECT_EQ(m_stores.database->backup_to(m_stores.folder / "audiomuse.db").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(m_stores.database->backup_to(m_stores.folder / "absent" / "copy.db").error().code, ErrorCode::io);
    EXPECT_TRUE(m_stores.database->check());
}

TEST_F(BackupTest, ATokenIsOverwrittenWhenItsTaskEnds) {
    ASSERT_EQ(m_stores.tasks.revoke(TaskId("t"), "Cancelled.", at(9)).value(), 2 - 1);
    m_stores.database.reset(); // folds the log into the file
    EXPECT_EQ(bytes_of(m_stores.folder / "audiomuse.db").find("s3cret-t0ken"), std::string::npos);
}

} // namespace
} // namespace audiomuse::store
