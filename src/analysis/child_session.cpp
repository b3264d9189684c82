#include <analysis/child_session.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <poll.h>

#include <base/log.hpp>

namespace audiomuse::analysis {

namespace {

using sandbox::Channel;
using std::chrono::milliseconds;

constexpr milliseconds k_send_limit = std::chrono::seconds(5); // requests are far smaller than a socket's buffer
constexpr milliseconds k_death_limit = milliseconds(500);      // from the end of the channel to the end of the process
constexpr std::size_t k_logged_stderr_bytes = 600;

std::string in_seconds(milliseconds time) {
    const auto tenths = (time.count() + 50) / 100;
    return tenths % 10 == 0 ? fmt::format("{} s", tenths / 10) : fmt::format("{}.{} s", tenths / 10, tenths % 10);
}

} // namespace

ChildSession::ChildSession(sandbox::Child child, const SupervisorSettings& settings)
    : m_child(std::move(child)), m_settings(&settings) {}

tl::expected<ChildSession, TrackFailure> ChildSession::start(sandbox::Spawner& spawner, const SupervisorSettings& settings,
                                                             const std::stop_token& stop) {
    auto child = spawner.spawn({settings.arguments, settings.descriptors});
    if (!child) {
        log::error("{}", child.error().message);
        return tl::unexpected(TrackFailure{FailureCode::crashed, "No analysis process could be started."});
    }
    ChildSession session(std::move(*child), settings);
    if (!session.m_child.channel().send(encode(ServerMessage(Setup{settings.limits})), k_send_limit)) {
        return session.report_death();
    }
    auto message = session.await(settings.start_time, stop);
    if (!message) {
        const bool late = message.error().code == FailureCode::time_limit;
        return late ? session.end(FailureCode::crashed,
                                  fmt::format("The analysis process was not ready after {}.", in_seconds(settings.start_time)))
                    : tl::unexpected(std::move(message).error());
    }
    auto* hello = std::get_if<Hello>(&*message);
    if (hello == nullptr) {
        return session.end(FailureCode::crashed, "The analysis process answered before it was asked.");
    }
    session.m_confinement = std::move(hello->confinement);
    return session;
}

tl::expected<Answer, TrackFailure> ChildSession::perform(Operation operation, const UniqueFd& input, std::uint64_t size_bytes,
                                                         const std::stop_token& stop) {
    const Request request{++m_requests, operation, size_bytes};
    if (!m_child.channel().send(encode(ServerMessage(request)), k_send_limit, input.get())) {
        return report_death();
    }
    auto message = await(time_limit_for(*m_settings, size_bytes), stop);
    if (!message) {
        return tl::unexpected(std::move(message).error());
    }
    auto* answer = std::get_if<Answer>(&*message);
    const bool fits = answer != nullptr && answer->number == request.number &&
                      (std::holds_alternative<TrackFailure>(answer->content) ||
                       std::holds_alternative<Analysis>(answer->content) == (operation == Operation::analyse));
    if (!fits) {
        return end(FailureCode::crashed, "The analysis process gave an answer that does not fit the question.");
    }
    if (const auto* failure = std::get_if<TrackFailure>(&answer->content);
        failure != nullptr && deserves_a_second_attempt(failure->code)) {
        m_sound = false;
    }
    m_last_used = Clock::now();
    return std::move(*answer);
}

tl::expected<ChildMessage, TrackFailure> ChildSession::await(milliseconds limit, const std::stop_token& stop) {
    const auto deadline = Clock::now() + limit;
    for (;;) {
        auto received = m_child.channel().receive(Channel::Wait::no);
        if (!received) {
            return end(FailureCode::crashed, "The analysis process sent something that is no message.");
        }
        if (received->state == Channel::State::frame) {
            auto message = decode_child_message(received->frame.payload);
            if (!message) {
                log::warn("Analysis process {}: {}", m_child.pid(), message.error().message);
                return end(FailureCode::crashed, "The analysis process sent something that is no answer.");
            }
            return std::move(*message);
        }
        if (received->state == Channel::State::closed) {
            return report_death();
        }
        if (stop.stop_requested()) {
            return end(FailureCode::crashed, "The analysis was stopped.");
        }
        (void)m_child.standard_error(); // so that the newest lines are kept, not the oldest
        if (m_child.resident_bytes().value_or(0) > m_settings->max_resident_bytes) {
            return end(FailureCode::out_of_memory,
                       fmt::format("The analysis needed more than {} MiB of memory.", m_settings->max_resident_bytes >> 20U));
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) {
            return end(FailureCode::time_limit, fmt::format("The analysis took longer than {}.", in_seconds(limit)));
        }
        // The channel's end is seen as soon as its last holder is gone, which is the child.
        pollfd item{m_child.channel().fd(), POLLIN, 0};
        ::poll(&item, 1, static_cast<int>(std::min(left, m_settings->watch_interval).count()));
    }
}

tl::unexpected<TrackFailure> ChildSession::end(FailureCode code, std::string reason) {
    m_sound = false;
    m_child.kill();
    (void)m_child.wait(milliseconds(0));
    return tl::unexpected(TrackFailure{code, std::move(reason)});
}

tl::unexpected<TrackFailure> ChildSession::report_death() {
    m_sound = false;
    const auto status = m_child.wait(k_death_limit);
    if (!status) {
        return end(FailureCode::crashed, "The analysis process closed its channel.");
    }
    std::string_view text = m_child.standard_error();
    text = text.substr(0, text.find_last_not_of("\r\n ") + 1);
    if (!text.empty()) {
        text.remove_prefix(text.size() - std::min(text.size(), k_logged_stderr_bytes));
        log::warn("Analysis process {} said last: {}", m_child.pid(), text);
    }
    return tl::unexpected(TrackFailure{FailureCode::crashed, fmt::format("The analysis process {}.", status->describe())});
}

bool ChildSession::usable() { return m_sound && !m_child.wait(milliseconds(0)); }

} // namespace audiomuse::analysis
