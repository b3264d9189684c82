#include <support/loopback_server.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace audiomuse::test {

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// The line at the start of `text`, which loses it.
std::string take_line(std::string& text) {
    const std::size_t end = text.find("\r\n");
    std::string line = text.substr(0, end);
    text.erase(0, end == std::string::npos ? end : end + 2);
    return line;
}

} // namespace

std::string ServedRequest::header(const std::string& lower_name) const {
    const auto found = headers.find(lower_name);
    return found == headers.end() ? std::string() : found->second;
}

std::string reply(int status, std::string_view body, const std::vector<std::string>& headers) {
    std::string text = fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n", status, body.size());
    for (const std::string& header : headers) {
        text += header + "\r\n";
    }
    return text + "\r\n" + std::string(body);
}

bool ServedConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t step = ::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (step <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(step));
    }
    return true;
}

bool ServedConnection::pause(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!m_stopping && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::min(time, std::chrono::milliseconds(5)));
    }
    return !m_stopping;
}

bool ServedConnection::wait_until_closed() {
    pollfd watched{m_fd.get(), POLLRDHUP, 0};
    return ::poll(&watched, 1, 10'000) == 1;
}

void ServedConnection::close() { ::shutdown(m_fd.get(), SHUT_RDWR); }

void ServedConnection::reset() {
    // Closing with unread input or a zero linger time sends RST; the descriptor itself stays ours until the thread has ended.
    const linger at_once{1, 0};
    ::setsockopt(m_fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const UniqueFd unconnected(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::dup3(unconnected.get(), m_fd.get(), O_CLOEXEC);
}

std::optional<ServedRequest> ServedConnection::receive() {
    const auto more = [&] {
        char buffer[16'384];
        const ssize_t got = ::recv(m_fd.get(), buffer, sizeof buffer, 0);
        m_waiting.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return got > 0;
    };
    std::size_t end = 0;
    while ((end = m_waiting.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) {
            return std::nullopt;
        }
    }
    std::string head = m_waiting.substr(0, end + 2);
    m_waiting.erase(0, end + 4);
    const std::string first = take_line(head);
    const std::size_t space = first.find(' ');
    ServedRequest request{first.substr(0, space), first.substr(space + 1, first.rfind(' ') - space - 1), {}, {}};
    while (!head.empty()) {
        const std::string line = take_line(head);
        const std::size_t colon = line.find(':');
        request.headers[lower(line.substr(0, colon))] =
            line.substr(std::min(line.size(), line.find_first_not_of(' ', colon + 1)));
    }
    const std::string length = request.header("content-length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    while (m_waiting.size() < size) {
        if (!more()) {
            return std::nullopt;
        }
    }
    request.body = m_waiting.substr(0, size);
    m_waiting.erase(0, size);
    return request;
}

LoopbackServer::LoopbackServer(Handler handler, Greeter greeter)
    : m_handler(std::move(handler)), m_greeter(std::move(greeter)), m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(m_listener.get(), generic, size) != 0 || ::listen(m_listener.get(), 64) != 0 ||
        ::getsockname(m_listener.get(), generic, &size) != 0) {
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { listen(); });
}

LoopbackServer::~LoopbackServer() {
    m_stopping = true;
    ::shutdown(m_listener.get(), SHUT_RDWR);
    m_thread.join();
    for (Served& served : m_served) {
        served.connection.close();
        served.thread.join();
    }
}

std::string LoopbackServer::address(std::string_view path) const { return fmt::format("http://127.0.0.1:{}{}", m_port, path); }

std::vector<ServedRequest> LoopbackServer::requests() const {
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

int LoopbackServer::connections() const {
    const std::lock_guard lock(m_mutex);
    return static_cast<int>(m_served.size());
}

void LoopbackServer::listen() {
    while (true) {
        const int fd = ::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0 || m_stopping) {
            UniqueFd(fd).reset();
            return;
        }
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::lock_guard lock(m_mutex);
        Served& served = m_served.emplace_back(Served{ServedConnection(fd, m_stopping), {}});
        served.thread = std::thread([this, &served] { serve(served.connection); });
    }
}

void LoopbackServer::serve(ServedConnection& connection) {
    if (m_greeter) {
        m_greeter(connection);
    }
    while (auto request = connection.receive()) {
        {
            const std::lock_guard lock(m_mutex);
            m_requests.push_back(*request);
        }
        m_handler(*request, connection);
    }
    connection.close();
}

} // namespace audiomuse::test
