#include <library/detail/frame_filter.hpp>

#include <algorithm>
#include <array>

namespace audiomuse::library::detail {

bool FrameFilter::updateFrame(FrameTypes::Header* header) const {
    static constexpr std::array k_wanted{"TIT2", "TPE1", "TPE2", "TALB", "TCON", "TRCK", "TDRC", "TDOR", "TXXX"};
    if (header->compression()) {
        // A header without flags, so that the frame is kept as it is instead of being inflated.
        const unsigned int size = header->frameSize();
        TagLib::ByteVector plain = header->frameID();
        plain.resize(FrameTypes::Header::size(header->version()), '\0');
        header->setData(plain, header->version());
        header->setFrameSize(size);
        return false;
    }
    return FrameFactory::updateFrame(header) &&
           std::ranges::any_of(k_wanted, [&](const char* id) { return header->frameID() == id; });
}

} // namespace audiomuse::library::detail
