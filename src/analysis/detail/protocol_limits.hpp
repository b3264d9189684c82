#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <sandbox/confinement.hpp>

/// What both directions of the child protocol agree on.
namespace audiomuse::analysis::detail {

inline constexpr int k_max_depth = 4; ///< message, analysis, version; message, layers, layer
inline constexpr std::uint64_t k_any = UINT64_MAX;
inline constexpr double k_max_duration_s = 1e7;
inline constexpr double k_max_tempo_bpm = 1000;
inline constexpr double k_max_timing_ms = 1e10;
inline constexpr float k_max_embedding = 1e6F;
inline constexpr std::uint64_t k_max_version = 1'000'000;
inline constexpr std::size_t k_max_layers = 16;
inline constexpr std::size_t k_max_layer_bytes = 200;

inline constexpr std::array<std::pair<sandbox::LayerState, std::string_view>, 3> k_layer_states{{
    {sandbox::LayerState::active, "active"},
    {sandbox::LayerState::weakened, "weakened"},
    {sandbox::LayerState::unavailable, "unavailable"},
}};

} // namespace audiomuse::analysis::detail
