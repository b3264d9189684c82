#include <library/detail/audio_spool.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/unnamed_file.hpp>

namespace audiomuse::library::detail {

namespace {

/// What says why there is no audio may be larger than a small track.
constexpr std::uint64_t k_largest_refusal = 64U << 10U;

tl::unexpected<TrackFailure> failed(FailureCode code, std::string reason) {
    return tl::unexpected(TrackFailure{code, std::move(reason)});
}

std::string_view without_leading_blanks(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text;
}

bool begins_with(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
}

/// No audio format begins like this.
bool begins_like_a_document(std::string_view head) {
    head = without_leading_blanks(head);
    if (head.starts_with('{')) {
        head = without_leading_blanks(head.substr(1));
        return head.empty() || head.starts_with('"') || head.starts_with('}');
    }
    constexpr std::array<std::string_view, 4> k_beginnings{"<!doctype html", "<html", "<?xml", "<subsonic-response"};
    return std::ranges::any_of(k_beginnings, [&](std::string_view beginning) { return begins_with(head, beginning); });
}

} // namespace

bool is_document(const net::Download& answer) {
    const std::string_view type = answer.content_type;
    constexpr std::array<std::string_view, 4> k_types{"application/json", "application/xml", "text/xml", "text/html"};
    return std::ranges::find(k_types, type) != k_types.end() || type.ends_with("+json") || type.ends_with("+xml") ||
           begins_like_a_document(answer.head);
}

TrackFailure read_refusal(const net::Download& answer) {
    switch (answer.status) {
    case 401: return {FailureCode::refused, "The server refused the credential (status 401).", FailureScope::credential};
    case 403:
        return {FailureCode::refused, "The server does not let this account have the audio (status 403).",
                FailureScope::credential};
    case 404:
    case 410: return {FailureCode::not_found, fmt::format("The server no longer has it (status {}).", answer.status)};
    default: break;
    }
    if (answer.status >= 200 && answer.status < 300) {
        return {FailureCode::refused, "The server answered with a document in place of audio."};
    }
    const FailureCode code = answer.status >= 500 ? FailureCode::unreachable : FailureCode::refused;
    return {code, fmt::format("The server answered with status {} in place of audio.", answer.status)};
}

TrackFailure to_track_failure(const net::Failure& failure) {
    using net::FailureKind;
    switch (failure.kind) {
    case FailureKind::cancelled: return {FailureCode::unreachable, "The fetch was stopped."};
    case FailureKind::sink_failed: return {FailureCode::unreachable, "The fetched audio cannot be written to the data folder."};
    case FailureKind::host_unknown: return {FailureCode::unreachable, "The server's name has no address."};
    case FailureKind::connection_refused: return {FailureCode::unreachable, "Nothing listens at the server's address."};
    case FailureKind::unreachable: return {FailureCode::unreachable, "The server cannot be reached."};
    case FailureKind::untrusted_certificate: return {FailureCode::unreachable, "The server's TLS certificate is not trusted."};
    case FailureKind::tls_failed: return {FailureCode::unreachable, "TLS with the server failed."};
    case FailureKind::timed_out: return {FailureCode::unreachable, "The server did not answer in time."};
    case FailureKind::stalled: return {FailureCode::unreachable, "The server sent the audio too slowly."};
    case FailureKind::connection_lost: return {FailureCode::unreachable, "The server closed the connection."};
    case FailureKind::cut_off: return {FailureCode::unreachable, "The download was cut off before its end."};
    case FailureKind::longer_than_announced: return {FailureCode::unreachable, "The server sent more than it announced."};
    case FailureKind::too_large: return {FailureCode::too_long, "The file is above the limit of size."};
    case FailureKind::redirect_refused:
        return {FailureCode::unreachable, "The server sent the request elsewhere, which is not followed."};
    case FailureKind::overloaded:
        return {FailureCode::unreachable, fmt::format("The server is overloaded (status {}).", failure.status)};
    case FailureKind::bad_answer: return {FailureCode::unreachable, "The server's answer cannot be read."};
    case FailureKind::invalid_request:
    case FailureKind::internal: break;
    }
    return {FailureCode::unreachable, "The request to the server failed."};
}

/// Counts what is set aside.
class AudioSpool::Space : public std::enable_shared_from_this<Space> {
  public:
    explicit Space(std::uint64_t capacity) : m_capacity(capacity) {}

    class Lease {
      public:
        Lease(std::shared_ptr<Space> space, std::uint64_t bytes) : m_space(std::move(space)), m_bytes(bytes) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { m_space->give_back(m_bytes); }

        void shrink_to(std::uint64_t bytes) {
            if (bytes < m_bytes) {
                m_space->give_back(m_bytes - bytes);
                m_bytes = bytes;
            }
        }

      private:
        std::shared_ptr<Space> m_space;
        std::uint64_t m_bytes;
    };

    /// Null when a stop was requested first.
    std::shared_ptr<Lease> set_aside(std::uint64_t bytes, const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        const auto place = m_waiting.insert(m_waiting.end(), bytes);
        const bool mine = m_changed.wait(lock, stop, [&] {
            return place == m_waiting.begin() && (m_used == 0 || (bytes <= m_capacity && m_used <= m_capacity - bytes));
        });
        m_waiting.erase(place);
        m_changed.notify_all(); // another is the first now
        if (!mine || stop.stop_requested()) {
            return nullptr;
        }
        m_used += bytes;
        lock.unlock();
        return std::make_shared<Lease>(shared_from_this(), bytes);
    }

    std::uint64_t used() const {
        const std::lock_guard lock(m_mutex);
        return m_used;
    }

  private:
    void give_back(std::uint64_t bytes) {
        const std::lock_guard lock(m_mutex);
        m_used -= bytes;
        m_changed.notify_all();
    }

    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::uint64_t m_capacity;
    std::uint64_t m_used = 0;
    std::list<std::uint64_t> m_waiting; ///< in the order in which they came
};

AudioSpool::AudioSpool(RemoteAudioSettings settings)
    : m_settings(std::move(settings)), m_space(std::make_shared<Space>(m_settings.spool_bytes)) {}

std::uint64_t AudioSpool::bytes_in_hand() const { return m_space->used(); }

tl::expected<UniqueFd, TrackFailure> AudioSpool::make_file() const {
    auto fd = make_unnamed_file(m_settings.spool_folder);
    if (!fd) {
        const int error = fd.error();
        log::error("No file for fetched audio can be made in {}: {}.", to_display_text(m_settings.spool_folder.native()),
                   std::generic_category().message(error));
        return failed(FailureCode::unreachable, fmt::format("No file for the fetched audio can be made in the data folder: {}.",
                                                            std::generic_category().message(error)));
    }
    return std::move(*fd);
}

tl::expected<AudioInput, TrackFailure> AudioSpool::fetch(net::HttpClient& client, const net::Request& request,
                                                         std::uint64_t size_bytes, std::stop_token stop,
                                                         const RefusalReader& refusal) {
    const std::uint64_t most = m_settings.max_track_bytes;
    if (size_bytes > most) {
        return failed(FailureCode::too_long, fmt::format("The file has {} bytes; the limit is {}.", size_bytes, most));
    }
    const auto lease = m_space->set_aside(size_bytes == 0 ? std::max(most, m_settings.spool_bytes) : size_bytes, stop);
    if (!lease) {
        return failed(FailureCode::unreachable, "The fetch was stopped.");
    }
    auto fd = make_file();
    if (!fd) {
        return tl::unexpected(std::move(fd).error());
    }
    net::FileSink sink(fd->get());
    const auto answer =
        client.download(request, sink, stop, net::ByteCount{size_bytes == 0 ? most : std::max(size_bytes, k_largest_refusal)});
    if (!answer) {
        if (answer.error().kind == net::FailureKind::too_large && size_bytes != 0) {
            return failed(FailureCode::unreachable,
                          fmt::format("The server sent more than the {} bytes that its listing names.", size_bytes));
        }
        log::debug("A fetch failed: {}", answer.error().error.message);
        return tl::unexpected(to_track_failure(answer.error()));
    }
    if (answer->status < 200 || answer->status >= 300 || is_document(*answer)) {
        return tl::unexpected(refusal(*answer));
    }
    if (size_bytes != 0 && answer->bytes != size_bytes) {
        return failed(FailureCode::unreachable,
                      fmt::format("The server sent {} bytes of the {} that its listing names.", answer->bytes, size_bytes));
    }
    if (size_bytes == 0 && !answer->end_is_certain) {
        return failed(FailureCode::unreachable, "The server names no size, so nobody can tell whether the download is complete.");
    }
    lease->shrink_to(answer->bytes);
    return AudioInput{std::move(*fd), answer->bytes, lease};
}

} // namespace audiomuse::library::detail
