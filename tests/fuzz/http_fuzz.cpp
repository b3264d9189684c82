// Requests behind the socket: paths, headers and bodies of any bytes, with and without a token. Every answer has a known status,
// no line break in a header and well-formed JSON; without the token nothing but the open paths is answered.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <base/log.hpp>
#include <http/api.hpp>
#include <http/fake_service.hpp>
#include <http/front.hpp>

using namespace audiomuse;
using namespace audiomuse::http;

namespace {

constexpr const char* k_secret = "the secret that no request has";
constexpr std::array k_open_paths{"/", "/page.css", "/page.js", "/api/health", "/api/openapi.json", "/api/login"};

std::string_view line(std::string_view& rest) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    return text;
}

/// "METHOD PATH?QUERY", headers as "name: value", an empty line, the body.
Request read_request(std::string_view rest) {
    Request request;
    std::string_view first = line(rest);
    request.method = first.substr(0, first.find(' '));
    first.remove_prefix(std::min(first.size(), request.method.size() + 1));
    request.path = first.substr(0, first.find('?'));
    first.remove_prefix(std::min(first.size(), request.path.size() + 1));
    request.query = first;
    for (std::string_view header = line(rest); !header.empty(); header = line(rest)) {
        const std::string_view name = header.substr(0, header.find(':'));
        request.headers.push_back({std::string(name), std::string(header.substr(std::min(header.size(), name.size() + 2)))});
    }
    request.body = rest;
    request.peer = "127.0.0.1";
    return request;
}

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void check(const Request& request, Response response) {
    require(response.status >= 200 && response.status < 600);
    for (const Header& header : response.headers) {
        require(header.value.find_first_of("\r\n") == std::string::npos);
    }
    if (response.events) {
        for (int i = 0; i < 3 && response.events(); ++i) {
        }
    } else if (response.content_type.starts_with("application/json") && request.method != "HEAD") {
        require(nlohmann::json::accept(response.body));
        require(response.status != 500);
    }
}

struct Fronts {
    Fronts() {
        log::configure(log::Level::error, log::Format::text);
        Task task;
        task.id = TaskId("t");
        service.tasks["t"].task = task;
        guarded.gate.token.emplace(k_secret);
        guarded.base_path = "/base";
    }
    FakeService service;
    Front::Settings guarded;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Fronts fronts;
    static const Front open({}, make_api(fronts.service));
    static const Front guarded(fronts.guarded, make_api(fronts.service));
    const Request request = read_request({reinterpret_cast<const char*>(data), size});
    check(request, open.answer(request));
    const Response answer = guarded.answer(request);
    if (answer.status < 300) {
        const std::string_view path(request.path);
        const std::string_view inner = path.starts_with("/base/") ? path.substr(5) : path;
        require(std::ranges::find(k_open_paths, inner) != k_open_paths.end());
    }
    check(request, answer);
    return 0;
}
