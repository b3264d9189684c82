#include <cluster/standardise.hpp>

#include <algorithm>
#include <cmath>

namespace audiomuse::cluster {

Matrix standardised(MatrixView matrix) {
    Matrix result(matrix.rows, matrix.cols);
    if (matrix.rows == 0) {
        return result;
    }
    const auto count = static_cast<double>(matrix.rows);
    std::vector<double> means(matrix.cols);
    std::vector<double> variances(matrix.cols);
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        const auto row = matrix.row(i);
        for (std::size_t j = 0; j < matrix.cols; ++j) {
            means[j] += row[j];
        }
    }
    for (double& mean : means) {
        mean /= count;
    }
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        const auto row = matrix.row(i);
        for (std::size_t j = 0; j < matrix.cols; ++j) {
            const double difference = row[j] - means[j];
            variances[j] += difference * difference;
        }
    }
    std::vector<double> scales(matrix.cols);
    for (std::size_t j = 0; j < matrix.cols; ++j) {
        const double deviation = std::sqrt(variances[j] / count);
        const double rounding = 1e-6 * std::max(1e-30, std::abs(means[j])); // below it a spread is the rounding of floats
        scales[j] = deviation > rounding ? 1 / deviation : 0;
    }
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        const auto from = matrix.row(i);
        const auto to = result.row(i);
        for (std::size_t j = 0; j < matrix.cols; ++j) {
            to[j] = static_cast<float>((from[j] - means[j]) * scales[j]);
        }
    }
    return result;
}

} // namespace audiomuse::cluster
