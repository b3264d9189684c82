#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <domain/analyser.hpp>
#include <library/remote_audio.hpp>

namespace audiomuse::library::detail {

/// Finds the files of a media server on this machine, where its folders are mounted. Nothing outside of the mapped folders is
/// opened, whatever a server's path holds. Thread-safe.
class PathMap {
  public:
    /// `server_name` as messages show it.
    PathMap(std::vector<PathMapping> mappings, std::string server_name);

    [[nodiscard]] bool empty() const noexcept { return m_mappings.empty(); }

    /// The file of a server's path when it is mapped, can be read, and has exactly this size; nothing otherwise: it is to be
    /// fetched then. The first mapped file that does not fit is named in the log.
    [[nodiscard]] std::optional<AudioInput> open(const std::string& server_path, std::uint64_t size_bytes) const;

    struct Place {
        const PathMapping* mapping = nullptr;
        std::string rest; ///< relative to PathMapping::here
    };
    /// Where a server's path leads to; nothing when no mapping fits.
    [[nodiscard]] std::optional<Place> find(std::string_view server_path) const;

  private:
    std::vector<PathMapping> m_mappings; ///< longest beginning first, without a slash at its end
    std::string m_server_name;
    mutable std::atomic<bool> m_said{false};
};

} // namespace audiomuse::library::detail
