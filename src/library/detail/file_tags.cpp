#include <library/detail/file_tags.hpp>

#include <array>
#include <charconv>
#include <exception>
#include <limits>
#include <optional>

#include <taglib/apefile.h>
#include <taglib/asffile.h>
#include <taglib/flacfile.h>
#include <taglib/infotag.h>
#include <taglib/mp4file.h>
#include <taglib/mpcfile.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/speexfile.h>
#include <taglib/tpropertymap.h>
#include <taglib/trueaudiofile.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavpackfile.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/frame_filter.hpp>
#include <library/detail/riff.hpp>
#include <library/detail/tag_stream.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_max_text_bytes = 1'000;
constexpr auto k_style = TagLib::AudioProperties::Fast;

std::string to_text(const TagLib::String& value) {
    // Cut before the conversion: four times as many UTF-16 units as bytes may stay are more than enough.
    std::string text = to_display_text(value.substr(0, 4 * k_max_text_bytes).to8Bit(true));
    text.resize(truncate_utf8(text, k_max_text_bytes).size());
    return text;
}

std::string text_of(const TagLib::PropertyMap& properties, const char* name) {
    const auto found = properties.find(name);
    return found == properties.end() ? std::string{} : to_text(found->second.toString(", "));
}

/// The number at the start of a text, as in "3/12" or "1999-05-01"; 0 without one or beyond the limit.
int leading_number(const std::string& text, int limit) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && value > 0 && value <= limit ? value : 0;
}

void fill(std::string& value, std::string other) {
    if (value.empty()) {
        value = std::move(other);
    }
}

void fill(int& value, int other) { value = value == 0 ? other : value; }

/// Takes what is missing so far.
void fill(FileTags& tags, const TagLib::PropertyMap& properties) {
    constexpr int k_max_track_number = 99'999;
    constexpr int k_max_year = 9'999;
    fill(tags.title, text_of(properties, "TITLE"));
    fill(tags.artist, text_of(properties, "ARTIST"));
    fill(tags.album, text_of(properties, "ALBUM"));
    fill(tags.album_artist, text_of(properties, "ALBUMARTIST"));
    fill(tags.album_artist, text_of(properties, "ALBUM ARTIST"));
    fill(tags.album_artist, text_of(properties, "ALBUM_ARTIST")); // what ffmpeg writes into APE tags
    fill(tags.genre, text_of(properties, "GENRE"));
    fill(tags.track_number, leading_number(text_of(properties, "TRACKNUMBER"), k_max_track_number));
    fill(tags.year, leading_number(text_of(properties, "DATE"), k_max_year));
}

/// A file that TagLib refused has no tag object to ask.
template <class File>
void fill_from(FileTags& tags, const File& file) {
    if (file.isValid() && file.tag() != nullptr) {
        fill(tags, file.properties());
    }
}

using Reader = FileTags (*)(TagStream&);
using Detector = bool (*)(TagLib::IOStream*);

template <class File>
FileTags read_as(TagStream& stream) {
    FileTags tags;
    const File file(&stream, false, k_style);
    fill_from(tags, file);
    return tags;
}

/// For the kinds that may carry ID3v2.
template <class File>
FileTags read_filtered(TagStream& stream) {
    FileTags tags;
    FrameFilter filter;
    const File file(&stream, &filter, false, k_style);
    fill_from(tags, file);
    return tags;
}

struct Kind {
    std::string_view extensions; ///< each between blanks
    Detector is_kind;
    Reader read;
};

/// Some tests look for their mark anywhere near the start: what may hold the mark of another kind stands before it, and MPEG,
/// whose test is the most lenient, last.
constexpr std::array k_kinds{
    Kind{" ogg ", TagLib::Ogg::Vorbis::File::isSupported, read_as<TagLib::Ogg::Vorbis::File>},
    Kind{" opus ", TagLib::Ogg::Opus::File::isSupported, read_as<TagLib::Ogg::Opus::File>},
    Kind{" oga ", TagLib::Ogg::FLAC::File::isSupported, read_as<TagLib::Ogg::FLAC::File>},
    Kind{" spx ", TagLib::Ogg::Speex::File::isSupported, read_as<TagLib::Ogg::Speex::File>},
    Kind{" flac fla ", TagLib::FLAC::File::isSupported, read_filtered<TagLib::FLAC::File>},
    Kind{" m4a m4b m4r mp4 aac alac ", TagLib::MP4::File::isSupported, read_as<TagLib::MP4::File>},
    Kind{" wma asf ", TagLib::ASF::File::isSupported, read_as<TagLib::ASF::File>},
    Kind{" ape ", TagLib::APE::File::isSupported, read_as<TagLib::APE::File>},
    Kind{" wv ", TagLib::WavPack::File::isSupported, read_as<TagLib::WavPack::File>},
    Kind{" mpc mp+ ", TagLib::MPC::File::isSupported, read_as<TagLib::MPC::File>},
    Kind{" tta ", TagLib::TrueAudio::File::isSupported, read_filtered<TagLib::TrueAudio::File>},
    Kind{" mp3 mp2 ", TagLib::MPEG::File::isSupported, read_filtered<TagLib::MPEG::File>},
};

bool belongs_to(const Kind& kind, std::string_view extension) {
    return !extension.empty() && kind.extensions.find(' ' + std::string(extension) + ' ') != std::string_view::npos;
}

/// The kind that the bytes show, the one that the extension names tried first. A file named as MPEG is read as that even when its
/// first frame is not near its start.
const Kind* find_kind(TagStream& stream, std::string_view extension) {
    for (const Kind& kind : k_kinds) {
        if (belongs_to(kind, extension) && kind.is_kind(&stream)) {
            return &kind;
        }
    }
    for (const Kind& kind : k_kinds) {
        if (!belongs_to(kind, extension) && kind.is_kind(&stream)) {
            return &kind;
        }
    }
    return belongs_to(k_kinds.back(), extension) ? &k_kinds.back() : nullptr;
}

/// TagLib's own RIFF reader takes no frame filter: the chunks are found here and read one by one. ID3v2 wins over INFO.
FileTags read_riff(int fd, TagStream& stream, ReadBudget& budget) {
    FileTags tags;
    const auto chunks = find_tag_chunks(stream);
    for (const auto wanted : {TagChunk::Kind::id3v2, TagChunk::Kind::info}) {
        for (const TagChunk& chunk : chunks) {
            TagStream window(fd, chunk.offset, chunk.size, budget);
            if (chunk.kind != wanted) {
                continue;
            }
            if (chunk.kind == TagChunk::Kind::id3v2) {
                FrameFilter filter;
                const TagLib::MPEG::File file(&window, &filter, false, k_style);
                fill_from(tags, file);
            } else {
                fill(tags, TagLib::RIFF::Info::Tag(window.readBlock(chunk.size)).properties());
            }
        }
    }
    return tags;
}

} // namespace

FileTags read_file_tags(int fd, std::uint64_t size_bytes, std::string_view extension) {
    if (size_bytes == 0 || size_bytes > static_cast<std::uint64_t>(std::numeric_limits<long>::max())) {
        return {};
    }
    try {
        ReadBudget budget;
        TagStream stream(fd, 0, size_bytes, budget);
        const TagLib::ByteVector start = stream.readBlock(12);
        if (is_riff({start.data(), start.size()})) {
            return read_riff(fd, stream, budget);
        }
        const Kind* kind = find_kind(stream, extension);
        stream.seek(0, TagLib::IOStream::Beginning);
        return kind == nullptr ? FileTags{} : kind->read(stream);
    } catch (const std::exception& error) {
        log::debug("The tags of a file were given up: {}.", error.what());
        return {};
    }
}

} // namespace audiomuse::library::detail
