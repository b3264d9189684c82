#include <library/jellyfin_check.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <library/detail/jellyfin_client.hpp>
#include <library/jellyfin_playlist_sink.hpp>

namespace audiomuse::library {

namespace {

constexpr net::ByteCount k_probe_bytes{64U << 10U};
constexpr int k_ok = 200;
constexpr int k_forbidden = 403;

/// Takes a song that nobody wants.
class Nowhere final : public net::ByteSink {
  public:
    [[nodiscard]] Result<void> write(std::span<const std::byte> /*bytes*/) override { return {}; }
    [[nodiscard]] Result<void> restart() override { return {}; }
};

std::string unreachable_sentence(const net::Failure& failure, const std::string& address) {
    using net::FailureKind;
    switch (failure.kind) {
    case FailureKind::host_unknown: return fmt::format("The host of {} is unknown: is the name spelled right?", address);
    case FailureKind::connection_refused:
        return fmt::format("Nothing listens at {}, the connection was refused: is the server running, and is the port right?",
                           address);
    case FailureKind::untrusted_certificate:
        return fmt::format("The TLS certificate of {} is not trusted. A certificate of your own can be named as CA file.",
                           address);
    case FailureKind::tls_failed: return fmt::format("TLS with {} failed: does it speak https at all?", address);
    case FailureKind::timed_out: return fmt::format("{} did not answer in time.", address);
    case FailureKind::redirect_refused:
        return fmt::format("{} leads to another address, which is not followed: configure that one.", address);
    default: return failure.error.message;
    }
}

class Check {
  public:
    Check(const JellyfinSettings& settings, net::HttpClient& http, PlaylistTrial trial, std::stop_token stop)
        : m_client(settings, http), m_http(http), m_sink(settings, http), m_trial(trial), m_stop(std::move(stop)) {}

    ServerCheck run() {
        if (reach() && find_user() && find_libraries()) {
            if (const auto song = find_song()) {
                try_download(*song);
                if (m_trial == PlaylistTrial::make_and_remove) {
                    try_playlist(*song);
                }
            }
        }
        return std::move(m_check);
    }

  private:
    void add(FindingLevel level, std::string sentence) { m_check.findings.push_back({level, std::move(sentence)}); }
    bool bad(std::string sentence) {
        add(FindingLevel::bad, std::move(sentence));
        return false;
    }

    bool reach() {
        const auto request = m_client.request(net::Method::get, "System/Info/Public");
        if (!request) {
            return bad(request.error().message);
        }
        const auto answer = m_client.send(*request, m_stop);
        if (!answer) {
            return bad(unreachable_sentence(answer.error(), m_client.address()));
        }
        const auto info = detail::parse_server_info(answer->body);
        if (answer->status != k_ok || !info || !info->product.starts_with("Jellyfin")) {
            return bad(fmt::format("What answers at {} is no Jellyfin server (status {}): is a part of the path missing?",
                                   m_client.address(), answer->status));
        }
        add(FindingLevel::good, fmt::format("Jellyfin {} \"{}\" answers at {}.", info->version, info->name, m_client.address()));
        return true;
    }

    bool find_user() {
        auto who = m_client.identity(m_stop);
        if (!who) {
            return bad(who.error().message);
        }
        m_who = std::move(*who);
        add(FindingLevel::good, fmt::format("The token is accepted; the user is \"{}\".", m_who.user.name));
        if (!m_who.is_caller) {
            add(FindingLevel::good, "The token is no token of that user: a changed playlist is replaced by a new one.");
        }
        return true;
    }

    bool find_libraries() {
        const auto all = m_client.libraries(m_stop);
        if (!all) {
            return bad(fmt::format("The libraries cannot be listed: {}", all.error().message));
        }
        const auto chosen = m_client.chosen_libraries(m_stop);
        if (!chosen) {
            return bad(chosen.error().message);
        }
        const auto may_hold_music = [](const detail::JellyfinLibrary& library) {
            return library.collection_type == "music" || library.collection_type.empty();
        };
        for (const detail::JellyfinLibrary& library : *chosen) {
            m_parents.push_back(library.id);
            if (!may_hold_music(library)) {
                add(FindingLevel::warning, fmt::format("The library \"{}\" is not one of music.", library.name));
            }
        }
        if (std::ranges::none_of(*all, may_hold_music)) {
            return bad(fmt::format("The user \"{}\" sees no music library.", m_who.user.name));
        }
        return true;
    }

    std::optional<std::string> find_song() {
        std::uint64_t total = 0;
        std::optional<std::string> song;
        for (const std::string& parent : m_parents.empty() ? std::vector<std::string>(1) : m_parents) {
            net::Parameters question{{"userId", m_who.user.id}, {"includeItemTypes", "Audio"}, {"recursive", "true"},
                                     {"sortBy", "SortName"},    {"startIndex", "0"},           {"limit", "1"}};
            if (!parent.empty()) {
                question.push_back({"parentId", parent});
            }
            const auto page = m_client.ask(net::Method::get, "Items", std::move(question), m_stop).and_then(detail::parse_songs);
            if (!page) {
                bad(fmt::format("The songs cannot be listed: {}", page.error().message));
                return std::nullopt;
            }
            total += page->total;
            if (!song && !page->items.empty()) {
                song = page->items.front().track.id.str();
            }
        }
        if (song) {
            add(FindingLevel::good, fmt::format("There are {} songs.", total));
        } else {
            bad("There is no song in the music libraries.");
        }
        return song;
    }

    void try_download(const std::string& song) {
        auto request = m_client.request(net::Method::get, fmt::format("Items/{}/Download", song));
        Nowhere nowhere;
        const auto answer = m_http.download(*request, nowhere, m_stop, k_probe_bytes);
        if (!answer && answer.error().kind != net::FailureKind::too_large) { // a server that sends all of it lets us have it
            bad(fmt::format("A song cannot be downloaded: {}", answer.error().error.message));
        } else if (answer && answer->status == k_forbidden) {
            bad(fmt::format("The user \"{}\" may not download: allow media downloads for it in the server's dashboard (403).",
                            m_who.user.name));
        } else if (answer && answer->status != k_ok) {
            bad(fmt::format("A song cannot be downloaded: the server answered with status {}.", answer->status));
        } else {
            add(FindingLevel::good, "Songs can be downloaded.");
        }
    }

    void try_playlist(const std::string& song) {
        Track track;
        track.id = TrackId(song);
        m_check.findings.push_back(library::try_playlist(m_sink, track, m_stop));
    }

    detail::JellyfinClient m_client;
    net::HttpClient& m_http;
    JellyfinPlaylistSink m_sink;
    PlaylistTrial m_trial;
    std::stop_token m_stop;
    detail::JellyfinIdentity m_who;
    std::vector<std::string> m_parents;
    ServerCheck m_check;
};

} // namespace

ServerCheck check_jellyfin(const JellyfinSettings& settings, net::HttpClient& http, PlaylistTrial trial, std::stop_token stop) {
    return Check(settings, http, trial, std::move(stop)).run();
}

} // namespace audiomuse::library
