#include <audio/detail/wav_length.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace audiomuse::audio::detail {

namespace {

constexpr int k_most_chunks = 256;
constexpr std::uint32_t k_placeholder_from = 0x7ff0'0000;

std::uint32_t little_endian(const unsigned char* bytes) {
    return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8 | static_cast<std::uint32_t>(bytes[2]) << 16 |
           static_cast<std::uint32_t>(bytes[3]) << 24;
}

bool is_tag(const unsigned char* bytes, std::string_view tag) { return std::memcmp(bytes, tag.data(), 4) == 0; }

} // namespace

std::optional<double> wav_announced_s(int fd, AudioExtent extent) {
    std::array<unsigned char, 12> bytes{};
    if (read_at(fd, bytes.data(), 12, extent.begin) != 12 || !is_tag(bytes.data(), "RIFF") || !is_tag(bytes.data() + 8, "WAVE")) {
        return std::nullopt;
    }
    std::uint32_t bytes_per_second = 0;
    std::int64_t position = extent.begin + 12;
    for (int i = 0; i < k_most_chunks && read_at(fd, bytes.data(), 8, position) == 8; ++i) {
        const std::uint32_t size = little_endian(bytes.data() + 4);
        if (is_tag(bytes.data(), "data")) {
            const bool is_known = size != 0 && size < k_placeholder_from && bytes_per_second != 0;
            return is_known ? std::optional(static_cast<double>(size) / bytes_per_second) : std::nullopt;
        }
        if (is_tag(bytes.data(), "fmt ") && read_at(fd, bytes.data(), 12, position + 8) == 12) {
            bytes_per_second = little_endian(bytes.data() + 8);
        }
        position += 8 + static_cast<std::int64_t>(size) + (size & 1);
    }
    return std::nullopt;
}

} // namespace audiomuse::audio::detail
