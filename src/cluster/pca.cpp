#include <cluster/pca.hpp>

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include <cluster/cancelled.hpp>
#include <cluster/parallel.hpp>

namespace audiomuse::cluster {

namespace {

constexpr std::size_t k_block_rows = 512;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;

ConstMap as_eigen(MatrixView view) {
    return {view.data, static_cast<Eigen::Index>(view.rows), static_cast<Eigen::Index>(view.cols),
            Eigen::OuterStride<>(static_cast<Eigen::Index>(view.stride))};
}

void fix_sign(Eigen::Ref<Eigen::VectorXd> axis) {
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest); // the first of equals
    if (axis(largest) < 0) {
        axis = -axis;
    }
}

} // namespace

Result<PrincipalComponents> fit_principal_components(MatrixView points, std::size_t count, std::stop_token stop) {
    const auto dimensions = static_cast<Eigen::Index>(points.cols);
    count = std::min(count, points.cols);
    PrincipalComponents result{std::vector<float>(points.cols), Matrix(count, points.cols), std::vector<double>(count)};
    if (points.rows == 0) {
        return result;
    }
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(dimensions);
    for (std::size_t first = 0; first < points.rows; first += k_block_rows) {
        sum += as_eigen(points.slice(first, std::min(k_block_rows, points.rows - first))).cast<double>().colwise().sum();
    }
    const Eigen::VectorXd mean = sum / static_cast<double>(points.rows);
    Eigen::MatrixXd scatter = Eigen::MatrixXd::Zero(dimensions, dimensions);
    for (std::size_t first = 0; first < points.rows; first += k_block_rows) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto block = as_eigen(points.slice(first, std::min(k_block_rows, points.rows - first)));
        const Eigen::MatrixXd centred = block.cast<double>().rowwise() - mean.transpose();
        scatter.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose());
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(scatter /
                                                                static_cast<double>(points.rows)); // reads the lower half
    for (Eigen::Index j = 0; j < dimensions; ++j) {
        result.mean[static_cast<std::size_t>(j)] = static_cast<float>(mean(j));
    }
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Index column = dimensions - 1 - static_cast<Eigen::Index>(i); // eigenvalues come in ascending order
        Eigen::VectorXd axis = solver.eigenvectors().col(column);
        fix_sign(axis);
        result.variance[i] = std::max(0.0, solver.eigenvalues()(column));
        for (std::size_t j = 0; j < points.cols; ++j) {
            result.axes.row(i)[j] = static_cast<float>(axis(static_cast<Eigen::Index>(j)));
        }
    }
    return result;
}

Result<Matrix> project(const PrincipalComponents& components, MatrixView points, unsigned threads, std::stop_token stop) {
    Matrix result(points.rows, components.axes.rows());
    const auto axes = as_eigen(components.axes.view());
    const Eigen::Map<const Eigen::RowVectorXf> mean(components.mean.data(), static_cast<Eigen::Index>(components.mean.size()));
    const std::size_t blocks = (points.rows + k_block_rows - 1) / k_block_rows;
    parallel_for(blocks, threads, [&](std::size_t index) {
        if (stop.stop_requested()) {
            return;
        }
        const std::size_t first = index * k_block_rows;
        const std::size_t rows = std::min(k_block_rows, points.rows - first);
        const RowMajor centred = as_eigen(points.slice(first, rows)).rowwise() - mean;
        Eigen::Map<RowMajor>(result.row(first).data(), static_cast<Eigen::Index>(rows), axes.rows()).noalias() =
            centred * axes.transpose();
    });
    if (stop.stop_requested()) {
        return cancelled();
    }
    return result;
}

} // namespace audiomuse::cluster
