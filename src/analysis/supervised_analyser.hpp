#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include <analysis/child_session.hpp>
#include <analysis/supervisor_settings.hpp>
#include <base/result.hpp>
#include <domain/analyser.hpp>
#include <sandbox/spawner.hpp>

namespace audiomuse::analysis {

/// The Analyser that never decodes in its own process: each track goes to a confined child of the same executable.
///
/// Children are started when they are needed, up to max_children, and serve many tracks. A child that crashes, takes too long,
/// outgrows its memory or answers nonsense is ended; its track gets one more attempt in a fresh child, and then the failure is
/// returned. Calls beyond max_children wait for a child. A stop request ends a call within a fraction of a second. The input's
/// descriptor is only read, from its start, whatever its position.
///
/// Safe to call from any number of threads at once. No call may be in progress when it is destroyed.
class SupervisedAnalyser final : public Analyser {
  public:
    /// Starts no child yet. Throws std::system_error when the executable cannot be opened.
    explicit SupervisedAnalyser(SupervisorSettings settings);
    ~SupervisedAnalyser() override;

    [[nodiscard]] tl::expected<Analysis, TrackFailure> analyse(const AudioInput& input, std::stop_token stop) override;
    [[nodiscard]] tl::expected<AudioIdentity, TrackFailure> identify(const AudioInput& input, std::stop_token stop) override;

    /// Starts a child, or asks one that is idle, and says how it is confined: for the server's first lines and for `doctor`.
    /// Error: unavailable, when no child can be started.
    [[nodiscard]] Result<sandbox::ConfinementReport> check_confinement();

    /// Children that exist now, at work and idle.
    [[nodiscard]] int children() const;

  private:
    enum class Start { idle_child_will_do, fresh_child };
    class Slot;

    [[nodiscard]] tl::expected<Answer, TrackFailure> perform(Operation operation, const AudioInput& input,
                                                             const std::stop_token& stop);
    [[nodiscard]] tl::expected<Answer, TrackFailure> attempt(Operation operation, const AudioInput& input, Start start,
                                                             const std::stop_token& stop);
    /// An idle child, or nothing when the caller is to start one; in hand in both cases, until give_back().
    [[nodiscard]] std::unique_ptr<ChildSession> take_idle(Start start);
    /// Nothing: the child could not be started.
    void give_back(std::unique_ptr<ChildSession> session);
    void end_idle_children(const std::stop_token& stop);

    const SupervisorSettings m_settings;
    sandbox::Spawner m_spawner;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::list<std::unique_ptr<ChildSession>> m_idle; ///< the one used last in front
    const int m_max_children;
    int m_busy = 0;    ///< slots that are held
    int m_in_hand = 0; ///< children that work or are being started
    std::jthread m_janitor;
};

} // namespace audiomuse::analysis
