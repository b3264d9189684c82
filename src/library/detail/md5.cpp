#include <library/detail/md5.hpp>

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nettle/md5.h>

namespace audiomuse::library::detail {

std::string md5_hex(std::string_view text) {
    md5_ctx context{};
    nettle_md5_init(&context);
    nettle_md5_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    std::array<std::uint8_t, MD5_DIGEST_SIZE> digest{};
    nettle_md5_digest(&context, digest.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

} // namespace audiomuse::library::detail
