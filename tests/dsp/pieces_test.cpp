#include <cstdio>

#include <gtest/gtest.h>

#include "piece_score.hpp"

namespace audiomuse::dsp {
namespace {

TEST(Pieces, TempoAndKeyAreRightOn95PercentOf200) {
    constexpr int k_pieces = 200;
    int exact_tempos = 0;
    int tempos = 0;
    int keys = 0;
    for (int index = 0; index < k_pieces; ++index) {
        const test::PieceScore score = test::score_piece(static_cast<std::uint64_t>(index));
        exact_tempos += score.tempo_exact ? 1 : 0;
        tempos += score.tempo ? 1 : 0;
        keys += score.key ? 1 : 0;
    }
    std::printf("of %d pieces: tempo within 1 %% on %d, it or its octave on %d; key exact on %d\n", k_pieces, exact_tempos,
                tempos, keys);
    EXPECT_GE(tempos, 190);
    EXPECT_GE(keys, 190);
}

} // namespace
} // namespace audiomuse::dsp
