#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace audiomuse::audio {

/// One kind of music file as people know it, and whether the libraries on this machine can decode it.
struct FormatSupport {
    std::string_view name; ///< "MP3", "AAC in MP4", ...
    bool available = false;
};

/// The kinds of files that users have, most common first.
[[nodiscard]] std::vector<FormatSupport> format_support();

/// Names and versions of the decoding libraries in use: "FFmpeg libavcodec 59.37.100, libFLAC 1.4.2, libsndfile-1.2.0".
[[nodiscard]] std::string decoding_libraries();

} // namespace audiomuse::audio
