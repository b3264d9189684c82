#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <base/clock.hpp>
#include <support/loopback_server.hpp>

namespace audiomuse::test {

/// How a kind of server differs from the others.
struct SubsonicProfile {
    std::string type; ///< empty: it says none
    std::string version = "1.16.1";
    bool open_subsonic = false;
    bool tokens = true;
    bool reads_forms = true;
    bool create_tells_playlist = true;
    bool empty_arrays = false;   ///< [] where others leave the key out
    bool nulls = false;          ///< null where others leave the key out
    bool numeric_albums = false; ///< album ids are JSON numbers
    std::size_t album_cap = 500;
    bool quotes_find_all = true;     ///< search3 with `""`
    bool nothing_needs_tags = false; ///< search3 without a query leaves out songs without an artist
    enum class UnknownSong { error, dropped, empties } unknown_song = UnknownSong::dropped;
    std::string unknown_method = "404"; ///< or "70"
    std::string api_key{};
};

[[nodiscard]] SubsonicProfile navidrome_profile();
[[nodiscard]] SubsonicProfile gonic_profile();
[[nodiscard]] SubsonicProfile supysonic_profile();
[[nodiscard]] SubsonicProfile smolsonic_profile();

/// A Subsonic server in this process, of the user bob with the password "sesame".
class SubsonicFake {
  public:
    using Parameters = std::multimap<std::string, std::string>;
    /// Answers in place of the fake when it gives something: a whole HTTP answer, or nothing at all and the connection breaks.
    using Interception = std::function<std::optional<std::string>(const std::string& method, const Parameters& parameters)>;

    explicit SubsonicFake(SubsonicProfile profile);

    struct Song {
        std::string id{}, title{}, artist{}, album_id{}, album{}, path{}, audio{};
        int track = 0;
        std::uint64_t listed_size = 0;
        std::string library = "0";
    };
    struct Album {
        std::string id, name, artist;
        UtcTime created{};
        std::string library = "0";
    };
    struct StoredPlaylist {
        std::string name;
        std::vector<std::string> songs;
        bool is_public = false;
    };

    /// Tracks "Title 1", "Title 2" with the bytes "audio of Title 1".
    void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime created,
                   const std::string& library = "0");
    void add_song(Song song);
    [[nodiscard]] std::string address() const { return m_server.address("/music"); }
    void intercept(Interception interception);
    /// Where it says true, the request is done but the connection breaks in place of the answer.
    void set_loses_answer(std::function<bool(const std::string& method)> loses);
    /// The methods that were called, in order.
    [[nodiscard]] std::vector<std::string> calls() const;
    [[nodiscard]] int count(const std::string& method) const;
    [[nodiscard]] std::vector<ServedRequest> requests() const { return m_server.requests(); }
    void forget_calls();

    std::map<std::string, Song> songs; ///< by id
    std::vector<Album> albums;
    std::map<std::string, StoredPlaylist> playlists; ///< by id
    bool may_download = true;
    std::vector<std::string> libraries{"Music"};
    std::string password = "sesame";

  private:
    void serve(const ServedRequest& request, ServedConnection& to);
    [[nodiscard]] std::string answer(const std::string& method, const Parameters& parameters);
    [[nodiscard]] std::optional<int> login_error(const Parameters& parameters) const;
    [[nodiscard]] std::string said(nlohmann::json body, std::optional<int> error = std::nullopt) const;
    [[nodiscard]] nlohmann::json album_json(const Album& album) const;
    [[nodiscard]] nlohmann::json song_json(const Song& song) const;
    [[nodiscard]] nlohmann::json list_json(const char* key, nlohmann::json list) const;
    [[nodiscard]] std::string list_albums(const Parameters& parameters) const;
    [[nodiscard]] std::string search(const Parameters& parameters) const;
    [[nodiscard]] std::string audio(const Parameters& parameters) const;
    [[nodiscard]] std::string playlist_call(const std::string& method, const Parameters& parameters);
    /// False when the server refuses an unknown one.
    [[nodiscard]] bool add_songs(StoredPlaylist& playlist, const Parameters& parameters, const char* name) const;

    SubsonicProfile m_profile;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_calls;
    Interception m_interception;
    std::function<bool(const std::string&)> m_loses_answer;
    int m_next_playlist = 1;
    LoopbackServer m_server;
};

} // namespace audiomuse::test
