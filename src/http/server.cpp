#include <http/server.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <restinio/all.hpp>

#include <base/log.hpp>
#include <http/connection_limit.hpp>

namespace audiomuse::http {

namespace {

using RequestHandle = restinio::request_handle_t;

/// The largest body that is read; the connection of a larger one is closed. What handlers refuse by an answer is smaller. It
/// bounds memory together with the number of connections: a body is read before anybody has asked who sends it.
constexpr std::size_t k_body_bytes_read = 128U << 10U;
constexpr auto k_event_interval = std::chrono::milliseconds(500);

struct Traits : restinio::default_traits_t {
    using request_handler_t = std::function<restinio::request_handling_status_t(RequestHandle)>;
    using connection_state_listener_t = ConnectionLimit;
};

Request to_request(const RequestHandle& handle) {
    const auto& header = handle->header();
    Request request{std::string(header.method().c_str()), std::string(header.path()), std::string(header.query()),
                    handle->body()};
    header.for_each_field([&](const auto& field) { request.headers.push_back({field.name(), field.value()}); });
    request.peer = handle->remote_endpoint().address().to_string();
    return request;
}

template <class Builder>
void add_common_headers(Builder& builder, const Response& response) {
    builder.append_header("Content-Type", response.content_type);
    for (const Header& header : response.headers) {
        builder.append_header(header.name, header.value);
    }
}

restinio::http_status_line_t status_line(int status) {
    switch (status) {
    case 200: return restinio::status_ok();
    case 202: return restinio::status_accepted();
    case 308: return restinio::status_permanent_redirect();
    case 400: return restinio::status_bad_request();
    case 401: return restinio::status_unauthorized();
    case 403: return restinio::status_forbidden();
    case 404: return restinio::status_not_found();
    case 405: return restinio::status_method_not_allowed();
    case 413: return restinio::status_payload_too_large();
    case 421: return {restinio::http_status_code_t(421), "Misdirected Request"};
    case 429: return restinio::status_too_many_requests();
    case 503: return restinio::status_service_unavailable();
    case 504: return restinio::status_gateway_time_out();
    default: return restinio::status_internal_server_error();
    }
}

/// Sends one event stream, a step at each tick of a timer. Lives as long as its timer holds it.
class EventStreamSender : public std::enable_shared_from_this<EventStreamSender> {
  public:
    EventStreamSender(restinio::asio_ns::io_context& context, const RequestHandle& handle, const Response& response)
        : m_timer(context), m_events(response.events), m_builder(handle->create_response<restinio::chunked_output_t>()) {
        add_common_headers(m_builder, response);
    }

    void step() {
        const auto text = m_connection_lost ? std::nullopt : m_events();
        if (!text) {
            m_builder.done();
            return;
        }
        if (!text->empty() || !m_started) {
            m_started = true;
            m_builder.append_chunk(text->empty() ? std::string(": hello\n\n") : *text);
            // Weak: the connection holds the callback, and the sender the connection.
            m_builder.flush([weak = weak_from_this()](const restinio::asio_ns::error_code& error) {
                if (const auto self = error ? weak.lock() : nullptr) {
                    self->m_connection_lost = true;
                }
            });
        }
        m_timer.expires_after(k_event_interval);
        m_timer.async_wait([self = shared_from_this()](const restinio::asio_ns::error_code& error) {
            if (!error) {
                self->step();
            }
        });
    }

  private:
    restinio::asio_ns::steady_timer m_timer;
    EventSource m_events;
    restinio::response_builder_t<restinio::chunked_output_t> m_builder;
    std::atomic<bool> m_connection_lost{false};
    bool m_started = false;
};

class RestinioServer final : public Server {
  public:
    RestinioServer(const Settings& settings, Handler handler)
        : m_handler(std::move(handler)), m_limit(std::make_shared<ConnectionLimit>(settings.max_connections)) {
        using Hook = std::function<void(restinio::asio_ns::ip::tcp::acceptor&)>;
        const auto address = restinio::asio_ns::ip::make_address(settings.address);
        m_server.emplace(restinio::external_io_context(m_context),
                         restinio::server_settings_t<Traits>{}
                             .address(address)
                             .port(settings.port)
                             .protocol(address.is_v6() ? restinio::asio_ns::ip::tcp::v6() : restinio::asio_ns::ip::tcp::v4())
                             .request_handler([this](RequestHandle handle) { return answer(std::move(handle)); })
                             // A client that sends more without waiting for answers loses the connection after these.
                             .max_pipelined_requests(16)
                             .read_next_http_message_timelimit(settings.request_time)
                             .write_http_response_timelimit(std::chrono::seconds(60))
                             .handle_request_timeout(std::chrono::hours(24 * 30)) // an event stream lasts as long as its task
                             .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                                           .max_url_size(16U << 10U)
                                                           .max_field_name_size(1U << 10U)
                                                           .max_field_value_size(16U << 10U)
                                                           .max_field_count(100)
                                                           .max_body_size(k_body_bytes_read))
                             .connection_state_listener(m_limit)
                             .cleanup_func([] {})
                             .acceptor_post_bind_hook(Hook([this](auto& acceptor) { keep_port(acceptor); })));
        m_server->open_sync(); // throws when it cannot listen; no thread runs yet
        watch_accepting();
        for (unsigned i = 0; i < settings.threads; ++i) {
            m_threads.emplace_back([this] { m_context.run(); });
        }
    }
    ~RestinioServer() override { stop(); }

    [[nodiscard]] std::uint16_t port() const noexcept override { return m_port; }

    void stop() override {
        if (m_threads.empty()) {
            return;
        }
        restinio::asio_ns::post(m_listening_strand, [this] {
            try {
                m_server->close_sync();
            } catch (const std::exception& exception) {
                log::warn("The server could not be closed in order: {}", exception.what());
            }
            m_context.stop(); // connections end with the context
        });
        m_threads.clear();
    }

  private:
    /// A server that opens again keeps the port that it had found.
    void keep_port(restinio::asio_ns::ip::tcp::acceptor& acceptor) {
        m_listening = acceptor.native_handle();
        if (m_port == 0) {
            m_port = acceptor.local_endpoint().port();
        } else if (auto endpoint = acceptor.local_endpoint(); endpoint.port() != m_port) {
            endpoint.port(m_port);
            acceptor.close();
            acceptor.open(endpoint.protocol());
            acceptor.set_option(restinio::asio_ns::socket_base::reuse_address(true));
            acceptor.bind(endpoint);
            m_listening = acceptor.native_handle();
        }
    }

    /// RESTinio accepts nothing more after an accept that failed, say because no descriptor was free. Connections that wait while
    /// none is accepted are the sign of it; the remedy is to listen anew.
    void watch_accepting() {
        m_watch.expires_after(std::chrono::seconds(1));
        m_watch.async_wait(
            restinio::asio_ns::bind_executor(m_listening_strand, [this](const restinio::asio_ns::error_code& error) {
                if (error) {
                    return;
                }
                const std::uint64_t accepted = m_limit->accepted();
                const bool none_accepted = is_readable(m_listening) && accepted == m_accepted;
                m_waiting_ticks = none_accepted ? m_waiting_ticks + 1 : 0;
                m_accepted = accepted;
                if (m_waiting_ticks >= 3 || m_listening < 0) {
                    listen_anew();
                }
                watch_accepting();
            }));
    }

    void listen_anew() {
        m_listening = -1; // the number may soon be that of another file
        try {
            m_server->close_sync();
            m_server->open_sync();
            m_waiting_ticks = 0;
            log::warn("No connection could be accepted for some seconds; the server listens again.");
        } catch (const std::exception& exception) {
            log::error("The server cannot listen at the moment and tries again: {}", exception.what());
        }
    }

    restinio::request_handling_status_t answer(RequestHandle handle) {
        Response response = m_handler(to_request(handle));
        if (response.events) {
            std::make_shared<EventStreamSender>(m_context, handle, response)->step();
            return restinio::request_accepted();
        }
        if (response.head_of || handle->header().method() == restinio::http_method_head()) {
            auto builder = handle->create_response<restinio::user_controlled_output_t>(status_line(response.status));
            add_common_headers(builder, response);
            builder.set_content_length(response.head_of.value_or(0));
            return builder.done();
        }
        auto builder = handle->create_response(status_line(response.status));
        add_common_headers(builder, response);
        builder.set_body(std::move(response.body));
        return builder.done();
    }

    const Handler m_handler;
    const std::shared_ptr<ConnectionLimit> m_limit;
    restinio::asio_ns::io_context m_context;
    /// Where the server is opened and closed once its threads run.
    restinio::asio_ns::strand<restinio::asio_ns::io_context::executor_type> m_listening_strand{m_context.get_executor()};
    restinio::asio_ns::steady_timer m_watch{m_context};
    std::uint16_t m_port = 0;
    int m_listening = -1;
    int m_waiting_ticks = 0;
    std::uint64_t m_accepted = 0;
    std::optional<restinio::http_server_t<Traits>> m_server;
    std::vector<std::jthread> m_threads;
};

} // namespace

Result<std::unique_ptr<Server>> Server::start(const Settings& settings, Handler handler) {
    try {
        return std::make_unique<RestinioServer>(settings, std::move(handler));
    } catch (const std::exception& exception) {
        return fail(ErrorCode::unavailable, "Cannot listen on " + settings.address + " port " + std::to_string(settings.port) +
                                                ": " + exception.what() + ". Is another server running there?");
    }
}

} // namespace audiomuse::http
