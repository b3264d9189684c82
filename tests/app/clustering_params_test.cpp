#include <app/clustering_params.hpp>

#include <gtest/gtest.h>

namespace audiomuse::app {
namespace {

TEST(MergeClustering, OneGivenEndMovesTheOtherDefault) {
    playlists::ClusteringSettings configured;
    configured.num_clusters_min = 3;
    configured.num_clusters_max = 10;
    ClusteringRequest request;
    request.num_clusters_min = 15;
    request.pca_components_min = 8;
    auto settings = merge(configured, request);
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->num_clusters_min, 15);
    EXPECT_EQ(settings->num_clusters_max, 15);
    EXPECT_EQ(settings->pca_components_max, 8);
    request = {};
    request.num_clusters_max = 2;
    settings = merge(configured, request);
    EXPECT_EQ(settings->num_clusters_min, 2);
}

TEST(MergeClustering, AGivenMinAboveAGivenMaxIsTheirError) {
    ClusteringRequest request;
    request.dbscan_eps_min = 2;
    request.dbscan_eps_max = 1;
    EXPECT_EQ(merge({}, request).error().field, "dbscan_eps_min");
}

TEST(MergeClustering, NumbersBeyondAnIntNameTheirField) {
    ClusteringRequest request;
    request.max_songs_per_artist = std::int64_t{1} << 40;
    EXPECT_EQ(merge({}, request).error().field, "max_songs_per_artist");
    request = {};
    request.seed = -1;
    EXPECT_EQ(merge({}, request).error().field, "seed");
}

TEST(ClusteringSettingsJson, ReadsWhatItWrote) {
    playlists::ClusteringSettings settings;
    settings.cluster_algorithm = playlists::ClusterAlgorithm::dbscan;
    settings.dbscan_eps_max = 0.75;
    settings.seed = 18'446'744'073'709'551'615U;
    const std::string text = to_json(settings);
    const auto read = parse_clustering_settings(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(*read), text);
    EXPECT_EQ(read->seed, settings.seed);
    EXPECT_FALSE(read->num_clusters_min);
    EXPECT_FALSE(parse_clustering_settings("{}"));
    EXPECT_FALSE(parse_clustering_settings("nonsense"));
}

} // namespace
} // namespace audiomuse::app
