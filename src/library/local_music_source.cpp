#include <library/local_music_source.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/candidates.hpp>
#include <library/detail/catalogue.hpp>
#include <library/detail/file_tags.hpp>
#include <library/detail/root.hpp>
#include <library/detail/walk.hpp>

namespace audiomuse::library {

namespace {

detail::FileTags tags_of(const Track& known) {
    return {known.title, known.artist, known.album, known.album_artist, known.genre, known.track_number, known.year};
}

/// A file that cannot be opened has no tags: its analysis says why.
detail::FileTags read_tags(const detail::Root& root, const std::string& path, const detail::FoundFile& file) {
    if (file.stamp.size_bytes == 0) {
        return {};
    }
    const auto fd = root.open_inside(path, O_RDONLY);
    struct stat status {};
    if (!fd || ::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {};
    }
    return detail::read_file_tags(fd->get(), static_cast<std::uint64_t>(status.st_size), detail::lower_extension(file.name));
}

TrackFailure failure_of(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO: // a socket took its place
    case ENAMETOOLONG: return {FailureCode::not_found, "The file is no longer there."};
    case EACCES:
    case EPERM: return {FailureCode::refused, "The file may not be read: permission denied."};
    case EXDEV:
    case ELOOP: return {FailureCode::refused, "The file is a link that leads out of the library."};
    default:
        return {FailureCode::unreachable, fmt::format("The file cannot be opened: {}.", std::generic_category().message(error))};
    }
}

Error root_error(const std::filesystem::path& folder, int error) {
    return {error == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable,
            fmt::format("The library folder {} cannot be opened: {}.", to_display_text(folder.native()),
                        std::generic_category().message(error))};
}

} // namespace

LocalMusicSource::LocalMusicSource(Settings settings, KnownTrackLookup known_tracks)
    : m_settings(std::move(settings)), m_known_tracks(std::move(known_tracks)) {}

Result<Listing> LocalMusicSource::visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) {
    const auto root = detail::Root::open(m_settings.folder);
    if (!root) {
        return tl::unexpected(root_error(m_settings.folder, root.error()));
    }
    detail::Catalogue catalogue(to_display_text(m_settings.folder.filename().native()));
    const auto add_folder = [&](const std::string& folder, std::span<const detail::FoundFile> files) -> Result<void> {
        std::vector<detail::ScannedFile> scanned;
        scanned.reserve(files.size());
        for (const detail::FoundFile& file : files) {
            if (stop.stop_requested()) {
                return fail(ErrorCode::cancelled, "The listing was cancelled.");
            }
            const std::string path = folder.empty() ? file.name : folder + "/" + file.name;
            const auto known = m_known_tracks ? m_known_tracks(detail::local_track_id(path), file.stamp) : std::optional<Track>{};
            const bool usable = known && known->stamp == file.stamp && known->path == path;
            scanned.push_back({file.name, file.stamp, usable ? tags_of(*known) : read_tags(*root, path, file)});
        }
        catalogue.add_folder(folder, std::move(scanned));
        return {};
    };
    auto walked = detail::walk(*root, add_folder, stop);
    if (!walked) {
        return fail(std::move(walked));
    }
    if (walked->links_out > 0) {
        log::warn("{} links lead out of the library and are not followed; the first is \"{}\".", walked->links_out,
                  walked->first_link_out);
    }

    Listing listing;
    listing.problems = std::move(walked->problems);
    listing.complete = walked->complete && (limit.newest == 0 || catalogue.album_count() <= limit.newest);
    Result<void> visited;
    catalogue.visit([&](const Album& album, std::span<const Track> tracks) {
        if (limit.newest != 0 && listing.albums == limit.newest) {
            return false;
        }
        visited = stop.stop_requested() ? fail(ErrorCode::cancelled, "The listing was cancelled.") : visitor(album, tracks);
        listing.albums += 1;
        listing.tracks += tracks.size();
        return visited.has_value();
    });
    if (!visited) {
        return fail(std::move(visited));
    }
    return listing;
}

tl::expected<AudioInput, TrackFailure> LocalMusicSource::open(const Track& track, std::stop_token /*stop*/) {
    const auto root = detail::Root::open(m_settings.folder);
    if (!root) {
        return tl::unexpected(TrackFailure{FailureCode::unreachable, "The library folder cannot be opened."});
    }
    if (track.path.empty()) {
        return tl::unexpected(failure_of(ENOENT));
    }
    auto fd = root->open_inside(track.path, O_RDONLY);
    if (!fd) {
        return tl::unexpected(failure_of(fd.error()));
    }
    struct stat status {};
    if (::fstat(fd->get(), &status) != 0) {
        return tl::unexpected(failure_of(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return tl::unexpected(TrackFailure{FailureCode::not_found, "There is no longer a regular file in its place."});
    }
    return AudioInput{std::move(*fd), static_cast<std::uint64_t>(status.st_size)};
}

} // namespace audiomuse::library
