#include <cluster/kmeans.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

#include <cluster/cancelled.hpp>
#include <cluster/detail/centre_table.hpp>
#include <cluster/parallel.hpp>

namespace audiomuse::cluster {

namespace {

/// Draws an index with probability proportional to its weight; the sum of the weights must be above 0.
std::size_t draw_weighted(std::span<const float> weights, double sum, Random& random) {
    const double target = random.uniform() * sum;
    double reached = 0;
    std::size_t last_positive = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] > 0) {
            reached += weights[i];
            last_positive = i;
            if (reached > target) {
                break;
            }
        }
    }
    return last_positive;
}

/// k-means++: each further seed is drawn with a probability proportional to its squared distance to the nearest seed so far.
/// Gives fewer indices when all points lie on a seed.
std::vector<std::size_t> draw_seeds(MatrixView points, std::size_t count, Random& random, const std::stop_token& stop) {
    std::vector<float> distance(points.rows, std::numeric_limits<float>::infinity());
    std::vector<std::size_t> seeds;
    std::size_t seed = static_cast<std::size_t>(random.below(points.rows));
    while (!stop.stop_requested()) {
        seeds.push_back(seed);
        if (seeds.size() == count) {
            break;
        }
        double sum = 0;
        for (std::size_t i = 0; i < points.rows; ++i) {
            distance[i] = std::min(distance[i], squared_distance(points.row(i), points.row(seed)));
            sum += distance[i];
        }
        if (!(sum > 0)) {
            break;
        }
        seed = draw_weighted(distance, sum, random);
    }
    return seeds;
}

struct Assignment {
    std::vector<float> squared_distances;
    std::vector<std::size_t> sizes;
    std::size_t moved = 0;
};

Assignment assign(MatrixView points, const Matrix& centres, Labels& labels) {
    detail::CentreTable table(centres.view());
    Assignment result{std::vector<float>(points.rows), std::vector<std::size_t>(centres.rows()), 0};
    for (std::size_t i = 0; i < points.rows; ++i) {
        const auto nearest = table.nearest(points.row(i));
        const auto label = static_cast<std::int32_t>(nearest.centre);
        result.moved += labels[i] != label ? 1U : 0U;
        labels[i] = label;
        result.squared_distances[i] = nearest.squared_distance;
        ++result.sizes[nearest.centre];
    }
    return result;
}

/// Gives each empty cluster the point that lies farthest from its centre in a cluster of more than one.
void fill_empty_clusters(Assignment& assignment, Labels& labels) {
    for (std::size_t c = 0; c < assignment.sizes.size(); ++c) {
        if (assignment.sizes[c] != 0) {
            continue;
        }
        std::size_t farthest = labels.size();
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (assignment.sizes[static_cast<std::size_t>(labels[i])] > 1 &&
                (farthest == labels.size() || assignment.squared_distances[i] > assignment.squared_distances[farthest])) {
                farthest = i;
            }
        }
        if (farthest == labels.size()) {
            return;
        }
        --assignment.sizes[static_cast<std::size_t>(labels[farthest])];
        ++assignment.sizes[c];
        labels[farthest] = static_cast<std::int32_t>(c);
        assignment.squared_distances[farthest] = 0;
        ++assignment.moved;
    }
}

void move_centres(MatrixView points, const Labels& labels, std::span<const std::size_t> sizes, Matrix& centres) {
    std::vector<double> sums(centres.rows() * centres.cols());
    for (std::size_t i = 0; i < points.rows; ++i) {
        const auto point = points.row(i);
        double* sum = sums.data() + static_cast<std::size_t>(labels[i]) * centres.cols();
        for (std::size_t j = 0; j < point.size(); ++j) {
            sum[j] += point[j];
        }
    }
    for (std::size_t c = 0; c < centres.rows(); ++c) {
        const auto centre = centres.row(c);
        for (std::size_t j = 0; j < centre.size(); ++j) {
            centre[j] = static_cast<float>(sums[c * centres.cols() + j] / static_cast<double>(sizes[c]));
        }
    }
}

} // namespace

Result<KMeansFit> kmeans(MatrixView points, KMeansSettings settings, Random& random, std::stop_token stop) {
    const auto seeds = draw_seeds(points, std::clamp<std::size_t>(settings.clusters, 1, points.rows), random, stop);
    KMeansFit fit{Matrix(seeds.size(), points.cols), Labels(points.rows, k_noise), 0, 0, false};
    for (std::size_t c = 0; c < seeds.size(); ++c) {
        std::ranges::copy(points.row(seeds[c]), fit.centres.row(c).begin());
    }
    for (;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        Assignment assignment = assign(points, fit.centres, fit.labels);
        fill_empty_clusters(assignment, fit.labels);
        fit.inertia = 0;
        for (const float distance : assignment.squared_distances) {
            fit.inertia += distance;
        }
        fit.converged = assignment.moved == 0;
        if (fit.converged || fit.iterations == settings.max_iterations) {
            return fit;
        }
        ++fit.iterations;
        move_centres(points, fit.labels, assignment.sizes, fit.centres);
    }
}

Result<Labels> nearest_centres(MatrixView points, MatrixView centres, unsigned threads, std::stop_token stop) {
    constexpr std::size_t k_block_rows = 4096;
    Labels labels(points.rows, k_noise);
    parallel_for((points.rows + k_block_rows - 1) / k_block_rows, threads, [&](std::size_t block) {
        detail::CentreTable table(centres);
        const std::size_t first = block * k_block_rows;
        const std::size_t end = std::min(points.rows, first + k_block_rows);
        for (std::size_t i = first; i < end && !stop.stop_requested(); ++i) {
            labels[i] = static_cast<std::int32_t>(table.nearest(points.row(i)).centre);
        }
    });
    if (stop.stop_requested()) {
        return cancelled();
    }
    return labels;
}

} // namespace audiomuse::cluster
