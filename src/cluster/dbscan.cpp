#include <cluster/dbscan.hpp>

#include <algorithm>
#include <cstdint>

#include <cluster/cancelled.hpp>
#include <cluster/parallel.hpp>

namespace audiomuse::cluster {

Result<DbscanFit> dbscan(MatrixView points, const KdTree& tree, DbscanSettings settings, std::stop_token stop) {
    constexpr std::int32_t k_unseen = -2;
    DbscanFit fit{Labels(points.rows, k_unseen), std::vector<char>(points.rows, 0), 0};
    std::vector<std::uint32_t> found;
    std::vector<std::uint32_t> frontier; // core points whose neighbours are still to be taken in
    const auto take = [&](std::size_t row, std::int32_t label) {
        if (fit.labels[row] >= 0) {
            return;
        }
        const bool known_not_core = fit.labels[row] == k_noise;
        fit.labels[row] = label;
        if (!known_not_core) {
            frontier.push_back(static_cast<std::uint32_t>(row));
        }
    };
    for (std::size_t start = 0; start < points.rows; ++start) {
        if (fit.labels[start] != k_unseen) {
            continue;
        }
        if (stop.stop_requested()) {
            return cancelled();
        }
        tree.within(points.row(start), settings.eps, found);
        if (found.size() < settings.min_samples) {
            fit.labels[start] = k_noise;
            continue;
        }
        const auto label = static_cast<std::int32_t>(fit.clusters++);
        fit.labels[start] = label;
        fit.is_core[start] = 1;
        for (const std::uint32_t row : found) {
            take(row, label);
        }
        while (!frontier.empty()) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            const std::uint32_t row = frontier.back();
            frontier.pop_back();
            tree.within(points.row(row), settings.eps, found);
            if (found.size() < settings.min_samples) {
                continue;
            }
            fit.is_core[row] = 1;
            for (const std::uint32_t neighbour : found) {
                take(neighbour, label);
            }
        }
    }
    return fit;
}

Result<Labels> extend_dbscan(const DbscanFit& fit, MatrixView fitted, float eps, std::size_t max_cores, MatrixView further,
                             unsigned threads, std::stop_token stop) {
    constexpr std::size_t k_block_rows = 1024;
    std::vector<std::size_t> cores;
    for (std::size_t i = 0; i < fitted.rows; ++i) {
        if (fit.is_core[i] != 0) {
            cores.push_back(i);
        }
    }
    const std::size_t kept = std::min(cores.size(), max_cores);
    Matrix positions(kept, fitted.cols);
    Labels core_labels(kept);
    for (std::size_t i = 0; i < kept; ++i) {
        const std::size_t row = cores[i * cores.size() / kept];
        std::ranges::copy(fitted.row(row), positions.row(i).begin());
        core_labels[i] = fit.labels[row];
    }
    const KdTree tree(positions.view());
    Labels labels(further.rows, k_noise);
    parallel_for((further.rows + k_block_rows - 1) / k_block_rows, threads, [&](std::size_t block) {
        const std::size_t end = std::min(further.rows, (block + 1) * k_block_rows);
        for (std::size_t i = block * k_block_rows; i < end && !stop.stop_requested(); ++i) {
            const std::size_t nearest = tree.nearest(further.row(i), eps);
            labels[i] = nearest < kept ? core_labels[nearest] : k_noise;
        }
    });
    if (stop.stop_requested()) {
        return cancelled();
    }
    return labels;
}

} // namespace audiomuse::cluster
