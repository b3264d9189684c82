#include <settings/detail/config_file.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace audiomuse::settings::detail {

namespace {

RawValue to_raw(const toml::node& node, Origin origin) {
    if (const auto* text = node.as_string()) {
        return {RawValue::Kind::text, text->get(), std::move(origin)};
    }
    if (const auto* integer = node.as_integer()) {
        return {RawValue::Kind::integer, fmt::format("{}", integer->get()), std::move(origin)};
    }
    if (const auto* number = node.as_floating_point()) {
        return {RawValue::Kind::number, fmt::format("{}", number->get()), std::move(origin)};
    }
    if (const auto* boolean = node.as_boolean()) {
        return {RawValue::Kind::boolean, boolean->get() ? "true" : "false", std::move(origin)};
    }
    if (const auto* array = node.as_array(); array != nullptr && (array->empty() || array->is_homogeneous<std::string>())) {
        RawValue value{RawValue::Kind::list, "an array", std::move(origin)};
        for (const auto& item : *array) {
            value.items.push_back(item.as_string()->get());
        }
        return value;
    }
    if (const auto* table = node.as_table(); table != nullptr && (table->empty() || table->is_homogeneous<std::string>())) {
        RawValue value{RawValue::Kind::map, "a table", std::move(origin)};
        for (const auto& [key, item] : *table) {
            value.items.emplace_back(key.str());
            value.items.push_back(item.as_string()->get());
        }
        return value;
    }
    const char* type = node.is_table() ? "a table" : node.is_array() ? "an array" : "a date or time";
    return {RawValue::Kind::other, type, std::move(origin)};
}

} // namespace

Result<RawValues> parse_config_text(std::string_view text, std::string_view name) {
    try {
        RawValues values;
        for (const auto& [key, node] : toml::parse(text)) {
            values.emplace(key.str(), to_raw(node, {Origin::Kind::file, fmt::format("{}:{}", name, key.source().begin.line)}));
        }
        return values;
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("{}:{}: this is not valid TOML (column {}). A line reads `key = 5` or `key = \"text\"`, each key once.",
                        name, at.line, at.column));
    }
}

} // namespace audiomuse::settings::detail
