#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sandbox/confinement.hpp>
#include <sandbox/sanitized.hpp>

namespace audiomuse::analysis {

struct SupervisorSettings {
    int max_children = 1; ///< sandbox::default_worker_count() unless the owner says otherwise
    std::filesystem::path executable = "/proc/self/exe";
    std::vector<std::string> arguments{"audiomuse", "analyse-child"};
    std::vector<int> descriptors{}; ///< borrowed for the supervisor's life; every child gets copies (AnalyserFactory)
    sandbox::Limits limits{};       ///< which each child sets upon itself
    /// A child above this is ended. Sanitizer builds need many times the memory.
    std::uint64_t max_resident_bytes = (sandbox::k_sanitized_build ? 2048ULL : 256ULL) << 20U;

    /// A track may take base_time + its size in MiB * time_per_mib, at most max_time. 1 MiB is 10 s of FLAC, 65 s of MP3 at 128
    /// kbit/s, or four minutes of Opus at 32 kbit/s: 20 s for that is what the scalar network needs on a slow core.
    std::chrono::milliseconds base_time = std::chrono::seconds(60);
    std::chrono::milliseconds time_per_mib = std::chrono::seconds(20);
    std::chrono::milliseconds max_time = std::chrono::hours(4);

    std::chrono::milliseconds start_time = std::chrono::seconds(60); ///< from the start of a child to its hello
    std::chrono::milliseconds idle_time = std::chrono::seconds(45);  ///< after that a child without work is ended
    std::chrono::milliseconds watch_interval = std::chrono::milliseconds(100);
    int tracks_per_child = 200; ///< then a fresh one takes over
};

/// How long a track of this size may take.
[[nodiscard]] std::chrono::milliseconds time_limit_for(const SupervisorSettings& settings, std::uint64_t size_bytes) noexcept;

} // namespace audiomuse::analysis
