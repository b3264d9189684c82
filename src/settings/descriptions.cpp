#include <settings/descriptions.hpp>

#include <algorithm>
#include <vector>

#include <settings/detail/names.hpp>
#include <settings/detail/table.hpp>

namespace audiomuse::settings {

namespace {

std::string placeholder(const detail::Target& target) {
    struct Visitor {
        const char* operator()(const detail::IntegerTarget&) const { return "INTEGER"; }
        const char* operator()(const detail::OptionalIntegerTarget&) const { return "INTEGER"; }
        const char* operator()(const detail::NumberTarget&) const { return "NUMBER"; }
        const char* operator()(const detail::OptionalNumberTarget&) const { return "NUMBER"; }
        const char* operator()(const detail::TextTarget&) const { return "TEXT"; }
        const char* operator()(const detail::UrlTarget&) const { return "URL"; }
        const char* operator()(const detail::PathTarget&) const { return "PATH"; }
        const char* operator()(const detail::SecretTarget&) const { return "SECRET"; }
        const char* operator()(const detail::AddressTarget&) const { return "HOST:PORT"; }
        const char* operator()(const detail::BooleanTarget&) const { return "BOOLEAN"; }
        const char* operator()(const detail::ListTarget&) const { return "TEXT,TEXT"; }
        const char* operator()(const detail::PathMapTarget&) const { return "FOLDER=FOLDER"; }
        const char* operator()(const detail::WordTarget&) const { return "WORD"; }
    };
    return std::visit(Visitor{}, target);
}

std::vector<SettingDescription> describe_rows() {
    const Settings defaults;
    std::vector<SettingDescription> all;
    for (const detail::Row& row : detail::rows()) {
        all.push_back({
            .key = std::string(row.key),
            .environment = detail::environment_name(row),
            .flag = detail::flag_name(row),
            .placeholder = placeholder(row.target),
            .allowed = detail::allowed_values(row),
            .default_value = row.default_value.empty() ? detail::to_plain_value(row, defaults) : std::string(row.default_value),
            .help = std::string(row.help),
            .is_secret = std::holds_alternative<detail::SecretTarget>(row.target),
        });
    }
    return all;
}

} // namespace

std::span<const SettingDescription> descriptions() {
    static const std::vector<SettingDescription> all = describe_rows();
    return all;
}

} // namespace audiomuse::settings
