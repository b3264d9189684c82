// Tags of local files: whatever the bytes are, reading ends soon, within memory, and in texts that may be shown. The first byte
// chooses the extension.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <base/text.hpp>
#include <library/detail/file_tags.hpp>

namespace {

constexpr std::array<std::string_view, 14> k_extensions{"mp3", "flac", "ogg", "opus", "oga", "spx", "m4a",
                                                        "wma", "ape",  "wv",  "mpc",  "tta", "wav", ""};

void check(const std::string& text) {
    if (text.size() > 1'000 || audiomuse::to_display_text(text) != text) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    static const audiomuse::UniqueFd file(::memfd_create("fuzz", MFD_CLOEXEC));
    const std::size_t bytes = size - 1;
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), data + 1, bytes, 0) != static_cast<ssize_t>(bytes)) {
        std::abort();
    }
    const auto tags = audiomuse::library::detail::read_file_tags(file.get(), bytes, k_extensions[data[0] % k_extensions.size()]);
    for (const std::string* text : {&tags.title, &tags.artist, &tags.album, &tags.album_artist, &tags.genre}) {
        check(*text);
    }
    return 0;
}
