#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include <nn/detail/weight_layout.hpp>
#include <nn/musicnn_weights.hpp>
#include <nn/weight_file.hpp>

using audiomuse::nn::MusicnnWeights;
using audiomuse::nn::NewTensor;
using audiomuse::nn::WeightFile;
namespace detail = audiomuse::nn::detail;

namespace {

/// Whatever is taken must have exactly one encoding: what was read.
void check(std::span<const std::byte> bytes) {
    const auto file = WeightFile::parse(bytes);
    if (!file) {
        return;
    }
    std::vector<NewTensor> tensors;
    for (const auto& tensor : file->tensors()) {
        tensors.push_back({tensor.name, tensor.shape, tensor.values});
    }
    const auto again = audiomuse::nn::encode_weight_file(file->model_name(), tensors);
    if (again.size() != bytes.size() || std::memcmp(again.data(), bytes.data(), bytes.size()) != 0) {
        std::abort();
    }
    (void)MusicnnWeights::from(*file);
}

/// Puts right what random changes always break, so that what lies behind the checksums is reached: file size, checksums.
void mend(std::vector<std::byte>& bytes) {
    detail::Header header{};
    if (bytes.size() < sizeof(header)) {
        return;
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    header.file_size = bytes.size();
    const std::size_t tensors =
        std::min<std::size_t>(header.tensor_count, (bytes.size() - sizeof(header)) / sizeof(detail::Entry));
    for (std::size_t i = 0; i < tensors; ++i) {
        std::byte* const at = bytes.data() + sizeof(header) + i * sizeof(detail::Entry);
        detail::Entry entry{};
        std::memcpy(&entry, at, sizeof(entry));
        std::uint64_t size = sizeof(float);
        for (std::size_t d = 0; d < std::min<std::size_t>(entry.rank, detail::k_max_rank); ++d) {
            size *= entry.dimensions[d];
        }
        if (entry.offset <= bytes.size() && size <= bytes.size() - entry.offset) {
            entry.checksum = detail::crc32(std::span(bytes).subspan(entry.offset, size));
            std::memcpy(at, &entry, sizeof(entry));
        }
    }
    const auto table = std::span<const std::byte>(bytes).subspan(sizeof(header), tensors * sizeof(detail::Entry));
    header.checksum =
        detail::crc32(table, detail::crc32(std::as_bytes(std::span(&header, 1)).first(offsetof(detail::Header, checksum))));
    std::memcpy(bytes.data(), &header, sizeof(header));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    check(bytes);
    std::vector<std::byte> mended(bytes.begin(), bytes.end());
    mend(mended);
    check(mended);
    return 0;
}
