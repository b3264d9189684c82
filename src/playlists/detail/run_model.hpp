#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <variant>

#include <base/result.hpp>
#include <cluster/dbscan.hpp>
#include <cluster/gaussian_mixture.hpp>
#include <cluster/kmeans.hpp>
#include <playlists/detail/feature_spaces.hpp>

namespace audiomuse::playlists::detail {

/// What one run of the search tries.
struct RunParameters {
    ClusterAlgorithm algorithm = ClusterAlgorithm::kmeans;
    int clusters = 0;                    ///< of kmeans and gmm
    double eps = 0;                      ///< of dbscan, as it is shown
    float radius = 0;                    ///< of dbscan, eps in the run's space
    int min_samples = 0;                 ///< of dbscan
    int components = 0;                  ///< of the PCA; 0: none
    const FeatureSpace* space = nullptr; ///< that of `components`
};

/// A clustering that was fitted to the points of its space and can place further points.
class RunModel {
  public:
    [[nodiscard]] static Result<RunModel> fit(const RunParameters& parameters, std::uint64_t seed, std::stop_token stop);

    /// Of the fitted points.
    [[nodiscard]] const cluster::Labels& labels() const noexcept { return m_labels; }
    [[nodiscard]] std::size_t clusters() const noexcept { return m_clusters; }
    /// The labels of other points of the same space.
    [[nodiscard]] Result<cluster::Labels> assign(cluster::MatrixView points, unsigned threads, std::stop_token stop) const;

  private:
    using Fit = std::variant<cluster::KMeansFit, cluster::GaussianMixture, cluster::DbscanFit>;

    RunModel(const RunParameters& parameters, Fit fit, cluster::Labels labels, std::size_t clusters)
        : m_parameters(parameters), m_fit(std::move(fit)), m_labels(std::move(labels)), m_clusters(clusters) {}

    RunParameters m_parameters;
    Fit m_fit;
    cluster::Labels m_labels;
    std::size_t m_clusters = 0;
};

} // namespace audiomuse::playlists::detail
