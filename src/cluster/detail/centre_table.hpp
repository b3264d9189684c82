#pragma once

#include <cstddef>
#include <limits>

#include <Eigen/Core>

#include <cluster/matrix.hpp>

namespace audiomuse::cluster::detail {

/// Centres stored column by column, so that the distances of one point to all centres are computed side by side in vector
/// registers.
class CentreTable {
  public:
    explicit CentreTable(MatrixView centres)
        : m_count(centres.rows), m_table(static_cast<Eigen::Index>((centres.rows + k_lanes - 1) / k_lanes * k_lanes),
                                         static_cast<Eigen::Index>(centres.cols)),
          m_distances(m_table.rows()) {
        m_table.setZero();
        for (std::size_t c = 0; c < centres.rows; ++c) {
            const auto row = centres.row(c);
            for (std::size_t j = 0; j < centres.cols; ++j) {
                m_table(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(j)) = row[j];
            }
        }
    }

    struct Nearest {
        std::size_t centre = 0;
        float squared_distance = std::numeric_limits<float>::infinity();
    };

    /// The first of the nearest centres. Not const: it uses scratch space of the table.
    [[nodiscard]] Nearest nearest(std::span<const float> point) noexcept {
        m_distances.setZero();
        for (std::size_t j = 0; j < point.size(); ++j) {
            m_distances += (m_table.col(static_cast<Eigen::Index>(j)) - point[j]).square();
        }
        Nearest best;
        for (std::size_t c = 0; c < m_count; ++c) {
            const float distance = m_distances[static_cast<Eigen::Index>(c)];
            if (distance < best.squared_distance) {
                best = {c, distance};
            }
        }
        return best;
    }

  private:
    static constexpr std::size_t k_lanes = 8;

    std::size_t m_count;
    Eigen::ArrayXXf m_table; ///< centres (rounded up) x coordinates, column-major
    Eigen::ArrayXf m_distances;
};

} // namespace audiomuse::cluster::detail
