#include <cluster/kd_tree.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace audiomuse::cluster {

namespace {

constexpr std::size_t k_leaf_size = 24;

} // namespace

KdTree::KdTree(MatrixView points) : m_order(points.rows), m_position(points.rows), m_points(points.rows, points.cols) {
    std::iota(m_order.begin(), m_order.end(), 0U);
    if (points.rows > 0) {
        build(points);
    }
    for (std::size_t position = 0; position < m_order.size(); ++position) {
        m_position[m_order[position]] = static_cast<std::uint32_t>(position);
        std::ranges::copy(points.row(m_order[position]), m_points.row(position).begin());
    }
}

void KdTree::build(MatrixView points) {
    const std::size_t dimensions = points.cols;
    m_nodes.push_back({0, static_cast<std::uint32_t>(points.rows), 0});
    for (std::size_t index = 0; index < m_nodes.size(); ++index) {
        const Node node = m_nodes[index];
        std::vector<float> low(points.row(m_order[node.begin]).begin(), points.row(m_order[node.begin]).end());
        std::vector<float> high = low;
        for (std::size_t position = node.begin; position < node.end; ++position) {
            const auto point = points.row(m_order[position]);
            for (std::size_t j = 0; j < dimensions; ++j) {
                low[j] = std::min(low[j], point[j]);
                high[j] = std::max(high[j], point[j]);
            }
        }
        std::size_t widest = 0;
        for (std::size_t j = 1; j < dimensions; ++j) {
            if (high[j] - low[j] > high[widest] - low[widest]) {
                widest = j;
            }
        }
        const bool has_extent = dimensions > 0 && high[widest] > low[widest];
        m_boxes.insert(m_boxes.end(), low.begin(), low.end());
        m_boxes.insert(m_boxes.end(), high.begin(), high.end());
        if (node.end - node.begin <= k_leaf_size || !has_extent) {
            continue;
        }
        const std::uint32_t middle = node.begin + (node.end - node.begin) / 2;
        std::nth_element(m_order.begin() + node.begin, m_order.begin() + middle, m_order.begin() + node.end,
                         [&](std::uint32_t a, std::uint32_t b) {
                             const float left = points.row(a)[widest];
                             const float right = points.row(b)[widest];
                             return left != right ? left < right : a < b;
                         });
        m_nodes[index].left = static_cast<std::uint32_t>(m_nodes.size());
        m_nodes.push_back({node.begin, middle, 0});
        m_nodes.push_back({middle, node.end, 0});
    }
}

float KdTree::squared_distance_to_box(std::size_t node, std::span<const float> query) const noexcept {
    const float* low = m_boxes.data() + node * 2 * query.size();
    const float* high = low + query.size();
    float sum = 0;
    for (std::size_t j = 0; j < query.size(); ++j) {
        const float outside = std::max({low[j] - query[j], query[j] - high[j], 0.0F});
        sum += outside * outside;
    }
    return sum;
}

float KdTree::squared_distance_to_far_corner(std::size_t node, std::span<const float> query) const noexcept {
    const float* low = m_boxes.data() + node * 2 * query.size();
    const float* high = low + query.size();
    float sum = 0;
    for (std::size_t j = 0; j < query.size(); ++j) {
        const float farthest = std::max(query[j] - low[j], high[j] - query[j]);
        sum += farthest * farthest;
    }
    return sum;
}

void KdTree::within(std::span<const float> query, float radius, std::vector<std::uint32_t>& found) const {
    found.clear();
    if (m_nodes.empty()) {
        return;
    }
    const float limit = radius * radius;
    std::vector<std::uint32_t> pending{0};
    while (!pending.empty()) {
        const std::uint32_t index = pending.back();
        pending.pop_back();
        const Node& node = m_nodes[index];
        if (squared_distance_to_box(index, query) > limit) {
            continue;
        }
        // The margin keeps the shortcut from taking a point that rounding puts just outside.
        if (squared_distance_to_far_corner(index, query) < limit * (1 - 1e-5F)) {
            found.insert(found.end(), m_order.begin() + node.begin, m_order.begin() + node.end);
        } else if (node.left != 0) {
            pending.push_back(node.left + 1);
            pending.push_back(node.left);
        } else {
            for (std::uint32_t position = node.begin; position < node.end; ++position) {
                if (squared_distance(point_at(position), query) <= limit) {
                    found.push_back(m_order[position]);
                }
            }
        }
    }
}

void KdTree::nearest_distances(std::size_t row, std::size_t count, std::vector<float>& distances) const {
    distances.clear();
    count = std::min(count, size() - 1);
    if (count == 0) {
        return;
    }
    const auto query = point_at(m_position[row]);
    std::vector<std::uint32_t> pending{0};
    while (!pending.empty()) { // `distances` is a max-heap of the squared distances kept so far
        const std::uint32_t index = pending.back();
        pending.pop_back();
        const Node& node = m_nodes[index];
        if (distances.size() == count && squared_distance_to_box(index, query) >= distances.front()) {
            continue;
        }
        if (node.left != 0) {
            const bool left_is_nearer =
                squared_distance_to_box(node.left, query) <= squared_distance_to_box(node.left + 1, query);
            pending.push_back(left_is_nearer ? node.left + 1 : node.left);
            pending.push_back(left_is_nearer ? node.left : node.left + 1);
            continue;
        }
        for (std::uint32_t position = node.begin; position < node.end; ++position) {
            if (m_order[position] == row) {
                continue;
            }
            const float distance = squared_distance(point_at(position), query);
            if (distances.size() < count) {
                distances.push_back(distance);
                std::ranges::push_heap(distances);
            } else if (distance < distances.front()) {
                std::ranges::pop_heap(distances);
                distances.back() = distance;
                std::ranges::push_heap(distances);
            }
        }
    }
    std::ranges::sort_heap(distances);
    std::ranges::transform(distances, distances.begin(), [](float squared) { return std::sqrt(squared); });
}

std::size_t KdTree::nearest(std::span<const float> query, float radius) const {
    std::size_t best = size();
    float best_distance = radius * radius;
    std::vector<std::uint32_t> pending;
    if (!m_nodes.empty()) {
        pending.push_back(0);
    }
    while (!pending.empty()) {
        const std::uint32_t index = pending.back();
        pending.pop_back();
        const Node& node = m_nodes[index];
        if (squared_distance_to_box(index, query) > best_distance) {
            continue;
        }
        if (node.left != 0) {
            const bool left_is_nearer =
                squared_distance_to_box(node.left, query) <= squared_distance_to_box(node.left + 1, query);
            pending.push_back(left_is_nearer ? node.left + 1 : node.left);
            pending.push_back(left_is_nearer ? node.left : node.left + 1);
            continue;
        }
        for (std::uint32_t position = node.begin; position < node.end; ++position) {
            const float distance = squared_distance(point_at(position), query);
            if (distance < best_distance || (distance == best_distance && m_order[position] < best)) {
                best = m_order[position];
                best_distance = distance;
            }
        }
    }
    return best;
}

} // namespace audiomuse::cluster
