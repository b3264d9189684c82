#include <nn/instruction_set.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <hwy/targets.h>

#include <nn/detail/dispatch.hpp>

namespace audiomuse::nn {
namespace {

struct Known {
    InstructionSet set;
    std::string_view name;
    std::size_t lanes;
};

/// Best first; sets of different architectures never meet.
constexpr std::array k_known = {
    Known{InstructionSet::avx512, "avx512", 16}, Known{InstructionSet::avx2, "avx2", 8},
    Known{InstructionSet::ssse3, "ssse3", 4},    Known{InstructionSet::neon, "neon", 4},
    Known{InstructionSet::scalar, "scalar", 1},
};

const Known& find(InstructionSet set) noexcept { return *std::ranges::find(k_known, set, &Known::set); }

} // namespace

namespace detail {

std::int64_t highway_target(InstructionSet set) noexcept {
    switch (set) {
    case InstructionSet::avx512: return HWY_AVX3;
    case InstructionSet::avx2: return HWY_AVX2;
    case InstructionSet::ssse3: return HWY_SSSE3;
    case InstructionSet::neon: return HWY_NEON;
    case InstructionSet::scalar: break;
    }
    return HWY_SCALAR;
}

} // namespace detail

std::string_view to_string(InstructionSet set) noexcept { return find(set).name; }

std::size_t lane_count(InstructionSet set) noexcept { return find(set).lanes; }

Result<InstructionSet> parse_instruction_set(std::string_view name) {
    if (name == "sse4") {
        return InstructionSet::ssse3;
    }
    if (name == "avx3") {
        return InstructionSet::avx512;
    }
    const auto known = std::ranges::find(k_known, name, &Known::name);
    if (known == k_known.end()) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("There is no instruction set \"{}\"; known are scalar, ssse3, avx2, avx512 "
                                "and neon.",
                                name));
    }
    return known->set;
}

std::vector<InstructionSet> available_instruction_sets() {
    // Every processor of the architecture has the baseline: NEON on arm64.
    const std::int64_t runnable = (hwy::SupportedTargets() | HWY_ENABLED_BASELINE) & HWY_TARGETS;
    std::vector<InstructionSet> sets;
    for (const Known& known : k_known) {
        if (known.set == InstructionSet::scalar || (runnable & detail::highway_target(known.set)) != 0) {
            sets.push_back(known.set);
        }
    }
    return sets;
}

Result<InstructionSet> choose_instruction_set() {
    const auto available = available_instruction_sets();
    const char* const wish = std::getenv("AUDIOMUSE_ISA");
    if (wish == nullptr || *wish == '\0') {
        return available.front();
    }
    const auto set = parse_instruction_set(wish);
    if (!set || std::ranges::find(available, *set) == available.end()) {
        std::string names;
        for (const InstructionSet each : available) {
            names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(each));
        }
        return fail(ErrorCode::invalid_argument,
                    fmt::format("AUDIOMUSE_ISA is \"{}\", but this machine can run: {}.", wish, names), "AUDIOMUSE_ISA");
    }
    return *set;
}

} // namespace audiomuse::nn
