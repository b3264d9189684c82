#include <library/jellyfin_music_source.hpp>

#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <library/detail/jellyfin_listing.hpp>

namespace audiomuse::library {

JellyfinMusicSource::JellyfinMusicSource(JellyfinSettings settings, RemoteAudioSettings audio, net::HttpClient& http)
    : m_client(std::move(settings), http), m_http(http), m_scratch_folder(audio.spool_folder), m_path_map(audio.path_map, name()),
      m_spool(std::move(audio)) {}

SourceId JellyfinMusicSource::id() const { return SourceId("jellyfin-" + hash128_hex(m_client.address())); }

Result<Listing> JellyfinMusicSource::visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) {
    return detail::JellyfinListing(m_client, m_scratch_folder, visitor, std::move(stop)).run(limit);
}

tl::expected<AudioInput, TrackFailure> JellyfinMusicSource::open(const Track& track, std::stop_token stop) {
    if (auto mapped = m_path_map.open(track.path, track.stamp.size_bytes)) {
        return std::move(*mapped);
    }
    const auto id = detail::normal_item_id(track.id.str());
    if (!id) {
        return tl::unexpected(TrackFailure{FailureCode::not_found, "It has no id of a Jellyfin server."});
    }
    auto request = m_client.request(net::Method::get, fmt::format("Items/{}/Download", *id));
    if (!request) {
        return tl::unexpected(TrackFailure{FailureCode::unreachable, request.error().message});
    }
    return m_spool.fetch(m_http, *request, track.stamp.size_bytes, std::move(stop));
}

} // namespace audiomuse::library
