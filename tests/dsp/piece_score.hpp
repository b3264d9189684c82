#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <dsp/key.hpp>
#include <dsp/tempo.hpp>
#include <support/music_synth.hpp>

namespace audiomuse::dsp::test {

/// What was found of one synthetic piece.
struct PieceScore {
    bool tempo_exact = false; ///< within 1 % of the truth
    bool tempo = false;       ///< within 1 % of the truth, twice the truth or half of it
    bool key = false;         ///< tonic and mode
    bool tuning = false;      ///< within 5 cents
};

inline PieceScore score_piece(std::uint64_t index) {
    const audiomuse::test::Piece piece = audiomuse::test::pinned_piece(index);
    const std::vector<float> pcm = audiomuse::test::render(piece);
    TempoEstimator tempo_estimator;
    KeyEstimator key_estimator;
    tempo_estimator.push(pcm);
    key_estimator.push(pcm);
    const auto tempo = tempo_estimator.finish();
    const auto key = key_estimator.finish();

    PieceScore score;
    const auto within = [&](double factor) {
        return tempo.has_value() && std::abs(tempo->bpm / (factor * piece.tempo_bpm) - 1.0) <= 0.01;
    };
    score.tempo_exact = within(1.0);
    score.tempo = within(1.0) || within(2.0) || within(0.5);
    const Mode mode = piece.mode == audiomuse::test::PieceMode::major ? Mode::major : Mode::minor;
    score.key = key.has_value() && key->tonic == piece.tonic && key->mode == mode;
    score.tuning = key.has_value() && std::abs(key->tuning_cents - piece.tuning_cents) <= 5.0;
    return score;
}

} // namespace audiomuse::dsp::test
