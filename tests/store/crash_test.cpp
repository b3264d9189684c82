#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <csignal>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <store/sqlite_stores.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

enum class Step : std::uint8_t { track_recorded, analysis_saved, task_created, line_logged, playlists_replaced };

/// What a child says after a call has returned: from then on the row must be there.
struct Acknowledgement {
    Step step;
    int number = 0;
};

std::string track_id(int number) { return "t" + std::to_string(number); }
std::string task_id(int number) { return "m" + std::to_string(number); }

/// Writes from `number` on until it is killed.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int number, int pipe) {
    auto database = Database::open(file).value();
    SqliteTrackStore tracks(*database, SourceId("local"));
    SqliteTaskStore tasks(*database);
    SqlitePlaylistStore playlists(*database);
    const auto acknowledge = [pipe](bool done, Step step, int of) {
        const Acknowledgement message{step, of};
        if (!done || ::write(pipe, &message, sizeof message) != static_cast<ssize_t>(sizeof message)) {
            ::_exit(3);
        }
    };
    for (;; ++number) {
        const Track track = sample_track(track_id(number));
        acknowledge(tracks.record_album(ListingId("l"), sample_album("a" + std::to_string(number % 7)), {{track}}).has_value(),
                    Step::track_recorded, number);
        acknowledge(tracks.save_analysis(track.id, track.stamp, sample_analysis(track.id.str())).has_value(),
                    Step::analysis_saved, number);
        acknowledge(tasks.create(sample_task(task_id(number), number)).has_value(), Step::task_created, number);
        acknowledge(tasks.append_log(TaskId(task_id(number)), at(number), "line").has_value(), Step::line_logged, number);
        Playlist playlist;
        playlist.id = PlaylistId("p");
        playlist.name = std::to_string(number);
        playlist.songs.resize(5);
        acknowledge(playlists.replace(std::vector{playlist}).has_value(), Step::playlists_replaced, number);
    }
}

/// Everything that a child said before it was killed.
std::vector<Acknowledgement> acknowledgements_of_a_killed_child(const std::filesystem::path& file, int number,
                                                                std::chrono::microseconds life) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) {
        throw std::runtime_error("pipe");
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(pipe[0]);
        write_until_killed(file, number, pipe[1]);
    }
    ::close(pipe[1]);
    std::vector<Acknowledgement> said;
    Acknowledgement message{};
    const auto read_one = [&] { return ::read(pipe[0], &message, sizeof message) == static_cast<ssize_t>(sizeof message); };
    // Its life is counted from its first word: opening takes longer under sanitizers.
    if (read_one()) {
        said.push_back(message);
        std::this_thread::sleep_for(life);
    }
    ::kill(child, SIGKILL);
    while (read_one()) {
        said.push_back(message);
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed by itself";
    return said;
}

void expect_there(const Acknowledgement& said, SqliteTrackStore& tracks, SqliteTaskStore& tasks, SqlitePlaylistStore& playlists) {
    const std::string track = track_id(said.number);
    switch (said.step) {
    case Step::track_recorded: EXPECT_TRUE(tracks.find(TrackId(track)).value().has_value()) << track; break;
    case Step::analysis_saved:
        EXPECT_EQ(tracks.find_by_identity(AudioIdentity(track)).value().value_or(Analysis{}).duration_s, 181.25) << track;
        break;
    case Step::task_created: EXPECT_TRUE(tasks.find(TaskId(task_id(said.number))).value().has_value()) << said.number; break;
    case Step::line_logged: EXPECT_EQ(tasks.log(TaskId(task_id(said.number)), 0, 0).value().size(), 1U) << said.number; break;
    case Step::playlists_replaced: {
        const auto current = playlists.current().value();
        ASSERT_EQ(current.size(), 1U);
        EXPECT_GE(std::stoi(current[0].name), said.number);
        EXPECT_EQ(current[0].songs.size(), 5U);
        break;
    }
    }
}

TEST(StoreCrash, NothingThatWasCommittedIsLostWhenTheWriterIsKilled) {
    const TemporaryFolder folder;
    const auto file = folder / "audiomuse.db";
    std::mt19937 random(7);
    std::vector<Acknowledgement> all;
    int next = 0;
    for (int kill = 0; kill < 12; ++kill) {
        const std::chrono::microseconds life(random() % 60'000);
        const auto said = acknowledgements_of_a_killed_child(file, next, life);
        ASSERT_FALSE(said.empty()) << "kill " << kill;
        all.insert(all.end(), said.begin(), said.end());
        next = said.back().number + 2; // the one after may be there in part

        auto database = Database::open(file).value();
        ASSERT_TRUE(database->check()) << "kill " << kill;
        SqliteTrackStore tracks(*database, SourceId("local"));
        SqliteTaskStore tasks(*database);
        SqlitePlaylistStore playlists(*database);
        for (const Acknowledgement& acknowledgement : all) {
            expect_there(acknowledgement, tracks, tasks, playlists);
        }
    }
    EXPECT_GT(all.size(), 50U);
    RecordProperty("acknowledged", static_cast<int>(all.size()));
}

TEST(StoreCrash, AKillWhileTheDatabaseIsMadeLeavesOneThatOpens) {
    std::mt19937 random(11);
    for (int kill = 0; kill < 10; ++kill) {
        const TemporaryFolder folder;
        const auto file = folder / "audiomuse.db";
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto opened = Database::open(file);
            ::pause();
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 15'000));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        auto database = Database::open(file);
        ASSERT_TRUE(database) << database.error().message;
        EXPECT_TRUE((*database)->check());
        EXPECT_TRUE(SqliteTaskStore(**database).create(sample_task("t", 1)));
    }
}

} // namespace
} // namespace audiomuse::store
