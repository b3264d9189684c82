#include <playlists/settings.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <domain/analysis.hpp>

namespace audiomuse::playlists {

namespace {

constexpr std::array<std::pair<ClusterAlgorithm, std::string_view>, 3> k_algorithms{
    {{ClusterAlgorithm::kmeans, "kmeans"}, {ClusterAlgorithm::dbscan, "dbscan"}, {ClusterAlgorithm::gmm, "gmm"}}};
constexpr std::array<std::pair<FeatureKind, std::string_view>, 2> k_feature_kinds{
    {{FeatureKind::moods, "moods"}, {FeatureKind::embedding, "embedding"}}};

constexpr double k_most_clusters = 10'000; // more than any library has use for, and little enough to hold their centres

struct Rule {
    std::string_view field;
    std::optional<double> value;
    double min;
    double max;
};

template <class Value>
std::optional<Error> min_above_max(std::string_view min_field, std::optional<Value> min, std::optional<Value> max) {
    if (min && max && *min > *max) {
        return Error{ErrorCode::invalid_argument, fmt::format("Field \"{}\" is {}, above its max of {}.", min_field, *min, *max),
                     std::string(min_field)};
    }
    return std::nullopt;
}

template <class Range, class Value>
Range settle(std::optional<Value> min, std::optional<Value> max, Range automatic) {
    Range range = automatic;
    if (min) {
        range.min = *min;
        range.max = std::max(range.max, *min);
    }
    if (max) {
        range.max = *max;
        range.min = min ? *min : std::min(range.min, *max);
    }
    return range;
}

int clamped(std::size_t value, int low, int high) noexcept {
    return static_cast<int>(std::clamp(value, static_cast<std::size_t>(low), static_cast<std::size_t>(high)));
}

} // namespace

std::string_view to_string(ClusterAlgorithm algorithm) noexcept {
    return k_algorithms[static_cast<std::size_t>(algorithm)].second;
}
std::string_view to_string(FeatureKind kind) noexcept { return k_feature_kinds[static_cast<std::size_t>(kind)].second; }

std::optional<ClusterAlgorithm> parse_cluster_algorithm(std::string_view word) noexcept {
    for (const auto& [value, text] : k_algorithms) {
        if (text == word) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<FeatureKind> parse_feature_kind(std::string_view word) noexcept {
    for (const auto& [value, text] : k_feature_kinds) {
        if (text == word) {
            return value;
        }
    }
    return std::nullopt;
}

Result<void> validate(const ClusteringSettings& s) {
    const std::array rules{
        Rule{"num_clusters_min", s.num_clusters_min, 1, k_most_clusters},
        Rule{"num_clusters_max", s.num_clusters_max, 1, k_most_clusters},
        Rule{"gmm_n_components_min", s.gmm_n_components_min, 1, k_most_clusters},
        Rule{"gmm_n_components_max", s.gmm_n_components_max, 1, k_most_clusters},
        Rule{"dbscan_min_samples_min", s.dbscan_min_samples_min, 1, k_most_clusters},
        Rule{"dbscan_min_samples_max", s.dbscan_min_samples_max, 1, k_most_clusters},
        Rule{"dbscan_eps_min", s.dbscan_eps_min, 0.0001, 1000},
        Rule{"dbscan_eps_max", s.dbscan_eps_max, 0.0001, 1000},
        Rule{"pca_components_min", s.pca_components_min, 0, k_most_clusters},
        Rule{"pca_components_max", s.pca_components_max, 0, k_most_clusters},
        Rule{"clustering_runs", s.clustering_runs, 1, 100'000},
        Rule{"max_songs_per_cluster", s.max_songs_per_cluster, 0, 1'000'000},
        Rule{"max_songs_per_artist", s.max_songs_per_artist, 0, 1'000'000},
        Rule{"max_distance", s.max_distance, 0.01, 1000},
        Rule{"max_track_minutes", s.max_track_minutes, 0, 1'000'000},
    };
    for (const auto& rule : rules) {
        if (rule.value && !(*rule.value >= rule.min && *rule.value <= rule.max)) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("Field \"{}\" must be from {} to {}.", rule.field, rule.min, rule.max),
                        std::string(rule.field));
        }
    }
    const std::array crossings{
        min_above_max("num_clusters_min", s.num_clusters_min, s.num_clusters_max),
        min_above_max("gmm_n_components_min", s.gmm_n_components_min, s.gmm_n_components_max),
        min_above_max("dbscan_min_samples_min", s.dbscan_min_samples_min, s.dbscan_min_samples_max),
        min_above_max("dbscan_eps_min", s.dbscan_eps_min, s.dbscan_eps_max),
        min_above_max("pca_components_min", std::optional(s.pca_components_min), std::optional(s.pca_components_max)),
    };
    for (const auto& crossing : crossings) {
        if (crossing) {
            return tl::unexpected<Error>(*crossing);
        }
    }
    return {};
}

IntRange automatic_clusters(std::size_t tracks) noexcept { return {clamped(tracks / 40, 2, 20), clamped(tracks / 12, 2, 60)}; }

IntRange automatic_min_samples(std::size_t tracks) noexcept {
    if (tracks >= 100) {
        return {5, 20};
    }
    return {std::max(2, static_cast<int>(tracks / 20)), std::max(3, static_cast<int>(tracks / 10))};
}

ClusteringRanges resolve_counts(const ClusteringSettings& settings, std::size_t tracks) {
    const auto features = static_cast<int>(feature_count(settings.features));
    ClusteringRanges ranges;
    ranges.num_clusters = settle(settings.num_clusters_min, settings.num_clusters_max, automatic_clusters(tracks));
    ranges.gmm_n_components = settle(settings.gmm_n_components_min, settings.gmm_n_components_max, automatic_clusters(tracks));
    ranges.dbscan_min_samples =
        settle(settings.dbscan_min_samples_min, settings.dbscan_min_samples_max, automatic_min_samples(tracks));
    ranges.dbscan_eps = settle(settings.dbscan_eps_min, settings.dbscan_eps_max, RealRange{});
    ranges.pca_components = {std::min(settings.pca_components_min, features), std::min(settings.pca_components_max, features)};
    return ranges;
}

std::size_t feature_count(FeatureKind kind) noexcept { return kind == FeatureKind::moods ? 1 + k_mood_count : k_embedding_size; }

} // namespace audiomuse::playlists
