/// How many tracks find a playlist, and how long that takes, at the default settings: real tracks by the hundred, and synthetic
/// libraries of the sizes that the command line names (none: real tracks only).
///
///   placement_bench [TRACKS...]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include <playlists/clustering.hpp>

#include "playlists/real_tracks.hpp"
#include "playlists/synthetic_library.hpp"

namespace {

using namespace audiomuse;
using namespace audiomuse::playlists;

constexpr std::uint64_t k_seed = 1;

void report(const char* kind, const std::vector<TrackFeatures>& tracks, ClusterAlgorithm algorithm) {
    ClusteringSettings settings;
    settings.cluster_algorithm = algorithm;
    settings.seed = k_seed;
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = make_playlists(tracks, settings, {.threads = std::thread::hardware_concurrency()}, {});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!outcome) {
        fmt::print("{} {}: {}\n", to_string(algorithm), tracks.size(), outcome.error().message);
        return;
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("{:<7} {:<9} {:>8} tracks  {:>5.1f} % placed  {:>3} playlists  {:>4} runs  {:>7.2f} s  peak {:>5} MiB\n",
               to_string(algorithm), kind, tracks.size(),
               100.0 * static_cast<double>(outcome->tracks_placed) / static_cast<double>(tracks.size()),
               outcome->playlists.size(), outcome->runs_completed, seconds, usage.ru_maxrss / 1024);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) try {
    for (const auto algorithm : {ClusterAlgorithm::kmeans, ClusterAlgorithm::gmm, ClusterAlgorithm::dbscan}) {
        for (const std::size_t count : {12U, 60U, 200U, 600U}) {
            report("real", playlists::testing::real_tracks(count, 7), algorithm);
        }
        for (int i = 1; i < argc; ++i) {
            const std::size_t count = std::strtoul(argv[i], nullptr, 10);
            report("synthetic", playlists::testing::synthetic_library(count, count / 10, 17, k_seed), algorithm);
        }
    }
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "placement_bench: {}\n", error.what());
    return 1;
}
