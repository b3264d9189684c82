#pragma once

#include <cstdint>

#include <taglib/tiostream.h>

namespace audiomuse::library::detail {

/// How much a hostile file may make the tag reader do.
struct ReadBudget {
    std::uint64_t bytes = 32U << 20U;
    int calls = 10'000; ///< also bounds recursion: the reader calls once a nested box
};

/// A window of a descriptor as TagLib reads it: read-only, and empty once its budget is spent. Reads at given offsets, so the
/// position of the descriptor does not matter. A reader that goes on asking after the end of its budget gets a
/// std::runtime_error.
class TagStream final : public TagLib::IOStream {
  public:
    /// The descriptor must stay open. `budget` is shared by all streams of one file.
    TagStream(int fd, std::uint64_t offset, std::uint64_t size, ReadBudget& budget)
        : m_fd(fd), m_offset(offset), m_size(size), m_budget(budget) {}

    TagLib::FileName name() const override { return ""; }
    TagLib::ByteVector readBlock(unsigned long length) override; // NOLINT(google-runtime-int): TagLib's signature
    void writeBlock(const TagLib::ByteVector&) override {}
    void insert(const TagLib::ByteVector&, unsigned long, unsigned long) override {}
    void removeBlock(unsigned long, unsigned long) override {}
    bool readOnly() const override { return true; }
    bool isOpen() const override { return true; }
    void seek(long offset, Position position) override;
    long tell() const override { return m_position; }
    long length() override { return static_cast<long>(m_size); }
    void truncate(long) override {}

  private:
    [[nodiscard]] bool spend_call();

    int m_fd;
    std::uint64_t m_offset;
    std::uint64_t m_size;
    ReadBudget& m_budget;
    long m_position = 0;
};

} // namespace audiomuse::library::detail
