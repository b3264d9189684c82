#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace audiomuse::library {

/// A folder of a media server that is mounted here, too.
struct PathMapping {
    std::string server;         ///< as the server's paths begin: "/media/music"; empty for a server that tells relative paths
    std::filesystem::path here; ///< the same folder on this machine
};

/// How the audio of a media server is come by.
struct RemoteAudioSettings {
    /// Where fetched audio lies in files without a name. On a disk: never a folder in memory.
    std::filesystem::path spool_folder;
    /// All fetched audio in hand together. A larger single track is fetched when nothing else is in hand.
    std::uint64_t spool_bytes = std::uint64_t{1} << 30U;
    /// Larger tracks are not fetched.
    std::uint64_t max_track_bytes = std::uint64_t{2} << 30U;
    /// The longest beginning that fits decides.
    std::vector<PathMapping> path_map{};
};

} // namespace audiomuse::library
