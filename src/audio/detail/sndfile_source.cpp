#include <audio/detail/sndfile_source.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include <sndfile.h>

#include <audio/detail/audio_extent.hpp>
#include <base/hash.hpp>

namespace audiomuse::audio::detail {

namespace {

constexpr int k_most_channels = 64;
constexpr sf_count_t k_frames_a_read = 4'096;

struct SndfileFree {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using Sndfile = std::unique_ptr<SNDFILE, SndfileFree>;

/// An extent of a descriptor as libsndfile reads it.
class VirtualFile {
  public:
    VirtualFile(int fd, AudioExtent extent, std::stop_token stop) : m_fd(fd), m_extent(extent), m_stop(std::move(stop)) {}

    [[nodiscard]] bool failed() const noexcept { return m_failed; }

    static SF_VIRTUAL_IO callbacks() noexcept {
        return {[](void* self) { return static_cast<VirtualFile*>(self)->size(); },
                [](sf_count_t offset, int whence, void* self) { return static_cast<VirtualFile*>(self)->seek(offset, whence); },
                [](void* into, sf_count_t count, void* self) { return static_cast<VirtualFile*>(self)->read(into, count); },
                [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
                [](void* self) { return static_cast<VirtualFile*>(self)->m_position; }};
    }

  private:
    [[nodiscard]] sf_count_t size() const noexcept { return m_extent.end - m_extent.begin; }

    sf_count_t seek(sf_count_t offset, int whence) noexcept {
        const sf_count_t base = whence == SEEK_CUR ? m_position : whence == SEEK_END ? size() : 0;
        sf_count_t target = 0;
        if (__builtin_add_overflow(base, offset, &target) || target < 0) {
            return -1;
        }
        m_position = target;
        return target;
    }

    sf_count_t read(void* into, sf_count_t count) noexcept {
        count = std::min(count, size() - m_position);
        if (count <= 0 || m_stop.stop_requested()) {
            return 0;
        }
        const std::int64_t got = read_at(m_fd, into, count, m_extent.begin + m_position);
        if (got < 0) {
            m_failed = true;
            return 0;
        }
        m_position += got;
        return got;
    }

    int m_fd;
    AudioExtent m_extent;
    std::stop_token m_stop;
    sf_count_t m_position = 0;
    bool m_failed = false;
};

/// The first four bytes of the formats that are left to libsndfile. Files of other kinds never reach it: what FFmpeg makes
/// nothing of is no MP3, Ogg or FLAC either, with one exception, and libsndfile guesses at headerless files.
bool begins_like_its_formats(int fd, AudioExtent extent) {
    using namespace std::string_view_literals;
    constexpr std::array k_beginnings{"2BIT"sv, "FORM"sv, "RIFF"sv, "RIFX"sv, "RF64"sv, "riff"sv, ".snd"sv, "dns."sv,
                                      " paf"sv, "fap "sv, "NIST"sv, "Crea"sv, "MATL"sv, "PVF1"sv, "caff"sv};
    std::array<char, 4> bytes{};
    if (read_at(fd, bytes.data(), 4, extent.begin) != 4) {
        return false;
    }
    const std::string_view beginning(bytes.data(), 4);
    const bool is_ircam = beginning.starts_with("\x64\xa3"sv) || beginning.ends_with("\xa3\x64"sv);
    return is_ircam || std::find(k_beginnings.begin(), k_beginnings.end(), beginning) != k_beginnings.end();
}

/// Whether the headers of a Vorbis stream come again at its beginning: FFmpeg refuses such a file, libvorbis passes over them.
/// Other damaged Ogg files stay away from libvorbis, which loses memory with some of them.
bool has_vorbis_headers_twice(int fd, AudioExtent extent) {
    using namespace std::string_view_literals;
    constexpr std::string_view header = "\x01vorbis"sv;
    std::vector<char> bytes(64U << 10U);
    const std::int64_t got = read_at(fd, bytes.data(), static_cast<std::int64_t>(bytes.size()), extent.begin);
    const std::string_view beginning(bytes.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
    const std::size_t first = beginning.find(header);
    return beginning.starts_with("OggS"sv) && first != std::string_view::npos &&
           beginning.find(header, first + 1) != std::string_view::npos;
}

bool is_possible(const SF_INFO& info) {
    return info.channels > 0 && info.channels <= k_most_channels && info.samplerate >= k_lowest_rate_hz &&
           info.samplerate <= k_highest_rate_hz;
}

const char* name_of(int format) {
    SF_FORMAT_INFO info{};
    info.format = format;
    return sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 && info.name != nullptr ? info.name : "unknown";
}

class SndfileSource : public Source {
  public:
    SndfileSource(std::unique_ptr<VirtualFile> io, Sndfile file, const SF_INFO& info)
        : m_io(std::move(io)), m_file(std::move(file)) {
        m_format.container = name_of(info.format & SF_FORMAT_TYPEMASK);
        m_format.codec = name_of(info.format & SF_FORMAT_SUBMASK);
        m_format.sample_rate_hz = info.samplerate;
        m_format.channels = info.channels;
        constexpr sf_count_t k_unknown = SF_COUNT_MAX;
        if (info.frames > 0 && info.frames < k_unknown) {
            m_format.announced_s = static_cast<double>(info.frames) / info.samplerate;
        }
    }

    [[nodiscard]] const SourceFormat& format() const noexcept override { return m_format; }

    [[nodiscard]] tl::expected<SourceResult, DecodeFailure> decode(MonoOutput& output) override {
        AVChannelLayout layout{};
        av_channel_layout_default(&layout, m_format.channels);
        const std::vector<float> weights = downmix_weights(layout);
        av_channel_layout_uninit(&layout);
        std::vector<float> samples(static_cast<std::size_t>(k_frames_a_read) * weights.size());
        Hash128 hash;
        SourceResult result;
        result.yield.announced_s = m_format.announced_s;
        for (;;) {
            const sf_count_t got = sf_readf_float(m_file.get(), samples.data(), k_frames_a_read);
            if (m_io->failed()) {
                return tl::unexpected(DecodeFailure{DecodeFailureCode::io, "The file could not be read."});
            }
            if (got <= 0) {
                break;
            }
            ++result.yield.good_packets;
            hash.update(std::as_bytes(std::span(samples).first(static_cast<std::size_t>(got) * weights.size())));
            const auto* plane = reinterpret_cast<const std::uint8_t*>(samples.data());
            const auto status =
                output.write({AV_SAMPLE_FMT_FLT, &plane}, weights, static_cast<std::size_t>(got), m_format.sample_rate_hz);
            if (status != MonoOutput::Status::ok) {
                return tl::unexpected(failure_from(status));
            }
        }
        if (const auto status = output.finish(); status != MonoOutput::Status::ok) {
            return tl::unexpected(failure_from(status));
        }
        result.yield.decoded_s = output.duration_s();
        result.identity = hash.hex();
        return result;
    }

  private:
    std::unique_ptr<VirtualFile> m_io;
    Sndfile m_file;
    SourceFormat m_format;
};

} // namespace

tl::expected<std::unique_ptr<Source>, DecodeFailure> open_sndfile_source(int fd, const DecodeOptions& options) {
    const auto extent = find_audio_extent(fd);
    if (!extent) {
        return tl::unexpected(extent.error());
    }
    const auto not_audio = [] {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::not_audio, "No decoder knows this kind of file."});
    };
    if (!begins_like_its_formats(fd, *extent) && !has_vorbis_headers_twice(fd, *extent)) {
        return not_audio();
    }
    auto io = std::make_unique<VirtualFile>(fd, *extent, options.stop);
    SF_VIRTUAL_IO callbacks = VirtualFile::callbacks();
    SF_INFO info{};
    Sndfile file(sf_open_virtual(&callbacks, SFM_READ, &info, io.get()));
    if (!file || !is_possible(info)) {
        return not_audio();
    }
    return std::make_unique<SndfileSource>(std::move(io), std::move(file), info);
}

} // namespace audiomuse::audio::detail
