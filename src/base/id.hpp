#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace audiomuse {

/// A text id that cannot be mistaken for the id of something else: `using TrackId = Id<struct TrackTag>`.
template <class Tag>
class Id {
  public:
    Id() = default;
    explicit Id(std::string value) : m_value(std::move(value)) {}

    [[nodiscard]] const std::string& str() const noexcept { return m_value; }
    [[nodiscard]] bool empty() const noexcept { return m_value.empty(); }

    friend auto operator<=>(const Id&, const Id&) = default;

  private:
    std::string m_value;
};

/// A random (version 4) UUID in lower-case text form. Throws std::system_error when the kernel gives no randomness.
[[nodiscard]] std::string make_uuid();

} // namespace audiomuse

template <class Tag>
struct std::hash<audiomuse::Id<Tag>> {
    std::size_t operator()(const audiomuse::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
