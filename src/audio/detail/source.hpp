#pragma once

#include <string>

#include <tl/expected.hpp>

#include <audio/decoder.hpp>
#include <audio/detail/mono_output.hpp>
#include <audio/detail/verdict.hpp>

namespace audiomuse::audio::detail {

/// What one pass over a file gave.
struct SourceResult {
    Yield yield;
    std::string identity;
};

/// An opened file that a library can decode.
class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    [[nodiscard]] virtual const SourceFormat& format() const noexcept = 0;
    /// Decodes everything into `output` and finishes it. Called once.
    [[nodiscard]] virtual tl::expected<SourceResult, DecodeFailure> decode(MonoOutput& output) = 0;
};

/// The failure that a status of the output other than `ok` means.
[[nodiscard]] DecodeFailure failure_from(MonoOutput::Status status);

} // namespace audiomuse::audio::detail
