#include "tagged_files.hpp"

#include <chrono>

#include <fcntl.h>
#include <sys/stat.h>

namespace audiomuse::test {

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) {
        text.push_back(static_cast<char>(value));
    }
    return text;
}

} // namespace

std::string big_endian(std::uint32_t value) {
    std::string text;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        text.push_back(static_cast<char>(value >> shift & 0xFFU));
    }
    return text;
}

std::string little_endian(std::uint32_t value) {
    const std::string text = big_endian(value);
    return {text.rbegin(), text.rend()};
}

std::string id3_frame(const std::string& id, std::string_view body, std::uint16_t flags) {
    return id + big_endian(static_cast<std::uint32_t>(body.size())) + bytes({flags >> 8, flags & 0xFF}) + std::string(body);
}

std::string id3_tag(std::string_view frames) {
    const auto size = static_cast<int>(frames.size());
    return "ID3" + bytes({3, 0, 0, size >> 21 & 0x7F, size >> 14 & 0x7F, size >> 7 & 0x7F, size & 0x7F}) + std::string(frames);
}

std::string mpeg_frames() {
    // MPEG 1 layer III, 128 kbit/s, 44.1 kHz, stereo: 417 bytes a frame
    std::string frame = bytes({0xFF, 0xFB, 0x90, 0x00});
    frame.resize(417, '\0');
    return frame + frame;
}

std::string mp3(const Fields& frames) {
    std::string body;
    for (const auto& [id, text] : frames) {
        body += id3_frame(id, '\3' + text);
    }
    return id3_tag(body) + mpeg_frames();
}

std::string flac(const Fields& comments) {
    std::string info = bytes({0x10, 0x00, 0x10, 0x00, 0, 0, 0, 0, 0, 0, 0x0A, 0xC4, 0x42, 0xF0});
    info.resize(34, '\0');
    std::string comment = little_endian(4) + "test" + little_endian(static_cast<std::uint32_t>(comments.size()));
    for (const auto& [name, text] : comments) {
        const std::string field = name + "=" + text;
        comment += little_endian(static_cast<std::uint32_t>(field.size())) + field;
    }
    const std::string comment_size = big_endian(static_cast<std::uint32_t>(comment.size())).substr(1);
    return "fLaC" + bytes({0, 0, 0, 34}) + info + bytes({0x84}) + comment_size + comment;
}

std::string riff_chunk(const std::string& name, std::string_view body) {
    return name + little_endian(static_cast<std::uint32_t>(body.size())) + std::string(body) +
           (body.size() % 2 == 1 ? std::string(1, '\0') : "");
}

std::string wav(std::string_view chunks) {
    const std::string format = bytes({1, 0, 1, 0}) + little_endian(44'100) + little_endian(88'200) + bytes({2, 0, 16, 0});
    const std::string body =
        "WAVE" + riff_chunk("fmt ", format) + riff_chunk("data", std::string(200, '\0')) + std::string(chunks);
    return riff_chunk("RIFF", body);
}

void set_modified(const std::filesystem::path& path, UtcTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    const auto rest = std::chrono::nanoseconds(time.time_since_epoch() - seconds);
    timespec stamp{};
    stamp.tv_sec = static_cast<time_t>(seconds.count());
    stamp.tv_nsec = static_cast<long>(rest.count());
    const timespec both[2] = {stamp, stamp};
    ::utimensat(AT_FDCWD, path.c_str(), both, 0);
}

} // namespace audiomuse::test
