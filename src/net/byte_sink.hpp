#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>

namespace audiomuse::net {

/// Where a download goes. Used by one thread at a time.
class ByteSink {
  public:
    ByteSink() = default;
    ByteSink(const ByteSink&) = delete;
    ByteSink& operator=(const ByteSink&) = delete;
    virtual ~ByteSink() = default;

    /// Appends the bytes. An error ends the download with that error and no further attempt.
    [[nodiscard]] virtual Result<void> write(std::span<const std::byte> bytes) = 0;
    /// Forgets all that was written. Called before each attempt, and when one failed.
    [[nodiscard]] virtual Result<void> restart() = 0;
};

/// A file that is written from its start, whatever the position of the descriptor; restart() truncates it. After a download the
/// file holds the body and nothing else.
class FileSink final : public ByteSink {
  public:
    /// The descriptor of a regular file, opened for writing; it stays the caller's.
    explicit FileSink(int fd) noexcept : m_fd(fd) {}

    /// Error io: the disk is full, ...
    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes) override;
    [[nodiscard]] Result<void> restart() override;

  private:
    int m_fd;
    std::uint64_t m_size = 0;
};

} // namespace audiomuse::net
