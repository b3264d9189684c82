#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <base/fd.hpp>

namespace audiomuse::test {

/// What a client sent.
struct ServedRequest {
    std::string method;
    std::string target;                         ///< path and query, as sent
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;

    /// The target without its query.
    [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
    /// The value of a header, empty when there is none.
    [[nodiscard]] std::string header(const std::string& lower_name) const;
};

/// A whole HTTP answer with Content-Length. Each of `headers` is a line without its end: "Retry-After: 1".
[[nodiscard]] std::string reply(int status, std::string_view body = {}, const std::vector<std::string>& headers = {});

/// One connection, as its server sees it: raw bytes, so that every lie can be told.
class ServedConnection {
  public:
    explicit ServedConnection(int fd, const std::atomic<bool>& stopping) : m_fd(fd), m_stopping(stopping) {}

    /// False when the client is gone.
    bool send(std::string_view bytes);
    /// Waits; false when the server is being stopped.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const;
    /// Waits until the client has closed, at most ten seconds; false when it has not.
    [[nodiscard]] bool wait_until_closed();
    /// Closes in order.
    void close();
    /// Breaks the connection (RST).
    void reset();
    /// The next request; nothing when the connection ends.
    [[nodiscard]] std::optional<ServedRequest> receive();

    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

  private:
    UniqueFd m_fd;
    const std::atomic<bool>& m_stopping;
    std::string m_waiting;
};

/// An HTTP server on 127.0.0.1 that does what a test says, one thread a connection.
class LoopbackServer {
  public:
    /// Called for each request; it answers by send(), or does worse. Calls may overlap.
    using Handler = std::function<void(const ServedRequest&, ServedConnection&)>;

    /// Called for each connection before its first request.
    using Greeter = std::function<void(ServedConnection&)>;

    explicit LoopbackServer(Handler handler, Greeter greeter = {});
    /// Closes every connection.
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }
    /// `http://127.0.0.1:port` and the path.
    [[nodiscard]] std::string address(std::string_view path = {}) const;
    /// All requests so far, in the order in which they came.
    [[nodiscard]] std::vector<ServedRequest> requests() const;
    /// How many connections were made so far.
    [[nodiscard]] int connections() const;

  private:
    struct Served {
        ServedConnection connection;
        std::thread thread;
    };
    void listen();
    void serve(ServedConnection& connection);

    Handler m_handler;
    Greeter m_greeter;
    UniqueFd m_listener;
    std::uint16_t m_port = 0;
    std::atomic<bool> m_stopping{false};
    mutable std::mutex m_mutex;
    std::vector<ServedRequest> m_requests;
    std::list<Served> m_served;
    std::thread m_thread;
};

} // namespace audiomuse::test
