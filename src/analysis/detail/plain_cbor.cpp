#include <analysis/detail/plain_cbor.hpp>

#include <cstdint>
#include <optional>

namespace audiomuse::analysis::detail {

namespace {

enum class Major : unsigned { unsigned_integer, negative_integer, bytes, text, array, map, tag, simple };

/// The head of an item (RFC 8949, section 3): its major type and its argument.
struct Head {
    Major major = Major::simple;
    unsigned additional = 0; ///< the low five bits: says how the argument is stored
    std::uint64_t argument = 0;
};

class Scanner {
  public:
    explicit Scanner(std::span<const std::byte> bytes) noexcept : m_rest(bytes) {}

    bool item(int depth_left) noexcept {
        const auto read = head();
        if (!read) {
            return false;
        }
        switch (read->major) {
        case Major::unsigned_integer:
        case Major::negative_integer: return true;
        case Major::text: return skip(read->argument);
        case Major::array: return depth_left > 0 && items(read->argument, depth_left - 1);
        case Major::map: return depth_left > 0 && pairs(read->argument, depth_left - 1);
        case Major::simple: return is_value(*read);
        case Major::bytes:
        case Major::tag: return false;
        }
        return false;
    }
    [[nodiscard]] bool at_end() const noexcept { return m_rest.empty(); }

  private:
    std::optional<Head> head() noexcept {
        if (m_rest.empty()) {
            return std::nullopt;
        }
        const auto first = std::to_integer<unsigned>(m_rest.front());
        m_rest = m_rest.subspan(1);
        Head read{static_cast<Major>(first >> 5U), first & 0x1FU, first & 0x1FU};
        if (read.additional < 24) {
            return read;
        }
        if (read.additional > 27) { // reserved, or an indefinite length
            return std::nullopt;
        }
        const std::size_t size = std::size_t{1} << (read.additional - 24U);
        if (m_rest.size() < size) {
            return std::nullopt;
        }
        read.argument = 0;
        for (std::size_t i = 0; i < size; ++i) {
            read.argument = (read.argument << 8U) | std::to_integer<std::uint64_t>(m_rest[i]);
        }
        m_rest = m_rest.subspan(size);
        return read;
    }
    bool skip(std::uint64_t count) noexcept {
        if (count > m_rest.size()) {
            return false;
        }
        m_rest = m_rest.subspan(static_cast<std::size_t>(count));
        return true;
    }
    bool items(std::uint64_t count, int depth_left) noexcept {
        for (std::uint64_t i = 0; i < count; ++i) { // each takes a byte or fails, so a huge count ends soon
            if (!item(depth_left)) {
                return false;
            }
        }
        return true;
    }
    bool pairs(std::uint64_t count, int depth_left) noexcept {
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto key = head();
            if (!key || key->major != Major::text || !skip(key->argument) || !item(depth_left)) {
                return false;
            }
        }
        return true;
    }
    /// false, true, null, and floats of 32 and 64 bits
    static bool is_value(const Head& read) noexcept {
        return (read.additional >= 20 && read.additional <= 22) || read.additional == 26 || read.additional == 27;
    }

    std::span<const std::byte> m_rest;
};

} // namespace

bool is_plain_cbor(std::span<const std::byte> bytes, int max_depth) noexcept {
    Scanner scanner(bytes);
    return scanner.item(max_depth) && scanner.at_end();
}

} // namespace audiomuse::analysis::detail
