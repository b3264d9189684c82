#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// What the taker of a body says to one piece of it.
enum class Taken {
    all,
    enough, ///< it wants no more: the rest need not be read
    too_much,
    sink_failed
};

/// Takes the body of the answer that goes to the caller; bodies of redirects and of failures do not come here.
class BodyTarget {
  public:
    explicit BodyTarget(ByteCount limit) : m_limit(limit) {}
    BodyTarget(const BodyTarget&) = delete;
    BodyTarget& operator=(const BodyTarget&) = delete;
    virtual ~BodyTarget() = default;

    [[nodiscard]] ByteCount limit() const noexcept { return m_limit; }
    [[nodiscard]] virtual Taken take(int status, std::span<const std::byte> bytes) = 0;
    /// Why a sink failed.
    [[nodiscard]] virtual Error error() const { return {}; }
    /// Forgets everything.
    [[nodiscard]] virtual Result<void> restart() = 0;

  private:
    ByteCount m_limit;
};

/// A body in memory.
class MemoryTarget final : public BodyTarget {
  public:
    using BodyTarget::BodyTarget;
    [[nodiscard]] Taken take(int status, std::span<const std::byte> bytes) override;
    [[nodiscard]] Result<void> restart() override;
    [[nodiscard]] std::string& body() noexcept { return m_body; }

  private:
    std::string m_body;
};

/// A 2xx body into the caller's sink; of any other only the beginning.
class SinkTarget final : public BodyTarget {
  public:
    SinkTarget(ByteSink& sink, ByteCount limit) : BodyTarget(limit), m_sink(sink) {}
    [[nodiscard]] Taken take(int status, std::span<const std::byte> bytes) override;
    [[nodiscard]] Result<void> restart() override;
    [[nodiscard]] std::string& head() noexcept { return m_head; }
    [[nodiscard]] std::uint64_t written() const noexcept { return m_written; }
    [[nodiscard]] Error error() const override { return m_error; }

  private:
    ByteSink& m_sink;
    std::string m_head;
    std::uint64_t m_written = 0;
    Error m_error;
};

} // namespace audiomuse::net::detail
