#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <base/text.hpp>
#include <settings/detail/table.hpp>

namespace audiomuse::settings::detail {

namespace {

constexpr std::string_view k_automatic = "automatic";
constexpr std::size_t k_max_text_bytes = 4096;

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

template <class Number, class Limits>
std::optional<Number> parse_in_range(std::string_view text, const Limits& limits) {
    const auto value = parse_number<Number>(text);
    // The negation keeps NaN out.
    return value && !(*value >= limits.minimum && *value <= limits.maximum) ? std::nullopt : value;
}

bool is_plain_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

/// The parts between commas, without blanks around them.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        std::string_view part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        part.remove_prefix(std::min(part.size(), part.find_first_not_of(' ')));
        part.remove_suffix(part.size() - (part.find_last_not_of(' ') + 1));
        if (!part.empty()) {
            parts.emplace_back(part);
        }
    }
    return parts;
}

/// The items of a map as the file gives them, from the form of the environment.
std::optional<std::vector<std::string>> split_map(std::string_view text) {
    std::vector<std::string> items;
    for (const std::string& part : split(text)) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos) {
            return std::nullopt;
        }
        items.push_back(part.substr(0, equals));
        items.push_back(part.substr(equals + 1));
    }
    return items;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

std::optional<ListenAddress> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !is_plain_ascii(text)) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (host.empty() || host.find_first_of("[]/@") != std::string_view::npos || !port) {
        return std::nullopt;
    }
    return ListenAddress{std::string(host), *port};
}

std::string format_address(const ListenAddress& address) {
    return address.host.find(':') == std::string::npos ? fmt::format("{}:{}", address.host, address.port)
                                                       : fmt::format("[{}]:{}", address.host, address.port);
}

bool is_web_url(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (url.starts_with(scheme)) {
            const std::string_view rest = url.substr(scheme.size());
            const std::string_view authority = rest.substr(0, rest.find('/'));
            return is_plain_ascii(url) && url.size() <= k_max_text_bytes && !authority.empty() && authority.front() != ':' &&
                   authority.find('@') == std::string_view::npos && rest.find_first_of("?#") == std::string_view::npos;
        }
    }
    return false;
}

std::filesystem::path resolve(std::string_view text, const PathContext& paths) {
    if (text.empty()) {
        return {};
    }
    const bool in_home = paths.home.is_absolute() && (text == "~" || text.starts_with("~/"));
    const std::filesystem::path path =
        (in_home ? paths.home / text.substr(std::min<std::size_t>(2, text.size())) : paths.base / text).lexically_normal();
    return path.has_filename() ? path : path.parent_path(); // without a slash at the end
}

/// Whether the way the file wrote the value suits its setting. What comes from the environment and from flags has no type.
bool suits(const Target& target, const RawValue& value) {
    using Kind = RawValue::Kind;
    if (value.kind == Kind::untyped) {
        return true;
    }
    return std::visit(Overloaded{
                          [&](const IntegerTarget&) { return value.kind == Kind::integer; },
                          [&](const OptionalIntegerTarget&) { return value.kind == Kind::integer || value.text == k_automatic; },
                          [&](const NumberTarget&) { return value.kind == Kind::integer || value.kind == Kind::number; },
                          [&](const OptionalNumberTarget&) {
                              return value.kind == Kind::integer || value.kind == Kind::number || value.text == k_automatic;
                          },
                          [&](const BooleanTarget&) { return value.kind == Kind::boolean; },
                          [&](const ListTarget&) { return value.kind == Kind::list; },
                          [&](const PathMapTarget&) { return value.kind == Kind::map; },
                          [&](const auto&) { return value.kind == Kind::text; },
                      },
                      target);
}

template <class Member, class Value>
bool put(Settings& settings, Member member, std::optional<Value> value) {
    if (value) {
        settings.*member = std::move(*value);
    }
    return value.has_value();
}

template <class Number, class OptionalTarget>
bool put_optional(Settings& settings, const OptionalTarget& target, std::string_view text) {
    if (text == k_automatic) {
        settings.*target.member = std::nullopt;
        return true;
    }
    return put(settings, target.member, parse_in_range<Number>(text, target));
}

bool put_map(std::vector<PathMapping>& mappings, const std::vector<std::string>& items, const PathContext& paths) {
    mappings.clear();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].empty() || items[i + 1].empty() || has_control(items[i]) || has_control(items[i + 1])) {
            return false;
        }
        mappings.push_back({items[i], resolve(items[i + 1], paths)});
    }
    return true;
}

/// False when the value is not allowed.
bool put_value(const Target& target, const RawValue& value, const PathContext& paths, Settings& settings) {
    const std::string& text = value.text;
    const bool untyped = value.kind == RawValue::Kind::untyped;
    return std::visit(Overloaded{
                          [&](const IntegerTarget& t) { return put(settings, t.member, parse_in_range<std::int64_t>(text, t)); },
                          [&](const NumberTarget& t) { return put(settings, t.member, parse_in_range<double>(text, t)); },
                          [&](const OptionalIntegerTarget& t) { return put_optional<std::int64_t>(settings, t, text); },
                          [&](const OptionalNumberTarget& t) { return put_optional<double>(settings, t, text); },
                          [&](const AddressTarget& t) { return put(settings, t.member, parse_address(text)); },
                          [&](const TextTarget& t) {
                              settings.*t.member = text;
                              return text.size() <= k_max_text_bytes && !has_control(text);
                          },
                          [&](const UrlTarget& t) {
                              settings.*t.member = text;
                              return text.empty() || is_web_url(text);
                          },
                          [&](const PathTarget& t) {
                              settings.*t.member = resolve(text, paths);
                              return text.size() <= k_max_text_bytes && !has_control(text);
                          },
                          [&](const SecretTarget& t) {
                              settings.*t.member = Secret(text);
                              return text.size() <= k_max_text_bytes &&
                                     (t.form == SecretForm::password ? !has_control(text) : is_plain_ascii(text));
                          },
                          [&](const BooleanTarget& t) {
                              settings.*t.member = text == "true";
                              return text == "true" || text == "false";
                          },
                          [&](const ListTarget& t) {
                              settings.*t.member = untyped ? split(text) : value.items;
                              return std::ranges::none_of(settings.*t.member, has_control);
                          },
                          [&](const PathMapTarget& t) {
                              const auto items = untyped ? split_map(text) : std::optional(value.items);
                              return items && put_map(settings.*t.member, *items, paths);
                          },
                          [&](const WordTarget& t) {
                              const auto found = std::ranges::find(t.words, std::string_view(text));
                              if (found == t.words.end()) {
                                  return false;
                              }
                              t.set(settings, static_cast<std::size_t>(std::distance(t.words.begin(), found)));
                              return true;
                          },
                      },
                      target);
}

std::string quote_toml(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : to_display_text(text)) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

std::string allowed_values(const Row& row) {
    return std::visit(
        Overloaded{
            [](const IntegerTarget& t) { return fmt::format("a whole number from {} to {}", t.minimum, t.maximum); },
            [](const OptionalIntegerTarget& t) {
                return fmt::format("a whole number from {} to {}, or automatic", t.minimum, t.maximum);
            },
            [](const NumberTarget& t) { return fmt::format("a number from {} to {}", t.minimum, t.maximum); },
            [](const OptionalNumberTarget& t) {
                return fmt::format("a number from {} to {}, or automatic", t.minimum, t.maximum);
            },
            [](const AddressTarget&) { return std::string("HOST:PORT, as in 127.0.0.1:8000 or [::1]:8000"); },
            [](const TextTarget&) { return std::string("a text of one line"); },
            [](const UrlTarget&) { return std::string("an http or https URL without a user name or a question mark"); },
            [](const PathTarget&) { return std::string("a path"); },
            [](const SecretTarget& t) {
                return std::string(t.form == SecretForm::password ? "a text of one line"
                                                                  : "printable ASCII characters without blanks");
            },
            [](const BooleanTarget&) { return std::string("true or false"); },
            [](const ListTarget&) { return std::string("texts, as in [\"Music\"], or Music,More in the environment"); },
            [](const PathMapTarget&) {
                return std::string("folders, as in {\"/media\" = \"/mnt\"}, or /media=/mnt in the environment");
            },
            [](const WordTarget& t) { return fmt::format("one of {}", fmt::join(t.words, ", ")); },
        },
        row.target);
}

Result<void> assign(const Row& row, const RawValue& value, const PathContext& paths, Settings& settings) {
    if (suits(row.target, value) && put_value(row.target, value, paths, settings)) {
        return {};
    }
    std::string found;
    const bool may_hold_secret =
        std::holds_alternative<SecretTarget>(row.target) ||
        (std::holds_alternative<UrlTarget>(row.target) && value.text.find_first_of("@?#") != std::string::npos);
    if (!may_hold_secret) {
        const std::string shown(truncate_utf8(to_display_text(value.text), 80));
        found = value.kind == RawValue::Kind::other ? ", not " + shown : fmt::format(", not '{}'", shown);
        if (value.kind == RawValue::Kind::text && !suits(row.target, value)) {
            found += " in quotes";
        }
    }
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {} must be {}{}.", value.origin.to_text(), row.key, allowed_values(row), found),
                std::string(row.key));
}

std::string to_toml_value(const Row& row, const Settings& settings) {
    const auto optional = [](const auto& value) {
        return value ? fmt::format("{}", *value) : fmt::format("\"{}\"", k_automatic);
    };
    return std::visit(Overloaded{
                          [&](const IntegerTarget& t) { return fmt::format("{}", settings.*t.member); },
                          [&](const NumberTarget& t) { return fmt::format("{}", settings.*t.member); },
                          [&](const OptionalIntegerTarget& t) { return optional(settings.*t.member); },
                          [&](const OptionalNumberTarget& t) { return optional(settings.*t.member); },
                          [&](const AddressTarget& t) { return quote_toml(format_address(settings.*t.member)); },
                          [&](const TextTarget& t) { return quote_toml(settings.*t.member); },
                          [&](const UrlTarget& t) { return quote_toml(settings.*t.member); },
                          [&](const PathTarget& t) { return quote_toml((settings.*t.member).native()); },
                          [&](const SecretTarget& t) { return quote_toml((settings.*t.member).masked()); },
                          [&](const BooleanTarget& t) { return fmt::format("{}", settings.*t.member); },
                          [&](const ListTarget& t) {
                              std::vector<std::string> items;
                              for (const std::string& item : settings.*t.member) {
                                  items.push_back(quote_toml(item));
                              }
                              return fmt::format("[{}]", fmt::join(items, ", "));
                          },
                          [&](const PathMapTarget& t) {
                              std::vector<std::string> items;
                              for (const PathMapping& item : settings.*t.member) {
                                  items.push_back(quote_toml(item.server) + " = " + quote_toml(item.here.native()));
                              }
                              return fmt::format("{{{}}}", fmt::join(items, ", "));
                          },
                          [&](const WordTarget& t) { return quote_toml(t.words[t.get(settings)]); },
                      },
                      row.target);
}

std::string to_plain_value(const Row& row, const Settings& settings) {
    std::string value = to_toml_value(row, settings);
    if (value.starts_with('"')) {
        value = value.substr(1, value.size() - 2);
    }
    return value.empty() || value == "[]" || value == "{}" ? "none" : value;
}

} // namespace audiomuse::settings::detail
