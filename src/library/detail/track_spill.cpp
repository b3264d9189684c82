#include <library/detail/track_spill.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_flush_bytes = 256U << 10U;

tl::unexpected<Error> io_failure(std::string_view what, int error) {
    return fail(ErrorCode::io, fmt::format("{}: {}.", what, std::generic_category().message(error)));
}

template <class T>
void put(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void put(std::string& bytes, const std::string& text) {
    put(bytes, static_cast<std::uint32_t>(text.size()));
    bytes += text;
}

/// Reads what put() wrote; what is not there is empty.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : m_bytes(bytes) {}

    template <class T>
    void take(T& value) {
        if (m_bytes.size() >= sizeof value) {
            std::memcpy(&value, m_bytes.data(), sizeof value);
            m_bytes.remove_prefix(sizeof value);
        }
    }
    void take(std::string& text) {
        std::uint32_t size = 0;
        take(size);
        text = m_bytes.substr(0, size);
        m_bytes.remove_prefix(text.size());
    }

  private:
    std::string_view m_bytes;
};

std::string encode(const SpilledTrack& spilled) {
    const Track& track = spilled.track;
    std::string bytes;
    for (const std::string* text : {&track.id.str(), &track.album_id.str(), &track.title, &track.artist, &track.album,
                                    &track.album_artist, &track.genre, &track.path, &track.library}) {
        put(bytes, *text);
    }
    put(bytes, track.track_number);
    put(bytes, track.year);
    put(bytes, track.listed_length.count());
    put(bytes, track.stamp.size_bytes);
    put(bytes, track.stamp.modified_ns);
    put(bytes, spilled.disc);
    return bytes;
}

SpilledTrack decode(std::string_view bytes) {
    SpilledTrack spilled;
    Track& track = spilled.track;
    std::string id;
    std::string album_id;
    Reader reader(bytes);
    for (std::string* text : {&id, &album_id, &track.title, &track.artist, &track.album, &track.album_artist, &track.genre,
                              &track.path, &track.library}) {
        reader.take(*text);
    }
    track.id = TrackId(std::move(id));
    track.album_id = AlbumId(std::move(album_id));
    reader.take(track.track_number);
    reader.take(track.year);
    std::chrono::milliseconds::rep length = 0;
    reader.take(length);
    track.listed_length = std::chrono::milliseconds(length);
    reader.take(track.stamp.size_bytes);
    reader.take(track.stamp.modified_ns);
    reader.take(spilled.disc);
    return spilled;
}

} // namespace

Result<TrackSpill> TrackSpill::create(const std::filesystem::path& folder) {
    constexpr int k_owner_only = 0600;
    UniqueFd fd(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, k_owner_only));
    if (!fd && (errno == EOPNOTSUPP || errno == EISDIR)) {
        std::string name = (folder / "listing-XXXXXX").native();
        fd.reset(::mkostemp(name.data(), O_CLOEXEC));
        if (fd) {
            ::unlink(name.c_str());
        }
    }
    if (!fd) {
        return io_failure(fmt::format("Cannot make a temporary file in {}", to_display_text(folder.native())), errno);
    }
    return TrackSpill(std::move(fd));
}

Result<void> TrackSpill::add(std::uint32_t group, const SpilledTrack& track) {
    const std::string bytes = encode(track);
    m_places.push_back({group, static_cast<std::uint32_t>(bytes.size()), m_written + m_waiting.size()});
    m_waiting += bytes;
    return m_waiting.size() >= k_flush_bytes ? flush() : Result<void>();
}

Result<void> TrackSpill::finish() {
    std::ranges::sort(m_places, {}, [](const Place& place) { return std::pair(place.group, place.offset); });
    return flush();
}

Result<void> TrackSpill::flush() {
    std::string_view rest = m_waiting;
    while (!rest.empty()) {
        const ssize_t written = ::pwrite(m_fd.get(), rest.data(), rest.size(), static_cast<off_t>(m_written));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return io_failure("Cannot write the temporary file of a listing", written < 0 ? errno : EIO);
        }
        m_written += static_cast<std::uint64_t>(written);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    m_waiting.clear();
    return {};
}

std::span<const TrackSpill::Place> TrackSpill::places(std::uint32_t group) const {
    const auto [begin, end] = std::ranges::equal_range(m_places, group, {}, &Place::group);
    return {begin, end};
}

std::size_t TrackSpill::count(std::uint32_t group) const { return places(group).size(); }

Result<std::vector<SpilledTrack>> TrackSpill::read(std::uint32_t group, std::size_t first, std::size_t most) const {
    auto wanted = places(group);
    wanted = wanted.subspan(std::min(first, wanted.size()));
    wanted = wanted.first(std::min(most, wanted.size()));
    std::vector<SpilledTrack> tracks;
    tracks.reserve(wanted.size());
    std::string bytes;
    for (const Place& place : wanted) {
        bytes.resize(place.bytes);
        const ssize_t got = ::pread(m_fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(place.offset));
        if (got != static_cast<ssize_t>(bytes.size())) {
            return io_failure("Cannot read the temporary file of a listing", got < 0 ? errno : EIO);
        }
        tracks.push_back(decode(bytes));
    }
    return tracks;
}

} // namespace audiomuse::library::detail
