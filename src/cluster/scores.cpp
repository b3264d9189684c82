#include <cluster/scores.hpp>

#include <algorithm>
#include <vector>

namespace audiomuse::cluster {

double explained_share(MatrixView points, const Labels& labels) {
    const auto groups = static_cast<std::size_t>(labels.empty() ? 0 : *std::ranges::max_element(labels) + 1);
    const std::size_t d = points.cols;
    std::vector<double> sums(groups * d);
    std::vector<double> total_sum(d);
    std::vector<double> sizes(groups);
    double squares = 0;
    double count = 0;
    for (std::size_t i = 0; i < points.rows; ++i) {
        if (labels[i] == k_noise) {
            continue;
        }
        const auto group = static_cast<std::size_t>(labels[i]);
        const auto point = points.row(i);
        for (std::size_t j = 0; j < d; ++j) {
            const double value = point[j];
            sums[group * d + j] += value;
            total_sum[j] += value;
            squares += value * value;
        }
        sizes[group] += 1;
        count += 1;
    }
    double between = 0; // sum over groups of size x squared length of the group's mean
    double used = 0;
    for (std::size_t g = 0; g < groups; ++g) {
        if (sizes[g] > 0) {
            used += 1;
            for (std::size_t j = 0; j < d; ++j) {
                between += sums[g * d + j] * sums[g * d + j] / sizes[g];
            }
        }
    }
    double centre = 0;
    for (std::size_t j = 0; j < d; ++j) {
        centre += count > 0 ? total_sum[j] * total_sum[j] / count : 0;
    }
    const double total = squares - centre;
    const double within = squares - between;
    if (count <= used || count < 2 || !(total > 1e-9 * std::max(1.0, squares))) {
        return 0;
    }
    return 1 - (std::max(0.0, within) / (count - used)) / (total / (count - 1));
}

} // namespace audiomuse::cluster
