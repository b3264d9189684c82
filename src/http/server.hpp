#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <base/result.hpp>
#include <http/router.hpp>

namespace audiomuse::http {

/// Listens on one address and answers every request from a router, on threads of its own.
class Server {
  public:
    struct Settings {
        std::string address = "127.0.0.1"; ///< an IPv4 or IPv6 address, without brackets
        std::uint16_t port = 8000;         ///< 0: any free one
        std::size_t threads = 4;
    };

    /// Starts to listen before it returns; `router` must outlive the server. Error unavailable when the address is taken or not
    /// ours.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Settings& settings, const Router& router);

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
