#pragma once

#include <cstddef>
#include <span>

namespace audiomuse::analysis::detail {

/// True when the bytes are exactly one CBOR item (RFC 8949) of the plain kind that the protocol uses: definite lengths, no tags,
/// no byte strings, text as map keys, nested at most `max_depth` containers deep. Recursive decoders are safe on such input.
[[nodiscard]] bool is_plain_cbor(std::span<const std::byte> bytes, int max_depth) noexcept;

} // namespace audiomuse::analysis::detail
