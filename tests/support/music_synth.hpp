#pragma once

#include <cstdint>
#include <vector>

/// Synthetic music of known tempo and key: drums, bass and chords, with noise. The same on every machine but for the last bit of
/// the mathematical functions: the generator of random numbers is part of it.
namespace audiomuse::test {

inline constexpr int k_synth_rate_hz = 16000;

enum class PieceMode { major, minor };

struct Piece {
    std::uint64_t seed = 0; ///< decides chords, rhythm, instruments and timing
    double tempo_bpm = 120;
    int tonic = 0; ///< pitch class, 0 = C to 11 = B
    PieceMode mode = PieceMode::major;
    double tuning_cents = 0; ///< against A = 440 Hz
    double snr_db = 10;      ///< of the noise under the music, white or pink by the seed
    double duration_s = 28;
};

/// Piece `index` of the pinned set: the keys take turns, 24 of them; tempo (60 to 180 BPM, even on a logarithmic scale) and
/// tuning
/// (-40 to 40 cents) are random; noise at 10 dB.
[[nodiscard]] Piece pinned_piece(std::uint64_t index);

/// Mono, 16 kHz, peak 0.9, in 4/4: phrases of eight chords in the piece's key that begin on the tonic and end in a cadence.
[[nodiscard]] std::vector<float> render(const Piece& piece);

} // namespace audiomuse::test
