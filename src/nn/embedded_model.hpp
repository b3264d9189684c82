#pragma once

#include <cstddef>
#include <span>

namespace audiomuse::nn {

/// The weight file (docs/weight-file.md) inside the executable, aligned to 64 bytes; empty when the program was built without it.
/// Link audiomuse_model to have it.
[[nodiscard]] std::span<const std::byte> embedded_model() noexcept;

} // namespace audiomuse::nn
