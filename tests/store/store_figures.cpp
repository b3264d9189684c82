// Prints how fast the SQLite stores are: store_figures [FOLDER [TRACKS]].

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include <base/hash.hpp>
#include <store/database.hpp>
#include <store/sqlite_task_store.hpp>
#include <store/sqlite_track_store.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace {

using namespace audiomuse;
using Clock = std::chrono::steady_clock;

constexpr int k_tracks_per_album = 12;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Processor time of this program: on a busy machine the better measure of the work done.
double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Does a piece of work and prints how fast that went.
template <class Work>
void measure(const char* name, double count, const Work& work) {
    const auto start = Clock::now();
    const double processor_start = processor_seconds();
    work();
    const double seconds = seconds_since(start);
    const double processor = processor_seconds() - processor_start;
    fmt::print("{:<24} {:>9.0f} /s ({:.3f} s, {:.3f} s of processor time)\n", name, count / seconds, seconds, processor);
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

Track track_of(int number) {
    const std::string path = fmt::format("Some Artist/Some Album {}/{:02} Some Title.flac", number / k_tracks_per_album, number);
    Track track = sample_track(hash128_hex(path),
                               {std::uint64_t{30'000'000} + static_cast<std::uint64_t>(number), 1'700'000'000'000'000'000});
    track.path = path;
    return track;
}

void list_all(TrackStore& store, const std::string& listing, int tracks) {
    std::vector<Track> album;
    for (int i = 0; i < tracks; ++i) {
        album.push_back(track_of(i));
        if (album.size() == k_tracks_per_album || i + 1 == tracks) {
            must(store.record_album(ListingId(listing),
                                    sample_album(hash128_hex(fmt::format("album {}", i / k_tracks_per_album))), album));
            album.clear();
        }
    }
}

/// Latencies of everyday reads while another thread stores analyses as fast as it can.
void read_while_writing(TrackStore& store, TaskStore& tasks, int tracks) {
    std::atomic<bool> done = false;
    std::atomic<int> written = 0;
    std::thread writer([&] {
        for (int i = 0; !done; i = (i + 1) % tracks) {
            must(store.save_analysis(track_of(i).id, track_of(i).stamp, sample_analysis(hash128_hex(std::to_string(i)))));
            ++written;
        }
    });
    std::vector<double> latencies;
    const auto start = Clock::now();
    for (int i = 0; seconds_since(start) < 10; ++i) {
        const auto before = Clock::now();
        switch (i % 5) {
        case 0: must(store.counts()); break;
        case 1: must(store.find(track_of(i * 7'919 % tracks).id)); break;
        case 2: must(tasks.list_main(TaskFilter::all, 1)); break;
        case 3: must(tasks.log(TaskId("m"), 0, 200)); break;
        default: must(store.failures(0, 50)); break;
        }
        latencies.push_back(seconds_since(before) * 1'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    done = true;
    writer.join();
    std::sort(latencies.begin(), latencies.end());
    fmt::print("reads while writing      {} reads, {} writes: median {:.3f} ms, 99 % {:.3f} ms, worst {:.3f} ms\n",
               latencies.size(), written.load(), latencies[latencies.size() / 2], latencies[latencies.size() * 99 / 100],
               latencies.back());
}

} // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : "store_figures.tmp";
    const int tracks = argc > 2 ? std::atoi(argv[2]) : 100'000;
    std::filesystem::create_directories(folder);
    const auto file = folder / "audiomuse.db";
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(file.string() + suffix);
    }
    auto database = must(store::Database::open(file));
    store::SqliteTrackStore store(*database, SourceId("local"));
    store::SqliteTaskStore tasks(*database);

    measure("record_album, new", tracks, [&] { list_all(store, "1", tracks); });
    measure("record_album, unchanged", tracks, [&] { list_all(store, "2", tracks); });
    measure("save_analysis", tracks, [&] {
        for (int i = 0; i < tracks; ++i) {
            must(store.save_analysis(track_of(i).id, track_of(i).stamp, sample_analysis(hash128_hex(std::to_string(i)))));
        }
    });
    measure("record_album, analysed", tracks, [&] { list_all(store, "3", tracks); });
    measure("finish_listing", tracks, [&] { must(store.finish_listing(ListingId("3"), {})); });
    for (int i = 0; i < 2; ++i) {
        std::uint64_t visited = 0;
        measure("visit_analysed", tracks,
                [&] { must(store.visit_analysed([&](const AnalysedTrack&) { return ++visited > 0; })); });
    }
    must(tasks.create(sample_task("m", 1)));
    measure("append_log", 10'000, [&] {
        for (int i = 0; i < 10'000; ++i) {
            must(tasks.append_log(TaskId("m"), at(i), "Analyzing track: Some Title by Some Artist (3/12)"));
        }
    });
    measure("create, synced to disk", 200, [&] {
        for (int i = 0; i < 200; ++i) {
            must(tasks.create(sample_task(fmt::format("n{}", i), i)));
        }
    });
    for (int i = 0; i < std::min(tracks, 200); ++i) {
        must(store.save_failure(track_of(i).id, track_of(i).stamp, {}));
    }
    read_while_writing(store, tasks, tracks);

    measure("check", tracks, [&] { must(database->check()); });
    measure("backup_to", tracks, [&] { must(database->backup_to(folder / "backup.db")); });
    database.reset();
    fmt::print("size                     {:.0f} KiB per 1,000 analysed tracks\n",
               static_cast<double>(std::filesystem::file_size(file)) / 1024 / tracks * 1'000);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("resident at most         {} MiB\n", usage.ru_maxrss / 1024);
}
