#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <domain/track.hpp>

namespace audiomuse::library::detail {

/// A track on its way into its album.
struct SpilledTrack {
    Track track;
    std::uint32_t disc = 0;
};

/// Groups the tracks of a listing that come in any order, without holding them in memory: 16 bytes a track are, the rest lies in
/// a file without a name that goes with this object.
class TrackSpill {
  public:
    /// In a folder of a real disk. Error io.
    [[nodiscard]] static Result<TrackSpill> create(const std::filesystem::path& folder);

    /// Error io: the disk is full, ...
    [[nodiscard]] Result<void> add(std::uint32_t group, const SpilledTrack& track);
    /// After the last add(), before the first read().
    [[nodiscard]] Result<void> finish();

    /// How many tracks a group has.
    [[nodiscard]] std::size_t count(std::uint32_t group) const;
    /// The tracks of a group from one position on, in the order in which they came. Error io.
    [[nodiscard]] Result<std::vector<SpilledTrack>> read(std::uint32_t group, std::size_t first, std::size_t most) const;

    [[nodiscard]] std::size_t size() const noexcept { return m_places.size(); }

  private:
    struct Place {
        std::uint32_t group;
        std::uint32_t bytes;
        std::uint64_t offset;
    };

    explicit TrackSpill(UniqueFd fd) : m_fd(std::move(fd)) {}
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] std::span<const Place> places(std::uint32_t group) const;

    UniqueFd m_fd;
    std::vector<Place> m_places;
    std::string m_waiting;
    std::uint64_t m_written = 0;
};

} // namespace audiomuse::library::detail
