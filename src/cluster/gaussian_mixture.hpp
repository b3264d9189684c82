#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>

#include <base/result.hpp>
#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>
#include <cluster/random.hpp>

namespace audiomuse::cluster {

struct MixtureSettings {
    std::size_t components = 8; ///< at least 1
    int max_iterations = 40;
    double tolerance = 1e-3; ///< EM ends when the mean log posterior of a point gains less
};

/// A mixture of Gaussians with full covariance matrices, fitted by expectation maximisation (Dempster, Laird and Rubin 1977) from
/// a k-means start. Covariances are the posterior modes under the inverse-Wishart prior of Fraley and Raftery (2007, "Bayesian
/// regularization for normal mixture estimation"): scale = covariance of all points / components^(2/d), d + 2 degrees of freedom.
/// So no component collapses, and one with fewer points than dimensions still has a sound shape. Immutable once fitted.
class GaussianMixture {
  public:
    /// Points must be finite, at least one. Fewer components come out when the points have fewer distinct positions, or when a
    /// component loses its last share of the points. Fails only with `cancelled`.
    [[nodiscard]] static Result<GaussianMixture> fit(MatrixView points, MixtureSettings settings, Random& random,
                                                     std::stop_token stop);

    GaussianMixture(GaussianMixture&&) noexcept;
    GaussianMixture& operator=(GaussianMixture&&) noexcept;
    ~GaussianMixture();

    [[nodiscard]] std::size_t components() const noexcept;
    [[nodiscard]] double weight(std::size_t component) const noexcept;
    [[nodiscard]] std::vector<double> mean(std::size_t component) const;
    /// Row-major, d x d.
    [[nodiscard]] std::vector<double> covariance(std::size_t component) const;
    /// The mean log-likelihood of a fitted point, without the prior.
    [[nodiscard]] double mean_log_likelihood() const noexcept;
    [[nodiscard]] int iterations() const noexcept;

    /// The component with the greatest posterior probability (the first of equals) for each point. Linear in the points;
    /// `threads` does not change the result. Fails only with `cancelled`.
    [[nodiscard]] Result<Labels> assign(MatrixView points, unsigned threads, std::stop_token stop) const;

  private:
    struct State;
    explicit GaussianMixture(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> m_state;
};

} // namespace audiomuse::cluster
