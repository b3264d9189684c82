#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <base/result.hpp>
#include <http/message.hpp>

namespace audiomuse::http {

/// Answers a request, on any thread; must not throw.
using Handler = std::function<Response(Request)>;

/// Listens on one address and answers every request by a handler, on threads of its own.
class Server {
  public:
    struct Settings {
        std::string address = "127.0.0.1"; ///< an IPv4 or IPv6 address, without brackets
        std::uint16_t port = 8000;         ///< 0: any free one
        std::size_t threads = 4;
        std::chrono::seconds request_time{15}; ///< to send a request, and for a connection to idle
        std::size_t max_connections = 1024;    ///< at once, or fewer where the process may open few files; more are closed
    };

    /// Starts to listen before it returns. Error unavailable when the address is taken or not
    /// ours.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Settings& settings, Handler handler);

    virtual ~Server() = default;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// The port in use.
    [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
    /// Closes every connection, event streams too. Returns when the threads have ended.
    virtual void stop() = 0;

  protected:
    Server() = default;
};

} // namespace audiomuse::http
