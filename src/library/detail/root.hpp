#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include <base/fd.hpp>

namespace audiomuse::library::detail {

/// The folder of a library, held open. Nothing is opened outside of it, whatever links and `..` a path holds. Thread-safe.
class Root {
  public:
    /// The error is an errno.
    [[nodiscard]] static tl::expected<Root, int> open(const std::filesystem::path& folder);

    /// Opens what a relative path names; the empty path is the folder itself. Links are followed as long as they stay inside;
    /// EXDEV when they lead out. Close-on-exec; never waits for a FIFO. The error is an errno.
    [[nodiscard]] tl::expected<UniqueFd, int> open_inside(const std::string& relative_path, int flags) const;

    /// The path without links of what a relative path names, relative to the folder. EXDEV when that lies outside; other errors
    /// are those of realpath.
    [[nodiscard]] tl::expected<std::string, int> resolve(const std::string& relative_path) const;

    [[nodiscard]] const std::string& real_path() const noexcept { return m_real_path; }

  private:
    Root(UniqueFd fd, std::string real_path) : m_fd(std::move(fd)), m_real_path(std::move(real_path)) {}

    [[nodiscard]] tl::expected<UniqueFd, int> open_without_links(const std::string& relative_path, int flags) const;

    UniqueFd m_fd;
    std::string m_real_path; ///< without a slash at the end; empty when the folder is `/`
};

} // namespace audiomuse::library::detail
