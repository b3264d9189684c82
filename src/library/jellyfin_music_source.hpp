#pragma once

#include <domain/music_source.hpp>
#include <library/detail/audio_spool.hpp>
#include <library/detail/jellyfin_client.hpp>
#include <library/detail/path_map.hpp>
#include <library/jellyfin_settings.hpp>
#include <library/remote_audio.hpp>

namespace audiomuse::library {

/// The music of a Jellyfin server, 10.8 or newer.
///
/// - Item ids are the server's, as 32 lower-case digits. Track::stamp holds the size and, in place of a time, the duration in
///   milliseconds. Track::path is the server's.
/// - Songs without an album are grouped by their album tag. An album of more than 5,000 songs is visited in parts.
/// - A listing takes a request for 500 albums and one for 500 songs; one for each album when the limit is at most 100. Until it
///   is through, the songs lie in a file without a name in the spool folder.
/// - A listing is not complete when a page could not be read, when the server listed fewer songs than it says that it has, when
///   the limit left albums out, and when there is not one song.
///
/// Calls may overlap, whatever the thread.
class JellyfinMusicSource final : public MusicSource {
  public:
    /// The HTTP client must outlive this.
    JellyfinMusicSource(JellyfinSettings settings, RemoteAudioSettings audio, net::HttpClient& http);

    /// Depends on the address of the server.
    [[nodiscard]] SourceId id() const override;
    [[nodiscard]] std::string name() const override { return "Jellyfin"; }
    /// Errors beside those of the port: invalid_argument (the settings name an address, a user or a library that is none),
    /// timed_out. 401 and 403 are unauthorized.
    [[nodiscard]] Result<Listing> visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) override;
    /// Reads a mapped file, else fetches. Failures: those of AudioSpool::fetch; 401 and 403 have FailureScope::credential.
    [[nodiscard]] tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token stop) override;

  private:
    detail::JellyfinClient m_client;
    net::HttpClient& m_http;
    std::filesystem::path m_scratch_folder;
    detail::PathMap m_path_map;
    detail::AudioSpool m_spool;
};

} // namespace audiomuse::library
