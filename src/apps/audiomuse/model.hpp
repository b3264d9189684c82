#pragma once

#include <optional>
#include <string>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <settings/settings.hpp>

namespace audiomuse::apps {

/// The network ready for children, or why there is none.
struct Model {
    UniqueFd network;    ///< of analysis::share_network(); owns nothing without a model
    std::string origin;  ///< "the model inside the executable", or the configured file
    std::string absence; ///< the reason when there is none
};

/// The configured model_file, else the one inside the executable. A configured file that is damaged or missing is an error: it
/// was asked for.
[[nodiscard]] Result<Model> open_model(const settings::Settings& settings);

/// "Moods, tags and embedding are unavailable: ..." for logs and `doctor`.
[[nodiscard]] std::string absence_sentence(const Model& model);

} // namespace audiomuse::apps
