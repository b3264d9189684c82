#pragma once

#include <memory>

#include <audio/detail/source.hpp>

namespace audiomuse::audio::detail {

/// Opens the file with libsndfile, which knows rare formats that FFmpeg does not. Only files that begin like one of these are
/// tried. The identity is a hash of the decoded samples.
[[nodiscard]] tl::expected<std::unique_ptr<Source>, DecodeFailure> open_sndfile_source(int fd, const DecodeOptions& options);

} // namespace audiomuse::audio::detail
