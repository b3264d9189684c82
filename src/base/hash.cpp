#include <base/hash.hpp>

#include <new>

#include <fmt/format.h>
#include <xxhash.h>

namespace audiomuse {

struct Hash128::State {
    State() : handle(XXH3_createState()) {
        if (handle == nullptr || XXH3_128bits_reset(handle) != XXH_OK) {
            XXH3_freeState(handle);
            throw std::bad_alloc();
        }
    }
    ~State() { XXH3_freeState(handle); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    XXH3_state_t* handle;
};

Hash128::Hash128() : m_state(std::make_unique<State>()) {}
Hash128::~Hash128() = default;
Hash128::Hash128(Hash128&&) noexcept = default;
Hash128& Hash128::operator=(Hash128&&) noexcept = default;

void Hash128::update(std::span<const std::byte> bytes) noexcept {
    XXH3_128bits_update(m_state->handle, bytes.data(), bytes.size());
}

std::string Hash128::hex() const {
    const XXH128_hash_t digest = XXH3_128bits_digest(m_state->handle);
    return fmt::format("{:016x}{:016x}", digest.high64, digest.low64);
}

std::string hash128_hex(std::string_view text) {
    Hash128 hash;
    hash.update(std::as_bytes(std::span(text)));
    return hash.hex();
}

} // namespace audiomuse
