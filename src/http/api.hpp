#pragma once

#include <app/service.hpp>
#include <http/router.hpp>

namespace audiomuse::http {

/// All routes of the API over the use cases. `service` must outlive the router.
[[nodiscard]] Router make_api(app::Service& service);

} // namespace audiomuse::http
