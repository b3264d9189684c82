#include <library/local_music_source.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <support/temporary_tree.hpp>
#include <support/without_privileges.hpp>

#include "tagged_files.hpp"

namespace audiomuse::library {
namespace {

using test::mp3;
using testing::HasSubstr;

class LocalMusicSourceTest : public testing::Test {
  protected:
    std::map<std::string, Track> list(MusicSource& source) {
        std::map<std::string, Track> tracks;
        const auto listing = source.visit_albums({},
                                                 [&](const Album& album, std::span<const Track> list) -> Result<void> {
                                                     m_albums[album.title] = album;
                                                     for (const Track& track : list) {
                                                         tracks[track.path] = track;
                                                     }
                                                     return {};
                                                 },
                                                 {});
        EXPECT_TRUE(listing) << listing.error().message;
        m_listing = listing.value_or(Listing{});
        return tracks;
    }
    static FailureCode open_failure(MusicSource& source, const std::string& path) {
        Track track;
        track.path = path;
        const auto input = source.open(track, {});
        EXPECT_FALSE(input) << path;
        return input ? FailureCode::crashed : input.error().code;
    }

    test::TemporaryTree m_tree;
    LocalMusicSource m_source{{m_tree.path()}};
    std::map<std::string, Album> m_albums;
    Listing m_listing;
};

TEST_F(LocalMusicSourceTest, TagsBecomeTracksAndAlbums) {
    m_tree.write("x/01.mp3", mp3({{"TIT2", "Song"}, {"TPE1", "Ada"}, {"TPE2", "Various"}, {"TALB", "Best"}, {"TRCK", "1"}}));
    const auto tracks = list(m_source);
    const Track& track = tracks.at("x/01.mp3");
    EXPECT_EQ(track.title, "Song");
    EXPECT_EQ(track.display_name(), "Song by Ada");
    EXPECT_EQ(track.album, "Best");
    EXPECT_EQ(track.stamp.size_bytes, std::filesystem::file_size(m_tree.path() / "x/01.mp3"));
    EXPECT_EQ(m_albums.at("Best").artist, "Various");
    EXPECT_EQ(track.album_id, m_albums.at("Best").id);
    EXPECT_EQ(m_source.id().str(), "local");
}

TEST_F(LocalMusicSourceTest, EmptyLyingAndBrokenFilesAreListed) {
    m_tree.write("Odd/empty.mp3", "");
    m_tree.write("Odd/text.mp3", "This is not music.\n");
    m_tree.write("Odd/lying.mp3", test::flac({{"TITLE", "Really Flac"}}));
    m_tree.write("Odd/na\xEFve\n.ogg", "x");
    const auto tracks = list(m_source);
    ASSERT_EQ(tracks.size(), 4U);
    EXPECT_EQ(tracks.at("Odd/empty.mp3").title, "empty");
    EXPECT_EQ(tracks.at("Odd/text.mp3").title, "text");
    EXPECT_EQ(tracks.at("Odd/lying.mp3").title, "Really Flac");
    EXPECT_EQ(tracks.at("Odd/na\xEFve\n.ogg").title, "na\uFFFDve");
    EXPECT_TRUE(m_listing.complete);
    EXPECT_TRUE(m_source.open(tracks.at("Odd/na\xEFve\n.ogg"), {})) << "the path keeps its bytes";
}

TEST_F(LocalMusicSourceTest, IdsSurviveAMoveOfTheLibrary) {
    m_tree.write("one/x/1.mp3", mp3({{"TALB", "Best"}, {"TPE2", "Ada"}}));
    m_tree.write("two/x/1.mp3", mp3({{"TALB", "Best"}, {"TPE2", "Ada"}}));
    LocalMusicSource one({m_tree.path() / "one"});
    LocalMusicSource two({m_tree.path() / "two"});
    EXPECT_EQ(list(one).at("x/1.mp3").id, list(two).at("x/1.mp3").id);
    EXPECT_EQ(list(one).at("x/1.mp3").album_id, list(two).at("x/1.mp3").album_id);
}

TEST_F(LocalMusicSourceTest, KnownFilesAreNotReadAgainUntilTheyChange) {
    m_tree.write("1.mp3", mp3({{"TIT2", "From file"}, {"TALB", "File"}}));
    m_tree.write("2.mp3", mp3({{"TIT2", "Second"}, {"TALB", "File"}}));
    std::map<std::string, Track> store;
    int asked = 0;
    LocalMusicSource source({m_tree.path()}, [&](const TrackId& id, const FileStamp&) -> std::optional<Track> {
        ++asked;
        for (const auto& [path, track] : store) {
            if (track.id == id) {
                return track;
            }
        }
        return std::nullopt;
    });
    store = list(source);
    EXPECT_EQ(asked, 2);
    store.at("1.mp3").title = "From store";
    store.at("1.mp3").album = "Store";
    auto tracks = list(source);
    EXPECT_EQ(tracks.at("1.mp3").title, "From store");
    EXPECT_EQ(tracks.at("1.mp3").album_id, m_albums.at("Store").id) << "albums are grouped anew";
    EXPECT_EQ(tracks.at("2.mp3").title, "Second");

    m_tree.write("1.mp3", mp3({{"TIT2", "Retagged"}}));
    test::set_modified(m_tree.path() / "1.mp3", UtcTime(std::chrono::seconds(1'700'000'000)));
    EXPECT_EQ(list(source).at("1.mp3").title, "Retagged") << "the stamp has changed";
}

TEST_F(LocalMusicSourceTest, AFolderThatIsNotThereIsAnError) {
    LocalMusicSource source({m_tree.path() / "missing"});
    const auto listing = source.visit_albums({}, [](const Album&, std::span<const Track>) { return Result<void>{}; }, {});
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::not_found);
    EXPECT_THAT(listing.error().message, HasSubstr("missing"));
    Track track;
    track.path = "1.mp3";
    EXPECT_EQ(source.open(track, {}).error().code, FailureCode::unreachable) << "the track is not gone: the library is";
    m_tree.write("file", "");
    LocalMusicSource file({m_tree.path() / "file"});
    EXPECT_EQ(file.visit_albums({}, [](const Album&, std::span<const Track>) { return Result<void>{}; }, {}).error().code,
              ErrorCode::unavailable);
}

TEST_F(LocalMusicSourceTest, AnEmptyFolderIsNotComplete) {
    EXPECT_TRUE(list(m_source).empty());
    EXPECT_FALSE(m_listing.complete);
    EXPECT_EQ(m_listing.problems.size(), 1U);
}

TEST_F(LocalMusicSourceTest, OpenStaysInsideAndTakesRegularFilesOnly) {
    m_tree.write("library/1.mp3", "x");
    m_tree.write("secret.mp3", "x");
    LocalMusicSource source({m_tree.path() / "library"});
    std::filesystem::create_symlink("../secret.mp3", m_tree.path() / "library/link.mp3");
    std::filesystem::create_directory(m_tree.path() / "library/folder.mp3");
    ASSERT_EQ(::mkfifo((m_tree.path() / "library/fifo.mp3").c_str(), 0600), 0);
    EXPECT_EQ(open_failure(source, "link.mp3"), FailureCode::refused);
    EXPECT_EQ(open_failure(source, "../secret.mp3"), FailureCode::refused);
    EXPECT_EQ(open_failure(source, "folder.mp3"), FailureCode::not_found);
    EXPECT_EQ(open_failure(source, "fifo.mp3"), FailureCode::not_found);
    EXPECT_EQ(open_failure(source, "gone.mp3"), FailureCode::not_found);
    EXPECT_EQ(open_failure(source, "1.mp3/x"), FailureCode::not_found);
    EXPECT_EQ(open_failure(source, ""), FailureCode::not_found);
    ASSERT_EQ(::chmod(m_tree.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((m_tree.path() / "library/1.mp3").c_str(), 0), 0);
    const test::WithoutPrivileges ordinary_user;
    EXPECT_EQ(open_failure(source, "1.mp3"), FailureCode::refused);
}

} // namespace
} // namespace audiomuse::library
