#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <nn/detail/weight_layout.hpp>
#include <nn/weight_file.hpp>

namespace audiomuse::nn {
namespace {

void copy_name(std::string_view name, std::span<char> field) {
    if (name.empty() || name.size() >= field.size()) {
        throw std::invalid_argument("a name is empty or too long for a weight file");
    }
    std::ranges::copy(name, field.begin());
}

void append(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

detail::Entry describe(const NewTensor& tensor, std::uint64_t offset) {
    detail::Entry entry{};
    copy_name(tensor.name, entry.name);
    if (tensor.shape.empty() || tensor.shape.size() > detail::k_max_rank) {
        throw std::invalid_argument("a tensor has one to four dimensions in a weight file");
    }
    entry.rank = static_cast<std::uint32_t>(tensor.shape.size());
    std::size_t count = 1;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        entry.dimensions[i] = static_cast<std::uint32_t>(tensor.shape[i]);
        count *= tensor.shape[i];
    }
    if (count == 0 || count != tensor.values.size()) {
        throw std::invalid_argument("a tensor's values do not fit its shape");
    }
    entry.offset = offset;
    entry.checksum = detail::crc32(std::as_bytes(tensor.values));
    return entry;
}

} // namespace

std::vector<std::byte> encode_weight_file(std::string_view model_name, std::span<const NewTensor> tensors) {
    if (tensors.empty() || tensors.size() > detail::k_max_tensors) {
        throw std::invalid_argument("a weight file has 1 to 1024 tensors");
    }
    std::vector<NewTensor> sorted(tensors.begin(), tensors.end());
    std::ranges::sort(sorted, {}, &NewTensor::name);

    std::vector<std::byte> table;
    std::vector<std::byte> data;
    const std::size_t table_end = sizeof(detail::Header) + sorted.size() * sizeof(detail::Entry);
    const std::uint64_t data_start = detail::align_up(table_end);
    for (const NewTensor& tensor : sorted) {
        data.resize(detail::align_up(data.size()));
        const detail::Entry entry = describe(tensor, data_start + data.size());
        append(table, std::as_bytes(std::span(&entry, 1)));
        append(data, std::as_bytes(tensor.values));
    }

    detail::Header header{};
    std::ranges::copy(detail::k_magic, header.magic);
    header.format_version = detail::k_format_version;
    header.tensor_count = static_cast<std::uint32_t>(sorted.size());
    header.file_size = data_start + data.size();
    copy_name(model_name, header.model_name);
    header.checksum =
        detail::crc32(table, detail::crc32(std::as_bytes(std::span(&header, 1)).first(offsetof(detail::Header, checksum))));

    std::vector<std::byte> bytes;
    bytes.reserve(header.file_size);
    append(bytes, std::as_bytes(std::span(&header, 1)));
    append(bytes, table);
    bytes.resize(data_start);
    append(bytes, data);
    return bytes;
}

} // namespace audiomuse::nn
