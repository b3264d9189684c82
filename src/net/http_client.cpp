#include <net/http_client.hpp>

#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include <base/log.hpp>
#include <net/detail/body_target.hpp>
#include <net/detail/retry.hpp>
#include <net/detail/session.hpp>
#include <net/detail/status.hpp>
#include <net/detail/turns.hpp>

namespace audiomuse::net {

namespace {

using detail::Again;
using detail::Answer;
using detail::BodyTarget;
using detail::Mode;
using detail::Session;
using detail::Setback;

constexpr int k_most_redirects = 5;

std::string_view to_string(Method method) {
    switch (method) {
    case Method::get: return "GET";
    case Method::post: return "POST";
    case Method::del: return "DELETE";
    }
    return "?";
}

Failure cancelled(const Url& url) {
    return make_failure(FailureKind::cancelled, fmt::format("The request to {} was cancelled.", url.shown()));
}

/// False when the stop request came first.
bool sleep(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

Setback overloaded(const Url& url, const Answer& answer) {
    Setback setback{.failure = make_failure(FailureKind::overloaded,
                                            fmt::format("{} cannot serve now: it answered {}.", url.shown(), answer.status)),
                    .again = answer.status == 429 || answer.status == 503 ? Again::always : Again::if_repeatable,
                    .retry_after = answer.retry_after};
    setback.failure.status = answer.status;
    return setback;
}

/// Where a redirect leads, when it may be followed.
tl::expected<Url, Setback> redirect_target(const Request& request, const Url& from, const Answer& answer) {
    const auto refuse = [&](std::string message) {
        Setback setback{.failure = make_failure(FailureKind::redirect_refused, std::move(message))};
        setback.failure.status = answer.status;
        return tl::unexpected(std::move(setback));
    };
    auto target = from.resolve(answer.location);
    if (!target || answer.location.empty()) {
        return refuse(fmt::format("{} redirects to something that is no http or https address.", from.shown()));
    }
    const bool is_same_server = target->origin() == from.origin();
    const bool is_upgrade = target->host() == from.host() && from.scheme() == "http" && target->scheme() == "https";
    if (!is_same_server && !is_upgrade) {
        return refuse(fmt::format(
            "{} redirects to another server, {}, which gets no credentials. If that is the right one, make it the address.",
            from.shown(), target->origin()));
    }
    if (request.method != Method::get && (answer.status == 302 || answer.status == 303)) {
        return refuse(
            fmt::format("{} answers a {} by a redirect to {}.", from.shown(), to_string(request.method), target->origin()));
    }
    return std::move(*target);
}

} // namespace

struct HttpClient::Impl {
    explicit Impl(ClientSettings client_settings)
        : settings(std::move(client_settings)), fetches(settings.max_fetches), downloads(settings.max_downloads) {
        static const CURLcode k_initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
        if (k_initialised != CURLE_OK) {
            throw std::runtime_error("libcurl does not start");
        }
    }

    tl::expected<Answer, Failure> run(const Request& request, Mode mode, BodyTarget& target, const std::stop_token& stop);
    tl::expected<Answer, Setback> attempt(const Request& request, Mode mode, BodyTarget& target, const std::stop_token& stop);
    tl::expected<Answer, Setback> exchange(const Request& request, const Url& url, Mode mode, BodyTarget& target,
                                           const std::stop_token& stop);

    double draw() {
        const std::lock_guard lock(mutex);
        return std::uniform_real_distribution<double>(0, 1)(random);
    }

    ClientSettings settings;
    detail::Turns fetches;
    detail::Turns downloads;
    std::mutex mutex; ///< guards what follows
    std::vector<std::unique_ptr<Session>> idle;
    std::mt19937_64 random{std::random_device{}()};
};

/// On the session that was used last, whose connection is most likely to be still open.
tl::expected<Answer, Setback> HttpClient::Impl::exchange(const Request& request, const Url& url, Mode mode, BodyTarget& target,
                                                         const std::stop_token& stop) {
    std::unique_ptr<Session> session;
    {
        const std::lock_guard lock(mutex);
        if (!idle.empty()) {
            session = std::move(idle.back());
            idle.pop_back();
        }
    }
    if (!session) {
        session = std::make_unique<Session>();
    }
    auto answer = session->exchange(settings, request, url, mode, target, stop);
    if (answer) {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(session));
    }
    return answer;
}

/// One attempt, redirects included.
tl::expected<Answer, Setback> HttpClient::Impl::attempt(const Request& request, Mode mode, BodyTarget& target,
                                                        const std::stop_token& stop) {
    const auto turn = (mode == Mode::fetch ? fetches : downloads).wait(stop);
    if (!turn) {
        return tl::unexpected(Setback{.failure = cancelled(request.url)});
    }
    Url url = request.url;
    for (int redirects = 0; redirects <= k_most_redirects; ++redirects) {
        auto answer = exchange(request, url, mode, target, stop);
        if (!answer) {
            return answer;
        }
        if (detail::is_overload(answer->status)) {
            return tl::unexpected(overloaded(url, *answer));
        }
        if (!detail::is_redirect(answer->status)) {
            return answer;
        }
        auto next = redirect_target(request, url, *answer);
        if (!next) {
            return tl::unexpected(std::move(next).error());
        }
        url = std::move(*next);
    }
    return tl::unexpected(
        Setback{.failure = make_failure(FailureKind::redirect_refused,
                                        fmt::format("{} redirects more than {} times.", request.url.shown(), k_most_redirects))});
}

tl::expected<Answer, Failure> HttpClient::Impl::run(const Request& request, Mode mode, BodyTarget& target,
                                                    const std::stop_token& stop) {
    const auto restart = [&]() -> std::optional<Failure> {
        auto restarted = target.restart();
        return restarted ? std::nullopt : std::optional(Failure{FailureKind::sink_failed, std::move(restarted).error()});
    };
    detail::Attempts attempts;
    while (true) {
        if (auto failure = restart()) {
            return tl::unexpected(std::move(*failure));
        }
        auto answer = attempt(request, mode, target, stop);
        if (answer) {
            return std::move(*answer);
        }
        Setback& setback = answer.error();
        ++attempts.made;
        attempts.ran_into_time_limit += setback.ran_into_time_limit ? 1 : 0;
        if (!detail::may_repeat(settings.retry, request, setback, attempts)) {
            if (attempts.made > 1 && setback.failure.kind != FailureKind::cancelled) {
                setback.failure.error.message += fmt::format(" It was tried {} times.", attempts.made);
            }
            static_cast<void>(restart()); // the failure itself says more
            return tl::unexpected(std::move(setback.failure));
        }
        const auto pause = detail::pause_before_next(settings.retry, setback, attempts, draw());
        log::debug("{} {} is tried again in {} ms. {}", to_string(request.method), request.url.shown(), pause.count(),
                   setback.failure.error.message);
        if (!sleep(pause, stop)) {
            static_cast<void>(restart());
            return tl::unexpected(cancelled(request.url));
        }
    }
}

HttpClient::HttpClient(ClientSettings settings) : m_impl(std::make_unique<Impl>(std::move(settings))) {}

HttpClient::~HttpClient() = default;

Outcome<Response> HttpClient::fetch(const Request& request, ByteCount limit, const std::stop_token& stop) {
    detail::MemoryTarget target(limit);
    auto answer = m_impl->run(request, Mode::fetch, target, stop);
    if (!answer) {
        return tl::unexpected(std::move(answer).error());
    }
    return Response{answer->status, std::move(answer->content_type), std::move(target.body())};
}

Outcome<Download> HttpClient::download(const Request& request, ByteSink& sink, const std::stop_token& stop, ByteCount limit) {
    detail::SinkTarget target(sink, limit);
    auto answer = m_impl->run(request, Mode::download, target, stop);
    if (!answer) {
        return tl::unexpected(std::move(answer).error());
    }
    return Download{answer->status, std::move(answer->content_type), target.written(), std::move(target.head()),
                    answer->end_is_certain};
}

} // namespace audiomuse::net
