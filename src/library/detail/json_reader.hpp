#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <base/clock.hpp>

namespace audiomuse::library::detail {

/// The most that an answer may hold before it is taken for an attack.
struct JsonLimits {
    int depth = 20;
    std::uint64_t values = 2'000'000;
};

/// Reads JSON from a server. Ill-formed UTF-8 in it becomes U+FFFD. Nothing when it is no JSON or beyond the limits, which are
/// checked before anything is kept.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text, JsonLimits limits = {});

// Servers differ in what they write for the same thing; a missing key, null and a value of another type are all "not there".

/// Null when there is none, also when `object` is no object.
[[nodiscard]] const nlohmann::json* find_member(const nlohmann::json& object, std::string_view key);
/// The member when it is an array; else an empty array.
[[nodiscard]] const nlohmann::json& array_member(const nlohmann::json& object, std::string_view key);
/// The array `inner` of the object `outer`; else an empty array.
[[nodiscard]] const nlohmann::json& array_member(const nlohmann::json& object, std::string_view outer, std::string_view inner);
/// A text, or a whole number as its digits; as it is. Empty when there is none.
[[nodiscard]] std::string id_member(const nlohmann::json& object, std::string_view key);
/// A text as it is, which may hold any bytes that JSON can; empty when there is none.
[[nodiscard]] std::string raw_text_member(const nlohmann::json& object, std::string_view key);
/// A text as one line that may be shown, at most 1,000 bytes; empty when there is none.
[[nodiscard]] std::string text_member(const nlohmann::json& object, std::string_view key);
/// A number that is not negative, also as digits in a text; fractions are rounded.
[[nodiscard]] std::optional<std::uint64_t> count_member(const nlohmann::json& object, std::string_view key);
/// A number of seconds that is not negative, also as a text.
[[nodiscard]] std::optional<std::chrono::milliseconds> seconds_member(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::optional<bool> bool_member(const nlohmann::json& object, std::string_view key);

/// `2024-05-06T07:08:09.123Z`, also with an offset; without one it is UTC. Nothing when it is no time.
[[nodiscard]] std::optional<UtcTime> parse_time(std::string_view text);

} // namespace audiomuse::library::detail
