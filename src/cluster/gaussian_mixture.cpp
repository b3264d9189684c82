#include <cluster/gaussian_mixture.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <Eigen/Dense>

#include <cluster/cancelled.hpp>
#include <cluster/kmeans.hpp>
#include <cluster/parallel.hpp>

namespace audiomuse::cluster {

namespace {

using RowMajorF = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One Gaussian. `whitening` is the inverse of the lower Cholesky factor of the covariance, so that a point's squared Mahalanobis
/// distance is the squared length of whitening * (point - mean).
struct Component {
    double weight = 1;
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
    Eigen::MatrixXd whitening;
    double log_scale = 0; ///< log(weight) - log(det(covariance)) / 2 - d / 2 log(2 pi)
};

/// Points as columns, in double precision, relative to `origin`.
Eigen::MatrixXd to_columns(MatrixView view, const Eigen::VectorXd& origin) {
    const Eigen::Map<const RowMajorF, 0, Eigen::OuterStride<>> map(view.data, static_cast<Eigen::Index>(view.rows),
                                                                   static_cast<Eigen::Index>(view.cols),
                                                                   Eigen::OuterStride<>(static_cast<Eigen::Index>(view.stride)));
    return map.cast<double>().transpose().colwise() - origin;
}

Eigen::VectorXd mean_of(MatrixView view) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(view.cols));
    for (std::size_t i = 0; i < view.rows; ++i) {
        sum += Eigen::Map<const Eigen::VectorXf>(view.row(i).data(), sum.size()).cast<double>();
    }
    return sum / static_cast<double>(view.rows);
}

/// 1, the coordinates, and their products in pairs: a log density is linear in these. One column a point.
Eigen::MatrixXd second_order_terms(const Eigen::MatrixXd& points) {
    const Eigen::Index d = points.rows();
    Eigen::MatrixXd terms(1 + d + d * (d + 1) / 2, points.cols());
    for (Eigen::Index n = 0; n < points.cols(); ++n) {
        double* term = terms.col(n).data();
        *term++ = 1;
        for (Eigen::Index i = 0; i < d; ++i) {
            *term++ = points(i, n);
        }
        for (Eigen::Index i = 0; i < d; ++i) {
            for (Eigen::Index j = i; j < d; ++j) {
                *term++ = points(i, n) * points(j, n);
            }
        }
    }
    return terms;
}

/// What makes log(weight x density) of the second order terms, one row a component.
Eigen::MatrixXd log_joint_factors(const std::vector<Component>& components) {
    const Eigen::Index d = components.front().mean.size();
    Eigen::MatrixXd factors(static_cast<Eigen::Index>(components.size()), 1 + d + d * (d + 1) / 2);
    for (std::size_t c = 0; c < components.size(); ++c) {
        const Component& component = components[c];
        const auto row = static_cast<Eigen::Index>(c);
        const Eigen::MatrixXd precision = component.whitening.transpose() * component.whitening;
        const Eigen::VectorXd slope = precision * component.mean;
        factors(row, 0) = component.log_scale - 0.5 * component.mean.dot(slope);
        factors.row(row).segment(1, d) = slope.transpose();
        Eigen::Index column = 1 + d;
        for (Eigen::Index i = 0; i < d; ++i) {
            for (Eigen::Index j = i; j < d; ++j) {
                factors(row, column++) = i == j ? -0.5 * precision(i, i) : -precision(i, j);
            }
        }
    }
    return factors;
}

void prepare(Component& component) {
    const Eigen::Index d = component.mean.size();
    const Eigen::LLT<Eigen::MatrixXd> cholesky(component.covariance);
    component.whitening = cholesky.matrixL().solve(Eigen::MatrixXd::Identity(d, d));
    const double half_log_determinant = -component.whitening.diagonal().array().log().sum();
    component.log_scale =
        std::log(component.weight) - half_log_determinant - 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
}

/// The inverse-Wishart prior shared by all components.
struct Prior {
    Eigen::MatrixXd scale;
    double degrees = 0;
};

/// `points` have mean 0.
Prior make_prior(const Eigen::MatrixXd& points, std::size_t components) {
    const Eigen::Index d = points.rows();
    Prior prior{points * points.transpose() / static_cast<double>(points.cols()), static_cast<double>(d) + 2};
    // A column without spread has none to share out: a small part of the mean variance (or of 1) keeps every matrix invertible.
    const double mean_variance = d > 0 ? prior.scale.trace() / static_cast<double>(d) : 0;
    prior.scale.diagonal().array() += 1e-6 * (mean_variance > 0 ? mean_variance : 1.0);
    prior.scale /= std::pow(static_cast<double>(components), 2.0 / static_cast<double>(d));
    return prior;
}

/// M step for one component from its share of each point; false when it has lost all points.
bool update(Component& component, const Eigen::MatrixXd& points, const Eigen::RowVectorXd& shares, const Prior& prior) {
    constexpr double k_least_share = 1e-9; // points with less do not move a component
    std::vector<Eigen::Index> members;
    double total = 0;
    for (Eigen::Index n = 0; n < shares.size(); ++n) {
        if (shares(n) > k_least_share) {
            members.push_back(n);
            total += shares(n);
        }
    }
    if (!(total > 1e-6)) {
        return false;
    }
    const Eigen::Index d = points.rows();
    component.weight = total / static_cast<double>(points.cols());
    component.mean = Eigen::VectorXd::Zero(d);
    for (const Eigen::Index n : members) {
        component.mean += points.col(n) * (shares(n) / total);
    }
    Eigen::MatrixXd scaled(d, static_cast<Eigen::Index>(members.size()));
    for (Eigen::Index i = 0; i < scaled.cols(); ++i) {
        const Eigen::Index n = members[static_cast<std::size_t>(i)];
        scaled.col(i) = (points.col(n) - component.mean) * std::sqrt(shares(n));
    }
    component.covariance = (prior.scale + scaled * scaled.transpose()) / (prior.degrees + total + static_cast<double>(d) + 2);
    prepare(component);
    return true;
}

/// The log of the prior's density at the component's covariance, up to a constant.
double log_prior(const Component& component, const Prior& prior) {
    const auto d = static_cast<double>(component.mean.size());
    const double log_determinant = -2 * component.whitening.diagonal().array().log().sum();
    const double trace = (component.whitening * prior.scale).cwiseProduct(component.whitening).sum(); // tr(scale covariance^-1)
    return -0.5 * ((prior.degrees + d + 2) * log_determinant + trace);
}

} // namespace

struct GaussianMixture::State {
    Eigen::VectorXd origin; ///< the means of the components are relative to it
    std::vector<Component> components;
    double mean_log_likelihood = -std::numeric_limits<double>::infinity();
    int iterations = 0;
};

Result<GaussianMixture> GaussianMixture::fit(MatrixView points, MixtureSettings settings, Random& random, std::stop_token stop) {
    const auto start = kmeans(points, {.clusters = settings.components, .max_iterations = 20}, random, stop);
    if (!start) {
        return tl::unexpected<Error>(start.error());
    }
    auto state = std::make_unique<State>();
    state->origin = mean_of(points);
    const Eigen::MatrixXd columns = to_columns(points, state->origin);
    const Eigen::MatrixXd terms = second_order_terms(columns);
    const Prior prior = make_prior(columns, start->centres.rows());
    auto& components = state->components;
    components.resize(start->centres.rows());
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(components.size()), columns.cols());
    for (std::size_t i = 0; i < points.rows; ++i) {
        shares(start->labels[i], static_cast<Eigen::Index>(i)) = 1;
    }
    double reached = -std::numeric_limits<double>::infinity();
    for (;;) {
        double penalty = 0;
        std::size_t alive = 0;
        for (std::size_t c = 0; c < components.size(); ++c) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            if (update(components[c], columns, shares.row(static_cast<Eigen::Index>(c)), prior)) {
                penalty += log_prior(components[c], prior);
                if (alive != c) {
                    components[alive] = std::move(components[c]);
                }
                ++alive;
            }
        }
        components.resize(alive);
        const Eigen::MatrixXd joint = log_joint_factors(components) * terms;
        const Eigen::RowVectorXd highest = joint.colwise().maxCoeff();
        shares = (joint.rowwise() - highest).array().exp();
        const Eigen::RowVectorXd sums = shares.colwise().sum();
        shares.array().rowwise() /= sums.array();
        const double likelihood = highest.sum() + sums.array().log().sum();
        state->mean_log_likelihood = likelihood / static_cast<double>(columns.cols());
        const double posterior = (likelihood + penalty) / static_cast<double>(columns.cols());
        ++state->iterations;
        if (state->iterations >= settings.max_iterations || posterior - reached < settings.tolerance) {
            return GaussianMixture(std::move(state));
        }
        reached = posterior;
    }
}

GaussianMixture::GaussianMixture(std::unique_ptr<State> state) noexcept : m_state(std::move(state)) {}
GaussianMixture::GaussianMixture(GaussianMixture&&) noexcept = default;
GaussianMixture& GaussianMixture::operator=(GaussianMixture&&) noexcept = default;
GaussianMixture::~GaussianMixture() = default;

std::size_t GaussianMixture::components() const noexcept { return m_state->components.size(); }
double GaussianMixture::weight(std::size_t component) const noexcept { return m_state->components[component].weight; }
double GaussianMixture::mean_log_likelihood() const noexcept { return m_state->mean_log_likelihood; }
int GaussianMixture::iterations() const noexcept { return m_state->iterations; }

std::vector<double> GaussianMixture::mean(std::size_t component) const {
    const Eigen::VectorXd mean = m_state->components[component].mean + m_state->origin;
    return {mean.data(), mean.data() + mean.size()};
}

std::vector<double> GaussianMixture::covariance(std::size_t component) const {
    const auto& matrix = m_state->components[component].covariance; // symmetric: the storage order does not matter
    return {matrix.data(), matrix.data() + matrix.size()};
}

Result<Labels> GaussianMixture::assign(MatrixView points, unsigned threads, std::stop_token stop) const {
    constexpr std::size_t k_block_rows = 512;
    Labels labels(points.rows, k_noise);
    const Eigen::MatrixXd factors = log_joint_factors(m_state->components);
    parallel_for((points.rows + k_block_rows - 1) / k_block_rows, threads, [&](std::size_t block) {
        if (stop.stop_requested()) {
            return;
        }
        const std::size_t first = block * k_block_rows;
        const std::size_t rows = std::min(k_block_rows, points.rows - first);
        const Eigen::MatrixXd joint = factors * second_order_terms(to_columns(points.slice(first, rows), m_state->origin));
        for (std::size_t i = 0; i < rows; ++i) {
            Eigen::Index best = 0;
            joint.col(static_cast<Eigen::Index>(i)).maxCoeff(&best);
            labels[first + i] = static_cast<std::int32_t>(best);
        }
    });
    if (stop.stop_requested()) {
        return cancelled();
    }
    return labels;
}

} // namespace audiomuse::cluster
