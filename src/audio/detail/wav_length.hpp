#pragma once

#include <optional>

#include <audio/detail/audio_extent.hpp>

namespace audiomuse::audio::detail {

/// The length in seconds that the header of a RIFF WAVE file announces, whether or not the file is that long (FFmpeg forgets it
/// when it is not). Absent for other files, and where the size is one of the placeholders that programs write into a pipe (0, or
/// near 2 or 4 GiB).
[[nodiscard]] std::optional<double> wav_announced_s(int fd, AudioExtent extent);

} // namespace audiomuse::audio::detail
