#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace audiomuse {

/// A streaming 128-bit hash (XXH3) for identities: stable across machines and versions, not for secrets.
class Hash128 {
  public:
    Hash128();
    ~Hash128();
    Hash128(Hash128&&) noexcept;
    Hash128& operator=(Hash128&&) noexcept;

    void update(std::span<const std::byte> bytes) noexcept;
    /// The digest of all bytes so far: 32 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The digest of a text, as 32 lower-case hexadecimal digits.
[[nodiscard]] std::string hash128_hex(std::string_view text);

} // namespace audiomuse
