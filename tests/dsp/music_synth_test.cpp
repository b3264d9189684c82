#include <support/music_synth.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "piece_score.hpp"

namespace audiomuse::test {
namespace {

TEST(MusicSynth, IsPinned) {
    const Piece piece = pinned_piece(30);
    EXPECT_EQ(piece.tonic, 6);
    EXPECT_EQ(piece.mode, PieceMode::major);
    EXPECT_NEAR(piece.tempo_bpm, 171.32490169336344, 1e-9);
    EXPECT_NEAR(piece.tuning_cents, 20.649670553608686, 1e-9);
    const std::vector<float> pcm = render(piece);
    ASSERT_EQ(pcm.size(), 28U * 16000U);
    double power = 0.0;
    for (const float sample : pcm) {
        power += static_cast<double>(sample) * sample;
    }
    EXPECT_NEAR(std::sqrt(power / static_cast<double>(pcm.size())), 0.199261317, 1e-6);
    EXPECT_EQ(render(piece), pcm);
}

TEST(MusicSynth, CoversKeysTemposAndTunings) {
    std::set<std::pair<int, PieceMode>> keys;
    double slowest = 1000.0;
    double fastest = 0.0;
    double lowest = 0.0;
    double highest = 0.0;
    for (std::uint64_t index = 0; index < 200; ++index) {
        const Piece piece = pinned_piece(index);
        keys.emplace(piece.tonic, piece.mode);
        slowest = std::min(slowest, piece.tempo_bpm);
        fastest = std::max(fastest, piece.tempo_bpm);
        lowest = std::min(lowest, piece.tuning_cents);
        highest = std::max(highest, piece.tuning_cents);
    }
    EXPECT_EQ(keys.size(), 24U);
    EXPECT_GE(slowest, 60.0);
    EXPECT_LT(slowest, 62.0);
    EXPECT_LE(fastest, 180.0);
    EXPECT_GT(fastest, 175.0);
    EXPECT_GE(lowest, -40.0);
    EXPECT_LT(lowest, -38.0);
    EXPECT_LE(highest, 40.0);
    EXPECT_GT(highest, 38.0);
}

TEST(MusicSynth, HasItsTempoAndKeyFound) {
    int tempos = 0;
    int keys = 0;
    int tunings = 0;
    constexpr int k_pieces = 12;
    for (std::uint64_t i = 0; i < k_pieces; ++i) {
        const dsp::test::PieceScore score = dsp::test::score_piece(17 * i);
        tempos += score.tempo ? 1 : 0;
        keys += score.key ? 1 : 0;
        tunings += score.tuning ? 1 : 0;
    }
    EXPECT_EQ(tempos, k_pieces);
    EXPECT_GE(keys, k_pieces - 1);
    EXPECT_GE(tunings, k_pieces - 1);
}

} // namespace
} // namespace audiomuse::test
