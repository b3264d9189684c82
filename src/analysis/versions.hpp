#pragma once

#include <domain/analysis.hpp>

namespace audiomuse::analysis {

enum class ModelUse { with, without };

/// What the analyser of this program version gives. Raise a number whenever stored values of its group would come out
/// differently.
[[nodiscard]] constexpr AnalysisVersion current_version(ModelUse use) noexcept {
    constexpr AnalysisVersion k_version{.tempo = 2, .key = 2, .moods = 1, .network = 1};
    if (use == ModelUse::without) {
        return {.tempo = k_version.tempo, .key = k_version.key, .moods = 0, .network = 0};
    }
    return k_version;
}

} // namespace audiomuse::analysis
