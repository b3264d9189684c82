#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <base/id.hpp>

namespace audiomuse {

/// A hash of a track's encoded audio packets without tags: equal for a file that was moved or only retagged.
using AudioIdentity = Id<struct AudioIdentityTag>;

inline constexpr std::size_t k_mood_count = 17;
inline constexpr std::size_t k_tag_count = 50;
inline constexpr std::size_t k_embedding_size = 200;

using Moods = std::array<float, k_mood_count>; ///< 0 to 1, in the order of mood_labels(); 0.5 = as much as the average track
using Tags = std::array<float, k_tag_count>;   ///< 0 to 1, in the order of tag_labels()
using Embedding = std::array<float, k_embedding_size>; ///< MusiCNN's dense layer before its ReLU, mean over patches

/// "mood/acoustic" ... "mood/warm", the order of the API.
[[nodiscard]] const std::array<std::string_view, k_mood_count>& mood_labels() noexcept;
/// Indices into mood_labels(), the strongest mood first, of equal ones the first in the list.
[[nodiscard]] std::array<std::size_t, k_mood_count> strongest_first(const Moods& moods) noexcept;
/// The MSD tags of MusiCNN, "rock" ... "happy", in the order of the network's output.
[[nodiscard]] const std::array<std::string_view, k_tag_count>& tag_labels() noexcept;

enum class Scale { major, minor };

struct Key {
    int tonic = 0; ///< pitch class, 0 = C to 11 = B
    Scale scale = Scale::major;

    friend bool operator==(const Key&, const Key&) = default;
};

/// What people may tap in the place of a tempo: half of it and twice of it.
[[nodiscard]] constexpr std::array<double, 2> tempo_alternatives(double tempo_bpm) noexcept {
    return {0.5 * tempo_bpm, 2.0 * tempo_bpm};
}

/// "C", "C#" ... "B" for a pitch class from 0 to 11.
[[nodiscard]] std::string_view pitch_class_name(int pitch_class) noexcept;
/// "major" or "minor".
[[nodiscard]] std::string_view to_string(Scale scale) noexcept;

/// One number for each group of stored values; it rises whenever values of that group would come out differently.
struct AnalysisVersion {
    int tempo = 1;
    int key = 1;
    int moods = 1;
    int network = 1; ///< 0: the program had no model, so tags, embedding and moods are absent

    friend bool operator==(const AnalysisVersion&, const AnalysisVersion&) = default;
};

/// Processor time by stage.
struct AnalysisTimings {
    double decode_ms = 0;
    double tempo_ms = 0;
    double key_ms = 0;
    double mel_ms = 0;
    double network_ms = 0;
    double total_ms = 0;
};

/// What was heard in one track.
struct Analysis {
    double duration_s = 0;                  ///< counts decoded samples
    std::optional<double> tempo_bpm;        ///< absent for silence and noise
    std::optional<Key> key;                 ///< absent for silence and noise
    std::optional<double> tempo_confidence; ///< 0 to 1; absent without a tempo, and where an older program stored none
    std::optional<double> key_confidence;   ///< the same of the key
    double energy = 0;                      ///< 0 to 1, see docs/api.md
    std::optional<Tags> tags;               ///< tags, embedding and moods are absent only without a model
    std::optional<Embedding> embedding;
    std::optional<Moods> moods;
    bool partial = false; ///< the file was damaged; at least 30 s and half of it were heard
    AudioIdentity identity;
    AnalysisVersion version;
    AnalysisTimings timings;
};

} // namespace audiomuse
