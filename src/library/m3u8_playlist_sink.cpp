#include <library/m3u8_playlist_sink.hpp>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <base/files.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <library/detail/m3u8.hpp>

namespace audiomuse::library {

namespace {

constexpr std::uint64_t k_max_playlist_bytes = 256U << 20U;
constexpr int k_max_number = 1'000;

tl::unexpected<Error> io_failure(std::string_view what, const std::filesystem::path& path, int error) {
    return fail(ErrorCode::io,
                fmt::format("{} {}: {}.", what, to_display_text(path.native()), std::generic_category().message(error)));
}

/// A stored name is trusted only as a name: it never leads into another folder.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

/// Cut at each line break, so that to_text() gives the same bytes back.
std::vector<std::string> to_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
        if (text.empty()) {
            lines.emplace_back();
        }
    }
    return lines;
}

std::string to_text(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

std::string name_of(const std::vector<std::string>& lines, const std::string& file_name) {
    constexpr std::string_view k_name = "#PLAYLIST:";
    for (const std::string& line : lines) {
        if (line.starts_with(k_name)) {
            return line.substr(k_name.size());
        }
    }
    std::string stem = std::filesystem::path(file_name).stem();
    const std::string plain = stem.substr(0, stem.rfind(" ("));
    return detail::is_name_of(file_name, plain) ? plain : stem;
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

Result<std::filesystem::path> M3u8PlaylistSink::make_folder() const {
    std::error_code error;
    std::filesystem::create_directories(m_settings.folder, error);
    if (error) {
        return io_failure("Cannot make the folder", m_settings.folder, error.value());
    }
    auto folder = std::filesystem::canonical(m_settings.folder, error);
    if (error) {
        return io_failure("Cannot open the folder", m_settings.folder, error.value());
    }
    return folder;
}

Result<std::vector<PlaylistOwner>> M3u8PlaylistSink::owners(std::stop_token /*stop*/) {
    std::error_code error;
    const auto folder = std::filesystem::weakly_canonical(m_settings.folder, error);
    return std::vector{PlaylistOwner{"folder-" + hash128_hex((error ? m_settings.folder : folder).native()), {}}};
}

Result<SinkContent> M3u8PlaylistSink::content_of(const Playlist& playlist) const {
    const auto folder = make_folder();
    if (!folder) {
        return tl::unexpected(folder.error());
    }
    std::error_code error;
    const auto library = std::filesystem::canonical(m_settings.library, error);
    if (error) {
        return fail(ErrorCode::not_found, fmt::format("The library folder {} cannot be opened: {}.",
                                                      to_display_text(m_settings.library.native()), error.message()));
    }
    return SinkContent{to_display_text(playlist.name), to_lines(detail::to_m3u8(playlist, library, *folder))};
}

Result<std::vector<std::string>> M3u8PlaylistSink::ids_of_name(const PlaylistOwner& /*owner*/, const std::string& name,
                                                               std::stop_token /*stop*/) {
    const std::string stem = detail::to_file_stem(name);
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entry(m_settings.folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (std::string found = entry->path().filename(); detail::is_name_of(found, stem)) {
            names.push_back(std::move(found));
        }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        return io_failure("Cannot read the folder", m_settings.folder, error.value());
    }
    return names;
}

Result<std::optional<SinkPlaylist>> M3u8PlaylistSink::read(const PlaylistOwner& /*owner*/, const std::string& id,
                                                           std::stop_token /*stop*/) {
    if (!is_plain_name(id)) {
        return std::nullopt;
    }
    const std::filesystem::path path = m_settings.folder / id;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::nullopt;
        }
        return io_failure("Cannot look at", path, errno);
    }
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) > k_max_playlist_bytes) {
        return std::nullopt;
    }
    const auto text = read_file(path, k_max_playlist_bytes);
    if (!text) {
        return fail(ErrorCode::io, text.error().message);
    }
    SinkPlaylist playlist;
    playlist.id = id;
    playlist.content.songs = to_lines(*text);
    playlist.content.name = name_of(playlist.content.songs, id);
    return playlist;
}

Result<std::string> M3u8PlaylistSink::create(const PlaylistOwner& /*owner*/, const SinkContent& content,
                                             const ChangeRecorder& record, std::stop_token /*stop*/) {
    const auto folder = make_folder();
    if (!folder) {
        return tl::unexpected(folder.error());
    }
    if (auto recorded = record({}); !recorded) {
        return fail(std::move(recorded));
    }
    return reserve_name(*folder, detail::to_file_stem(content.name));
}

Result<UpdateOutcome> M3u8PlaylistSink::update(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                               const std::vector<std::string>& songs, const ChangeRecorder& record,
                                               std::stop_token /*stop*/) {
    if (!keeps_its_name(m_settings.folder, present.id, detail::to_file_stem(present.content.name))) {
        return UpdateOutcome::needs_new;
    }
    if (present.content.songs == songs) {
        return UpdateOutcome::unchanged;
    }
    if (auto recorded = record(songs); !recorded) {
        return fail(std::move(recorded));
    }
    return write_file_atomically(m_settings.folder / present.id, to_text(songs), FileMode::everyone_reads).map([] {
        return UpdateOutcome::updated;
    });
}

Result<RemovalOutcome> M3u8PlaylistSink::remove(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                                std::stop_token /*stop*/) {
    if (!is_plain_name(present.id)) {
        return RemovalOutcome::already_gone;
    }
    const std::filesystem::path path = m_settings.folder / present.id;
    if (::unlink(path.c_str()) == 0) {
        return RemovalOutcome::removed;
    }
    return errno == ENOENT ? Result<RemovalOutcome>(RemovalOutcome::already_gone) : io_failure("Cannot remove", path, errno);
}

Result<std::vector<std::string>> M3u8PlaylistSink::lost_songs(const PlaylistOwner& /*owner*/,
                                                              std::span<const std::string> /*songs*/, std::stop_token /*stop*/) {
    return std::vector<std::string>{};
}

} // namespace audiomuse::library
