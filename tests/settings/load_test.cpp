#include <settings/load.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace audiomuse::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LoadTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "audiomuse-settings-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_folder = pattern;
        m_request.environment = {{"HOME", "/home/ada"}, {"XDG_CONFIG_HOME", m_folder.string()}, {"PATH", "/bin"}};
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    std::filesystem::path write(const char* name, const std::string& text, mode_t mode = 0600) const {
        const auto path = m_folder / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    void write_default_file(const std::string& text, mode_t mode = 0600) const { write("audiomuse/audiomuse.toml", text, mode); }
    std::string default_file() const { return (m_folder / "audiomuse/audiomuse.toml").string(); }

    Error load_error() const {
        const auto loaded = load(m_request);
        EXPECT_FALSE(loaded);
        return loaded ? Error{} : loaded.error();
    }

    std::filesystem::path m_folder;
    LoadRequest m_request;
};

TEST_F(LoadTest, WithoutAnythingTheDefaultsHold) {
    const auto loaded = load(m_request);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const Settings& s = loaded->settings;
    EXPECT_EQ(s.listen, (ListenAddress{"127.0.0.1", 8000}));
    EXPECT_EQ(s.library, "");
    EXPECT_EQ(s.data, "/home/ada/.local/share/audiomuse");
    EXPECT_EQ(s.playlists_dir, "/home/ada/.local/share/audiomuse/playlists");
    EXPECT_EQ(s.media_server, MediaServer::local);
    EXPECT_EQ(s.workers, 0);
    EXPECT_TRUE(s.api_token.empty());
    EXPECT_EQ(s.num_recent_albums, 0);
    EXPECT_EQ(s.max_distance, 0.5);
    EXPECT_EQ(s.max_songs_per_cluster, 40);
    EXPECT_EQ(s.max_songs_per_artist, 3);
    EXPECT_EQ(s.cluster_algorithm, ClusterAlgorithm::kmeans);
    EXPECT_FALSE(s.num_clusters_min || s.num_clusters_max || s.gmm_n_components_min || s.gmm_n_components_max);
    EXPECT_FALSE(s.dbscan_eps_min || s.dbscan_eps_max || s.dbscan_min_samples_min || s.dbscan_min_samples_max);
    EXPECT_EQ(s.pca_components_min, 0);
    EXPECT_EQ(s.pca_components_max, 5);
    EXPECT_EQ(s.clustering_runs, 1000);
    EXPECT_EQ(s.top_n_moods, 5);
    EXPECT_EQ(s.max_track_minutes, 30);
    EXPECT_FALSE(s.clustering_seed);
    EXPECT_EQ(loaded->file, "");
    EXPECT_THAT(loaded->warnings, IsEmpty());
    EXPECT_EQ(loaded->origins.size(), 60U);
    EXPECT_EQ(loaded->origins.at("listen").to_text(), "default");
}

TEST_F(LoadTest, EachLayerWinsOverTheOnesBefore) {
    write_default_file("workers = 1\ntop_n_moods = 1\nclustering_runs = 1\nlibrary = 'music'\n");
    m_request.environment["TOP_N_MOODS"] = "2";
    m_request.environment["CLUSTERING_RUNS"] = "2";
    m_request.flags["clustering_runs"] = "3";
    const auto loaded = load(m_request);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->settings.workers, 1);
    EXPECT_EQ(loaded->settings.top_n_moods, 2);
    EXPECT_EQ(loaded->settings.clustering_runs, 3);
    EXPECT_EQ(loaded->settings.library, m_folder / "audiomuse/music") << "relative to the folder of the file";
    EXPECT_EQ(loaded->file, default_file());
    EXPECT_EQ(loaded->origins.at("workers").to_text(), default_file() + ":1");
    EXPECT_EQ(loaded->origins.at("top_n_moods").to_text(), "environment variable TOP_N_MOODS");
    EXPECT_EQ(loaded->origins.at("clustering_runs").to_text(), "--clustering-runs");
}

TEST_F(LoadTest, PathsOfTheCommandLineAreRelativeToTheCurrentFolder) {
    m_request.flags["library"] = "music";
    m_request.environment["AUDIOMUSE_DATA"] = "/srv/data/";
    const auto loaded = load(m_request);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.library, std::filesystem::current_path() / "music");
    EXPECT_EQ(loaded->settings.data, "/srv/data");
    EXPECT_EQ(loaded->settings.playlists_dir, "/srv/data/playlists");
}

TEST_F(LoadTest, AnEmptyVariableIsNotSet) {
    write_default_file("workers = 4\n");
    m_request.environment["AUDIOMUSE_WORKERS"] = "";
    EXPECT_EQ(load(m_request)->settings.workers, 4);
}

TEST_F(LoadTest, AnUnknownKeyIsNamedWithItsPlaceAndANeighbour) {
    write_default_file("workers = 1\nclustering_run = 5\n");
    Error error = load_error();
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_EQ(error.field, "clustering_run");
    EXPECT_EQ(error.message, default_file() + ":2: there is no setting clustering_run; did you mean clustering_runs?");

    write_default_file("[server]\nlisten = 'a:1'\n");
    EXPECT_EQ(load_error().message, default_file() + ":1: there is no setting server.");

    write_default_file("");
    m_request.flags["no_such"] = "1";
    EXPECT_EQ(load_error().message, "command line: there is no setting no_such.");
}

TEST_F(LoadTest, AnUnknownVariableOfOursIsAnErrorAndOthersAreNot) {
    m_request.environment["AUDIOMUSE_LISTN"] = "a:1";
    EXPECT_EQ(load_error().message,
              "environment variable AUDIOMUSE_LISTN: there is no setting AUDIOMUSE_LISTN; did you mean AUDIOMUSE_LISTEN?");
    m_request.environment.erase("AUDIOMUSE_LISTN");
    m_request.environment["AUDIOMUSE_CLUSTERING_RUNS"] = "1";
    EXPECT_EQ(load_error().message,
              "environment variable AUDIOMUSE_CLUSTERING_RUNS: this setting is named CLUSTERING_RUNS, without AUDIOMUSE_.");
    m_request.environment.erase("AUDIOMUSE_CLUSTERING_RUNS");
    m_request.environment["LISTEN"] = "nonsense";
    m_request.environment["AUDIOMUSE_ISA"] = "scalar"; // chooses among the processor's instruction sets
    EXPECT_TRUE(load(m_request));
}

TEST_F(LoadTest, ABadValueNamesPlaceAndKey) {
    write_default_file("\nworkers = -1\n");
    const Error error = load_error();
    EXPECT_EQ(error.message, default_file() + ":2: workers must be a whole number from 0 to 1024, not '-1'.");
    EXPECT_EQ(error.field, "workers");
    write_default_file("");
    m_request.environment["MAX_DISTANCE"] = "far";
    EXPECT_EQ(load_error().message,
              "environment variable MAX_DISTANCE: max_distance must be a number from 0.01 to 1000, not 'far'.");
    EXPECT_EQ(load_error().field, "max_distance");
}

TEST_F(LoadTest, AnExplicitFileMustExist) {
    m_request.config_file = m_folder / "other.toml";
    const Error error = load_error();
    EXPECT_EQ(error.code, ErrorCode::not_found);
    EXPECT_THAT(error.message, HasSubstr("other.toml"));
    write("other.toml", "workers = 7\n");
    EXPECT_EQ(load(m_request)->settings.workers, 7);
}

TEST_F(LoadTest, AFolderOrAHugeFileIsRefused) {
    m_request.config_file = m_folder;
    EXPECT_EQ(load_error().code, ErrorCode::io);
    m_request.config_file = write("huge.toml", std::string((1U << 20U) + 1, '#'));
    EXPECT_EQ(load_error().code, ErrorCode::invalid_argument);
}

TEST_F(LoadTest, TwoGivenEndsMustAgree) {
    m_request.environment["NUM_CLUSTERS_MIN"] = "9";
    m_request.flags["num_clusters_max"] = "8";
    const Error error = load_error();
    EXPECT_EQ(error.field, "num_clusters_min");
    EXPECT_EQ(error.message, "num_clusters_min (environment variable NUM_CLUSTERS_MIN) must not be above num_clusters_max "
                             "(--num-clusters-max).");
    m_request.flags["num_clusters_max"] = "9";
    EXPECT_TRUE(load(m_request));
    m_request.flags["dbscan_eps_min"] = "0.5";
    m_request.flags["dbscan_eps_max"] = "0.4";
    EXPECT_EQ(load_error().field, "dbscan_eps_min");
}

TEST_F(LoadTest, AGivenEndMovesTheDefaultOfTheOther) {
    m_request.flags["pca_components_min"] = "12";
    EXPECT_EQ(load(m_request)->settings.pca_components_max, 12);
    m_request.flags["pca_components_max"] = "11";
    EXPECT_EQ(load_error().field, "pca_components_min");
}

TEST_F(LoadTest, AMediaServerNeedsItsAddressAndItsCredentials) {
    m_request.flags["media_server"] = "jellyfin";
    EXPECT_EQ(load_error().message, "--media-server: media_server jellyfin needs the server's address; set jellyfin_url.");
    m_request.environment["JELLYFIN_URL"] = "http://jelly:8096";
    EXPECT_EQ(load_error().field, "jellyfin_token");
    m_request.environment["JELLYFIN_TOKEN"] = "t";
    EXPECT_TRUE(load(m_request));

    m_request.flags["media_server"] = "subsonic";
    EXPECT_EQ(load_error().field, "subsonic_url");
    m_request.environment["AUDIOMUSE_SUBSONIC_URL"] = "https://music.example/base";
    EXPECT_EQ(load_error().field, "subsonic_user");
    m_request.environment["AUDIOMUSE_SUBSONIC_USER"] = "ada";
    EXPECT_EQ(load_error().field, "subsonic_password");
    m_request.environment["AUDIOMUSE_SUBSONIC_PASSWORD"] = "corr\u00e9ct horse";
    EXPECT_TRUE(load(m_request));
    m_request.environment.erase("AUDIOMUSE_SUBSONIC_USER");
    m_request.environment.erase("AUDIOMUSE_SUBSONIC_PASSWORD");
    m_request.environment["AUDIOMUSE_SUBSONIC_API_KEY"] = "k";
    EXPECT_TRUE(load(m_request));
    m_request.flags["media_server"] = "plex";
    EXPECT_THAT(load_error().message, HasSubstr("one of local, jellyfin, subsonic"));
}

TEST_F(LoadTest, ListsMapsAndBooleansComeFromTheFileAndFromTheEnvironment) {
    write_default_file(
        "music_libraries = ['Music', 'A, B']\npath_map = {'/media' = '/mnt', '/x' = 'here'}\nplaylists_public = true\n"
        "playlist_users = ['ada']\n");
    auto loaded = load(m_request);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->settings.music_libraries, (std::vector<std::string>{"Music", "A, B"}));
    ASSERT_EQ(loaded->settings.path_map.size(), 2U);
    EXPECT_EQ(loaded->settings.path_map[1], (PathMapping{"/x", std::filesystem::path(default_file()).parent_path() / "here"}));
    EXPECT_TRUE(loaded->settings.playlists_public);
    EXPECT_EQ(loaded->settings.playlist_users, std::vector<std::string>{"ada"});
    EXPECT_THAT(to_toml(*loaded), HasSubstr("path_map = {\"/media\" = \"/mnt\", "));

    m_request.environment["AUDIOMUSE_MUSIC_LIBRARIES"] = " Music , More,";
    m_request.environment["AUDIOMUSE_PATH_MAP"] = "/media=/mnt,/y=/z";
    m_request.environment["AUDIOMUSE_PLAYLISTS_PUBLIC"] = "false";
    m_request.environment["AUDIOMUSE_PLAYLIST_USERS"] = "bob,alice";
    loaded = load(m_request);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->settings.music_libraries, (std::vector<std::string>{"Music", "More"}));
    EXPECT_EQ(loaded->settings.path_map, (std::vector<PathMapping>{{"/media", "/mnt"}, {"/y", "/z"}}));
    EXPECT_FALSE(loaded->settings.playlists_public);
    EXPECT_EQ(loaded->settings.playlist_users, (std::vector<std::string>{"bob", "alice"}));

    m_request.environment["AUDIOMUSE_PATH_MAP"] = "/media";
    EXPECT_EQ(load_error().field, "path_map");
    m_request.environment.erase("AUDIOMUSE_PATH_MAP");
    write_default_file("music_libraries = 'Music'\n");
    EXPECT_EQ(load_error().field, "music_libraries");
    write_default_file("path_map = {'/media' = 5}\n");
    EXPECT_EQ(load_error().field, "path_map");
    write_default_file("playlists_public = 'true'\n");
    EXPECT_EQ(load_error().field, "playlists_public");
}

TEST_F(LoadTest, AFileWithASecretBelongsToItsOwner) {
    write_default_file("api_token = 'hunter2'\n", 0600);
    auto loaded = load(m_request);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.api_token.reveal(), "hunter2");
    EXPECT_THAT(loaded->warnings, IsEmpty());

    write_default_file("api_token = 'hunter2'\n", 0640);
    loaded = load(m_request);
    ASSERT_TRUE(loaded);
    EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("chmod 600")));

    write_default_file("api_token = 'hunter2'\n", 0644);
    EXPECT_THAT(load_error().message, HasSubstr("chmod 600"));
    EXPECT_THAT(load_error().message, Not(HasSubstr("hunter2")));

    write_default_file("workers = 1\n", 0644);
    loaded = load(m_request);
    ASSERT_TRUE(loaded) << "a file without a secret may be read by all";
    EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(LoadTest, ASecretMayStandInAFileOfItsOwn) {
    m_request.environment["AUDIOMUSE_API_TOKEN_FILE"] = write("token", "hunter2\n").string();
    auto loaded = load(m_request);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->settings.api_token.reveal(), "hunter2");
    EXPECT_EQ(loaded->origins.at("api_token").to_text(), "environment variable AUDIOMUSE_API_TOKEN_FILE");

    m_request.flags["api_token"] = "other";
    loaded = load(m_request);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.api_token.reveal(), "other") << "the flag wins";
    EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("--api-token-file")));

    m_request.flags.clear();
    m_request.environment["AUDIOMUSE_API_TOKEN"] = "other";
    EXPECT_EQ(load_error().field, "api_token_file") << "both in one layer";

    m_request.environment.erase("AUDIOMUSE_API_TOKEN");
    write("token", "\n");
    EXPECT_THAT(load_error().message, HasSubstr("is empty"));
    write("token", "two words");
    EXPECT_EQ(load_error().message, "environment variable AUDIOMUSE_API_TOKEN_FILE: api_token must be printable ASCII characters "
                                    "without blanks.");
    std::filesystem::remove(m_folder / "token");
    EXPECT_EQ(load_error().code, ErrorCode::not_found);
}

TEST_F(LoadTest, TheEffectiveSettingsArePrintedWithTheirOriginAndNoSecret) {
    m_request.environment["JELLYFIN_TOKEN"] = "hunter2";
    m_request.environment["AUDIOMUSE_LIBRARY"] = "/music \"best\"";
    m_request.flags["num_clusters_max"] = "8";
    const auto loaded = load(m_request);
    ASSERT_TRUE(loaded);
    const std::string text = to_toml(*loaded);
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(text, HasSubstr("listen = \"127.0.0.1:8000\""));
    EXPECT_THAT(text, testing::ContainsRegex("\njellyfin_token = \"\\*{8}\" +# environment variable JELLYFIN_TOKEN\n"));
    EXPECT_THAT(text,
                testing::ContainsRegex("\nlibrary = \"/music \\\\\"best\\\\\"\" +# environment variable AUDIOMUSE_LIBRARY\n"));
    EXPECT_THAT(text, testing::ContainsRegex("\nnum_clusters_max = 8 +# --num-clusters-max\n"));
    EXPECT_THAT(text, testing::ContainsRegex("\nnum_clusters_min = \"automatic\" +# default\n"));

    // What is printed is a settings file.
    LoadRequest again;
    again.environment = {{"HOME", "/home/bob"}};
    again.config_file = write("printed.toml", text);
    const auto reloaded = load(again);
    ASSERT_TRUE(reloaded) << reloaded.error().message;
    EXPECT_EQ(reloaded->settings.library, "/music \"best\"");
    EXPECT_EQ(reloaded->settings.data, loaded->settings.data);
    EXPECT_EQ(reloaded->settings.num_clusters_max, 8);
    EXPECT_FALSE(reloaded->settings.num_clusters_min);
}

TEST(EnvironmentTest, TheEnvironmentOfTheProcessIsRead) {
    ASSERT_EQ(::setenv("AUDIOMUSE_SETTINGS_TEST", "a=b", 1), 0);
    const TextMap environment = current_environment();
    EXPECT_EQ(environment.at("AUDIOMUSE_SETTINGS_TEST"), "a=b");
    ASSERT_EQ(::unsetenv("AUDIOMUSE_SETTINGS_TEST"), 0);
    EXPECT_FALSE(current_environment().contains("AUDIOMUSE_SETTINGS_TEST"));
}

} // namespace
} // namespace audiomuse::settings
