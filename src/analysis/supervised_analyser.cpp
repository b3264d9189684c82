#include <analysis/supervised_analyser.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <fmt/format.h>

#include <base/log.hpp>

namespace audiomuse::analysis {

namespace {

constexpr int k_attempts = 2;

tl::unexpected<TrackFailure> stopped() { return tl::unexpected(TrackFailure{FailureCode::crashed, "The analysis was stopped."}); }

/// The input opened anew, for reading only: at its start, and independent of what another child did with the same file.
tl::expected<UniqueFd, TrackFailure> reopen(const AudioInput& input) {
    UniqueFd fd(::open(fmt::format("/proc/self/fd/{}", input.fd.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        return tl::unexpected(TrackFailure{FailureCode::refused, "The file cannot be opened for reading."});
    }
    return fd;
}

} // namespace

std::chrono::milliseconds time_limit_for(const SupervisorSettings& settings, std::uint64_t size_bytes) noexcept {
    const double mib = static_cast<double>(size_bytes) / (1U << 20U);
    const double total =
        static_cast<double>(settings.base_time.count()) + mib * static_cast<double>(settings.time_per_mib.count());
    const double most = static_cast<double>(settings.max_time.count());
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(total, most)));
}

/// The right to use one child, waited for and given back.
class SupervisedAnalyser::Slot {
  public:
    Slot(SupervisedAnalyser& owner, const std::stop_token& stop) : m_owner(owner) {
        std::unique_lock lock(owner.m_mutex);
        m_held = owner.m_changed.wait(lock, stop, [&owner] { return owner.m_busy < owner.m_max_children; });
        owner.m_busy += m_held ? 1 : 0;
    }
    ~Slot() {
        if (m_held) {
            {
                const std::lock_guard lock(m_owner.m_mutex);
                --m_owner.m_busy;
            }
            m_owner.m_changed.notify_all();
        }
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    [[nodiscard]] bool held() const noexcept { return m_held; }

  private:
    SupervisedAnalyser& m_owner;
    bool m_held = false;
};

SupervisedAnalyser::SupervisedAnalyser(SupervisorSettings settings)
    : m_settings(std::move(settings)), m_spawner(m_settings.executable), m_max_children(std::max(1, m_settings.max_children)),
      m_janitor([this](const std::stop_token& stop) { end_idle_children(stop); }) {}

SupervisedAnalyser::~SupervisedAnalyser() {
    m_janitor.request_stop();
    m_janitor.join();
}

tl::expected<Analysis, TrackFailure> SupervisedAnalyser::analyse(const AudioInput& input, std::stop_token stop) {
    return perform(Operation::analyse, input, stop).map([](Answer&& answer) {
        return std::get<Analysis>(std::move(answer.content));
    });
}

tl::expected<AudioIdentity, TrackFailure> SupervisedAnalyser::identify(const AudioInput& input, std::stop_token stop) {
    return perform(Operation::identify, input, stop).map([](Answer&& answer) {
        return std::get<AudioIdentity>(std::move(answer.content));
    });
}

tl::expected<Answer, TrackFailure> SupervisedAnalyser::perform(Operation operation, const AudioInput& input,
                                                               const std::stop_token& stop) {
    const Slot slot(*this, stop);
    if (!slot.held()) {
        return stopped();
    }
    for (int number = 1;; ++number) {
        auto result = attempt(operation, input, number == 1 ? Start::idle_child_will_do : Start::fresh_child, stop);
        if (stop.stop_requested() && !result) {
            return stopped();
        }
        if (result || !deserves_a_second_attempt(result.error().code)) {
            return result;
        }
        log::warn("Attempt {} of {} at a track failed: {}", number, k_attempts, result.error().reason);
        if (number == k_attempts) {
            return result;
        }
    }
}

tl::expected<Answer, TrackFailure> SupervisedAnalyser::attempt(Operation operation, const AudioInput& input, Start start,
                                                               const std::stop_token& stop) {
    const auto descriptor = reopen(input);
    if (!descriptor) {
        return tl::unexpected(descriptor.error());
    }
    auto session = take_idle(start);
    if (!session) {
        auto fresh = ChildSession::start(m_spawner, m_settings, stop);
        if (!fresh) {
            give_back(nullptr);
            return tl::unexpected(std::move(fresh).error());
        }
        session = std::make_unique<ChildSession>(std::move(*fresh));
    }
    auto answer = session->perform(operation, *descriptor, input.size_bytes, stop);
    give_back(std::move(session));
    if (!answer) {
        return answer;
    }
    if (auto* failure = std::get_if<TrackFailure>(&answer->content)) {
        return tl::unexpected(std::move(*failure));
    }
    return answer;
}

std::unique_ptr<ChildSession> SupervisedAnalyser::take_idle(Start start) {
    std::unique_ptr<ChildSession> taken;
    std::list<std::unique_ptr<ChildSession>> dropped; // ended after the lock is released: that may take a moment
    const std::lock_guard lock(m_mutex);
    while (start == Start::idle_child_will_do && !m_idle.empty() && !taken) {
        if (m_idle.front()->usable()) {
            taken = std::move(m_idle.front());
            m_idle.pop_front();
        } else { // it died while nobody looked
            dropped.splice(dropped.end(), m_idle, m_idle.begin());
        }
    }
    ++m_in_hand;
    if (!taken) { // a fresh child may need the place of an idle one
        while (!m_idle.empty() && m_in_hand + static_cast<int>(m_idle.size()) > m_max_children) {
            dropped.splice(dropped.end(), m_idle, std::prev(m_idle.end()));
        }
    }
    return taken;
}

void SupervisedAnalyser::give_back(std::unique_ptr<ChildSession> session) {
    if (session && (!session->usable() || session->requests() >= m_settings.tracks_per_child)) {
        session.reset();
    }
    {
        const std::lock_guard lock(m_mutex);
        --m_in_hand;
        if (session && m_in_hand + static_cast<int>(m_idle.size()) < m_max_children) {
            m_idle.push_front(std::move(session));
        }
    }
    m_changed.notify_all();
}

Result<sandbox::ConfinementReport> SupervisedAnalyser::check_confinement() {
    const Slot slot(*this, std::stop_token());
    auto session = take_idle(Start::idle_child_will_do);
    if (!session) {
        auto fresh = ChildSession::start(m_spawner, m_settings, std::stop_token());
        if (!fresh) {
            give_back(nullptr);
            return fail(ErrorCode::unavailable, std::move(fresh).error().reason);
        }
        session = std::make_unique<ChildSession>(std::move(*fresh));
    }
    auto report = session->confinement();
    give_back(std::move(session));
    return report;
}

int SupervisedAnalyser::children() const {
    const std::lock_guard lock(m_mutex);
    return m_in_hand + static_cast<int>(m_idle.size());
}

void SupervisedAnalyser::end_idle_children(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        std::list<std::unique_ptr<ChildSession>> dropped;
        const auto now = ChildSession::Clock::now();
        while (!m_idle.empty() && m_idle.back()->last_used() + m_settings.idle_time <= now) {
            dropped.splice(dropped.end(), m_idle, std::prev(m_idle.end()));
        }
        lock.unlock();
        dropped.clear();
        lock.lock();
        const auto longest_idle = m_idle.empty() ? std::nullopt : std::optional(m_idle.back()->last_used());
        const auto changed = [&] {
            return longest_idle != (m_idle.empty() ? std::nullopt : std::optional(m_idle.back()->last_used()));
        };
        if (longest_idle) {
            m_changed.wait_until(lock, stop, *longest_idle + m_settings.idle_time, changed);
        } else {
            m_changed.wait(lock, stop, changed);
        }
    }
}

} // namespace audiomuse::analysis
