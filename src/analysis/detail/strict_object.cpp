#include <analysis/detail/strict_object.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace audiomuse::analysis::detail {

namespace {

const nlohmann::json& null_value() {
    static const nlohmann::json k_null;
    return k_null;
}

/// Well-formed UTF-8 (Unicode 15, table 3-7) without C0 control characters and DEL.
bool is_clean_text(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto at = [&](std::size_t offset) {
            return i + offset < text.size() ? static_cast<unsigned char>(text[i + offset]) : 0U;
        };
        const unsigned first = at(0);
        if (first < 0x80U) {
            if (first < 0x20U || first == 0x7FU) {
                return false;
            }
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
        if (first < 0xC2U || first > 0xF4U) {
            return false;
        }
        const unsigned least = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
        const unsigned most = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
        if (at(1) < least || at(1) > most) {
            return false;
        }
        for (std::size_t k = 2; k < length; ++k) {
            if (at(k) < 0x80U || at(k) > 0xBFU) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

bool in_range(double value, double least, double most) noexcept {
    return std::isfinite(value) && value >= least && value <= most;
}

} // namespace

StrictObject::StrictObject(const nlohmann::json& value, std::string_view name)
    : m_value(value.is_object() ? value : null_value()), m_name(name) {
    if (!value.is_object()) {
        m_fault = fmt::format("{} is no object", name);
    }
}

void StrictObject::blame(const char* key, std::string_view fault) {
    if (m_fault.empty()) {
        m_fault = fmt::format("{} of {} {}", key, m_name, fault);
    }
}

const nlohmann::json& StrictObject::member(const char* key) {
    const auto found = m_value.is_object() ? m_value.find(key) : m_value.end();
    if (found == m_value.end()) {
        blame(key, "is missing");
        return null_value();
    }
    ++m_taken;
    return *found;
}

double StrictObject::number(const char* key, double least, double most) { return number_in(member(key), key, least, most); }

std::optional<double> StrictObject::number_or_null(const char* key, double least, double most) {
    const nlohmann::json& value = member(key);
    return value.is_null() ? std::nullopt : std::optional(number_in(value, key, least, most));
}

double StrictObject::number_in(const nlohmann::json& value, const char* key, double least, double most) {
    if (!value.is_number() || !in_range(value.get<double>(), least, most)) {
        blame(key, "is no number in its range");
        return 0;
    }
    return value.get<double>();
}

std::uint64_t StrictObject::natural(const char* key, std::uint64_t most) {
    const nlohmann::json& value = member(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
        blame(key, "is no natural number in its range");
        return 0;
    }
    return value.get<std::uint64_t>();
}

bool StrictObject::boolean(const char* key) {
    const nlohmann::json& value = member(key);
    if (!value.is_boolean()) {
        blame(key, "is neither true nor false");
        return false;
    }
    return value.get<bool>();
}

std::string StrictObject::text(const char* key, std::size_t max_bytes) {
    const nlohmann::json& value = member(key);
    if (!value.is_string() || value.get_ref<const std::string&>().size() > max_bytes ||
        !is_clean_text(value.get_ref<const std::string&>())) {
        blame(key, "is no text of the allowed length");
        return {};
    }
    return value.get<std::string>();
}

bool StrictObject::numbers_or_null(const char* key, std::span<float> target, float least, float most) {
    const nlohmann::json& value = member(key);
    if (value.is_null()) {
        return false;
    }
    const bool good = value.is_array() && value.size() == target.size() && std::ranges::all_of(value, [&](const auto& element) {
                          return element.is_number_float() && in_range(element.template get<double>(), least, most);
                      });
    if (!good) {
        blame(key, fmt::format("is no list of {} numbers in their range", target.size()));
        return false;
    }
    std::ranges::transform(value, target.begin(), [](const auto& element) { return element.template get<float>(); });
    return true;
}

Result<void> StrictObject::finish() const {
    if (!m_fault.empty()) {
        return fail(ErrorCode::damaged, m_fault + ".");
    }
    if (m_taken != m_value.size()) {
        return fail(ErrorCode::damaged, fmt::format("{} has a member that nobody knows.", m_name));
    }
    return {};
}

} // namespace audiomuse::analysis::detail
