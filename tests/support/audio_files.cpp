#include <support/audio_files.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace audiomuse::test {

namespace {

template <class Value>
void append(std::string& bytes, Value value) {
    std::array<char, sizeof value> raw{};
    std::memcpy(raw.data(), &value, sizeof value);
    bytes.append(raw.data(), raw.size());
}

int bytes_per_sample(WavFormat format) {
    switch (format) {
    case WavFormat::pcm_u8: return 1;
    case WavFormat::pcm_s16: return 2;
    case WavFormat::pcm_s24: return 3;
    case WavFormat::pcm_s32:
    case WavFormat::float32: return 4;
    case WavFormat::float64: return 8;
    }
    return 2;
}

void append_sample(std::string& bytes, float sample, WavFormat format) {
    const double clipped = std::clamp(static_cast<double>(sample), -1.0, 1.0);
    switch (format) {
    case WavFormat::pcm_u8: append(bytes, static_cast<std::uint8_t>(std::lround(clipped * 127) + 128)); break;
    case WavFormat::pcm_s16: append(bytes, static_cast<std::int16_t>(std::lround(clipped * 32'767))); break;
    case WavFormat::pcm_s24: {
        const auto value = static_cast<std::uint32_t>(std::lround(clipped * 8'388'607));
        for (int shift = 0; shift < 24; shift += 8) {
            append(bytes, static_cast<std::uint8_t>(value >> shift & 0xff));
        }
        break;
    }
    case WavFormat::pcm_s32: append(bytes, static_cast<std::int32_t>(std::llround(clipped * 2'147'483'647))); break;
    case WavFormat::float32: append(bytes, sample); break;
    case WavFormat::float64: append(bytes, static_cast<double>(sample)); break;
    }
}

struct FormatChunk {
    int sample_rate_hz;
    int channels;
    WavFormat format;
    std::uint32_t channel_mask;
};

std::string header(const FormatChunk& chunk, std::uint32_t data_bytes) {
    const bool is_float = chunk.format == WavFormat::float32 || chunk.format == WavFormat::float64;
    const std::uint16_t tag = is_float ? 3 : 1;
    const bool extensible = chunk.channel_mask != 0;
    const int width = bytes_per_sample(chunk.format);
    std::string bytes = "RIFF";
    append(bytes, static_cast<std::uint32_t>(data_bytes + (extensible ? 60U : 36U)));
    bytes += "WAVEfmt ";
    append(bytes, std::uint32_t{extensible ? 40U : 16U});
    append(bytes, extensible ? std::uint16_t{0xfffe} : tag);
    append(bytes, static_cast<std::uint16_t>(chunk.channels));
    append(bytes, static_cast<std::uint32_t>(chunk.sample_rate_hz));
    append(bytes, static_cast<std::uint32_t>(chunk.sample_rate_hz) * static_cast<std::uint32_t>(chunk.channels * width));
    append(bytes, static_cast<std::uint16_t>(chunk.channels * width));
    append(bytes, static_cast<std::uint16_t>(width * 8));
    if (extensible) {
        append(bytes, std::uint16_t{22});
        append(bytes, static_cast<std::uint16_t>(width * 8));
        append(bytes, chunk.channel_mask);
        append(bytes, tag);
        bytes.append("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
    }
    bytes += "data";
    append(bytes, data_bytes);
    return bytes;
}

std::uint32_t next_random(std::uint32_t& state) {
    state = state * 1'664'525U + 1'013'904'223U;
    return state >> 8;
}

} // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "audiomuse_test_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    m_path = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

Pcm synthesise(double seconds, int sample_rate_hz, int channels, const std::function<double(double, int)>& value) {
    Pcm pcm{sample_rate_hz, channels, {}};
    const auto frames = static_cast<std::size_t>(std::llround(seconds * sample_rate_hz));
    pcm.samples.reserve(frames * static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < frames; ++i) {
        for (int channel = 0; channel < channels; ++channel) {
            pcm.samples.push_back(static_cast<float>(value(static_cast<double>(i) / sample_rate_hz, channel)));
        }
    }
    return pcm;
}

Pcm sine(double seconds, double frequency_hz, double amplitude, int sample_rate_hz, int channels) {
    return synthesise(seconds, sample_rate_hz, channels,
                      [=](double t, int) { return amplitude * std::sin(2 * std::numbers::pi * frequency_hz * t); });
}

Pcm music(double seconds, double tempo_bpm, int sample_rate_hz, int channels) {
    static constexpr std::array<std::array<double, 3>, 4> k_chords{
        {{261.63, 329.63, 392.00}, {220.00, 261.63, 329.63}, {174.61, 220.00, 261.63}, {196.00, 246.94, 293.66}}};
    std::uint32_t state = 1;
    return synthesise(seconds, sample_rate_hz, channels, [&state, tempo_bpm](double t, int channel) {
        const double beat_s = 60 / tempo_bpm;
        const double beat = t / beat_s;
        const double since_beat = std::fmod(t, beat_s);
        double value = 0;
        for (const double frequency : k_chords[static_cast<std::size_t>(beat / 4) % k_chords.size()]) {
            value += 0.1 * std::sin(2 * std::numbers::pi * frequency * t) + 0.04 * std::sin(4 * std::numbers::pi * frequency * t);
        }
        value += 0.4 * std::sin(2 * std::numbers::pi * 55 * since_beat) * std::exp(-14 * since_beat);
        const double noise = static_cast<double>(next_random(state)) / static_cast<double>(1U << 24) * 2 - 1;
        value += 0.25 * noise * std::exp(-40 * since_beat);
        return value * (channel % 2 == 0 ? 0.9 : 1.0);
    });
}

std::string wav_bytes(const Pcm& pcm, WavFormat format, std::uint32_t channel_mask) {
    const std::size_t data_bytes = pcm.samples.size() * static_cast<std::size_t>(bytes_per_sample(format));
    std::string bytes = header({pcm.sample_rate_hz, pcm.channels, format, channel_mask}, static_cast<std::uint32_t>(data_bytes));
    bytes.reserve(bytes.size() + data_bytes);
    for (const float sample : pcm.samples) {
        append_sample(bytes, sample, format);
    }
    return bytes;
}

std::string wav_header(int sample_rate_hz, int channels, std::uint32_t data_bytes) {
    return header({sample_rate_hz, channels, WavFormat::pcm_s16, 0}, data_bytes);
}

void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

UniqueFd open_file(const std::filesystem::path& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

UniqueFd memory_file(std::string_view bytes) {
    UniqueFd fd(::memfd_create("audio", MFD_CLOEXEC));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t put = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
        if (put <= 0) {
            throw std::system_error(errno, std::generic_category(), "write");
        }
        done += static_cast<std::size_t>(put);
    }
    return fd;
}

bool has_ffmpeg() {
    static const bool k_found = ffmpeg({"-version"});
    return k_found;
}

bool ffmpeg(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"ffmpeg", "-nostdin", "-v", "quiet", "-y"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int spawned = ::posix_spawnp(&child, "ffmpeg", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    return spawned == 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool convert(const std::filesystem::path& in, const std::vector<std::string>& options, const std::filesystem::path& out) {
    std::vector<std::string> arguments{"-i", in.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(out.string());
    return ffmpeg(arguments);
}

} // namespace audiomuse::test
