#include <http/body.hpp>

#include <gtest/gtest.h>

namespace audiomuse::http {
namespace {

TEST(AnalysisBody, EmptyMeansDefaults) {
    for (const char* body : {"", " \r\n\t", "{}", R"({"num_recent_albums": null})"}) {
        const auto request = parse_analysis_request(body);
        ASSERT_TRUE(request) << body;
        EXPECT_FALSE(request->num_recent_albums) << body;
    }
}

TEST(AnalysisBody, DigitsAsTextAreNumbers) {
    const auto request =
        parse_analysis_request(R"({"num_recent_albums": "50", "top_n_moods": 3.0, "jellyfin_token": "x", "other": {}})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->num_recent_albums, 50);
    EXPECT_EQ(request->top_n_moods, 3);
    EXPECT_EQ(request->jellyfin_token, "x");
}

TEST(AnalysisBody, AWrongTypeNamesTheField) {
    for (const char* value :
         {"\"5x\"", "\"\"", "1.5", "true", "[]", "{}", "1e300", "18446744073709551615", "99999999999999999999999999"}) {
        const auto request = parse_analysis_request(std::string(R"({"num_recent_albums": )") + value + "}");
        ASSERT_FALSE(request) << value;
        EXPECT_EQ(request.error().field, "num_recent_albums") << value;
        EXPECT_EQ(request.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(request.error().message, "Field \"num_recent_albums\" must be a whole number.");
    }
}

TEST(AnalysisBody, MalformedJsonHasNoField) {
    for (const char* body : {"{", "null", "[]", "5", "\"x\"", "{\"a\":\"\xff\"}"}) {
        const auto request = parse_analysis_request(body);
        ASSERT_FALSE(request) << body;
        EXPECT_EQ(request.error().field, "") << body;
    }
}

TEST(AnalysisBody, SurvivesDeepNesting) { EXPECT_FALSE(parse_analysis_request(std::string(1'000'000, '['))); }

TEST(ClusteringBody, BothNamesOfTheMethodAreOneField) {
    EXPECT_EQ(parse_clustering_request(R"({"clustering_method": "gmm"})")->cluster_algorithm, "gmm");
    EXPECT_EQ(parse_clustering_request(R"({"cluster_algorithm": "dbscan"})")->cluster_algorithm, "dbscan");
    EXPECT_EQ(parse_clustering_request(R"({"cluster_algorithm": "gmm", "clustering_method": "kmeans"})").error().field,
              "clustering_method");
    EXPECT_EQ(parse_clustering_request(R"({"clustering_method": "magic"})").error().field, "clustering_method");
}

TEST(ClusteringBody, RealNumbersMayBeText) {
    const auto request = parse_clustering_request(R"({"max_distance": "0.25", "dbscan_eps_min": 1, "dbscan_eps_max": 1e0})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->max_distance, 0.25);
    EXPECT_EQ(request->dbscan_eps_min, 1.0);
    for (const char* value : {"\"nan\"", "\"inf\"", "\"0,5\"", "[]"}) {
        EXPECT_EQ(parse_clustering_request(std::string(R"({"max_distance": )") + value + "}").error().field, "max_distance")
            << value;
    }
}

} // namespace
} // namespace audiomuse::http
