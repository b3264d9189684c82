#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <base/result.hpp>
#include <domain/analysis.hpp>
#include <domain/failure.hpp>
#include <sandbox/confinement.hpp>

/// What the server and its analysis child say to each other: CBOR objects (RFC 8949) as payloads of sandbox::Channel, at most 1
/// MiB each.
///
///     server                                child
///     Setup                        ->
///                                  <-       Hello, once it is warm and confined
///     Request and one descriptor   ->
///                                  <-       Answer with the request's number
///     ... until the server closes the channel.
///
/// The child may be in an attacker's hands: every value it sends is checked for type and range, unknown members are refused, and
/// texts are UTF-8 without control characters.
namespace audiomuse::analysis {

/// The server's first message.
struct Setup {
    sandbox::Limits limits;
};

enum class Operation { analyse, identify };

struct Request {
    std::uint64_t number = 0; ///< of this request on its channel
    Operation operation = Operation::analyse;
    std::uint64_t size_bytes = 0; ///< AudioInput::size_bytes

    friend bool operator==(const Request&, const Request&) = default;
};

/// The child is ready.
struct Hello {
    sandbox::ConfinementReport confinement;
};

struct Answer {
    std::uint64_t number = 0;
    std::variant<Analysis, AudioIdentity, TrackFailure> content;
};

using ServerMessage = std::variant<Setup, Request>;
using ChildMessage = std::variant<Hello, Answer>;

inline constexpr std::size_t k_max_reason_bytes = 500; ///< a longer TrackFailure::reason is cut when it is encoded

[[nodiscard]] std::vector<std::byte> encode(const ServerMessage& message);
/// Text that is not valid UTF-8 is replaced; control characters become spaces.
[[nodiscard]] std::vector<std::byte> encode(const ChildMessage& message);

/// Errors: damaged, with a reason.
[[nodiscard]] Result<ServerMessage> decode_server_message(std::span<const std::byte> bytes);
[[nodiscard]] Result<ChildMessage> decode_child_message(std::span<const std::byte> bytes);

} // namespace audiomuse::analysis
