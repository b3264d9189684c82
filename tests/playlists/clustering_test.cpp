#include <playlists/clustering.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <playlists/synthetic_library.hpp>
#include <playlists/text_keys.hpp>

namespace audiomuse::playlists {
namespace {

using testing::all_songs;
using testing::synthetic_library;

ClusteringSettings seeded(ClusterAlgorithm algorithm, int runs = 60) {
    ClusteringSettings settings;
    settings.cluster_algorithm = algorithm;
    settings.clustering_runs = runs;
    settings.seed = 42;
    return settings;
}

/// Everything about an outcome in one text, to compare byte by byte.
std::string as_text(const ClusteringOutcome& outcome) {
    std::string text = fmt::format("{:a} {} {} {} {}\n", outcome.best_score, outcome.runs_completed, outcome.best_params.run_id,
                                   outcome.tracks_considered, outcome.tracks_placed);
    for (const auto& playlist : outcome.playlists) {
        text += fmt::format("{}: {}\n", playlist.name, fmt::join(playlist.tracks, " "));
    }
    return text;
}

void expect_rules(const ClusteringOutcome& outcome, const std::vector<TrackFeatures>& tracks, const ClusteringSettings& settings,
                  std::size_t least_songs) {
    const auto songs = all_songs(outcome.playlists);
    EXPECT_EQ(songs.size(), outcome.tracks_placed);
    EXPECT_EQ(std::set(songs.begin(), songs.end()).size(), songs.size()) << "a song is in two playlists";
    std::set<std::string> names;
    for (const auto& playlist : outcome.playlists) {
        names.insert(playlist.name);
        EXPECT_TRUE(playlist.name.ends_with("_automatic")) << playlist.name;
        EXPECT_EQ(playlist.name.find("Mixed"), std::string::npos);
        EXPECT_GE(playlist.tracks.size(), least_songs) << playlist.name;
        if (settings.max_songs_per_cluster > 0) {
            EXPECT_LE(playlist.tracks.size(), static_cast<std::size_t>(settings.max_songs_per_cluster));
        }
        std::map<std::string, std::size_t> artists;
        for (const std::size_t song : playlist.tracks) {
            ASSERT_LT(song, tracks.size());
            const auto artist = artist_key(tracks[song].artist, tracks[song].album_artist);
            if (!artist.empty()) {
                ++artists[artist];
            }
        }
        for (const auto& [artist, count] : artists) {
            if (settings.max_songs_per_artist > 0 && playlist.tracks.size() > least_songs) {
                EXPECT_LE(count, static_cast<std::size_t>(settings.max_songs_per_artist)) << artist << " in " << playlist.name;
            }
        }
    }
    EXPECT_EQ(names.size(), outcome.playlists.size());
    EXPECT_GE(outcome.best_score, 0);
    EXPECT_LE(outcome.best_score, 1);
}

class EachAlgorithm : public ::testing::TestWithParam<ClusterAlgorithm> {};
INSTANTIATE_TEST_SUITE_P(All, EachAlgorithm,
                         ::testing::Values(ClusterAlgorithm::kmeans, ClusterAlgorithm::dbscan, ClusterAlgorithm::gmm),
                         [](const auto& param_info) { return std::string(to_string(param_info.param)); });

TEST_P(EachAlgorithm, GivesTheSameBytesForAnyNumberOfThreadsAndOrderOfTracks) {
    auto tracks = synthetic_library(120, 25, 6, 3);
    const auto settings = seeded(GetParam(), GetParam() == ClusterAlgorithm::gmm ? 22 : 60);
    const auto one = make_playlists(tracks, settings, {.threads = 1}, {});
    const auto four = make_playlists(tracks, settings, {.threads = 4}, {});
    ASSERT_TRUE(one && four);
    EXPECT_EQ(as_text(*one), as_text(*four));
    EXPECT_FALSE(one->playlists.empty());
    EXPECT_EQ(one->best_params.seed, 42U);

    std::ranges::reverse(tracks);
    const auto reversed = make_playlists(tracks, settings, {.threads = 1}, {});
    ASSERT_TRUE(reversed);
    ASSERT_EQ(reversed->playlists.size(), one->playlists.size());
    for (std::size_t p = 0; p < one->playlists.size(); ++p) {
        auto mirrored = reversed->playlists[p].tracks;
        for (auto& track : mirrored) {
            track = tracks.size() - 1 - track;
        }
        EXPECT_EQ(mirrored, one->playlists[p].tracks);
    }
}

TEST_P(EachAlgorithm, KeepsTheRules) {
    const auto tracks = synthetic_library(150, 20, 7, 5);
    auto settings = seeded(GetParam(), 20);
    settings.max_songs_per_cluster = 12;
    settings.max_songs_per_artist = 2;
    const auto outcome = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->playlists.empty());
    expect_rules(*outcome, tracks, settings, 5);
    EXPECT_EQ(outcome->best_params.max_songs_per_cluster, 12);
}

TEST_P(EachAlgorithm, TinyLibraries) {
    for (const std::size_t count : {2U, 3U, 4U, 5U, 8U, 12U, 13U}) {
        const auto tracks = synthetic_library(count, 6, 2, 5);
        const auto settings = seeded(GetParam(), 40);
        const auto outcome = make_playlists(tracks, settings, {}, {});
        ASSERT_TRUE(outcome) << count << ": " << outcome.error().message;
        expect_rules(*outcome, tracks, settings, std::min<std::size_t>(count, 3));
        EXPECT_FALSE(outcome->playlists.empty()) << count;
    }
}

TEST_P(EachAlgorithm, OneArtistGetsPlaylistsToo) {
    const auto tracks = synthetic_library(40, 1, 3, 5);
    const auto outcome = make_playlists(tracks, seeded(GetParam()), {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->playlists.empty());
    for (const auto& playlist : outcome->playlists) {
        EXPECT_EQ(playlist.tracks.size(), 5U); // the limit gave way just enough
    }
}

TEST_P(EachAlgorithm, EqualTracksMakeOnePlaylist) {
    auto tracks = synthetic_library(30, 0, 1, 5);
    for (auto& track : tracks) {
        track.moods = tracks[0].moods;
        track.tempo_bpm = 100;
    }
    const auto outcome = make_playlists(tracks, seeded(GetParam()), {}, {});
    ASSERT_TRUE(outcome);
    ASSERT_EQ(outcome->playlists.size(), 1U);
    EXPECT_EQ(outcome->playlists[0].tracks.size(), 30U);
}

TEST_P(EachAlgorithm, WorksOnEmbeddingsAndWithoutTempo) {
    auto tracks = synthetic_library(60, 20, 4, 5);
    for (auto& track : tracks) {
        track.tempo_bpm.reset();
    }
    auto settings = seeded(GetParam(), 20);
    settings.features = FeatureKind::embedding;
    const auto outcome = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->playlists.empty());
    expect_rules(*outcome, tracks, settings, 5);
    for (const auto& playlist : outcome->playlists) {
        EXPECT_NE(playlist.name.find("_Slow_"), std::string::npos);
    }
}

TEST_P(EachAlgorithm, AStopEndsIt) {
    std::stop_source stop;
    ClusteringContext context;
    context.callbacks.on_batch = [&](const cluster::FinishedBatch&) { stop.request_stop(); };
    const auto outcome = make_playlists(synthetic_library(60, 20, 4, 5), seeded(GetParam(), 1000), context, stop.get_token());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
}

TEST(MakePlaylists, FewerThanTwoTracksIsAClearFailure) {
    for (const std::size_t count : {0U, 1U}) {
        const auto outcome = make_playlists(synthetic_library(count, 1, 1, 1), seeded(ClusterAlgorithm::kmeans), {}, {});
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::conflict);
        EXPECT_EQ(outcome.error().message,
                  fmt::format("Clustering needs at least 2 analysed tracks to group; there {}. Analyse more music first.",
                              count == 1 ? "is 1" : "are 0"));
    }
}

TEST(MakePlaylists, InvalidSettingsNameTheField) {
    auto settings = seeded(ClusterAlgorithm::kmeans);
    settings.clustering_runs = 0;
    const auto outcome = make_playlists(synthetic_library(20, 5, 2, 1), settings, {}, {});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().field, "clustering_runs");
}

TEST(MakePlaylists, MoreClustersThanTheTracksCanMakePlaylistsOfAreFewer) {
    for (const int asked : {8, 50, 5000}) {
        auto settings = seeded(ClusterAlgorithm::kmeans, 20);
        settings.num_clusters_min = asked;
        settings.gmm_n_components_min = settings.gmm_n_components_max = asked;
        const auto tracks = synthetic_library(20, 12, 2, 1);
        const auto kmeans = make_playlists(tracks, settings, {}, {});
        ASSERT_TRUE(kmeans);
        EXPECT_EQ(kmeans->best_params.n_clusters, 5);
        EXPECT_FALSE(kmeans->playlists.empty());
        settings.cluster_algorithm = ClusterAlgorithm::gmm;
        const auto gmm = make_playlists(tracks, settings, {}, {});
        ASSERT_TRUE(gmm);
        EXPECT_LE(gmm->best_params.n_components, 5);
        EXPECT_FALSE(gmm->playlists.empty());
    }
}

TEST(MakePlaylists, RangesAreKept) {
    const auto tracks = synthetic_library(120, 25, 6, 3);
    auto settings = seeded(ClusterAlgorithm::kmeans, 40);
    settings.num_clusters_min = settings.num_clusters_max = 7;
    settings.pca_components_min = settings.pca_components_max = 3;
    const auto kmeans = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(kmeans);
    EXPECT_EQ(kmeans->best_params.n_clusters, 7);
    EXPECT_EQ(kmeans->best_params.n_components, 0);
    EXPECT_EQ(kmeans->best_params.pca_components, 3);

    settings = seeded(ClusterAlgorithm::gmm, 40);
    settings.gmm_n_components_min = settings.gmm_n_components_max = 4;
    settings.num_clusters_min = settings.num_clusters_max = 9;
    EXPECT_EQ(make_playlists(tracks, settings, {}, {})->best_params.n_components, 4);

    settings = seeded(ClusterAlgorithm::dbscan, 40);
    settings.dbscan_eps_min = 2.0;
    settings.dbscan_eps_max = 2.5;
    settings.dbscan_min_samples_min = settings.dbscan_min_samples_max = 4;
    const auto dbscan = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(dbscan);
    EXPECT_GE(dbscan->best_params.eps, 2.0);
    EXPECT_LE(dbscan->best_params.eps, 2.5);
    EXPECT_EQ(dbscan->best_params.min_samples, 4);
}

TEST(MakePlaylists, LeavesOutLongTracksAndRepeatedSongs) {
    auto tracks = synthetic_library(80, 25, 4, 3);
    tracks[5].duration_s = 31 * 60;
    tracks[70].title = tracks[6].title;
    tracks[70].artist = tracks[6].artist;
    const auto outcome = make_playlists(tracks, seeded(ClusterAlgorithm::kmeans), {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->tracks_considered, 78U);
    const auto songs = all_songs(outcome->playlists);
    EXPECT_EQ(std::ranges::find(songs, 5U), songs.end());
    EXPECT_EQ(std::ranges::find(songs, 70U), songs.end());
}

TEST(MakePlaylists, NamesOfKeptPlaylistsAreTaken) {
    const auto tracks = synthetic_library(80, 25, 4, 3);
    const auto settings = seeded(ClusterAlgorithm::kmeans);
    const auto first = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(first);
    std::vector<std::string> taken;
    for (const auto& playlist : first->playlists) {
        taken.push_back(playlist.name);
    }
    const auto second = make_playlists(tracks, settings, {.taken_names = taken}, {});
    ASSERT_TRUE(second);
    ASSERT_EQ(second->playlists.size(), first->playlists.size());
    for (const auto& playlist : second->playlists) {
        EXPECT_EQ(std::ranges::find(taken, playlist.name), taken.end()) << playlist.name;
    }
}

TEST(MakePlaylists, GoesOnFromTheScoresOfABrokenOffSearch) {
    const auto tracks = synthetic_library(80, 25, 4, 3);
    const auto settings = seeded(ClusterAlgorithm::kmeans, 100);
    std::vector<double> scores;
    ClusteringContext context;
    context.callbacks.on_batch = [&](const cluster::FinishedBatch& batch) {
        scores.insert(scores.end(), batch.scores.begin(), batch.scores.end());
    };
    const auto whole = make_playlists(tracks, settings, context, {});
    ASSERT_TRUE(whole);
    scores.resize(20);
    const auto resumed = make_playlists(tracks, settings, {.known_scores = scores}, {});
    ASSERT_TRUE(resumed);
    EXPECT_EQ(as_text(*whole), as_text(*resumed));
}

TEST(MakePlaylists, WithoutASeedItDrawsAndReportsOne) {
    auto settings = seeded(ClusterAlgorithm::kmeans, 20);
    settings.seed.reset();
    const auto tracks = synthetic_library(40, 25, 4, 3);
    const auto outcome = make_playlists(tracks, settings, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_LE(outcome->best_params.seed, 0xFFFFFFFFU);
    settings.seed = outcome->best_params.seed;
    EXPECT_EQ(as_text(*outcome), as_text(*make_playlists(tracks, settings, {}, {})));
}

class LargeLibrary : public ::testing::TestWithParam<ClusterAlgorithm> {};
INSTANTIATE_TEST_SUITE_P(All, LargeLibrary,
                         ::testing::Values(ClusterAlgorithm::kmeans, ClusterAlgorithm::dbscan, ClusterAlgorithm::gmm),
                         [](const auto& param_info) { return std::string(to_string(param_info.param)); });

TEST_P(LargeLibrary, IsSearchedOnASampleAndPlacedAsAWhole) {
    const auto tracks = synthetic_library(3000, 900, 12, 3); // by embedding, the sample has 2,500
    auto settings = seeded(GetParam(), 2);
    settings.features = FeatureKind::embedding;
    settings.pca_components_min = settings.pca_components_max = 3;
    const auto outcome = make_playlists(tracks, settings, {.threads = 2}, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->tracks_considered, 3000U);
    EXPECT_GE(outcome->playlists.size(), 8U);
    expect_rules(*outcome, tracks, settings, 5);
}

TEST(ResolveRanges, EpsGoesFromTheMedianToThe90thPercentileOfNeighbourDistances) {
    // One feature varies, in steps of 1: standardised steps are all alike, and each track's 2nd neighbour is one step away, but
    // two for both ends.
    std::vector<TrackFeatures> tracks = synthetic_library(41, 0, 1, 1);
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        tracks[i].tempo_bpm = 60 + static_cast<double>(i);
        tracks[i].moods.fill(0.5F);
    }
    ClusteringSettings settings;
    settings.dbscan_min_samples_min = settings.dbscan_min_samples_max = 2;
    const auto ranges = resolve_ranges(tracks, settings, {});
    ASSERT_TRUE(ranges);
    const double step = 1 / std::sqrt((41.0 * 41.0 - 1) / 12);
    EXPECT_NEAR(ranges->dbscan_eps.min, step, 1e-5);
    EXPECT_NEAR(ranges->dbscan_eps.max, step, 1e-5);
    settings.dbscan_min_samples_max = 4;
    EXPECT_NEAR(resolve_ranges(tracks, settings, {})->dbscan_eps.max, 2 * step, 1e-5);
    settings.dbscan_eps_min = 9;
    EXPECT_EQ(resolve_ranges(tracks, settings, {})->dbscan_eps, (RealRange{9, 9}));
    EXPECT_EQ(resolve_ranges({}, ClusteringSettings{}, {})->dbscan_eps, (RealRange{1, 5})); // what a start takes until it knows
    EXPECT_EQ(resolve_ranges({}, settings, {})->dbscan_eps, (RealRange{9, 9}));
    EXPECT_TRUE(validate(settings));
}

} // namespace
} // namespace audiomuse::playlists
