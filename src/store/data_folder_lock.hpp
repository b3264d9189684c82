#pragma once

#include <filesystem>

#include <base/fd.hpp>
#include <base/result.hpp>

namespace audiomuse::store {

/// Makes sure that one program at a time uses a data folder. The kernel lets go of it when the process ends, however it ends;
/// children that are started by exec do not hold it.
class DataFolderLock {
  public:
    /// Makes the folder (for its owner only) when it is absent, and locks `audiomuse.lock` in it.
    /// Errors: conflict with the process id of the holder, io.
    [[nodiscard]] static Result<DataFolderLock> acquire(const std::filesystem::path& folder);

    DataFolderLock(DataFolderLock&&) noexcept = default;
    DataFolderLock& operator=(DataFolderLock&&) noexcept = default;
    DataFolderLock(const DataFolderLock&) = delete;
    DataFolderLock& operator=(const DataFolderLock&) = delete;
    ~DataFolderLock() = default;

  private:
    explicit DataFolderLock(UniqueFd fd) noexcept : m_fd(std::move(fd)) {}

    UniqueFd m_fd;
};

} // namespace audiomuse::store
