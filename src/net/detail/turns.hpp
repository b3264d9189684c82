#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace audiomuse::net::detail {

/// Lets so many callers in at once; the others wait for their turn.
class Turns {
  public:
    explicit Turns(std::uint32_t count) noexcept : m_free(count == 0 ? 1 : count) {}

    /// Ends when it is destroyed. Must not outlive its Turns.
    class Turn {
      public:
        explicit Turn(Turns& turns) noexcept : m_turns(&turns) {}
        Turn(Turn&& other) noexcept : m_turns(std::exchange(other.m_turns, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (m_turns != nullptr) {
                m_turns->give_back();
            }
        }

      private:
        Turns* m_turns;
    };

    /// Nothing when a stop was requested first.
    [[nodiscard]] std::optional<Turn> wait(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [this] { return m_free > 0; }) || stop.stop_requested()) {
            return std::nullopt;
        }
        --m_free;
        return std::optional<Turn>(std::in_place, *this);
    }

  private:
    void give_back() {
        const std::lock_guard lock(m_mutex);
        ++m_free;
        m_changed.notify_all(); // a single one woken might be leaving because of its stop request
    }

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::uint32_t m_free;
};

} // namespace audiomuse::net::detail
