#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <base/fd.hpp>

/// Small audio files for tests. Everything is made at test time: WAV and raw bytes here, other formats by the ffmpeg command.
/// Add `../support/audio_files.cpp` to the SOURCES of a test to use it.
namespace audiomuse::test {

/// A folder that is removed, with its content, at the end.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return m_path / name; }

  private:
    std::filesystem::path m_path;
};

/// Interleaved samples in [-1, 1].
struct Pcm {
    int sample_rate_hz = 44'100;
    int channels = 1;
    std::vector<float> samples;

    [[nodiscard]] double duration_s() const { return static_cast<double>(samples.size()) / channels / sample_rate_hz; }
};

/// `value(t, channel)` sampled for `seconds`.
[[nodiscard]] Pcm synthesise(double seconds, int sample_rate_hz, int channels, const std::function<double(double, int)>& value);
/// A sine on every channel.
[[nodiscard]] Pcm sine(double seconds, double frequency_hz, double amplitude = 0.5, int sample_rate_hz = 44'100,
                       int channels = 1);
/// Four chords over a beat with a pulse of noise on it: audible to every stage of the analysis. The same for the same arguments.
[[nodiscard]] Pcm music(double seconds, double tempo_bpm = 120, int sample_rate_hz = 44'100, int channels = 2);

enum class WavFormat { pcm_u8, pcm_s16, pcm_s24, pcm_s32, float32, float64 };

/// The bytes of a WAV file. With a channel mask other than 0 it is WAVE_FORMAT_EXTENSIBLE.
[[nodiscard]] std::string wav_bytes(const Pcm& pcm, WavFormat format = WavFormat::pcm_s16, std::uint32_t channel_mask = 0);
/// Only the 44 bytes in front of 16-bit samples, announcing `data_bytes` of them.
[[nodiscard]] std::string wav_header(int sample_rate_hz, int channels, std::uint32_t data_bytes);

void write_bytes(const std::filesystem::path& path, std::string_view bytes);
[[nodiscard]] std::string read_bytes(const std::filesystem::path& path);
/// A descriptor of a regular file, or -1 inside.
[[nodiscard]] UniqueFd open_file(const std::filesystem::path& path);
/// A memory file with these bytes.
[[nodiscard]] UniqueFd memory_file(std::string_view bytes);

/// Whether the ffmpeg command is there. Tests that need it say GTEST_SKIP otherwise; scripts/test makes sure that it is.
[[nodiscard]] bool has_ffmpeg();
/// Runs ffmpeg with these arguments (quiet, overwriting, no standard input); true when it ended well.
[[nodiscard]] bool ffmpeg(const std::vector<std::string>& arguments);
/// `ffmpeg -i in options... out`.
[[nodiscard]] bool convert(const std::filesystem::path& in, const std::vector<std::string>& options,
                           const std::filesystem::path& out);

} // namespace audiomuse::test
