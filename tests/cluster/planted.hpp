#pragma once

#include <cstddef>
#include <vector>

#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>
#include <cluster/random.hpp>

namespace audiomuse::cluster::testing {

struct Planted {
    Matrix points;
    Labels truth;
};

/// `groups` clouds of `size` points each: cube-shaped, of the given radius, their centres at least 10 apart.
inline Planted plant(std::size_t groups, std::size_t size, std::size_t dimensions, float radius, std::uint64_t seed) {
    Planted planted{Matrix(groups * size, dimensions), Labels(groups * size)};
    Random random(seed);
    for (std::size_t i = 0; i < groups * size; ++i) {
        const std::size_t group = i % groups;
        planted.truth[i] = static_cast<std::int32_t>(group);
        for (std::size_t j = 0; j < dimensions; ++j) {
            const float centre = j == group % dimensions ? 10.0F * static_cast<float>(1 + group / dimensions) : 0.0F;
            planted.points.row(i)[j] = centre + radius * static_cast<float>(2 * random.uniform() - 1);
        }
    }
    return planted;
}

/// True when both labellings group the points alike, whatever their numbers. Noise is a group like any other.
inline bool same_partition(const Labels& a, const Labels& b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if ((a[i] == a[j]) != (b[i] == b[j])) {
                return false;
            }
        }
    }
    return true;
}

inline Matrix matrix(const std::vector<std::vector<float>>& rows) {
    Matrix result(rows.size(), rows.empty() ? 0 : rows[0].size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < rows[i].size(); ++j) {
            result.row(i)[j] = rows[i][j];
        }
    }
    return result;
}

} // namespace audiomuse::cluster::testing
