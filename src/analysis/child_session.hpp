#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tl/expected.hpp>

#include <analysis/child_protocol.hpp>
#include <analysis/supervisor_settings.hpp>
#include <base/fd.hpp>
#include <domain/failure.hpp>
#include <sandbox/child.hpp>
#include <sandbox/spawner.hpp>

namespace audiomuse::analysis {

/// One confined child and the conversation with it. For one thread at a time.
class ChildSession {
  public:
    using Clock = std::chrono::steady_clock;

    /// Starts a child and waits for its hello. `settings` and `spawner` must outlive the session.
    [[nodiscard]] static tl::expected<ChildSession, TrackFailure>
    start(sandbox::Spawner& spawner, const SupervisorSettings& settings, const std::stop_token& stop);

    /// Hands one request to the child and waits for the answer, watching its time, its memory and its life. After a failure with
    /// usable() false the child is dead. A stop request ends the child at the next watch interval.
    [[nodiscard]] tl::expected<Answer, TrackFailure> perform(Operation operation, const UniqueFd& input, std::uint64_t size_bytes,
                                                             const std::stop_token& stop);

    /// False once the child has ended, was ended, or can no longer be trusted. Looks, never waits.
    [[nodiscard]] bool usable();
    [[nodiscard]] int requests() const noexcept { return static_cast<int>(m_requests); }
    [[nodiscard]] const sandbox::ConfinementReport& confinement() const noexcept { return m_confinement; }
    [[nodiscard]] Clock::time_point last_used() const noexcept { return m_last_used; }
    [[nodiscard]] pid_t pid() const noexcept { return m_child.pid(); }

  private:
    ChildSession(sandbox::Child child, const SupervisorSettings& settings);
    [[nodiscard]] tl::expected<ChildMessage, TrackFailure> await(std::chrono::milliseconds limit, const std::stop_token& stop);
    [[nodiscard]] tl::unexpected<TrackFailure> end(FailureCode code, std::string reason);
    [[nodiscard]] tl::unexpected<TrackFailure> report_death();

    sandbox::Child m_child;
    const SupervisorSettings* m_settings;
    sandbox::ConfinementReport m_confinement;
    std::uint64_t m_requests = 0;
    Clock::time_point m_last_used = Clock::now();
    bool m_sound = true;
};

} // namespace audiomuse::analysis
