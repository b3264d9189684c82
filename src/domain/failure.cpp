#include <domain/failure.hpp>

#include <array>
#include <utility>

namespace audiomuse {

namespace {

constexpr std::array<std::pair<FailureCode, std::string_view>, 11> k_words{{
    {FailureCode::not_found, "not_found"},
    {FailureCode::unreachable, "unreachable"},
    {FailureCode::refused, "refused"},
    {FailureCode::not_audio, "not_audio"},
    {FailureCode::damaged, "damaged"},
    {FailureCode::too_short, "too_short"},
    {FailureCode::too_long, "too_long"},
    {FailureCode::out_of_memory, "out_of_memory"},
    {FailureCode::time_limit, "time_limit"},
    {FailureCode::crashed, "crashed"},
    {FailureCode::no_model, "no_model"},
}};

} // namespace

std::string_view to_string(FailureCode code) noexcept {
    for (const auto& [value, word] : k_words) {
        if (value == code) {
            return word;
        }
    }
    return "crashed";
}

std::optional<FailureCode> parse_failure_code(std::string_view word) noexcept {
    for (const auto& [value, text] : k_words) {
        if (text == word) {
            return value;
        }
    }
    return std::nullopt;
}

bool lasts_until_the_file_changes(FailureCode code) noexcept {
    return code == FailureCode::not_audio || code == FailureCode::damaged || code == FailureCode::too_short ||
           code == FailureCode::too_long;
}

bool deserves_a_second_attempt(FailureCode code) noexcept {
    return code == FailureCode::out_of_memory || code == FailureCode::time_limit || code == FailureCode::crashed;
}

} // namespace audiomuse
