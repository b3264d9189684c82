#pragma once

#include <string>
#include <utility>

namespace audiomuse::settings {

/// A text that must never be printed: it has no conversion to a stream, a format or a string. Whoever sends it asks for reveal().
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) noexcept : m_value(std::move(value)) {}

    [[nodiscard]] bool empty() const noexcept { return m_value.empty(); }
    /// The secret itself: for a request header or a comparison, never for a log or an answer.
    [[nodiscard]] const std::string& reveal() const noexcept { return m_value; }
    /// What may be shown: nothing when it is empty, eight stars when it is set.
    [[nodiscard]] const char* masked() const noexcept { return m_value.empty() ? "" : "********"; }

  private:
    std::string m_value;
};

} // namespace audiomuse::settings
