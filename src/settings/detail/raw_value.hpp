#pragma once

#include <string>
#include <vector>

#include <settings/load.hpp>

namespace audiomuse::settings::detail {

/// A value as it was written, before its setting gives it a meaning.
struct RawValue {
    enum class Kind {
        untyped, ///< from the environment or a flag: may become anything
        text,
        integer,
        number,
        boolean, ///< `text` is "true" or "false"
        list,    ///< of texts, in `items`
        map,     ///< of texts to texts, in `items`: key, value, key, value, ...
        other    ///< a TOML type that no setting has; `text` is its name
    };
    Kind kind = Kind::untyped;
    std::string text; ///< numbers in their shortest decimal form
    Origin origin;
    std::vector<std::string> items{};
};

} // namespace audiomuse::settings::detail
