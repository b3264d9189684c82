#include <playlists/clustering.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <random>

#include <fmt/format.h>

#include <cluster/cancelled.hpp>
#include <playlists/detail/corpus.hpp>
#include <playlists/detail/feature_spaces.hpp>
#include <playlists/detail/fitness.hpp>
#include <playlists/detail/grouping.hpp>
#include <playlists/detail/run_model.hpp>
#include <playlists/naming.hpp>
#include <playlists/ordering.hpp>

namespace audiomuse::playlists {

namespace {

using detail::Corpus;
using detail::FeatureSpaces;
using detail::RunParameters;

constexpr int k_most_mixture_dimensions = 32;    // full covariances of more cannot be learnt from a library
constexpr RealRange k_unknown_library_eps{1, 5}; // what real libraries have, roughly
constexpr std::uint64_t k_sample_stream = 0x73616D706C65ULL;

/// How many tracks the search looks at: what a thousand runs can afford.
std::size_t search_sample(const ClusteringSettings& settings) noexcept {
    if (settings.features == FeatureKind::embedding) {
        return 2500;
    }
    return settings.cluster_algorithm == ClusterAlgorithm::kmeans ? 10'000 : 5'000;
}

/// More clusters than the tracks can make playlists of are fewer clusters.
IntRange capped(IntRange clusters, std::size_t tracks, std::size_t smallest) {
    const int most = static_cast<int>(std::clamp<std::size_t>(tracks / std::max<std::size_t>(1, smallest), 1, 1'000'000));
    return {std::min(clusters.min, most), std::min(clusters.max, most)};
}

RealRange automatic_eps(const detail::FeatureSpace& space, IntRange min_samples) {
    return {space.neighbour_distance(min_samples.min, 0.5), space.neighbour_distance(min_samples.max, 0.9)};
}

/// Puts the automatic ends of eps into place of the ones that were not given.
RealRange settle_eps(const ClusteringSettings& settings, RealRange automatic) {
    RealRange range{settings.dbscan_eps_min.value_or(automatic.min), settings.dbscan_eps_max.value_or(automatic.max)};
    if (range.min > range.max) {
        (settings.dbscan_eps_min ? range.max : range.min) = settings.dbscan_eps_min ? range.min : range.max;
    }
    return range;
}

/// Draws and mutates the parameters of runs.
class Proposals {
  public:
    Proposals(const ClusteringSettings& settings, const ClusteringRanges& ranges, FeatureSpaces& spaces)
        : m_settings(settings), m_ranges(ranges), m_spaces(spaces) {}

    [[nodiscard]] RunParameters draw(cluster::Random& random) {
        RunParameters run;
        run.algorithm = m_settings.cluster_algorithm;
        run.components = random.between(m_ranges.pca_components.min, m_ranges.pca_components.max);
        if (run.algorithm == ClusterAlgorithm::dbscan) {
            run.min_samples = random.between(m_ranges.dbscan_min_samples.min, m_ranges.dbscan_min_samples.max);
            const RealRange eps = eps_range(run.min_samples);
            run.eps = eps.min + (eps.max - eps.min) * random.uniform();
        } else {
            const IntRange clusters = cluster_range();
            run.clusters = random.between(clusters.min, clusters.max);
        }
        return finished(run);
    }

    [[nodiscard]] RunParameters mutate(const RunParameters& elite, cluster::Random& random) {
        RunParameters run = elite;
        run.components = nudge(run.components, m_ranges.pca_components, random);
        if (run.algorithm == ClusterAlgorithm::dbscan) {
            run.min_samples = nudge(run.min_samples, m_ranges.dbscan_min_samples, random);
            const RealRange eps = eps_range(run.min_samples);
            const double reach = std::max(0.05, 0.05 * (eps.max - eps.min));
            run.eps += reach * (2 * random.uniform() - 1);
        } else {
            run.clusters = nudge(run.clusters, cluster_range(), random);
        }
        return finished(run);
    }

  private:
    static int nudge(int value, IntRange range, cluster::Random& random) {
        return std::clamp(value + random.between(-3, 3), range.min, range.max);
    }

    [[nodiscard]] IntRange cluster_range() const noexcept {
        return m_settings.cluster_algorithm == ClusterAlgorithm::gmm ? m_ranges.gmm_n_components : m_ranges.num_clusters;
    }

    [[nodiscard]] RealRange eps_range(int min_samples) const {
        return settle_eps(m_settings, automatic_eps(m_spaces.at(0), {min_samples, min_samples}));
    }

    [[nodiscard]] RunParameters finished(RunParameters run) {
        const bool too_wide_for_mixtures =
            run.algorithm == ClusterAlgorithm::gmm && run.components == 0 &&
            feature_count(m_settings.features) > static_cast<std::size_t>(k_most_mixture_dimensions);
        if (too_wide_for_mixtures) {
            run.components = k_most_mixture_dimensions;
        }
        run.space = &m_spaces.at(run.components);
        if (run.algorithm == ClusterAlgorithm::dbscan) {
            const RealRange range = eps_range(run.min_samples);
            run.eps = std::clamp(run.eps, range.min, range.max);
            if (run.eps >= 0.1) { // two decimals, as it is shown; a tiny eps keeps what it has
                run.eps = std::round(run.eps * 100) / 100;
            }
            run.radius = static_cast<float>(run.eps * m_spaces.eps_scale(run.components, run.min_samples));
        }
        return run;
    }

    const ClusteringSettings& m_settings;
    const ClusteringRanges& m_ranges;
    FeatureSpaces& m_spaces;
};

struct BestRun {
    detail::RunModel model;
    cluster::SearchOutcome<RunParameters> search;
};

Result<BestRun> search_best(const Corpus& corpus, const ClusteringSettings& settings, const ClusteringRanges& ranges,
                            FeatureSpaces& spaces, const ClusteringContext& context, std::uint64_t seed, std::stop_token stop) {
    const auto plan = detail::make_plan(settings, corpus);
    Proposals proposals(settings, ranges, spaces);
    const cluster::SearchProblem<RunParameters> problem{
        .draw = [&](cluster::Random& random) { return proposals.draw(random); },
        .mutate = [&](const RunParameters& elite, cluster::Random& random) { return proposals.mutate(elite, random); },
        .evaluate = [&](const RunParameters& run, std::uint64_t run_seed, std::stop_token run_stop) -> Result<double> {
            auto model = detail::RunModel::fit(run, run_seed, run_stop);
            if (!model) {
                return fail(std::move(model));
            }
            const auto groups = detail::group_tracks(run.space->points, model->labels(), model->clusters(), corpus, plan);
            return detail::evaluate(groups, corpus, plan).score();
        }};
    auto found = cluster::search(problem, {.runs = settings.clustering_runs, .seed = seed, .threads = context.threads},
                                 context.callbacks, context.known_scores, stop);
    if (!found) {
        return fail(std::move(found));
    }
    auto model = detail::RunModel::fit(found->best, found->best_run_seed, stop);
    if (!model) {
        return fail(std::move(model));
    }
    return BestRun{std::move(*model), *found};
}

/// The playlists of all tracks by the best run: `points` and `labels` are those of the whole corpus.
std::vector<ProposedPlaylist> publish(const detail::Groups& groups, const Corpus& corpus,
                                      std::span<const std::string> taken_names) {
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return groups[a].size() > groups[b].size(); });
    std::vector<PlaylistCharacter> characters;
    for (const std::size_t g : order) {
        characters.push_back(detail::character_of(groups[g], corpus));
    }
    auto names = name_playlists(characters, taken_names);
    std::vector<ProposedPlaylist> playlists;
    for (std::size_t i = 0; i < order.size(); ++i) {
        ProposedPlaylist playlist{std::move(names[i]), {}};
        for (const auto row : order_songs(groups[order[i]], corpus.sound(), corpus.artists)) {
            playlist.tracks.push_back(corpus.source[row]);
        }
        playlists.push_back(std::move(playlist));
    }
    return playlists;
}

BestParameters describe(const BestRun& best, const ClusteringSettings& settings, std::uint64_t seed) {
    const RunParameters& run = best.search.best;
    BestParameters params;
    params.method = run.algorithm;
    (run.algorithm == ClusterAlgorithm::gmm ? params.n_components : params.n_clusters) = static_cast<int>(best.model.clusters());
    params.eps = run.eps;
    params.min_samples = run.min_samples;
    params.pca_components = run.components;
    params.max_songs_per_cluster = settings.max_songs_per_cluster;
    params.run_id = best.search.best_run + 1;
    params.seed = seed;
    return params;
}

int most_components(const ClusteringSettings& settings, const ClusteringRanges& ranges) {
    const auto features = static_cast<int>(feature_count(settings.features));
    const bool wide_mixtures = settings.cluster_algorithm == ClusterAlgorithm::gmm && features > k_most_mixture_dimensions;
    return std::max(ranges.pca_components.max, wide_mixtures ? k_most_mixture_dimensions : 0);
}

/// The points of the whole corpus in the space of the best run, which was learnt from `sample_spaces`.
Result<cluster::Matrix> place_all(const Corpus& corpus, const FeatureSpaces& sample_spaces, int components, unsigned threads,
                                  const std::stop_token& stop) {
    if (components == 0) {
        return corpus.features;
    }
    cluster::PrincipalComponents axes = sample_spaces.principal_components();
    cluster::Matrix first_axes(static_cast<std::size_t>(components), axes.axes.cols());
    for (std::size_t i = 0; i < first_axes.rows(); ++i) {
        std::ranges::copy(axes.axes.row(i), first_axes.row(i).begin());
    }
    axes.axes = std::move(first_axes);
    return cluster::project(axes, corpus.features.view(), threads, stop);
}

} // namespace

std::uint64_t random_seed() {
    std::random_device device;
    return device() & 0xFFFFFFFFU;
}

Result<ClusteringOutcome> make_playlists(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings,
                                         const ClusteringContext& context, std::stop_token stop) {
    if (auto valid = validate(settings); !valid) {
        return tl::unexpected<Error>(valid.error());
    }
    auto made = detail::make_corpus(tracks, settings, stop);
    if (!made) {
        return fail(std::move(made));
    }
    const Corpus& corpus = *made;
    if (corpus.size() < 2) {
        return fail(ErrorCode::conflict,
                    fmt::format("Clustering needs at least 2 analysed tracks to group; there {} {}. Analyse more music first.",
                                corpus.size() == 1 ? "is" : "are", corpus.size()));
    }
    const std::uint64_t seed = settings.seed ? *settings.seed : random_seed();
    const std::size_t sample_size = search_sample(settings);
    std::optional<Corpus> sample;
    if (corpus.size() > sample_size) {
        sample =
            detail::subset(corpus, detail::stratified_sample(corpus, sample_size, cluster::derive_seed(seed, k_sample_stream)));
    }
    const Corpus& searched = sample ? *sample : corpus;
    const auto plan = detail::make_plan(settings, corpus);
    auto ranges = resolve_counts(settings, corpus.library_size);
    ranges.num_clusters = capped(ranges.num_clusters, searched.size(), plan.limits.min_songs);
    ranges.gmm_n_components = capped(ranges.gmm_n_components, searched.size(), plan.limits.min_songs);
    const bool needs_neighbours = settings.cluster_algorithm == ClusterAlgorithm::dbscan;
    auto spaces = FeatureSpaces::make(searched.features.view(), most_components(settings, ranges),
                                      needs_neighbours ? ranges.dbscan_min_samples.max : 0, stop);
    if (!spaces) {
        return fail(std::move(spaces));
    }
    auto best = search_best(searched, settings, ranges, *spaces, context, seed, stop);
    if (!best) {
        return fail(std::move(best));
    }

    detail::Groups groups;
    if (!sample) {
        groups =
            detail::group_tracks(best->search.best.space->points, best->model.labels(), best->model.clusters(), corpus, plan);
    } else {
        const auto points = place_all(corpus, *spaces, best->search.best.components, context.threads, stop);
        if (!points) {
            return tl::unexpected<Error>(points.error());
        }
        const auto labels = best->model.assign(points->view(), context.threads, stop);
        if (!labels) {
            return tl::unexpected<Error>(labels.error());
        }
        groups = detail::group_tracks(points->view(), *labels, best->model.clusters(), corpus, plan);
    }
    if (stop.stop_requested()) {
        return cluster::cancelled();
    }
    ClusteringOutcome outcome;
    outcome.playlists = publish(groups, corpus, context.taken_names);
    outcome.best_params = describe(*best, settings, seed);
    outcome.best_score = best->search.best_score;
    outcome.runs_completed = best->search.runs_completed;
    outcome.tracks_considered = corpus.size();
    for (const auto& playlist : outcome.playlists) {
        outcome.tracks_placed += playlist.tracks.size();
    }
    return outcome;
}

Result<ClusteringRanges> resolve_ranges(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings,
                                        std::stop_token stop) {
    ClusteringRanges ranges = resolve_counts(settings, tracks.size());
    const auto corpus = detail::make_corpus(tracks, settings, stop);
    if (!corpus) {
        return tl::unexpected<Error>(corpus.error());
    }
    if (corpus->size() < 2) {
        ranges.dbscan_eps = settle_eps(settings, k_unknown_library_eps);
        return ranges;
    }
    std::vector<std::size_t> rows;
    const std::size_t count = std::min(corpus->size(), k_range_sample);
    for (std::size_t i = 0; i < count; ++i) {
        rows.push_back(i * corpus->size() / count);
    }
    const Corpus sample = detail::subset(*corpus, rows);
    auto spaces = FeatureSpaces::make(sample.features.view(), 0, ranges.dbscan_min_samples.max, stop);
    if (!spaces) {
        return fail(std::move(spaces));
    }
    ranges.dbscan_eps = settle_eps(settings, automatic_eps(spaces->at(0), ranges.dbscan_min_samples));
    return ranges;
}

} // namespace audiomuse::playlists
