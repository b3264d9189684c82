#include <net/detail/session.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <strings.h>
#include <sys/socket.h>

#include <net/detail/read_answer.hpp>
#include <net/detail/request_options.hpp>
#include <net/detail/status.hpp>
#include <net/detail/transfer_error.hpp>

namespace audiomuse::net::detail {

namespace {

constexpr int k_tick_ms = 100;                         ///< how often limits of time are looked at
constexpr std::uint64_t k_most_discarded = 64U << 10U; ///< of a body that nobody wants, so that its connection can be kept

/// Lets a multi handle drive an easy one. At the end the connection stays with the multi handle, or is closed when it is in use.
struct Attached {
    Attached(CURLM* multi, CURL* easy) : m_multi(multi), m_easy(easy) {
        if (curl_multi_add_handle(multi, easy) != CURLM_OK) {
            throw std::bad_alloc();
        }
    }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;
    ~Attached() { curl_multi_remove_handle(m_multi, m_easy); }

  private:
    CURLM* m_multi;
    CURL* m_easy;
};

/// One request under way: what libcurl's callbacks write to.
class Exchange {
  public:
    Exchange(CURL* easy, const ClientSettings& settings, const Url& url, Mode mode, BodyTarget& target)
        : m_easy(easy), m_settings(settings), m_url(url), m_mode(mode), m_target(target) {
        set_option(easy, CURLOPT_ERRORBUFFER, m_detail.data());
        set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
        set_option(easy, CURLOPT_HEADERDATA, this);
        set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
        set_option(easy, CURLOPT_WRITEDATA, this);
        set_option(easy, CURLOPT_DEBUGFUNCTION, &on_debug);
        set_option(easy, CURLOPT_DEBUGDATA, this);
        set_option(easy, CURLOPT_VERBOSE, 1L);
        constexpr auto k_most = static_cast<std::uint64_t>(std::numeric_limits<curl_off_t>::max());
        set_option(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(std::min(target.limit().bytes, k_most)));
    }

    [[nodiscard]] tl::expected<Answer, Setback> run(CURLM* multi, const std::stop_token& stop) {
        const Attached attached(multi, m_easy);
        const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
        TransferWatch watch(m_settings, m_mode == Mode::download ? Growth::with_size : Growth::none,
                            std::chrono::steady_clock::now());
        while (true) {
            int running = 0;
            if (curl_multi_perform(multi, &running) != CURLM_OK) {
                throw std::bad_alloc();
            }
            if (const CURLMsg* message = next_message(multi)) {
                return ended(message->data.result);
            }
            if (stop.stop_requested()) {
                return tl::unexpected(
                    Setback{.failure = make_failure(FailureKind::cancelled,
                                                    fmt::format("The request to {} was cancelled.", m_url.shown()))});
            }
            const Progress progress = this->progress();
            if (const auto limit = watch.check(std::chrono::steady_clock::now(), progress)) {
                return tl::unexpected(explain(*limit, watch.allowance(progress), circumstances()));
            }
            curl_multi_poll(multi, nullptr, 0, k_tick_ms, nullptr);
        }
    }

  private:
    /// Why a callback ended the transfer.
    enum class Stop { no, enough, too_large, sink_failed, header_flood, encoded, partial, exception };

    static const CURLMsg* next_message(CURLM* multi) {
        int waiting = 0;
        const CURLMsg* message = curl_multi_info_read(multi, &waiting);
        return message != nullptr && message->msg == CURLMSG_DONE ? message : nullptr;
    }

    static std::size_t on_header(const char* text, std::size_t size, std::size_t count, void* self) noexcept {
        auto& exchange = *static_cast<Exchange*>(self);
        const std::string_view line(text, size * count);
        exchange.m_has_whole_head = line == "\r\n" || line == "\n" || (exchange.m_has_whole_head && !line.starts_with("HTTP/"));
        exchange.m_header_bytes += size * count;
        if (exchange.m_header_bytes > exchange.m_settings.max_headers.bytes) {
            exchange.m_stop = Stop::header_flood;
            return 0;
        }
        return size * count;
    }

    static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
        auto& exchange = *static_cast<Exchange*>(self);
        try {
            exchange.m_stop = exchange.take(std::as_bytes(std::span(bytes, size * count)));
        } catch (...) {
            exchange.m_exception = std::current_exception();
            exchange.m_stop = Stop::exception;
        }
        return exchange.m_stop == Stop::no ? size * count : CURL_WRITEFUNC_ERROR;
    }

    /// libcurl tells only here that a server sent more than it announced. All else that passes, secrets among it, is passed over.
    static int on_debug(CURL* /*easy*/, curl_infotype type, const char* text, std::size_t size, void* self) noexcept {
        if (type == CURLINFO_TEXT && std::string_view(text, size).starts_with("Excess found")) {
            static_cast<Exchange*>(self)->m_excess = true;
        }
        return 0;
    }

    Stop take(std::span<const std::byte> bytes) {
        const int status = this->status();
        if (is_unwanted(status)) {
            m_discarded += bytes.size();
            return m_discarded <= k_most_discarded ? Stop::no : Stop::enough;
        }
        if (m_mode == Mode::download && status / 100 == 2) {
            const std::string encoding(read_header(m_easy, "Content-Encoding"));
            if (!encoding.empty() && ::strcasecmp(encoding.c_str(), "identity") != 0) {
                return Stop::encoded;
            }
            if (status == 206) {
                return Stop::partial;
            }
        }
        switch (m_target.take(status, bytes)) {
        case Taken::all: return Stop::no;
        case Taken::enough: return Stop::enough;
        case Taken::too_much: return Stop::too_large;
        case Taken::sink_failed: return Stop::sink_failed;
        }
        return Stop::no;
    }

    static bool is_unwanted(int status) { return is_overload(status) || is_redirect(status); }

    [[nodiscard]] int status() const { return read_status(m_easy); }

    [[nodiscard]] Progress progress() const {
        const auto count = [&](CURLINFO which) {
            return static_cast<std::uint64_t>(std::max<curl_off_t>(0, info<curl_off_t>(m_easy, which)));
        };
        return {.sent = count(CURLINFO_SIZE_UPLOAD_T),
                .received = m_header_bytes + count(CURLINFO_SIZE_DOWNLOAD_T),
                .announced = count(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)};
    }

    [[nodiscard]] Circumstances circumstances() const {
        return {.settings = m_settings,
                .url = m_url,
                .request_sent = info<long>(m_easy, CURLINFO_REQUEST_SIZE) > 0,
                .answer_begun = m_header_bytes > 0,
                .progress = progress(),
                .os_error = static_cast<int>(info<long>(m_easy, CURLINFO_OS_ERRNO)),
                .detail = m_detail.data()};
    }

    [[nodiscard]] tl::expected<Answer, Setback> ended(CURLcode code) {
        if (m_exception) {
            std::rethrow_exception(m_exception);
        }
        if (const auto kind = own_failure()) {
            return tl::unexpected(*kind);
        }
        const bool has_all_it_needs = m_stop == Stop::enough || (code == CURLE_FILESIZE_EXCEEDED && is_unwanted(status()));
        if (code == CURLE_FILESIZE_EXCEEDED && !has_all_it_needs) {
            return tl::unexpected(too_large(m_url, m_target.limit()));
        }
        if (code != CURLE_OK && !has_all_it_needs) {
            return tl::unexpected(explain(code, circumstances()));
        }
        if (m_stop == Stop::no && code == CURLE_OK) {
            if (!m_has_whole_head) { // which libcurl takes for an answer without a body
                return tl::unexpected(explain(CURLE_PARTIAL_FILE, circumstances()));
            }
            if (more_is_waiting()) {
                return tl::unexpected(
                    Setback{.failure = make_failure(FailureKind::longer_than_announced,
                                                    fmt::format("The answer of {} is longer than the {} bytes that it announced.",
                                                                m_url.shown(), progress().announced))});
            }
        }
        return read_answer(m_easy);
    }

    /// The failure behind a transfer that one of our callbacks ended.
    [[nodiscard]] std::optional<Setback> own_failure() const {
        const auto bad_answer = [](std::string message) {
            return Setback{.failure = make_failure(FailureKind::bad_answer, std::move(message))};
        };
        switch (m_stop) {
        case Stop::no:
        case Stop::enough:
        case Stop::exception: return std::nullopt;
        case Stop::too_large: return too_large(m_url, m_target.limit());
        case Stop::sink_failed: return Setback{.failure = {FailureKind::sink_failed, m_target.error()}};
        case Stop::header_flood:
            return bad_answer(fmt::format("{} sent more than {} bytes of headers.", m_url.shown(), m_settings.max_headers.bytes));
        case Stop::encoded: return bad_answer(fmt::format("{} sent the file compressed, which nobody asked for.", m_url.shown()));
        case Stop::partial: return bad_answer(fmt::format("{} sent a part of the file, which nobody asked for.", m_url.shown()));
        }
        return std::nullopt;
    }

    /// True when bytes follow the announced end: libcurl has seen them, or they wait in a socket where no answer can be expected.
    [[nodiscard]] bool more_is_waiting() const {
        if (m_excess || m_url.scheme() != "http") {
            return m_excess;
        }
        const auto socket = info<curl_socket_t>(m_easy, CURLINFO_ACTIVESOCKET);
        char byte = 0;
        return socket != CURL_SOCKET_BAD && ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }

    CURL* m_easy;
    const ClientSettings& m_settings;
    const Url& m_url;
    Mode m_mode;
    BodyTarget& m_target;
    std::array<char, CURL_ERROR_SIZE> m_detail{};
    std::uint64_t m_header_bytes = 0;
    std::uint64_t m_discarded = 0;
    Stop m_stop = Stop::no;
    bool m_has_whole_head = false; ///< status line and headers to the empty line
    bool m_excess = false;
    std::exception_ptr m_exception;
};

} // namespace

Session::Session() : m_multi(curl_multi_init()), m_easy(curl_easy_init()) {
    constexpr long k_connections = 4;
    if (!m_multi || !m_easy || curl_multi_setopt(m_multi.get(), CURLMOPT_MAXCONNECTS, k_connections) != CURLM_OK) {
        throw std::bad_alloc();
    }
}

tl::expected<Answer, Setback> Session::exchange(const ClientSettings& settings, const Request& request, const Url& url, Mode mode,
                                                BodyTarget& target, const std::stop_token& stop) {
    auto headers = make_headers(request, mode);
    if (!headers) {
        return tl::unexpected(Setback{.failure = {FailureKind::invalid_request, std::move(headers).error()}});
    }
    struct Reset { // so that the handle keeps no pointer to what ends here
        CURL* easy;
        ~Reset() { curl_easy_reset(easy); }
    } const reset{m_easy.get()};
    set_request_options(m_easy.get(), settings, request, url, mode, *headers);
    return Exchange(m_easy.get(), settings, url, mode, target).run(m_multi.get(), stop);
}

} // namespace audiomuse::net::detail
