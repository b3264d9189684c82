#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <domain/music_source.hpp>

namespace audiomuse::test {

/// A music source in memory. Change it only while no call is in progress.
class FakeMusicSource final : public MusicSource {
  public:
    struct FakeAlbum {
        Album album;
        std::vector<Track> tracks;
    };

    /// Sets the tracks' album_id. Each track's audio is its title until set_audio().
    void add_album(Album album, std::vector<Track> tracks) {
        for (Track& track : tracks) {
            track.album_id = album.id;
            m_audio[track.id] = track.title;
        }
        m_albums.push_back({std::move(album), std::move(tracks)});
    }
    void set_audio(const TrackId& track, std::string bytes) { m_audio[track] = std::move(bytes); }
    void fail_open(const TrackId& track, TrackFailure failure) { m_failures[track] = std::move(failure); }
    /// As if a person had deleted the file.
    void remove_track(const TrackId& track) {
        m_audio.erase(track);
        for (FakeAlbum& album : m_albums) {
            std::erase_if(album.tracks, [&](const Track& candidate) { return candidate.id == track; });
        }
        std::erase_if(m_albums, [](const FakeAlbum& album) { return album.tracks.empty(); });
    }
    void add_problem(std::string sentence) { m_problems.push_back(std::move(sentence)); }
    void fail_listing(Error error) { m_listing_error = std::move(error); }

    [[nodiscard]] SourceId id() const override { return SourceId("fake"); }
    [[nodiscard]] std::string name() const override { return "the fake source"; }

    [[nodiscard]] Result<Listing> visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) override {
        if (m_listing_error) {
            return tl::unexpected(*m_listing_error);
        }
        auto albums = m_albums;
        std::ranges::stable_sort(albums, std::greater{}, [](const FakeAlbum& album) { return album.album.added; });
        Listing listing;
        for (const FakeAlbum& album : albums) {
            if (stop.stop_requested()) {
                return fail(ErrorCode::cancelled, "The listing was cancelled.");
            }
            if (limit.newest != 0 && listing.albums == limit.newest) {
                break;
            }
            if (auto visited = visitor(album.album, album.tracks); !visited) {
                return fail(std::move(visited));
            }
            listing.albums += 1;
            listing.tracks += album.tracks.size();
        }
        listing.complete = listing.albums == albums.size() && m_problems.empty();
        listing.problems = m_problems;
        return listing;
    }

    [[nodiscard]] tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token /*stop*/) override {
        if (const auto failure = m_failures.find(track.id); failure != m_failures.end()) {
            return tl::unexpected(failure->second);
        }
        const auto audio = m_audio.find(track.id);
        if (audio == m_audio.end()) {
            return tl::unexpected(TrackFailure{FailureCode::not_found, "The file is no longer there."});
        }
        UniqueFd fd(::memfd_create("audio", MFD_CLOEXEC));
        const std::string& bytes = audio->second;
        if (!fd || ::pwrite(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
            return tl::unexpected(TrackFailure{FailureCode::unreachable, "There is no memory for the fake file."});
        }
        return AudioInput{std::move(fd), bytes.size()};
    }

  private:
    std::vector<FakeAlbum> m_albums;
    std::map<TrackId, std::string> m_audio;
    std::map<TrackId, TrackFailure> m_failures;
    std::vector<std::string> m_problems;
    std::optional<Error> m_listing_error;
};

} // namespace audiomuse::test
