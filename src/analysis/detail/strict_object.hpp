#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <base/result.hpp>

namespace audiomuse::analysis::detail {

/// Reads the members of an object that may be hostile. Each member must be there, of its type and in its range, and nothing else
/// may be. The first fault sticks; what is read after it has no meaning. Ask finish() before any value is used.
class StrictObject {
  public:
    /// `name` is for messages and must outlive the object.
    StrictObject(const nlohmann::json& value, std::string_view name);

    [[nodiscard]] double number(const char* key, double least, double most);
    /// Absent for null.
    [[nodiscard]] std::optional<double> number_or_null(const char* key, double least, double most);
    [[nodiscard]] std::uint64_t natural(const char* key, std::uint64_t most);
    [[nodiscard]] bool boolean(const char* key);
    /// UTF-8 without control characters.
    [[nodiscard]] std::string text(const char* key, std::size_t max_bytes);
    /// False, and nothing written, for null.
    [[nodiscard]] bool numbers_or_null(const char* key, std::span<float> target, float least, float most);
    /// The member whatever its type; a null value when it is missing.
    [[nodiscard]] const nlohmann::json& member(const char* key);

    /// Success when every member was asked for and none was wrong; else damaged, with the reason.
    [[nodiscard]] Result<void> finish() const;

  private:
    double number_in(const nlohmann::json& value, const char* key, double least, double most);
    void blame(const char* key, std::string_view fault);

    const nlohmann::json& m_value;
    std::string_view m_name;
    std::size_t m_taken = 0;
    std::string m_fault;
};

} // namespace audiomuse::analysis::detail
