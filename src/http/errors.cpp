#include <http/errors.hpp>

#include <nlohmann/json.hpp>

#include <base/log.hpp>

namespace audiomuse::http {

int status_of(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 400; // clients of this API know a task that has ended by 400
    case ErrorCode::unauthorized: return 401;
    case ErrorCode::unavailable:
    case ErrorCode::io: return 503;
    case ErrorCode::timed_out: return 504;
    case ErrorCode::unsupported_version:
    case ErrorCode::damaged:
    case ErrorCode::cancelled:
    case ErrorCode::internal: return 500;
    }
    return 500;
}

void add_error(nlohmann::ordered_json& object, std::string_view message, std::string_view code, std::string_view field) {
    object["error"] = message;
    object["message"] = message;
    object["code"] = code;
    if (!field.empty()) {
        object["field"] = field;
    }
}

Response error_response(const Error& error) {
    const int status = status_of(error.code);
    std::string_view message = error.message;
    if (status >= 500) {
        log::error("A request failed: {}", error.message);
        message = status == 503 ? "The server cannot do this right now; its log says why."
                                : "The server met an unexpected error; its log says more.";
    }
    nlohmann::ordered_json body;
    add_error(body, message, to_string(error.code), error.field);
    return json_response(body, status);
}

Response error_response(int status, std::string_view code, std::string_view message) {
    nlohmann::ordered_json body;
    add_error(body, message, code);
    return json_response(body, status);
}

Response json_response(const nlohmann::ordered_json& json, int status) {
    Response response;
    response.status = status;
    response.body = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return response;
}

} // namespace audiomuse::http
