#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <domain/music_source.hpp>
#include <library/remote_audio.hpp>
#include <library/subsonic_access.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library {

namespace detail {
class AudioSpool;
class PathMap;
class SubsonicClient;
} // namespace detail

/// The music of a Subsonic or OpenSubsonic server.
///
/// - Ids are the server's. FileStamp::modified_ns is the duration in milliseconds: with the size it guards the stored analysis.
/// - Songs that belong to no album are visited as albums named "Songs without an album" (of 1,000 at most), after all others.
/// - A listing is not complete when an album could not be read, when the server counts more songs than it lists, and when the
/// limit
///   left albums out.
/// - A listing sets files aside in RemoteAudioSettings::spool_folder, too, without a name.
///
/// Calls may overlap, whatever the thread.
class SubsonicMusicSource final : public MusicSource {
  public:
    struct Settings {
        SubsonicAccess access;
        RemoteAudioSettings audio;
        std::vector<std::string> music_libraries{}; ///< by name; empty: all
    };

    /// The HTTP client must outlive this object.
    SubsonicMusicSource(Settings settings, net::HttpClient& http);
    ~SubsonicMusicSource() override;

    /// "subsonic:" and the address.
    [[nodiscard]] SourceId id() const override;
    /// "Navidrome" once the server has said so, else "the Subsonic server".
    [[nodiscard]] std::string name() const override;
    /// Errors beside those of the port: invalid_argument (a music library that the server has not, with those that it has),
    /// unauthorized names the refused credential, damaged (not a Subsonic server), timed_out.
    [[nodiscard]] Result<Listing> visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) override;
    /// A mapped file (RemoteAudioSettings::path_map), else `download`, else `stream` of the original.
    [[nodiscard]] tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token stop) override;

  private:
    struct Refusal;

    [[nodiscard]] tl::expected<AudioInput, TrackFailure> fetch(const char* method, const Track& track, std::stop_token stop,
                                                               Refusal& refusal);
    [[nodiscard]] TrackFailure explain(const Refusal& refusal, const net::Download& answer) const;
    [[nodiscard]] bool is_gone(const Track& track, std::stop_token stop);

    Settings m_settings;
    net::HttpClient& m_http;
    std::unique_ptr<detail::SubsonicClient> m_client;
    std::unique_ptr<detail::AudioSpool> m_spool;
    std::unique_ptr<detail::PathMap> m_path_map;
    std::atomic<bool> m_may_download{true}; ///< false once the server said that this user may not
};

} // namespace audiomuse::library
