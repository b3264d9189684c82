#include <audio/detail/audio_extent.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace audiomuse::audio::detail {

namespace {

constexpr int k_most_tags = 16;

template <std::size_t Size>
using Bytes = std::array<unsigned char, Size>;

template <std::size_t Size>
std::optional<Bytes<Size>> bytes_at(int fd, std::int64_t offset) {
    Bytes<Size> bytes{};
    if (offset < 0 || read_at(fd, bytes.data(), Size, offset) != static_cast<std::int64_t>(Size)) {
        return std::nullopt;
    }
    return bytes;
}

template <std::size_t Size>
bool starts_with(const Bytes<Size>& bytes, std::string_view text) {
    return text.size() <= Size && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

/// The length of an ID3v2 tag at `offset`, 0 when there is none. id3.org, ID3v2.4.0 structure, section 3.1.
std::int64_t id3v2_length(int fd, std::int64_t offset) {
    const auto header = bytes_at<10>(fd, offset);
    if (!header || !starts_with(*header, "ID3") || (*header)[3] == 0xff || (*header)[4] == 0xff) {
        return 0;
    }
    std::int64_t length = 0;
    for (std::size_t i = 6; i < 10; ++i) {
        if ((*header)[i] >= 0x80) {
            return 0;
        }
        length = length << 7 | (*header)[i];
    }
    const bool has_footer = ((*header)[5] & 0x10) != 0;
    return length + (has_footer ? 20 : 10);
}

std::int64_t id3v1_length(int fd, std::int64_t end) {
    const auto tag = bytes_at<3>(fd, end - 128);
    return tag && starts_with(*tag, "TAG") ? 128 : 0;
}

/// The length of an APE tag that ends at `end`. Hydrogenaudio knowledge base, "APEv2 specification".
std::int64_t ape_length(int fd, std::int64_t end) {
    const auto footer = bytes_at<32>(fd, end - 32);
    if (!footer || !starts_with(*footer, "APETAGEX")) {
        return 0;
    }
    std::int64_t length = 0;
    for (std::size_t i = 16; i-- > 12;) {
        length = length << 8 | (*footer)[i];
    }
    const bool is_header = ((*footer)[23] & 0x20) != 0;
    const bool has_header = ((*footer)[23] & 0x80) != 0;
    if (length < 32 || is_header) {
        return 0;
    }
    return length + (has_header ? 32 : 0);
}

/// The length of a Lyrics3v2 block that ends at `end`: its size as six digits, then "LYRICS200".
std::int64_t lyrics3_length(int fd, std::int64_t end) {
    const auto footer = bytes_at<15>(fd, end - 15);
    if (!footer || std::memcmp(footer->data() + 6, "LYRICS200", 9) != 0) {
        return 0;
    }
    std::int64_t length = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        if ((*footer)[i] < '0' || (*footer)[i] > '9') {
            return 0;
        }
        length = length * 10 + ((*footer)[i] - '0');
    }
    return length + 15;
}

} // namespace

std::int64_t read_at(int fd, void* into, std::int64_t count, std::int64_t offset) noexcept {
    std::int64_t done = 0;
    while (done < count) {
        const ssize_t got = ::pread(fd, static_cast<char*>(into) + done, static_cast<std::size_t>(count - done), offset + done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += got;
    }
    return done;
}

tl::expected<AudioExtent, DecodeFailure> find_audio_extent(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::io, "The audio is not in a regular file."});
    }
    AudioExtent extent{0, status.st_size};
    for (int i = 0; i < k_most_tags; ++i) {
        const std::int64_t length = id3v2_length(fd, extent.begin);
        if (length == 0 || extent.begin + length >= extent.end) {
            break;
        }
        extent.begin += length;
    }
    for (int i = 0; i < k_most_tags; ++i) {
        std::int64_t length = id3v1_length(fd, extent.end);
        if (length == 0) {
            length = ape_length(fd, extent.end);
        }
        if (length == 0) {
            length = lyrics3_length(fd, extent.end);
        }
        if (length == 0 || extent.end - length <= extent.begin) {
            break;
        }
        extent.end -= length;
    }
    return extent;
}

} // namespace audiomuse::audio::detail
