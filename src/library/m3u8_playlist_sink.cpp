#include <library/m3u8_playlist_sink.hpp>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/files.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <library/detail/m3u8.hpp>

namespace audiomuse::library {

namespace {

constexpr std::uint64_t k_max_playlist_bytes = 256U << 20U;
constexpr int k_max_number = 1'000;

enum class Ownership { ours, foreign, absent };

tl::unexpected<Error> io_failure(std::string_view what, const std::filesystem::path& path, int error) {
    return fail(ErrorCode::io,
                fmt::format("{} {}: {}.", what, to_display_text(path.native()), std::generic_category().message(error)));
}

/// A stored name is trusted only as a name: it never leads into another folder.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

Result<Ownership> ownership(const std::filesystem::path& folder, const PublishedPlaylist& playlist) {
    if (!is_plain_name(playlist.external_id)) {
        return Ownership::foreign;
    }
    const std::filesystem::path path = folder / playlist.external_id;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return Ownership::absent;
        }
        return io_failure("Cannot look at", path, errno);
    }
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) > k_max_playlist_bytes) {
        return Ownership::foreign;
    }
    const auto content = read_file(path, k_max_playlist_bytes);
    if (!content) {
        return fail(ErrorCode::io, content.error().message);
    }
    const std::string hash = hash128_hex(*content);
    return hash == playlist.content_hash || hash == playlist.previous_hash ? Ownership::ours : Ownership::foreign;
}

/// Makes an empty file under a name that nothing has, so that nothing of a person's can be replaced. Returns its name.
Result<std::string> reserve_name(const std::filesystem::path& folder, const std::string& stem) {
    for (int number = 1; number <= k_max_number; ++number) {
        std::string name = detail::numbered_file_name(stem, number);
        const std::filesystem::path path = folder / name;
        const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (fd) {
            return name;
        }
        if (errno != EEXIST) {
            return io_failure("Cannot write", path, errno);
        }
    }
    return fail(ErrorCode::conflict,
                fmt::format("There are already {} files named {} in the playlist folder.", k_max_number, stem));
}

/// An update stays in its file, but a file with a number moves to the plain name once that is free.
bool keeps_its_name(const std::filesystem::path& folder, const std::string& name, const std::string& stem) {
    const std::string plain = detail::numbered_file_name(stem, 1);
    struct stat status {};
    return name == plain || (detail::is_name_of(name, stem) && ::lstat((folder / plain).c_str(), &status) == 0);
}

} // namespace

Result<PublishedPlaylist> M3u8PlaylistSink::publish(const Playlist& playlist, const std::optional<PublishedPlaylist>& previous) {
    std::error_code error;
    std::filesystem::create_directories(m_settings.folder, error);
    if (error) {
        return io_failure("Cannot make the folder", m_settings.folder, error.value());
    }
    const auto folder = std::filesystem::canonical(m_settings.folder, error);
    if (error) {
        return io_failure("Cannot open the folder", m_settings.folder, error.value());
    }
    const auto library = std::filesystem::canonical(m_settings.library, error);
    if (error) {
        return fail(ErrorCode::not_found, fmt::format("The library folder {} cannot be opened: {}.",
                                                      to_display_text(m_settings.library.native()), error.message()));
    }
    const std::string content = detail::to_m3u8(playlist, library, folder);
    const std::string stem = detail::to_file_stem(playlist.name);
    const auto previous_state = previous ? ownership(folder, *previous) : Result<Ownership>(Ownership::absent);
    if (!previous_state) {
        return tl::unexpected(previous_state.error());
    }
    PublishedPlaylist published{playlist.id, {}, hash128_hex(content)};
    const bool in_place = *previous_state == Ownership::ours && keeps_its_name(folder, previous->external_id, stem);
    PublishedPlaylist intent = published;
    if (in_place) {
        published.external_id = intent.external_id = previous->external_id;
        if (published.content_hash == previous->content_hash && previous->previous_hash.empty()) {
            return published;
        }
        intent.previous_hash = previous->content_hash;
    } else {
        auto name = reserve_name(folder, stem);
        if (!name) {
            return fail(std::move(name));
        }
        published.external_id = intent.external_id = std::move(*name);
        intent.previous_hash = hash128_hex(""); // the reserved name
    }
    const auto path = folder / published.external_id;
    if (auto recorded = m_settings.record_intent ? m_settings.record_intent(intent) : Result<void>{}; !recorded) {
        if (!in_place) {
            ::unlink(path.c_str());
        }
        return fail(std::move(recorded));
    }
    if (auto written = write_file_atomically(path, content, FileMode::everyone_reads); !written) {
        if (!in_place) {
            ::unlink(path.c_str()); // the reserved name
        }
        return fail(std::move(written));
    }
    if (*previous_state == Ownership::ours && !in_place) {
        if (auto removed = remove(*previous); !removed) {
            ::unlink(path.c_str()); // all stays as it was
            return fail(std::move(removed));
        }
    }
    return published;
}

Result<RemovalOutcome> M3u8PlaylistSink::remove(const PublishedPlaylist& playlist) {
    const auto state = ownership(m_settings.folder, playlist);
    if (!state) {
        return tl::unexpected(state.error());
    }
    switch (*state) {
    case Ownership::absent: return RemovalOutcome::already_gone;
    case Ownership::foreign: return RemovalOutcome::kept_because_changed;
    case Ownership::ours: break;
    }
    const std::filesystem::path path = m_settings.folder / playlist.external_id;
    if (::unlink(path.c_str()) != 0) {
        return errno == ENOENT ? Result<RemovalOutcome>(RemovalOutcome::already_gone) : io_failure("Cannot remove", path, errno);
    }
    return RemovalOutcome::removed;
}

} // namespace audiomuse::library
