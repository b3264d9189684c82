#include <cluster/random.hpp>

#include <bit>

namespace audiomuse::cluster {

namespace {

std::uint64_t split_mix(std::uint64_t& state) noexcept {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

} // namespace

Random::Random(std::uint64_t seed) noexcept {
    for (auto& word : m_state) {
        word = split_mix(seed);
    }
}

std::uint64_t Random::next() noexcept {
    const std::uint64_t result = std::rotl(m_state[1] * 5U, 7) * 9U;
    const std::uint64_t t = m_state[1] << 17U;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= t;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

std::uint64_t Random::below(std::uint64_t bound) noexcept {
    const std::uint64_t threshold = (0U - bound) % bound; // 2^64 mod bound: what lies below it would favour small results
    for (;;) {
        const std::uint64_t value = next();
        if (value >= threshold) {
            return value % bound;
        }
    }
}

int Random::between(int low, int high) noexcept {
    const auto width = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - low) + 1U;
    return static_cast<int>(low + static_cast<std::int64_t>(below(width)));
}

double Random::uniform() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t stream) noexcept {
    std::uint64_t state = seed;
    const std::uint64_t scattered = split_mix(state);
    state = scattered ^ (stream * 0xD1342543DE82EF95ULL);
    return split_mix(state);
}

} // namespace audiomuse::cluster
