#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <base/clock.hpp>

namespace audiomuse::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// 32 bits, most or least significant byte first.
std::string big_endian(std::uint32_t value);
std::string little_endian(std::uint32_t value);

/// An ID3v2.3 frame; `flags` as in the specification.
std::string id3_frame(const std::string& id, std::string_view body, std::uint16_t flags = 0);
/// An ID3v2.3 tag around frames.
std::string id3_tag(std::string_view frames);
/// An ID3v2.3 tag of UTF-8 text frames and two silent MPEG frames.
std::string mp3(const Fields& frames);
/// The MPEG frames alone.
std::string mpeg_frames();
/// A FLAC stream of a STREAMINFO and a VORBIS_COMMENT block, without audio.
std::string flac(const Fields& comments);
/// A RIFF chunk, padded to an even length.
std::string riff_chunk(const std::string& name, std::string_view body);
/// A WAVE file with these chunks after its format and its silence.
std::string wav(std::string_view chunks);

/// Sets the time of the last change.
void set_modified(const std::filesystem::path& path, UtcTime time);

} // namespace audiomuse::test
