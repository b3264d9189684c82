#include <settings/detail/table.hpp>

#include <cmath>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <settings/descriptions.hpp>

namespace audiomuse::settings::detail {
namespace {

Result<void> set(std::string_view key, std::string text, Settings& settings, RawValue::Kind kind = RawValue::Kind::untyped) {
    return assign(*find_row(key), {kind, std::move(text), {Origin::Kind::flag, "--x"}}, {"/base", "/home/ada"}, settings);
}

std::string refusal(std::string_view key, std::string text, RawValue::Kind kind = RawValue::Kind::untyped) {
    Settings settings;
    const auto result = set(key, std::move(text), settings, kind);
    return result ? "accepted" : result.error().message;
}

TEST(ValueTest, IntegersHaveARange) {
    Settings settings;
    ASSERT_TRUE(set("clustering_runs", "1", settings));
    EXPECT_EQ(settings.clustering_runs, 1);
    ASSERT_TRUE(set("clustering_runs", "100000", settings));
    EXPECT_EQ(settings.clustering_runs, 100'000);
    EXPECT_EQ(refusal("clustering_runs", "0"), "--x: clustering_runs must be a whole number from 1 to 100000, not '0'.");
    EXPECT_EQ(refusal("clustering_runs", "100001"),
              "--x: clustering_runs must be a whole number from 1 to 100000, not '100001'.");
    for (const char* text : {"", " 5", "5 ", "+5", "5.0", "5x", "0x5", "99999999999999999999", "five"}) {
        EXPECT_NE(refusal("clustering_runs", text), "accepted") << text;
    }
    EXPECT_NE(refusal("top_n_moods", "18"), "accepted");
}

TEST(ValueTest, NumbersHaveARangeAndAreFinite) {
    Settings settings;
    ASSERT_TRUE(set("max_distance", "0.75", settings));
    EXPECT_EQ(settings.max_distance, 0.75);
    for (const char* text : {"nan", "inf", "-0.1", "1e9", "0,5", ""}) {
        EXPECT_NE(refusal("max_distance", text), "accepted") << text;
    }
}

TEST(ValueTest, AutomaticUndoesAnOptionalValue) {
    Settings settings;
    EXPECT_FALSE(settings.num_clusters_min);
    ASSERT_TRUE(set("num_clusters_min", "7", settings));
    EXPECT_EQ(settings.num_clusters_min, 7);
    ASSERT_TRUE(set("num_clusters_min", "automatic", settings));
    EXPECT_FALSE(settings.num_clusters_min);
    ASSERT_TRUE(set("dbscan_eps_max", "1.5", settings));
    EXPECT_EQ(settings.dbscan_eps_max, 1.5);
    EXPECT_EQ(refusal("dbscan_eps_max", "0"), "--x: dbscan_eps_max must be a number from 0.0001 to 1000, or automatic, not '0'.");
    EXPECT_NE(refusal("workers", "automatic"), "accepted");
}

TEST(ValueTest, TheFileMustWriteTheTypeOfTheSetting) {
    Settings settings;
    EXPECT_TRUE(set("clustering_runs", "50", settings, RawValue::Kind::integer));
    EXPECT_EQ(refusal("clustering_runs", "50", RawValue::Kind::text),
              "--x: clustering_runs must be a whole number from 1 to 100000, not '50' in quotes.");
    EXPECT_EQ(refusal("listen", "a boolean", RawValue::Kind::other),
              "--x: listen must be HOST:PORT, as in 127.0.0.1:8000 or [::1]:8000, not a boolean.");
    EXPECT_TRUE(set("max_distance", "1", settings, RawValue::Kind::integer));
    EXPECT_TRUE(set("num_clusters_max", "automatic", settings, RawValue::Kind::text));
    EXPECT_FALSE(set("num_clusters_max", "9", settings, RawValue::Kind::text));
    EXPECT_FALSE(set("jellyfin_user_id", "12", settings, RawValue::Kind::integer));
}

TEST(ValueTest, AddressesNameHostAndPort) {
    Settings settings;
    ASSERT_TRUE(set("listen", "0.0.0.0:80", settings));
    EXPECT_EQ(settings.listen, (ListenAddress{"0.0.0.0", 80}));
    ASSERT_TRUE(set("listen", "[::1]:0", settings));
    EXPECT_EQ(settings.listen, (ListenAddress{"::1", 0}));
    EXPECT_EQ(to_toml_value(*find_row("listen"), settings), "\"[::1]:0\"");
    for (const char* text :
         {"", "8000", ":8000", "host", "host:", "host:65536", "host:-1", "::1:80", "[]:80", "a b:80", "http://a:80"}) {
        EXPECT_NE(refusal("listen", text), "accepted") << text;
    }
}

TEST(ValueTest, WordsAreOneOfAList) {
    Settings settings;
    ASSERT_TRUE(set("cluster_algorithm", "gmm", settings));
    EXPECT_EQ(settings.cluster_algorithm, ClusterAlgorithm::gmm);
    ASSERT_TRUE(set("log_level", "warning", settings));
    EXPECT_EQ(settings.log_level, log::Level::warning);
    ASSERT_TRUE(set("log_format", "json", settings));
    EXPECT_EQ(settings.log_format, log::Format::json);
    ASSERT_TRUE(set("clustering_features", "embedding", settings));
    EXPECT_EQ(settings.clustering_features, ClusteringFeatures::embedding);
    EXPECT_EQ(refusal("cluster_algorithm", "KMeans"), "--x: cluster_algorithm must be one of kmeans, dbscan, gmm, not 'KMeans'.");
}

TEST(ValueTest, PathsAreMadeAbsolute) {
    Settings settings;
    const auto resolved = [&](const char* text) {
        EXPECT_TRUE(set("library", text, settings));
        return settings.library.string();
    };
    EXPECT_EQ(resolved("music"), "/base/music");
    EXPECT_EQ(resolved("../music/"), "/music");
    EXPECT_EQ(resolved("/m//n/./o"), "/m/n/o");
    EXPECT_EQ(resolved("/"), "/");
    EXPECT_EQ(resolved("~/Music"), "/home/ada/Music");
    EXPECT_EQ(resolved("~"), "/home/ada");
    EXPECT_EQ(resolved("~bob"), "/base/~bob");
    EXPECT_EQ(resolved(""), "");
    EXPECT_NE(refusal("library", "a\nb"), "accepted");
}

TEST(ValueTest, UrlsAreWebAddressesWithoutCredentials) {
    Settings settings;
    for (const char* text : {"", "http://nas:8096", "https://music.example/jellyfin"}) {
        EXPECT_TRUE(set("jellyfin_url", text, settings)) << text;
        EXPECT_EQ(settings.jellyfin_url, text);
    }
    for (const char* text :
         {"nas:8096", "ftp://nas", "file:///etc/passwd", "http://", "http:///x", "http://:80", "http://u:p@nas", "http://nas/a b",
          "http://nas\n", "http://nas/?token=s", "http://nas?s", "http://nas/#s"}) {
        EXPECT_NE(refusal("jellyfin_url", text), "accepted") << text;
    }
}

TEST(ValueTest, ASecretIsNeverInAMessage) {
    EXPECT_EQ(refusal("api_token", "hunter two"), "--x: api_token must be printable ASCII characters without blanks.");
    for (const char* url : {"http://ann:hunter2@nas", "http://nas:8096/?api_key=hunter2", "http://nas#hunter2"}) {
        EXPECT_EQ(refusal("jellyfin_url", url).find("hunter2"), std::string::npos) << url;
    }
    Settings settings;
    ASSERT_TRUE(set("api_token", "hunter2", settings));
    EXPECT_EQ(to_toml_value(*find_row("api_token"), settings), "\"********\"");
    EXPECT_EQ(to_plain_value(*find_row("jellyfin_token"), settings), "none");
}

TEST(ValueTest, AMessageIsOneShortLine) {
    const std::string message = refusal("workers", "\x1B[31m\n" + std::string(10'000, 'x'));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_EQ(message.find('\x1B'), std::string::npos);
    EXPECT_LT(message.size(), 200U);
}

TEST(ValueTest, EveryDefaultIsAllowed) {
    const Settings defaults;
    for (const Row& row : rows()) {
        if (std::string value = to_plain_value(row, defaults); value != "none") {
            Settings settings;
            EXPECT_TRUE(assign(row, {RawValue::Kind::untyped, value, {}}, {"/", "/"}, settings)) << row.key;
            EXPECT_EQ(to_plain_value(row, settings), value);
        }
    }
}

TEST(DescriptionTest, NamesFollowFromTheKey) {
    std::set<std::string> seen;
    for (const SettingDescription& setting : descriptions()) {
        EXPECT_TRUE(seen.insert(setting.key).second) << setting.key;
        EXPECT_TRUE(setting.help.ends_with('.')) << setting.key;
    }
    EXPECT_EQ(seen.size(), 60U);
    const auto find = [](std::string_view key) { return *std::ranges::find(descriptions(), key, &SettingDescription::key); };
    EXPECT_EQ(find("clustering_runs").environment, "CLUSTERING_RUNS");
    EXPECT_EQ(find("clustering_runs").flag, "--clustering-runs");
    EXPECT_EQ(find("clustering_runs").default_value, "1000");
    EXPECT_EQ(find("clustering_runs").allowed, "a whole number from 1 to 100000");
    EXPECT_EQ(find("playlists_dir").environment, "AUDIOMUSE_PLAYLISTS_DIR");
    EXPECT_EQ(find("playlists_dir").flag, "--playlists-dir");
    EXPECT_EQ(find("num_clusters_min").default_value, "automatic");
    EXPECT_EQ(find("listen").default_value, "127.0.0.1:8000");
    EXPECT_TRUE(find("api_token").is_secret);
    EXPECT_FALSE(find("api_token_file").is_secret);
}

/// The fields of GET /api/config that the environment sets by their bare names.
TEST(DescriptionTest, TheFieldsOfTheApiHaveBareNames) {
    std::set<std::string> bare;
    for (const SettingDescription& setting : descriptions()) {
        if (!setting.environment.starts_with("AUDIOMUSE_")) {
            bare.insert(setting.environment);
        }
    }
    EXPECT_EQ(bare, (std::set<std::string>{
                        "JELLYFIN_URL",           "JELLYFIN_USER_ID",       "JELLYFIN_TOKEN",       "NUM_RECENT_ALBUMS",
                        "MAX_DISTANCE",           "MAX_SONGS_PER_CLUSTER",  "MAX_SONGS_PER_ARTIST", "CLUSTER_ALGORITHM",
                        "NUM_CLUSTERS_MIN",       "NUM_CLUSTERS_MAX",       "DBSCAN_EPS_MIN",       "DBSCAN_EPS_MAX",
                        "DBSCAN_MIN_SAMPLES_MIN", "DBSCAN_MIN_SAMPLES_MAX", "GMM_N_COMPONENTS_MIN", "GMM_N_COMPONENTS_MAX",
                        "PCA_COMPONENTS_MIN",     "PCA_COMPONENTS_MAX",     "TOP_N_MOODS",          "CLUSTERING_RUNS"}));
}

} // namespace
} // namespace audiomuse::settings::detail
