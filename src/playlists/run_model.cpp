#include <playlists/detail/run_model.hpp>

#include <cluster/random.hpp>

namespace audiomuse::playlists::detail {

namespace {

constexpr std::size_t k_most_cores = 2000; // core points that place further tracks

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace

Result<RunModel> RunModel::fit(const RunParameters& parameters, std::uint64_t seed, std::stop_token stop) {
    cluster::Random random(seed);
    const cluster::MatrixView points = parameters.space->points;
    switch (parameters.algorithm) {
    case ClusterAlgorithm::kmeans: {
        auto fit = cluster::kmeans(points, {.clusters = static_cast<std::size_t>(parameters.clusters)}, random, stop);
        if (!fit) {
            return fail(std::move(fit));
        }
        cluster::Labels labels = fit->labels;
        const std::size_t clusters = fit->centres.rows();
        return RunModel(parameters, std::move(*fit), std::move(labels), clusters);
    }
    case ClusterAlgorithm::gmm: {
        auto fit =
            cluster::GaussianMixture::fit(points, {.components = static_cast<std::size_t>(parameters.clusters)}, random, stop);
        if (!fit) {
            return fail(std::move(fit));
        }
        auto labels = fit->assign(points, 1, stop);
        if (!labels) {
            return fail(std::move(labels));
        }
        const std::size_t clusters = fit->components();
        return RunModel(parameters, std::move(*fit), std::move(*labels), clusters);
    }
    case ClusterAlgorithm::dbscan: {
        auto fit =
            cluster::dbscan(points, *parameters.space->tree,
                            {.eps = parameters.radius, .min_samples = static_cast<std::size_t>(parameters.min_samples)}, stop);
        if (!fit) {
            return fail(std::move(fit));
        }
        cluster::Labels labels = fit->labels;
        const std::size_t clusters = fit->clusters;
        return RunModel(parameters, std::move(*fit), std::move(labels), clusters);
    }
    }
    return fail(ErrorCode::internal, "There is no such clustering algorithm.");
}

Result<cluster::Labels> RunModel::assign(cluster::MatrixView points, unsigned threads, std::stop_token stop) const {
    return std::visit(Overloaded{[&](const cluster::KMeansFit& fit) {
                                     return cluster::nearest_centres(points, fit.centres.view(), threads, stop);
                                 },
                                 [&](const cluster::GaussianMixture& fit) { return fit.assign(points, threads, stop); },
                                 [&](const cluster::DbscanFit& fit) {
                                     return cluster::extend_dbscan(fit, m_parameters.space->points, m_parameters.radius,
                                                                   k_most_cores, points, threads, stop);
                                 }},
                      m_fit);
}

} // namespace audiomuse::playlists::detail
