#include <store/detail/text_list.hpp>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace audiomuse::store::detail {

std::string pack(std::span<const std::string> texts) {
    std::string bytes;
    for (const std::string& text : texts) {
        bytes += std::to_string(text.size());
        bytes += ':';
        bytes += text;
    }
    return bytes;
}

std::optional<std::vector<std::string>> unpack(std::string_view bytes) {
    std::vector<std::string> texts;
    while (!bytes.empty()) {
        std::size_t size = 0;
        const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
        bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()));
        if (error != std::errc{} || !bytes.starts_with(':') || size > bytes.size() - 1) {
            return std::nullopt;
        }
        texts.emplace_back(bytes.substr(1, size));
        bytes.remove_prefix(size + 1);
    }
    return texts;
}

} // namespace audiomuse::store::detail
