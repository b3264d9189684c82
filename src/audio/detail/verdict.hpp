#pragma once

#include <cstdint>
#include <optional>

namespace audiomuse::audio::detail {

/// What came out of a file, as far as it tells how much is missing.
struct Yield {
    double decoded_s = 0;
    std::optional<double> announced_s;
    std::uint64_t good_packets = 0;
    std::uint64_t damaged_packets = 0;
    bool ended_by_error = false; ///< the container could not be read to its end
};

enum class Verdict {
    whole,   ///< nothing that a listener would miss
    partial, ///< something is missing, but at least 30 s and half of the announced length are there
    damaged
};

/// A stray packet is no damage (many good files begin with one), nor is a length that is off by less than 3 % and half a second.
[[nodiscard]] Verdict judge(const Yield& yield) noexcept;

} // namespace audiomuse::audio::detail
