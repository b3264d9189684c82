#pragma once

#include <string>

#include <settings/load.hpp>

namespace audiomuse::settings::detail {

/// A value as it was written, before its setting gives it a meaning.
struct RawValue {
    enum class Kind {
        untyped, ///< from the environment or a flag: may become anything
        text,
        integer,
        number,
        other ///< a TOML type that no setting has; `text` is its name
    };
    Kind kind = Kind::untyped;
    std::string text; ///< numbers in their shortest decimal form
    Origin origin;
};

} // namespace audiomuse::settings::detail
