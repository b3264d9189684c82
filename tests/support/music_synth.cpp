#include <support/music_synth.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

namespace audiomuse::test {
namespace {

constexpr double k_rate = k_synth_rate_hz;
constexpr int k_beats_per_bar = 4;
constexpr std::size_t k_chords_per_phrase = 8;
constexpr int k_eighths_per_bar = 2 * k_beats_per_bar;
/// Below this tempo chords change twice a bar, above it once: harmony moves at much the same pace in slow songs and in fast ones.
constexpr double k_slow_bpm = 100.0;

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class Random {
  public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        m_state += 0x9E3779B97F4A7C15U;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    double uniform(double low, double high) { return low + (high - low) * static_cast<double>(next() >> 11U) * 0x1p-53; }
    int below(int count) { return static_cast<int>(next() % static_cast<std::uint64_t>(count)); }
    /// The sum of twelve uniform values has variance one.
    double normal() {
        double sum = -6.0;
        for (int i = 0; i < 12; ++i) {
            sum += uniform(0.0, 1.0);
        }
        return sum;
    }

  private:
    std::uint64_t m_state;
};

/// A chord of a progression: semitones of its root above the tonic, and of its notes above the root.
struct Chord {
    int root = 0;
    std::array<int, 3> notes{};
};

constexpr std::array k_major{0, 4, 7};
constexpr std::array k_minor{0, 3, 7};
using FourChords = std::array<Chord, 4>;
using Phrase = std::array<Chord, k_chords_per_phrase>;

/// Chords by the degree of the scale that they stand on: m = minor, f = on the flat degree of the minor scale.
constexpr Chord k_d1{0, k_major}, k_d2m{2, k_minor}, k_d3m{4, k_minor}, k_d4{5, k_major}, k_d5{7, k_major}, k_d6m{9, k_minor};
constexpr std::array<FourChords, 6> k_major_openings{{{k_d1, k_d5, k_d6m, k_d4},
                                                      {k_d1, k_d6m, k_d4, k_d5},
                                                      {k_d1, k_d4, k_d1, k_d5},
                                                      {k_d1, k_d4, k_d5, k_d1},
                                                      {k_d1, k_d3m, k_d4, k_d5},
                                                      {k_d1, k_d6m, k_d2m, k_d5}}};
constexpr std::array<FourChords, 4> k_major_cadences{
    {{k_d1, k_d4, k_d5, k_d1}, {k_d6m, k_d2m, k_d5, k_d1}, {k_d4, k_d1, k_d5, k_d1}, {k_d2m, k_d5, k_d1, k_d1}}};

constexpr Chord k_d1m{0, k_minor}, k_d3f{3, k_major}, k_d4m{5, k_minor}, k_d5m{7, k_minor}, k_d6f{8, k_major}, k_d7f{10, k_major};
constexpr std::array<FourChords, 6> k_minor_openings{{{k_d1m, k_d6f, k_d3f, k_d7f},
                                                      {k_d1m, k_d4m, k_d1m, k_d5},
                                                      {k_d1m, k_d4m, k_d5m, k_d1m},
                                                      {k_d1m, k_d7f, k_d6f, k_d5},
                                                      {k_d1m, k_d6f, k_d4m, k_d5},
                                                      {k_d1m, k_d7f, k_d1m, k_d5m}}};
constexpr std::array<FourChords, 4> k_minor_cadences{
    {{k_d1m, k_d4m, k_d5, k_d1m}, {k_d6f, k_d4m, k_d5, k_d1m}, {k_d4m, k_d1m, k_d5, k_d1m}, {k_d6f, k_d7f, k_d1m, k_d1m}}};

Phrase make_phrase(Random& random, PieceMode mode) {
    const bool major = mode == PieceMode::major;
    const FourChords& opening = (major ? k_major_openings : k_minor_openings)[static_cast<std::size_t>(random.below(6))];
    const FourChords& cadence = (major ? k_major_cadences : k_minor_cadences)[static_cast<std::size_t>(random.below(4))];
    Phrase phrase;
    std::ranges::copy(cadence, std::ranges::copy(opening, phrase.begin()).out);
    return phrase;
}

/// What a note of an instrument sounds like.
struct Timbre {
    int partials = 6;
    double slope = 1.0;   ///< partial k has amplitude k to the power of minus this
    double decay_s = 0.8; ///< to a factor of e
    double attack_s = 0.01;
};

class Mixer {
  public:
    Mixer(double duration_s, double a4_hz) : m_pcm(static_cast<std::size_t>(duration_s * k_rate)), m_a4_hz(a4_hz) {}

    /// `pitch` is a MIDI number. Each partial is a rotating phasor, which is quick and exact enough for seconds.
    void note(double start_s, double length_s, double pitch, double amplitude, const Timbre& timbre) {
        const double hz = m_a4_hz * std::exp2((pitch - 69.0) / 12.0);
        const auto samples = stretch(start_s, length_s + k_release_s);
        for (int partial = 1; partial <= timbre.partials && hz * partial < 0.45 * k_rate; ++partial) {
            const double angle = 2.0 * std::numbers::pi * hz * partial / k_rate;
            const double turn_cos = std::cos(angle);
            const double turn_sin = std::sin(angle);
            double x = 1.0;
            double y = 0.0;
            const double gain = amplitude * std::pow(partial, -timbre.slope);
            const double fall = std::exp(-1.0 / (timbre.decay_s * k_rate));
            double envelope = gain;
            for (std::size_t n = 0; n < samples.size(); ++n) {
                const double t = static_cast<double>(n) / k_rate;
                const double attack = std::min(t / timbre.attack_s, 1.0);
                const double release = std::clamp((length_s + k_release_s - t) / k_release_s, 0.0, 1.0);
                samples[n] += static_cast<float>(envelope * attack * release * y);
                envelope *= fall;
                const double next_x = x * turn_cos - y * turn_sin;
                y = x * turn_sin + y * turn_cos;
                x = next_x;
            }
        }
    }

    /// A sine that falls to 50 Hz.
    void kick(double start_s, double amplitude) {
        double phase = 0.0;
        const auto samples = stretch(start_s, 0.25);
        for (std::size_t n = 0; n < samples.size(); ++n) {
            const double t = static_cast<double>(n) / k_rate;
            phase += 2.0 * std::numbers::pi * (50.0 + 110.0 * std::exp(-t / 0.03)) / k_rate;
            samples[n] += static_cast<float>(amplitude * std::exp(-t / 0.08) * std::sin(phase));
        }
    }

    /// Noise over a short body of 185 Hz.
    void snare(double start_s, double amplitude, Random& random) {
        const auto samples = stretch(start_s, 0.25);
        for (std::size_t n = 0; n < samples.size(); ++n) {
            const double t = static_cast<double>(n) / k_rate;
            const double body = std::exp(-t / 0.03) * std::sin(2.0 * std::numbers::pi * 185.0 * t);
            samples[n] += static_cast<float>(amplitude * (0.5 * body + std::exp(-t / 0.06) * random.uniform(-0.7, 0.7)));
        }
    }

    /// Noise without its low frequencies.
    void hat(double start_s, double amplitude, Random& random) {
        double before = 0.0;
        const auto samples = stretch(start_s, 0.08);
        for (std::size_t n = 0; n < samples.size(); ++n) {
            const double noise = random.uniform(-1.0, 1.0);
            samples[n] += static_cast<float>(amplitude * std::exp(-static_cast<double>(n) / (0.02 * k_rate)) * (noise - before));
            before = noise;
        }
    }

    void add_noise(double snr_db, Random& random) {
        const bool pink = random.below(2) == 1;
        std::vector<float> noise(m_pcm.size());
        std::array<double, 3> poles{};
        for (float& value : noise) {
            const double white = random.normal();
            // Paul Kellet's economical filter: pink within half a decibel.
            poles = {0.99765 * poles[0] + white * 0.0990460, 0.96300 * poles[1] + white * 0.2965164,
                     0.57000 * poles[2] + white * 1.0526913};
            value = static_cast<float>(pink ? poles[0] + poles[1] + poles[2] + white * 0.1848 : white);
        }
        const double gain = std::sqrt(power(m_pcm) / power(noise)) * std::pow(10.0, -snr_db / 20.0);
        for (std::size_t n = 0; n < m_pcm.size(); ++n) {
            m_pcm[n] += static_cast<float>(gain * noise[n]);
        }
    }

    std::vector<float> take() {
        float peak = 1e-9F;
        for (const float sample : m_pcm) {
            peak = std::max(peak, std::abs(sample));
        }
        for (float& sample : m_pcm) {
            sample *= 0.9F / peak;
        }
        return std::move(m_pcm);
    }

  private:
    static constexpr double k_release_s = 0.03;

    static double power(std::span<const float> samples) {
        double sum = 1e-12;
        for (const float sample : samples) {
            sum += static_cast<double>(sample) * sample;
        }
        return sum;
    }

    std::span<float> stretch(double start_s, double length_s) {
        const auto first = std::min(static_cast<std::size_t>(std::max(start_s, 0.0) * k_rate), m_pcm.size());
        const auto count = std::min(static_cast<std::size_t>(length_s * k_rate), m_pcm.size() - first);
        return std::span(m_pcm).subspan(first, count);
    }

    std::vector<float> m_pcm;
    double m_a4_hz;
};

/// Which of the sixteen sixteenths of a bar a drum plays on, 'x' loud and 'o' soft.
struct DrumPattern {
    const char* kick;
    const char* snare;
    const char* hat;
};
constexpr std::array<DrumPattern, 6> k_drums{{{"x.......x.......", "....x.......x...", "o.o.o.o.o.o.o.o."},
                                              {"x...x...x...x...", "....x.......x...", "..o...o...o...o."},
                                              {"x.....o.x.......", "....x.......x...", "o.o.o.o.o.o.o.o."},
                                              {"x.......x.o.....", "....x.......x..o", "o...o...o...o..."},
                                              {"x..o....x..o....", "....x.......x...", "oooooooooooooooo"},
                                              {"x...o...x...o...", "....x.......x...", "o.o.o.o.o.o.o.o."}}};
enum class ChordStyle { held, beats, arpeggio, off_beats };
enum class BassStyle { halves, beats, eighths };

/// Plays one piece: everything that is decided once stands in its members.
class Band {
  public:
    explicit Band(const Piece& piece)
        : m_piece(piece), m_random(piece.seed * 0xD1342543DE82EF95U + 1),
          m_mixer(piece.duration_s, 440.0 * std::exp2(piece.tuning_cents / 1200.0)), m_beat_s(60.0 / piece.tempo_bpm),
          m_phrase(make_phrase(m_random, piece.mode)),
          m_drums(k_drums[static_cast<std::size_t>(m_random.below(static_cast<int>(k_drums.size())))]),
          m_chord_style(static_cast<ChordStyle>(m_random.below(4))), m_bass_style(static_cast<BassStyle>(m_random.below(3))),
          m_drum_gain(m_random.uniform(0.5, 1.0)), m_chord_timbre{.partials = 4 + m_random.below(5),
                                                                  .slope = m_random.uniform(0.8, 1.6),
                                                                  .decay_s = m_random.uniform(0.4, 2.0),
                                                                  .attack_s = m_random.uniform(0.004, 0.03)} {}

    std::vector<float> play() {
        const double bar_s = k_beats_per_bar * m_beat_s;
        // A little silence first: nothing says that a recording begins on its beat.
        double bar_start_s = m_random.uniform(0.0, 0.5);
        const int chords_per_bar = m_piece.tempo_bpm < k_slow_bpm ? 2 : 1;
        for (std::size_t chord = 0; bar_start_s < m_piece.duration_s; bar_start_s += bar_s) {
            play_drums(bar_start_s);
            for (int part = 0; part < chords_per_bar; ++part, ++chord) {
                const double start_s = bar_start_s + part * bar_s / chords_per_bar;
                play_bass(start_s, k_eighths_per_bar / chords_per_bar, m_phrase[chord % m_phrase.size()]);
                play_chord(start_s, k_eighths_per_bar / chords_per_bar, m_phrase[chord % m_phrase.size()]);
            }
        }
        m_mixer.add_noise(m_piece.snr_db, m_random);
        return m_mixer.take();
    }

  private:
    /// People are some milliseconds off.
    double human(double time_s) { return time_s + 0.003 * m_random.normal(); }

    void play_drums(double bar_start_s) {
        for (std::size_t step = 0; step < 16; ++step) {
            const double time_s = human(bar_start_s + static_cast<double>(step) * m_beat_s / 4.0);
            const auto gain = [&](char hit) { return m_drum_gain * (hit == 'x' ? 1.0 : 0.5) * m_random.uniform(0.8, 1.0); };
            if (m_drums.kick[step] != '.') {
                m_mixer.kick(time_s, 0.9 * gain(m_drums.kick[step]));
            }
            if (m_drums.snare[step] != '.') {
                m_mixer.snare(time_s, 0.6 * gain(m_drums.snare[step]), m_random);
            }
            if (m_drums.hat[step] != '.') {
                m_mixer.hat(time_s, 0.25 * gain(m_drums.hat[step]), m_random);
            }
        }
    }

    void play_bass(double start_s, int eighths, const Chord& chord) {
        constexpr Timbre k_timbre{.partials = 5, .slope = 1.3, .decay_s = 0.7, .attack_s = 0.008};
        const int root = 33 + (m_piece.tonic + 3 + chord.root) % 12; // A1 to G#2
        const int step = m_bass_style == BassStyle::halves ? 4 : m_bass_style == BassStyle::beats ? 2 : 1;
        const double eighth_s = 0.5 * m_beat_s;
        for (int i = 0; i < eighths; i += step) {
            // The fifth comes on the last note of a chord now and then.
            const int pitch = i > 0 && i + step >= eighths && m_random.below(3) == 0 ? root + 7 : root;
            const double amplitude = 0.35 * m_random.uniform(0.85, 1.0);
            m_mixer.note(human(start_s + i * eighth_s), 0.9 * step * eighth_s, pitch, amplitude, k_timbre);
        }
    }

    void play_chord(double start_s, int eighths, const Chord& chord) {
        constexpr int k_lowest = 55; // G3: chords are inverted to lie from here up
        std::array<int, 3> pitches{};
        for (std::size_t i = 0; i < pitches.size(); ++i) {
            pitches[i] = k_lowest + (m_piece.tonic + chord.root + chord.notes[i] + 5) % 12;
        }
        std::ranges::sort(pitches);
        const double eighth_s = 0.5 * m_beat_s;
        const auto play = [&](int pitch, int at_eighth, double length_eighths, double amplitude) {
            const double played_amplitude = amplitude * m_random.uniform(0.85, 1.0);
            m_mixer.note(human(start_s + at_eighth * eighth_s), length_eighths * eighth_s, pitch, played_amplitude,
                         m_chord_timbre);
        };
        const auto strike = [&](int at_eighth, double length_eighths) {
            for (const int pitch : pitches) {
                play(pitch, at_eighth, length_eighths, 0.14);
            }
        };
        switch (m_chord_style) {
        case ChordStyle::held: strike(0, eighths - 0.2); break;
        case ChordStyle::beats:
            for (int i = 0; i < eighths; i += 2) {
                strike(i, 1.6);
            }
            break;
        case ChordStyle::off_beats:
            for (int i = 1; i < eighths; i += 2) {
                strike(i, 0.8);
            }
            break;
        case ChordStyle::arpeggio:
            for (int i = 0; i < eighths; ++i) {
                constexpr std::array<std::size_t, 4> k_order{0, 1, 2, 1};
                play(pitches[k_order[static_cast<std::size_t>(i) % k_order.size()]], i, 1.8, 0.25);
            }
            break;
        }
    }

    Piece m_piece;
    Random m_random;
    Mixer m_mixer;
    double m_beat_s;
    Phrase m_phrase;
    DrumPattern m_drums;
    ChordStyle m_chord_style;
    BassStyle m_bass_style;
    double m_drum_gain;
    Timbre m_chord_timbre;
};

} // namespace

Piece pinned_piece(std::uint64_t index) {
    Random random(index + 0x6D75736963U);
    Piece piece;
    piece.seed = index;
    piece.tonic = static_cast<int>(index % 12);
    piece.mode = index / 12 % 2 == 0 ? PieceMode::major : PieceMode::minor;
    piece.tempo_bpm = 60.0 * std::exp2(random.uniform(0.0, std::log2(3.0)));
    piece.tuning_cents = random.uniform(-40.0, 40.0);
    return piece;
}

std::vector<float> render(const Piece& piece) { return Band(piece).play(); }

} // namespace audiomuse::test
