#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <library/subsonic_access.hpp>
#include <library/subsonic_music_source.hpp>
#include <library/subsonic_playlist_sink.hpp>
#include <net/http_client.hpp>
#include <support/temporary_tree.hpp>

#include "subsonic_fake.hpp"

namespace audiomuse::test {

/// Pauses of milliseconds.
inline net::ClientSettings fast_client() {
    net::ClientSettings settings;
    settings.retry = {.attempts = 2,
                      .first_pause = std::chrono::milliseconds(1),
                      .longest_pause = std::chrono::milliseconds(2),
                      .longest_retry_after = std::chrono::milliseconds(5)};
    return settings;
}

/// A fake server and all that is needed to use it.
struct SubsonicWorld {
    explicit SubsonicWorld(SubsonicProfile profile = navidrome_profile()) : fake(std::move(profile)) {}

    [[nodiscard]] library::SubsonicAccess access() const { return {net::Url::parse(fake.address()).value(), "bob", "sesame"}; }
    [[nodiscard]] library::SubsonicMusicSource::Settings source_settings() const {
        return {access(), {.spool_folder = folder.path()}};
    }

    TemporaryTree folder;
    SubsonicFake fake;
    net::HttpClient http{fast_client()};
};

} // namespace audiomuse::test
