#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <base/clock.hpp>
#include <support/loopback_server.hpp>

namespace audiomuse::test {

/// A small Jellyfin in this process: users, albums, songs, playlists. It takes the token "secret" as that of its first user and
/// "key" as an API key. What it answers follows the OpenAPI document; the checks against it are those of the Python fake.
class JellyfinServer {
  public:
    struct User {
        std::string id;
        std::string name;
    };
    struct Album {
        std::string id;
        std::string title;
        std::string artist;
        UtcTime added;
        std::string library; ///< id
    };
    struct Song {
        std::string id;
        std::string album; ///< id; empty: none
        std::string album_title;
        std::string title;
        std::string artist;
        int number = 0;
        std::string audio;
        std::string library;
        UtcTime added{};
        bool gone = false; ///< its audio is
    };
    struct Playlist {
        std::string name;
        std::vector<std::string> songs;
        bool is_public = true;
    };
    struct Library {
        std::string id;
        std::string name;
    };
    /// Answers in place of the server; false: it did not.
    using Special = std::function<bool(const ServedRequest&, ServedConnection&)>;

    JellyfinServer();

    /// A library of its own ids, with "Title 1" ... that hold "audio of <title> <n>".
    void add_album(const std::string& title, const std::string& artist, int songs, UtcTime added,
                   const std::string& library = "");
    /// A song that playlists may name, under any id.
    void add_song(const std::string& id, const std::string& title);
    void set_special(Special special);
    /// Where it says true, the request is done but the connection breaks in place of the answer.
    void set_loses_answer(std::function<bool(const ServedRequest&)> loses);

    [[nodiscard]] std::string address(std::string_view path = {}) const { return m_server.address(path); }
    [[nodiscard]] std::vector<ServedRequest> requests() const { return m_server.requests(); }
    /// "METHOD /path" of the requests so far.
    [[nodiscard]] std::vector<std::string> calls() const;

    static std::string make_id(char kind, std::size_t number);

    std::mutex mutex; ///< guards what follows
    std::vector<User> users;
    std::vector<Library> libraries;
    std::vector<Album> albums;
    std::vector<Song> songs;
    std::map<std::string, Playlist> playlists;
    std::string prefix;              ///< a path below which it lies
    std::size_t most_items = 10'000; ///< of a page, whatever is asked for
    bool may_download = true;
    bool may_make_playlists = true;

  private:
    void handle(const ServedRequest& request, ServedConnection& connection);
    std::string answer(const ServedRequest& request);
    std::string items(const ServedRequest& request);
    std::string playlist_items(const ServedRequest& request, const std::string& id, const std::string& rest);

    Special m_special;
    std::function<bool(const ServedRequest&)> m_loses_answer;
    std::size_t m_next = 0;
    LoopbackServer m_server;
};

} // namespace audiomuse::test
