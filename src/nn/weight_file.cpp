#include <nn/weight_file.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include <nn/detail/weight_layout.hpp>

namespace audiomuse::nn {
namespace {

using detail::Entry;
using detail::Header;

[[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) {
    return fail(ErrorCode::damaged, fmt::format("The weight file is damaged: {}.", what));
}

template <class T>
T copy_from(std::span<const std::byte> bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
    return value;
}

/// A zero-padded name of printable ASCII; nothing when it is empty, has no end, or holds anything else.
std::optional<std::string> read_name(std::span<const char> field) {
    const auto end = std::ranges::find(field, '\0');
    const bool printable = std::all_of(field.begin(), end, [](char c) { return c > ' ' && c <= '~'; });
    if (end == field.begin() || end == field.end() || !printable ||
        std::any_of(end, field.end(), [](char c) { return c != '\0'; })) {
        return std::nullopt;
    }
    return std::string(field.begin(), end);
}

bool all_zero(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

/// Header and table checked against the size of the file and their checksum.
Result<void> check_frame(std::span<const std::byte> bytes, const Header& header) {
    if (header.format_version != detail::k_format_version) {
        return fail(ErrorCode::unsupported_version,
                    fmt::format("The weight file has format version {}, but this program reads version {}.",
                                header.format_version, detail::k_format_version));
    }
    if (header.file_size != bytes.size()) {
        return damaged(fmt::format("it has {} bytes, but its header says {}", bytes.size(), header.file_size));
    }
    if (header.tensor_count == 0 || header.tensor_count > detail::k_max_tensors ||
        sizeof(Header) + header.tensor_count * sizeof(Entry) > bytes.size()) {
        return damaged(fmt::format("its table cannot have {} tensors", header.tensor_count));
    }
    const auto table = bytes.subspan(sizeof(Header), header.tensor_count * sizeof(Entry));
    if (detail::crc32(table, detail::crc32(bytes.first(offsetof(Header, checksum)))) != header.checksum) {
        return damaged("the checksum of its header and table is wrong");
    }
    if (header.reserved != 0) {
        return damaged("a reserved field of its header is not zero");
    }
    return {};
}

/// The number of values of a tensor; nothing when its shape is impossible or has more than max_values.
std::optional<std::uint64_t> count_values(const Entry& entry, std::uint64_t max_values) {
    if (entry.rank == 0 || entry.rank > detail::k_max_rank) {
        return std::nullopt;
    }
    std::uint64_t count = 1;
    for (std::size_t i = 0; i < detail::k_max_rank; ++i) {
        if (i >= entry.rank) {
            if (entry.dimensions[i] != 0) {
                return std::nullopt;
            }
            continue;
        }
        // Both factors are below 2^32 here, so the product cannot overflow.
        count *= entry.dimensions[i];
        if (count == 0 || count > max_values) {
            return std::nullopt;
        }
    }
    return count;
}

} // namespace

Result<WeightFile> WeightFile::parse(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(Header) || std::memcmp(bytes.data(), detail::k_magic, sizeof(detail::k_magic)) != 0) {
        return fail(ErrorCode::damaged, "This is no weight file: it does not begin as one.");
    }
    if (bytes.size() > k_max_bytes) {
        return fail(ErrorCode::damaged, fmt::format("This is no weight file: it has more than {} MiB.", k_max_bytes >> 20U));
    }
    const auto header = copy_from<Header>(bytes, 0);
    if (auto frame = check_frame(bytes, header); !frame) {
        return fail(std::move(frame));
    }
    WeightFile file;
    if (auto name = read_name(header.model_name)) {
        file.m_model_name = std::move(*name);
    } else {
        return damaged("its model has no proper name");
    }

    const std::uint64_t table_end = sizeof(Header) + header.tensor_count * sizeof(Entry);
    // The sum of all values is bounded by the file's size, which is checked tensor by tensor below.
    file.m_values.reserve((bytes.size() - table_end) / sizeof(float));
    file.m_tensors.reserve(header.tensor_count);
    std::uint64_t end = table_end;
    for (std::size_t i = 0; i < header.tensor_count; ++i) {
        const auto entry = copy_from<Entry>(bytes, sizeof(Header) + i * sizeof(Entry));
        auto name = read_name(entry.name);
        if (!name || (i > 0 && file.m_tensors.back().name >= *name)) {
            return damaged(fmt::format("the name of tensor {} is not proper, or not in order", i));
        }
        const auto count = count_values(entry, bytes.size() / sizeof(float));
        if (!count || entry.reserved != 0) {
            return damaged(fmt::format("tensor {} has an impossible shape", *name));
        }
        if (entry.offset != detail::align_up(end) || entry.offset > bytes.size() ||
            *count * sizeof(float) > bytes.size() - entry.offset) {
            return damaged(fmt::format("tensor {} is not where it has to be", *name));
        }
        if (!all_zero(bytes.subspan(end, entry.offset - end))) {
            return damaged(fmt::format("the padding before tensor {} is not zero", *name));
        }
        const auto data = bytes.subspan(entry.offset, *count * sizeof(float));
        if (detail::crc32(data) != entry.checksum) {
            return damaged(fmt::format("the checksum of tensor {} is wrong", *name));
        }
        const std::size_t first = file.m_values.size();
        file.m_values.resize(first + *count);
        std::memcpy(file.m_values.data() + first, data.data(), data.size());
        file.m_tensors.push_back({.name = std::move(*name),
                                  .shape = {entry.dimensions, entry.dimensions + entry.rank},
                                  .values = std::span<const float>(file.m_values).subspan(first, *count)});
        end = entry.offset + data.size();
    }
    if (end != bytes.size()) {
        return damaged("something follows its last tensor");
    }
    return file;
}

Result<std::span<const float>> WeightFile::find(std::string_view name, std::span<const std::size_t> shape) const {
    const auto tensor = std::ranges::lower_bound(m_tensors, name, {}, &Tensor::name);
    if (tensor == m_tensors.end() || tensor->name != name) {
        return fail(ErrorCode::damaged, fmt::format("The weight file of {} has no tensor {}.", m_model_name, name));
    }
    if (!std::ranges::equal(tensor->shape, shape)) {
        return fail(ErrorCode::damaged, fmt::format("Tensor {} has the shape {} instead of {}.", name,
                                                    fmt::join(tensor->shape, "x"), fmt::join(shape, "x")));
    }
    return tensor->values;
}

} // namespace audiomuse::nn
