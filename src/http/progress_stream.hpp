#pragma once

#include <app/service.hpp>
#include <http/message.hpp>

namespace audiomuse::http {

/// The server-sent events of a task (HTML living standard, 9.2): `progress` with the object of /api/status whenever it changed,
/// `end` with the last one, and a comment line after 15 s without an event. `service` must outlive the source.
[[nodiscard]] EventSource progress_events(app::Service& service, TaskId id);

} // namespace audiomuse::http
