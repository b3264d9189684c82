#include <library/detail/json_reader.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

constexpr std::size_t k_max_text_bytes = 1'000;

/// Keeps nothing; ends the parse as soon as a limit is passed.
class Surveyor final : public nlohmann::json_sax<json> {
  public:
    explicit Surveyor(JsonLimits limits) : m_limits(limits) {}

    bool null() override { return count(); }
    bool boolean(bool /*value*/) override { return count(); }
    bool number_integer(number_integer_t /*value*/) override { return count(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
    bool string(string_t& /*value*/) override { return count(); }
    bool binary(binary_t& /*value*/) override { return count(); }
    bool key(string_t& /*value*/) override { return true; }
    bool start_object(std::size_t /*elements*/) override { return open(); }
    bool start_array(std::size_t /*elements*/) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        return false;
    }

  private:
    bool count() { return ++m_values <= m_limits.values; }
    bool open() { return ++m_depth <= m_limits.depth && count(); }
    bool close() {
        --m_depth;
        return true;
    }

    JsonLimits m_limits;
    int m_depth = 0;
    std::uint64_t m_values = 0;
};

std::optional<json> parse_well_formed(std::string_view text, JsonLimits limits) {
    Surveyor surveyor(limits);
    if (!json::sax_parse(text, &surveyor)) {
        return std::nullopt;
    }
    auto parsed = json::parse(text, nullptr, false);
    return parsed.is_discarded() ? std::nullopt : std::optional<json>(std::move(parsed));
}

std::optional<double> number_of(const json& value) {
    double number = -1;
    if (value.is_number()) {
        number = value.get<double>();
    } else if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size()) {
            return std::nullopt;
        }
    }
    return std::isfinite(number) && number >= 0 ? std::optional(number) : std::nullopt;
}

/// So many digits at the beginning of the text, which loses them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    int number = 0;
    if (text.size() < count) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + count, number);
    if (error != std::errc{} || end != text.data() + count || number < 0) {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return number;
}

bool take(std::string_view& text, std::string_view characters) {
    if (text.empty() || characters.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

} // namespace

std::optional<json> parse_json(std::string_view text, JsonLimits limits) {
    if (auto parsed = parse_well_formed(text, limits)) {
        return parsed;
    }
    const std::string mended = to_display_text(text);
    return mended == text ? std::nullopt : parse_well_formed(mended, limits);
}

const json* find_member(const json& object, std::string_view key) {
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

const json& array_member(const json& object, std::string_view key) {
    static const json k_empty = json::array();
    const json* member = find_member(object, key);
    return member != nullptr && member->is_array() ? *member : k_empty;
}

const json& array_member(const json& object, std::string_view outer, std::string_view inner) {
    static const json k_absent;
    const json* member = find_member(object, outer);
    return array_member(member == nullptr ? k_absent : *member, inner);
}

std::string id_member(const json& object, std::string_view key) {
    const json* member = find_member(object, key);
    if (member == nullptr) {
        return {};
    }
    return member->is_number_integer() ? member->dump() : raw_text_member(object, key);
}

std::string raw_text_member(const json& object, std::string_view key) {
    const json* member = find_member(object, key);
    return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

std::string text_member(const json& object, std::string_view key) {
    return std::string(truncate_utf8(to_display_text(raw_text_member(object, key)), k_max_text_bytes));
}

std::optional<std::uint64_t> count_member(const json& object, std::string_view key) {
    const json* member = find_member(object, key);
    if (member == nullptr) {
        return std::nullopt;
    }
    if (member->is_number_unsigned()) {
        return member->get<std::uint64_t>();
    }
    const auto number = number_of(*member);
    constexpr double k_exact = 9'007'199'254'740'992.0; // 2^53
    return number && *number <= k_exact ? std::optional(static_cast<std::uint64_t>(std::llround(*number))) : std::nullopt;
}

std::optional<std::chrono::milliseconds> seconds_member(const json& object, std::string_view key) {
    const json* member = find_member(object, key);
    const auto number = member == nullptr ? std::nullopt : number_of(*member);
    constexpr double k_longest = 1e9;
    return number && *number <= k_longest ? std::optional(std::chrono::milliseconds(std::llround(*number * 1'000)))
                                          : std::nullopt;
}

std::optional<bool> bool_member(const json& object, std::string_view key) {
    const json* member = find_member(object, key);
    if (member == nullptr) {
        return std::nullopt;
    }
    if (member->is_boolean()) {
        return member->get<bool>();
    }
    const std::string text = raw_text_member(object, key);
    return text == "true" ? std::optional(true) : text == "false" ? std::optional(false) : std::nullopt;
}

std::optional<UtcTime> parse_time(std::string_view text) {
    using namespace std::chrono;
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) {
        return std::nullopt;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) {
        return std::nullopt;
    }
    const auto day = take_digits(text, 2);
    const auto date = year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(day.value_or(0))));
    if (!date.ok()) {
        return std::nullopt;
    }
    UtcTime time = sys_days(date);
    if (!take(text, "T ")) {
        return text.empty() ? std::optional(time) : std::nullopt;
    }
    const auto hour = take_digits(text, 2);
    const bool colon = take(text, ":");
    const auto minute = take_digits(text, 2);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59) {
        return std::nullopt;
    }
    time += hours(*hour) + minutes(*minute);
    if (take(text, ":")) {
        const auto second = take_digits(text, 2);
        if (!second || *second > 60) {
            return std::nullopt;
        }
        time += seconds(*second);
        if (take(text, ".,")) {
            for (std::int64_t unit = 100'000; !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
                time += microseconds(unit * (text.front() - '0'));
                text.remove_prefix(1);
            }
        }
    }
    if (text.empty() || text == "Z" || text == "z") {
        return time;
    }
    const bool east = text.front() == '+';
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const auto offset_hours = take_digits(text, 2);
    take(text, ":");
    const auto offset_minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
    if (!offset_hours || !offset_minutes || !text.empty()) {
        return std::nullopt;
    }
    const auto offset = hours(*offset_hours) + minutes(*offset_minutes);
    return east ? time - offset : time + offset;
}

} // namespace audiomuse::library::detail
