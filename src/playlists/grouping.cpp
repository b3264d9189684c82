#include <playlists/detail/grouping.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace audiomuse::playlists::detail {

namespace {

using Rows = std::vector<std::uint32_t>;
using Halves = std::pair<Rows, Rows>;

constexpr double k_least_half = 0.35; // of a part that is cut in two

std::vector<float> centre_of(cluster::MatrixView points, const Rows& rows) {
    std::vector<double> sum(points.cols);
    for (const auto row : rows) {
        const auto point = points.row(row);
        for (std::size_t j = 0; j < point.size(); ++j) {
            sum[j] += point[j];
        }
    }
    std::vector<float> centre(points.cols);
    for (std::size_t j = 0; j < centre.size(); ++j) {
        centre[j] = static_cast<float>(sum[j] / static_cast<double>(rows.size()));
    }
    return centre;
}

std::vector<Candidate> candidates_of(cluster::MatrixView points, const Rows& rows, const Corpus& corpus) {
    const auto centre = centre_of(points, rows);
    std::vector<Candidate> candidates;
    candidates.reserve(rows.size());
    for (const auto row : rows) {
        candidates.push_back({row, corpus.artists[row], std::sqrt(cluster::squared_distance(points.row(row), centre))});
    }
    return candidates;
}

/// A cluster, or a part of a divided one.
struct Part {
    Rows rows; ///< the tracks within reach, the closest to the centre first
    Selection selection;
    bool may_divide = true;
};

Part make_part(std::vector<Candidate> candidates, const SelectionLimits& limits) {
    Part part;
    part.selection = select_songs(candidates, limits);
    part.rows.reserve(candidates.size());
    for (const auto& candidate : candidates) {
        part.rows.push_back(candidate.track);
    }
    return part;
}

Part make_half(cluster::MatrixView points, const Rows& rows, const Corpus& corpus, const SelectionLimits& limits) {
    auto candidates = candidates_of(points, rows, corpus);
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.track < b.track;
    });
    return make_part(std::move(candidates), limits);
}

/// The direction of greatest variance by power iteration, from the point farthest from the centre; empty when there is no spread.
std::vector<double> longest_direction(cluster::MatrixView points, const Rows& rows, std::span<const float> centre) {
    constexpr int k_iterations = 12;
    const auto farthest =
        std::ranges::max_element(rows, {}, [&](auto row) { return cluster::squared_distance(points.row(row), centre); });
    std::vector<double> direction(points.cols);
    for (std::size_t j = 0; j < direction.size(); ++j) {
        direction[j] = static_cast<double>(points.row(*farthest)[j]) - centre[j];
    }
    for (int iteration = 0; iteration < k_iterations; ++iteration) {
        std::vector<double> next(points.cols);
        for (const auto row : rows) {
            const auto point = points.row(row);
            double along = 0;
            for (std::size_t j = 0; j < direction.size(); ++j) {
                along += (static_cast<double>(point[j]) - centre[j]) * direction[j];
            }
            for (std::size_t j = 0; j < direction.size(); ++j) {
                next[j] += along * (static_cast<double>(point[j]) - centre[j]);
            }
        }
        double length = 0;
        for (const double value : next) {
            length += value * value;
        }
        if (!(length > 1e-24)) {
            return {};
        }
        for (std::size_t j = 0; j < direction.size(); ++j) {
            direction[j] = next[j] / std::sqrt(length);
        }
    }
    return direction;
}

/// Cuts along the longest direction where the two sides are tightest (least sum of squares), neither below 35 % of the tracks.
std::optional<Halves> cut(cluster::MatrixView points, const Rows& rows) {
    const auto centre = centre_of(points, rows);
    const auto direction = longest_direction(points, rows, centre);
    if (direction.empty()) {
        return std::nullopt;
    }
    std::vector<std::pair<double, std::uint32_t>> along;
    double total = 0;
    for (const auto row : rows) {
        const auto point = points.row(row);
        double position = 0;
        for (std::size_t j = 0; j < direction.size(); ++j) {
            position += (static_cast<double>(point[j]) - centre[j]) * direction[j];
        }
        along.emplace_back(position, row);
        total += position;
    }
    std::ranges::sort(along);
    const auto count = static_cast<double>(along.size());
    const std::size_t least = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(k_least_half * count)));
    std::size_t best = 0;
    double best_between = -1;
    double left_sum = 0;
    for (std::size_t i = 1; i < along.size(); ++i) {
        left_sum += along[i - 1].first;
        if (i < least || along.size() - i < least) {
            continue;
        }
        const auto left = static_cast<double>(i);
        const double right_sum = total - left_sum;
        const double between = left_sum * left_sum / left + right_sum * right_sum / (count - left);
        if (between > best_between) {
            best_between = between;
            best = i;
        }
    }
    if (best == 0) {
        return std::nullopt;
    }
    Halves halves;
    for (std::size_t i = 0; i < along.size(); ++i) {
        (i < best ? halves.first : halves.second).push_back(along[i].second);
    }
    return halves;
}

bool is_weaker(std::size_t artist_limit, std::size_t than) noexcept { return than != 0 && artist_limit > than; }

std::size_t songs(const Part& part) noexcept { return part.selection.tracks.size(); }

bool wants_division(const Part& part, const PlaylistPlan& plan) noexcept {
    return part.may_divide && songs(part) > 0 &&
           (part.rows.size() >= 2 * plan.comfortable_songs || part.rows.size() - songs(part) >= plan.limits.min_songs);
}

void divide(std::vector<Part>& parts, cluster::MatrixView points, const Corpus& corpus, const PlaylistPlan& plan) {
    auto playlists = static_cast<std::size_t>(std::ranges::count_if(parts, [](const Part& part) { return songs(part) > 0; }));
    while (playlists < plan.most_playlists) {
        std::size_t largest = parts.size();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (wants_division(parts[i], plan) &&
                (largest == parts.size() || parts[i].rows.size() > parts[largest].rows.size())) {
                largest = i;
            }
        }
        if (largest == parts.size()) {
            return;
        }
        Part& whole = parts[largest];
        whole.may_divide = false;
        const auto halves = cut(points, whole.rows);
        if (!halves) {
            continue;
        }
        Part first = make_half(points, halves->first, corpus, plan.limits);
        Part second = make_half(points, halves->second, corpus, plan.limits);
        if (songs(first) > 0 && songs(second) > 0 && songs(first) + songs(second) >= songs(whole) &&
            !is_weaker(first.selection.artist_limit, whole.selection.artist_limit) &&
            !is_weaker(second.selection.artist_limit, whole.selection.artist_limit)) {
            whole = std::move(first);
            parts.push_back(std::move(second));
            ++playlists;
        }
    }
}

} // namespace

PlaylistPlan make_plan(const ClusteringSettings& settings, const Corpus& corpus) {
    const std::size_t library = corpus.library_size;
    const auto ranges = resolve_counts(settings, library);
    PlaylistPlan plan;
    plan.limits.max_distance = settings.max_distance;
    plan.limits.max_songs = static_cast<std::size_t>(settings.max_songs_per_cluster);
    plan.limits.max_songs_per_artist = static_cast<std::size_t>(settings.max_songs_per_artist);
    plan.limits.min_songs = smallest_playlist(library, plan.limits.max_songs);

    plan.most_playlists = std::clamp<std::size_t>((library + 7) / 8, 2, 60);
    if (settings.cluster_algorithm != ClusterAlgorithm::dbscan) {
        const auto& clusters =
            settings.cluster_algorithm == ClusterAlgorithm::gmm ? ranges.gmm_n_components : ranges.num_clusters;
        plan.most_playlists = std::min(plan.most_playlists, 2 * static_cast<std::size_t>(clusters.max));
    }
    const double root = std::round(std::sqrt(static_cast<double>(library)));
    const std::size_t most_comfortable = plan.limits.max_songs > 0 ? plan.limits.max_songs : 40;
    plan.comfortable_songs =
        std::clamp(static_cast<std::size_t>(root), plan.limits.min_songs, std::max(plan.limits.min_songs, most_comfortable));
    plan.wanted_playlists = std::min(std::clamp<std::size_t>(static_cast<std::size_t>(root), 2, 30), plan.most_playlists);
    plan.reachable_songs =
        plan.limits.max_songs > 0 ? std::min(corpus.size(), plan.most_playlists * plan.limits.max_songs) : corpus.size();
    return plan;
}

Groups group_tracks(cluster::MatrixView points, const cluster::Labels& labels, std::size_t clusters, const Corpus& corpus,
                    const PlaylistPlan& plan) {
    std::vector<Rows> members(clusters);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != cluster::k_noise) {
            members[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::uint32_t>(i));
        }
    }
    std::vector<Part> parts;
    for (const auto& rows : members) {
        if (!rows.empty()) {
            parts.push_back(make_part(within_reach(candidates_of(points, rows, corpus), plan.limits.max_distance), plan.limits));
        }
    }
    divide(parts, points, corpus, plan);
    Groups groups;
    for (auto& part : parts) {
        if (songs(part) > 0) {
            groups.push_back(std::move(part.selection.tracks));
        }
    }
    return groups;
}

} // namespace audiomuse::playlists::detail
