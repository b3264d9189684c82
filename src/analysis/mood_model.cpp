#include <analysis/mood_model.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace audiomuse::analysis {

namespace {

struct MoodWeights {
    double bias;
    std::array<double, k_embedding_size> rectified_embedding;
    std::array<double, k_tag_count> tags;
};

constexpr std::array<MoodWeights, k_mood_count> k_mood_weights{{
#include <analysis/mood_weights.inc>
}};

double standard_score(const MoodWeights& weights, const Tags& tags, const Embedding& embedding) noexcept {
    double z = weights.bias;
    for (std::size_t i = 0; i < embedding.size(); ++i) {
        z += weights.rectified_embedding[i] * std::max(static_cast<double>(embedding[i]), 0.0);
    }
    for (std::size_t i = 0; i < tags.size(); ++i) {
        z += weights.tags[i] * static_cast<double>(tags[i]);
    }
    return z;
}

double normal_distribution(double z) noexcept { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

} // namespace

Moods MoodModel::predict(const Tags& tags, const Embedding& embedding) const noexcept {
    Moods moods{};
    std::ranges::transform(k_mood_weights, moods.begin(), [&](const MoodWeights& weights) {
        return static_cast<float>(normal_distribution(standard_score(weights, tags, embedding)));
    });
    return moods;
}

} // namespace audiomuse::analysis
