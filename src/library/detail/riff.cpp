#include <library/detail/riff.hpp>

#include <algorithm>
#include <optional>

#include <taglib/tbytevector.h>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_max_tag_chunks = 8;
constexpr int k_max_chunks = 1'000;
constexpr std::uint32_t k_size_is_in_ds64 = 0xFFFF'FFFFU;

std::string_view view(const TagLib::ByteVector& bytes) { return {bytes.data(), bytes.size()}; }

bool is_id3_chunk(std::string_view name) { return name == "ID3 " || name == "id3 "; }

} // namespace

bool is_riff(std::string_view bytes) {
    if (bytes.size() < 12) {
        return false;
    }
    const std::string_view container = bytes.substr(0, 4);
    const std::string_view content = bytes.substr(8, 4);
    return ((container == "RIFF" || container == "RF64") && content == "WAVE") ||
           (container == "FORM" && (content == "AIFF" || content == "AIFC"));
}

std::vector<TagChunk> find_tag_chunks(TagStream& stream) {
    std::vector<TagChunk> chunks;
    const auto end = static_cast<std::uint64_t>(stream.length());
    stream.seek(0, TagLib::IOStream::Beginning);
    const bool big_endian = stream.readBlock(4) == "FORM";
    std::uint64_t data_size = 0; // from the ds64 chunk of RF64
    std::uint64_t position = 12;
    for (int i = 0; i < k_max_chunks && chunks.size() < k_max_tag_chunks && position + 8 <= end; ++i) {
        stream.seek(static_cast<long>(position), TagLib::IOStream::Beginning);
        const TagLib::ByteVector header = stream.readBlock(12);
        if (header.size() < 8) {
            break;
        }
        const std::string_view name = view(header).substr(0, 4);
        const std::uint64_t begin = position + 8;
        std::uint64_t size = header.toUInt(4U, big_endian);
        if (name == "ds64") {
            stream.seek(static_cast<long>(begin + 8), TagLib::IOStream::Beginning);
            const TagLib::ByteVector bytes = stream.readBlock(8);
            data_size = bytes.size() == 8 ? bytes.toUInt(0U, false) | std::uint64_t{bytes.toUInt(4U, false)} << 32U : 0;
        } else if (name == "data" && size == k_size_is_in_ds64) {
            size = data_size;
        }
        size = std::min(size, end - begin);
        if (is_id3_chunk(name)) {
            chunks.push_back({TagChunk::Kind::id3v2, begin, size});
        } else if (name == "LIST" && header.size() == 12 && view(header).substr(8, 4) == "INFO") {
            chunks.push_back({TagChunk::Kind::info, begin, size});
        }
        position = begin + size + (size & 1U);
    }
    return chunks;
}

} // namespace audiomuse::library::detail
