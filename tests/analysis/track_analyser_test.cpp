#include <array>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <analysis/track_analyser.hpp>
#include <nn/embedded_model.hpp>
#include <support/audio_files.hpp>
#include <support/compare.hpp>
#include <support/model.hpp>
#include <support/music_synth.hpp>

namespace audiomuse::analysis {
namespace {

using audiomuse::test::all_close;
using audiomuse::test::memory_file;
using audiomuse::test::music;
using audiomuse::test::Pcm;
using audiomuse::test::sine;
using audiomuse::test::wav_bytes;
using audiomuse::test::WavFormat;

AudioInput input_of(std::string_view bytes) { return {memory_file(bytes), bytes.size()}; }

AudioInput input_of(const Pcm& pcm) { return input_of(wav_bytes(pcm)); }

void expect_failure(const tl::expected<Analysis, TrackFailure>& analysis, FailureCode code) {
    ASSERT_FALSE(analysis);
    EXPECT_EQ(analysis.error().code, code) << analysis.error().reason;
    EXPECT_FALSE(analysis.error().reason.empty());
}

TEST(TrackAnalyserWithoutNetworkTest, hears_tempo_key_and_energy) {
    const test::Piece piece{.seed = 5, .tempo_bpm = 100, .tonic = 9, .mode = test::PieceMode::minor, .duration_s = 28};
    TrackAnalyser analyser(std::nullopt);
    const auto analysis = analyser.analyse(input_of(Pcm{test::k_synth_rate_hz, 1, test::render(piece)}), {});
    ASSERT_TRUE(analysis) << analysis.error().reason;
    EXPECT_DOUBLE_EQ(analysis->duration_s, 28);
    ASSERT_TRUE(analysis->tempo_bpm);
    EXPECT_NEAR(*analysis->tempo_bpm, 100, 1);
    EXPECT_EQ(analysis->key, (Key{9, Scale::minor}));
    EXPECT_GT(analysis->tempo_confidence.value(), 0.2);
    EXPECT_GT(analysis->key_confidence.value(), 0.2);
    EXPECT_GT(analysis->energy, 0.5);
    EXPECT_LT(analysis->energy, 1.0);
    EXPECT_FALSE(analysis->tags);
    EXPECT_FALSE(analysis->embedding);
    EXPECT_FALSE(analysis->moods);
    EXPECT_FALSE(analysis->partial);
    EXPECT_EQ(analysis->version.network, 0);
    EXPECT_EQ(analysis->version.moods, 0);
    EXPECT_EQ(analysis->timings.network_ms, 0);
}

TEST(TrackAnalyserWithoutNetworkTest, hears_nothing_in_silence) {
    TrackAnalyser analyser(std::nullopt);
    const auto analysis = analyser.analyse(input_of(sine(8, 440, 0)), {});
    ASSERT_TRUE(analysis);
    EXPECT_EQ(analysis->tempo_bpm, std::nullopt);
    EXPECT_EQ(analysis->tempo_confidence, std::nullopt);
    EXPECT_EQ(analysis->key, std::nullopt);
    EXPECT_EQ(analysis->key_confidence, std::nullopt);
    EXPECT_EQ(analysis->energy, 0);
    EXPECT_DOUBLE_EQ(analysis->duration_s, 8);
}

TEST(TrackAnalyserWithoutNetworkTest, energy_of_a_known_level) {
    // A sine of amplitude 0.1 has an RMS of -23.01 dB: (60 - 23.01) / 60, but for the frames at both ends.
    TrackAnalyser analyser(std::nullopt);
    const auto analysis = analyser.analyse(input_of(wav_bytes(sine(20, 500, 0.1, 48'000, 2), WavFormat::float32)), {});
    ASSERT_TRUE(analysis);
    EXPECT_NEAR(analysis->energy, 0.6165, 5e-4);
}

TEST(TrackAnalyserWithoutNetworkTest, identity_is_that_of_the_analysis) {
    TrackAnalyser analyser(std::nullopt);
    const auto input = input_of(sine(2, 440));
    const auto analysis = analyser.analyse(input, {});
    const auto identity = analyser.identify(input, {});
    ASSERT_TRUE(analysis);
    ASSERT_TRUE(identity);
    EXPECT_EQ(*identity, analysis->identity);
    EXPECT_EQ(identity->str().size(), 32);
}

TEST(TrackAnalyserWithoutNetworkTest, tells_why_it_fails) {
    TrackAnalyser analyser(std::nullopt, {.max_duration = std::chrono::seconds(5)});
    expect_failure(analyser.analyse(input_of("This is not music."), {}), FailureCode::not_audio);
    expect_failure(analyser.analyse(input_of(""), {}), FailureCode::not_audio);
    expect_failure(analyser.analyse(input_of(sine(0.9, 440)), {}), FailureCode::too_short);
    expect_failure(analyser.analyse(input_of(sine(6, 440)), {}), FailureCode::too_long);
    expect_failure(analyser.analyse(input_of(wav_bytes(sine(4, 440)).substr(0, 100'000)), {}), FailureCode::damaged);
    EXPECT_TRUE(analyser.analyse(input_of(sine(1, 440)), {}));

    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const AudioInput pipe{UniqueFd(ends[0]), 0};
    const UniqueFd writer(ends[1]);
    expect_failure(analyser.analyse(pipe, {}), FailureCode::unreachable);
    EXPECT_EQ(analyser.identify(pipe, {}).error().code, FailureCode::unreachable);
    EXPECT_EQ(analyser.identify(input_of("This is not music."), {}).error().code, FailureCode::not_audio);
}

TEST(TrackAnalyserWithoutNetworkTest, a_partly_missing_file_is_partial) {
    TrackAnalyser analyser(std::nullopt);
    const auto analysis = analyser.analyse(input_of(wav_bytes(sine(40, 440, 0.5, 8'000)).substr(0, 16'000 * 32)), {});
    ASSERT_TRUE(analysis);
    EXPECT_TRUE(analysis->partial);
    EXPECT_NEAR(analysis->duration_s, 32, 0.1);
}

TEST(TrackAnalyserWithoutNetworkTest, a_stop_request_ends_it) {
    TrackAnalyser analyser(std::nullopt);
    std::stop_source source;
    source.request_stop();
    expect_failure(analyser.analyse(input_of(sine(2, 440)), source.get_token()), FailureCode::crashed);
    EXPECT_FALSE(analyser.identify(input_of(sine(2, 440)), source.get_token()));
}

class TrackAnalyserTest : public testing::Test {
  protected:
    void SetUp() override { AUDIOMUSE_REQUIRE_MODEL(); }

    static TrackAnalyser make_analyser() { return TrackAnalyser(nn::Network::load(nn::embedded_model()).value()); }
};

/// The mean over `rows` rows of a golden file.
template <std::size_t Size>
std::vector<float> mean_of_rows(const char* file, std::size_t rows) {
    const std::vector<float> values = audiomuse::test::read_f32(file, rows * Size);
    std::vector<float> mean(Size);
    for (std::size_t i = 0; i < values.size(); ++i) {
        mean[i % Size] += values[i] / static_cast<float>(rows);
    }
    return mean;
}

TEST_F(TrackAnalyserTest, tags_and_embedding_are_the_means_of_the_reference) {
    const std::string bytes = audiomuse::test::read_bytes(AUDIOMUSE_TEST_DATA "/musicnn/signal.wav");
    const auto analysis = make_analyser().analyse(input_of(bytes), {});
    ASSERT_TRUE(analysis) << analysis.error().reason;
    ASSERT_TRUE(analysis->tags && analysis->embedding && analysis->moods);
    EXPECT_TRUE(
        all_close(*analysis->tags, mean_of_rows<k_tag_count>(AUDIOMUSE_TEST_DATA "/musicnn/tags.f32", 3), {.absolute = 1e-4}));
    EXPECT_TRUE(all_close(*analysis->embedding, mean_of_rows<k_embedding_size>(AUDIOMUSE_TEST_DATA "/musicnn/embedding.f32", 3),
                          {.absolute = 1e-3}));
    EXPECT_EQ(*analysis->moods, MoodModel().predict(*analysis->tags, *analysis->embedding));
    EXPECT_GT(analysis->version.network, 0);
    EXPECT_GT(analysis->version.moods, 0);
}

TEST_F(TrackAnalyserTest, a_short_track_is_heard_as_its_repetition) {
    auto analyser = make_analyser();
    Pcm once = music(1.6, 75, 16'000, 1);
    Pcm twice = once;
    twice.samples.insert(twice.samples.end(), once.samples.begin(), once.samples.end());
    const auto short_one = analyser.analyse(input_of(once), {});
    const auto long_one = analyser.analyse(input_of(twice), {});
    ASSERT_TRUE(short_one && long_one);
    EXPECT_DOUBLE_EQ(short_one->duration_s, 1.6);
    EXPECT_DOUBLE_EQ(long_one->duration_s, 3.2);
    EXPECT_TRUE(all_close(*short_one->embedding, *long_one->embedding, {.absolute = 1e-5}));
}

double cosine(const Embedding& a, const Embedding& b) {
    const auto dot = [](const Embedding& x, const Embedding& y) {
        return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    };
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

TEST_F(TrackAnalyserTest, agrees_with_a_file_resampled_by_soxr) {
    if (!audiomuse::test::has_ffmpeg()) {
        GTEST_SKIP() << "there is no ffmpeg command";
    }
    const audiomuse::test::TemporaryFolder folder;
    audiomuse::test::write_bytes(folder / "in.wav", wav_bytes(music(13, 120, 44'100, 2), WavFormat::float32));
    ASSERT_TRUE(audiomuse::test::convert(
        folder / "in.wav", {"-af", "aresample=16000:resampler=soxr:precision=28", "-c:a", "pcm_f32le"}, folder / "out.wav"));
    auto analyser = make_analyser();
    const auto original = analyser.analyse({audiomuse::test::open_file(folder / "in.wav"), 0}, {});
    const auto resampled = analyser.analyse({audiomuse::test::open_file(folder / "out.wav"), 0}, {});
    ASSERT_TRUE(original && resampled);
    EXPECT_GE(cosine(*original->embedding, *resampled->embedding), 0.9995);
    EXPECT_TRUE(all_close(*original->tags, *resampled->tags, {.absolute = 0.005}));
    EXPECT_NEAR(original->energy, resampled->energy, 1e-3);
}

TEST_F(TrackAnalyserTest, times_its_stages) {
    const auto analysis = make_analyser().analyse(input_of(music(10)), {});
    ASSERT_TRUE(analysis);
    const AnalysisTimings& timings = analysis->timings;
    const std::array stages{timings.decode_ms, timings.tempo_ms, timings.key_ms, timings.mel_ms, timings.network_ms};
    for (const double stage : stages) {
        EXPECT_GT(stage, 0);
    }
    const double sum = std::accumulate(stages.begin(), stages.end(), 0.0);
    EXPECT_LE(sum, timings.total_ms);
    EXPECT_GT(sum, timings.total_ms * 0.5);
}

TEST_F(TrackAnalyserTest, serves_several_threads_at_once) {
    auto analyser = make_analyser();
    const std::string bytes = wav_bytes(music(7, 120, 16'000, 1));
    const auto expected = analyser.analyse(input_of(bytes), {});
    ASSERT_TRUE(expected);
    std::array<tl::expected<Analysis, TrackFailure>, 3> results;
    {
        std::vector<std::jthread> threads;
        for (auto& result : results) {
            threads.emplace_back([&] { result = analyser.analyse(input_of(bytes), {}); });
        }
    }
    for (const auto& result : results) {
        ASSERT_TRUE(result);
        EXPECT_EQ(result->embedding, expected->embedding);
        EXPECT_EQ(result->tempo_bpm, expected->tempo_bpm);
        EXPECT_EQ(result->identity, expected->identity);
    }
}

} // namespace
} // namespace audiomuse::analysis
