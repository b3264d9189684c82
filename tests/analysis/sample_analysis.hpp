#pragma once

#include <domain/analysis.hpp>

namespace audiomuse::analysis::test {

/// An Analysis with a different value in each place.
inline Analysis sample_analysis() {
    Analysis analysis;
    analysis.duration_s = 181.25;
    analysis.tempo_bpm = 120.5;
    analysis.key = Key{9, Scale::minor};
    analysis.tempo_confidence = 0.375;
    analysis.key_confidence = 0.875;
    analysis.energy = 0.625;
    analysis.tags.emplace();
    analysis.embedding.emplace();
    analysis.moods.emplace();
    for (std::size_t i = 0; i < k_tag_count; ++i) {
        (*analysis.tags)[i] = static_cast<float>(i) / 49.0F;
    }
    for (std::size_t i = 0; i < k_embedding_size; ++i) {
        (*analysis.embedding)[i] = static_cast<float>(i) * 0.01F - 1.0F;
    }
    for (std::size_t i = 0; i < k_mood_count; ++i) {
        (*analysis.moods)[i] = static_cast<float>(i) / 16.0F;
    }
    analysis.partial = true;
    analysis.identity = AudioIdentity("0123456789abcdef0123456789abcdef");
    analysis.version = {2, 3, 4, 5};
    analysis.timings = {1.5, 2.5, 3.5, 4.5, 5.5, 20.25};
    return analysis;
}

} // namespace audiomuse::analysis::test
