#include <playlists/settings.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace audiomuse::playlists {
namespace {

TEST(ClusteringSettings, DefaultsOfTheContract) {
    const ClusteringSettings settings;
    EXPECT_EQ(settings.cluster_algorithm, ClusterAlgorithm::kmeans);
    EXPECT_EQ(settings.pca_components_min, 0);
    EXPECT_EQ(settings.pca_components_max, 5);
    EXPECT_EQ(settings.clustering_runs, 1000);
    EXPECT_EQ(settings.max_songs_per_cluster, 40);
    EXPECT_EQ(settings.max_songs_per_artist, 3);
    EXPECT_EQ(settings.max_distance, 0.5);
    EXPECT_EQ(settings.max_track_minutes, 30);
    EXPECT_EQ(settings.features, FeatureKind::moods);
    EXPECT_FALSE(settings.seed);
    EXPECT_TRUE(validate(settings));
}

TEST(AutomaticRanges, ClustersGrowWithTheLibrary) {
    EXPECT_EQ(automatic_clusters(0), (IntRange{2, 2}));
    EXPECT_EQ(automatic_clusters(12), (IntRange{2, 2}));
    EXPECT_EQ(automatic_clusters(41), (IntRange{2, 3}));
    EXPECT_EQ(automatic_clusters(60), (IntRange{2, 5}));
    EXPECT_EQ(automatic_clusters(200), (IntRange{5, 16}));
    EXPECT_EQ(automatic_clusters(600), (IntRange{15, 50}));
    EXPECT_EQ(automatic_clusters(1'000'000), (IntRange{20, 60}));
}

TEST(AutomaticRanges, MinSamplesShrinkBelowAHundredTracks) {
    EXPECT_EQ(automatic_min_samples(1000), (IntRange{5, 20}));
    EXPECT_EQ(automatic_min_samples(100), (IntRange{5, 20}));
    EXPECT_EQ(automatic_min_samples(99), (IntRange{4, 9}));
    EXPECT_EQ(automatic_min_samples(41), (IntRange{2, 4}));
    EXPECT_EQ(automatic_min_samples(2), (IntRange{2, 3}));
}

TEST(AutomaticRanges, AnAutomaticEndMovesToTheGivenOne) {
    ClusteringSettings settings;
    settings.num_clusters_min = 70;
    settings.gmm_n_components_max = 4;
    settings.dbscan_min_samples_min = 3;
    const auto ranges = resolve_counts(settings, 600);
    EXPECT_EQ(ranges.num_clusters, (IntRange{70, 70}));
    EXPECT_EQ(ranges.gmm_n_components, (IntRange{4, 4}));
    EXPECT_EQ(ranges.dbscan_min_samples, (IntRange{3, 20}));
}

TEST(AutomaticRanges, PcaComponentsAreClampedToTheFeatures) {
    ClusteringSettings settings;
    settings.pca_components_min = 40;
    settings.pca_components_max = 300;
    EXPECT_EQ(resolve_counts(settings, 600).pca_components, (IntRange{18, 18}));
    settings.features = FeatureKind::embedding;
    EXPECT_EQ(resolve_counts(settings, 600).pca_components, (IntRange{40, 200}));
}

struct Invalid {
    const char* field;
    void (*spoil)(ClusteringSettings&);
};

class InvalidSettings : public ::testing::TestWithParam<Invalid> {};

TEST_P(InvalidSettings, NameTheField) {
    ClusteringSettings settings;
    GetParam().spoil(settings);
    const auto result = validate(settings);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(result.error().field, GetParam().field);
    EXPECT_NE(result.error().message.find(GetParam().field), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidSettings,
    ::testing::Values(Invalid{"num_clusters_min", [](auto& s) { s.num_clusters_min = 0; }},
                      Invalid{"num_clusters_min", [](auto& s) { s.num_clusters_min = 9, s.num_clusters_max = 8; }},
                      Invalid{"gmm_n_components_max", [](auto& s) { s.gmm_n_components_max = -1; }},
                      Invalid{"gmm_n_components_min", [](auto& s) { s.gmm_n_components_min = 3, s.gmm_n_components_max = 2; }},
                      Invalid{"dbscan_eps_min", [](auto& s) { s.dbscan_eps_min = 0; }},
                      Invalid{"dbscan_eps_min", [](auto& s) { s.dbscan_eps_min = 2, s.dbscan_eps_max = 1; }},
                      Invalid{"dbscan_eps_max", [](auto& s) { s.dbscan_eps_max = std::numeric_limits<double>::quiet_NaN(); }},
                      Invalid{"dbscan_min_samples_min", [](auto& s) { s.dbscan_min_samples_min = 0; }},
                      Invalid{"pca_components_min", [](auto& s) { s.pca_components_min = -1; }},
                      Invalid{"pca_components_min", [](auto& s) { s.pca_components_min = 6; }},
                      Invalid{"clustering_runs", [](auto& s) { s.clustering_runs = 0; }},
                      Invalid{"clustering_runs", [](auto& s) { s.clustering_runs = 100'001; }},
                      Invalid{"max_songs_per_cluster", [](auto& s) { s.max_songs_per_cluster = -1; }},
                      Invalid{"max_songs_per_artist", [](auto& s) { s.max_songs_per_artist = -1; }},
                      Invalid{"max_distance", [](auto& s) { s.max_distance = 0; }},
                      Invalid{"max_track_minutes", [](auto& s) { s.max_track_minutes = -1; }}));

TEST(Words, GoBothWays) {
    for (const auto algorithm : {ClusterAlgorithm::kmeans, ClusterAlgorithm::dbscan, ClusterAlgorithm::gmm}) {
        EXPECT_EQ(parse_cluster_algorithm(to_string(algorithm)), algorithm);
    }
    for (const auto kind : {FeatureKind::moods, FeatureKind::embedding}) {
        EXPECT_EQ(parse_feature_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(to_string(ClusterAlgorithm::gmm), "gmm");
    EXPECT_FALSE(parse_cluster_algorithm("spectral"));
    EXPECT_FALSE(parse_feature_kind(""));
}

} // namespace
} // namespace audiomuse::playlists
