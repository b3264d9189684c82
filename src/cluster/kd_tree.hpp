#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <cluster/matrix.hpp>

namespace audiomuse::cluster {

/// A k-d tree (Bentley 1975) over a copy of the points, with the bounding box of every node: linear in memory. Queries are const
/// and may run on several threads at once. Points must be finite.
class KdTree {
  public:
    explicit KdTree(MatrixView points);

    [[nodiscard]] std::size_t size() const noexcept { return m_order.size(); }

    /// Replaces `found` by the rows of all points within `radius` (inclusive) of `query`, in no particular but always the same
    /// order.
    void within(std::span<const float> query, float radius, std::vector<std::uint32_t>& found) const;

    /// Replaces `distances` by the Euclidean distances of the `count` points nearest to the stored point `row`, itself left out,
    /// ascending. Fewer when there are fewer points.
    void nearest_distances(std::size_t row, std::size_t count, std::vector<float>& distances) const;

    /// The stored point that is nearest to `query` (the lowest row of equals), if it lies within `radius`; size() otherwise.
    [[nodiscard]] std::size_t nearest(std::span<const float> query, float radius) const;

  private:
    struct Node {
        std::uint32_t begin = 0; ///< into m_order
        std::uint32_t end = 0;
        std::uint32_t left = 0; ///< 0 for a leaf; the right child is left + 1
    };

    void build(MatrixView points);
    [[nodiscard]] float squared_distance_to_box(std::size_t node, std::span<const float> query) const noexcept;
    [[nodiscard]] float squared_distance_to_far_corner(std::size_t node, std::span<const float> query) const noexcept;
    [[nodiscard]] std::span<const float> point_at(std::size_t position) const noexcept { return m_points.row(position); }

    std::vector<std::uint32_t> m_order;    ///< row of the point at each position
    std::vector<std::uint32_t> m_position; ///< position of each row
    Matrix m_points;                       ///< in the order of the positions
    std::vector<Node> m_nodes;
    std::vector<float> m_boxes; ///< for each node: the lowest, then the highest coordinates
};

} // namespace audiomuse::cluster
