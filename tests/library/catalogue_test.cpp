#include <library/detail/catalogue.hpp>

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::library::detail {
namespace {

using testing::ElementsAre;

constexpr std::int64_t k_second = 1'000'000'000;

ScannedFile file(std::string name, FileTags tags, std::int64_t modified_s = 1'000) {
    return {std::move(name), {10, modified_s * k_second}, std::move(tags)};
}

FileTags tags(std::string album, std::string artist, std::string album_artist = "", int number = 0) {
    return {"", std::move(artist), std::move(album), std::move(album_artist), "", number, 0};
}

/// "Album by Artist: path path ..." for each album, in the order of the visit.
std::vector<std::string> visit(Catalogue& catalogue) {
    std::vector<std::string> seen;
    catalogue.visit([&](const Album& album, std::span<const Track> tracks) {
        std::string line = album.title + " by " + album.artist + ":";
        for (const Track& track : tracks) {
            line += " " + track.path;
        }
        seen.push_back(line);
        return true;
    });
    return seen;
}

TEST(CatalogueTest, AlbumArtistAndAlbumJoinTracksOfSeveralFolders) {
    Catalogue catalogue("Music");
    catalogue.add_folder("x/CD1", {file("1.mp3", tags("Best", "Ada", "Ada"))});
    catalogue.add_folder("x/CD2", {file("1.mp3", tags("best", "Bob", "ADA"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Best by Ada: x/CD1/1.mp3 x/CD2/1.mp3"));
}

TEST(CatalogueTest, EqualTitlesOfOtherArtistsAreOtherAlbums) {
    Catalogue catalogue("Music");
    catalogue.add_folder("x", {file("1.mp3", tags("Best", "Ada", "Ada")), file("2.mp3", tags("Best", "Bob", "Bob"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Best by Ada: x/1.mp3", "Best by Bob: x/2.mp3"));
}

TEST(CatalogueTest, ATrackWithoutAlbumArtistJoinsTheOneOfItsFolder) {
    Catalogue catalogue("Music");
    catalogue.add_folder("x", {file("1.wav", tags("Best", "Ada feat. Bob")), file("2.mp3", tags("Best", "Ada", "Ada"))});
    catalogue.add_folder("y", {file("3.mp3", tags("Best", "Ada", "Ada"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Best by Ada: x/1.wav x/2.mp3 y/3.mp3"));
}

TEST(CatalogueTest, WithoutAnyAlbumArtistTheCommonArtistServes) {
    Catalogue catalogue("Music");
    catalogue.add_folder("x/CD1", {file("1.wav", tags("Best", "Ada")), file("2.wav", tags("Best", "Ada"))});
    catalogue.add_folder("x/CD2", {file("1.wav", tags("Best", "Ada"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Best by Ada: x/CD1/1.wav x/CD1/2.wav x/CD2/1.wav"));
}

TEST(CatalogueTest, ACompilationWithoutAlbumArtistStaysInItsFolder) {
    Catalogue catalogue("Music");
    catalogue.add_folder("x", {file("1.mp3", tags("Hits", "Ada")), file("2.mp3", tags("Hits", "Bob"))});
    catalogue.add_folder("y", {file("1.mp3", tags("Hits", "Eve")), file("2.mp3", tags("Hits", "Bob"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Hits by : x/1.mp3 x/2.mp3", "Hits by : y/1.mp3 y/2.mp3"));
}

TEST(CatalogueTest, UntaggedFilesBelongToTheirFolder) {
    Catalogue catalogue("Music");
    catalogue.add_folder("", {file("loose.mp3", {})});
    catalogue.add_folder("a/Live\xFF", {file("1.mp3", tags("", "Ada")), file("2.mp3", tags("", "Ada"))});
    EXPECT_THAT(visit(catalogue), ElementsAre("Music by : loose.mp3", "Live\uFFFD by Ada: a/Live\xFF/1.mp3 a/Live\xFF/2.mp3"));
}

TEST(CatalogueTest, TheNewestFileDatesAnAlbumAndTheNewestAlbumComesFirst) {
    Catalogue catalogue("Music");
    catalogue.add_folder("a", {file("1.mp3", tags("A", "x"), 50), file("2.mp3", tags("A", "x"), 10)});
    catalogue.add_folder("b", {file("1.mp3", tags("B", "x"), 60)});
    catalogue.add_folder("c", {file("1.mp3", tags("C", "x"), 5), file("2.mp3", tags("C", "x"), 70)});
    catalogue.add_folder("d", {file("1.mp3", tags("D", "x"), 60)});
    std::map<std::string, UtcTime> added;
    std::vector<std::string> order;
    catalogue.visit([&](const Album& album, std::span<const Track>) {
        order.push_back(album.title);
        added[album.title] = album.added;
        return true;
    });
    EXPECT_THAT(order, ElementsAre("C", "B", "D", "A"));
    EXPECT_EQ(added["A"], UtcTime(std::chrono::seconds(50)));
    EXPECT_EQ(added["C"], UtcTime(std::chrono::seconds(70)));
}

TEST(CatalogueTest, TracksAreOrderedByFolderNumberAndName) {
    Catalogue catalogue("Music");
    catalogue.add_folder("a", {file("w.mp3", tags("A", "x", "x", 2)), file("x.mp3", tags("A", "x", "x", 1)),
                               file("y.mp3", tags("A", "x", "x")), file("z.mp3", tags("A", "x", "x", 2))});
    catalogue.add_folder("b", {file("a.mp3", tags("A", "x", "x", 1))});
    EXPECT_THAT(visit(catalogue), ElementsAre("A by x: a/y.mp3 a/x.mp3 a/w.mp3 a/z.mp3 b/a.mp3"));
}

TEST(CatalogueTest, ATrackHasAllThatIsKnown) {
    Catalogue catalogue("Music");
    ScannedFile scanned{"01 Song.Live.mp3", {1234, 5 * k_second}, {"Song", "Ada", "Best", "Various", "Pop", 7, 1999}};
    catalogue.add_folder("x", {scanned, {"Untitled\n\xE9.mp3", {1, 1}, {}}});
    std::vector<Track> tracks;
    std::vector<Album> albums;
    catalogue.visit([&](const Album& album, std::span<const Track> list) {
        albums.push_back(album);
        tracks.insert(tracks.end(), list.begin(), list.end());
        return true;
    });
    ASSERT_EQ(tracks.size(), 2U);
    const Track& song = tracks[0];
    EXPECT_EQ(song.id, local_track_id("x/01 Song.Live.mp3"));
    EXPECT_EQ(song.album_id, albums[0].id);
    EXPECT_EQ(song.title, "Song");
    EXPECT_EQ(song.artist, "Ada");
    EXPECT_EQ(song.album, "Best");
    EXPECT_EQ(song.album_artist, "Various");
    EXPECT_EQ(song.genre, "Pop");
    EXPECT_EQ(song.path, "x/01 Song.Live.mp3");
    EXPECT_EQ(song.track_number, 7);
    EXPECT_EQ(song.year, 1999);
    EXPECT_EQ(song.stamp, (FileStamp{1234, 5 * k_second}));
    EXPECT_EQ(tracks[1].title, "Untitled \uFFFD") << "the name without extension, fit to be shown";
    EXPECT_EQ(tracks[1].path, "x/Untitled\n\xE9.mp3") << "the path as it is";
}

/// These are stored: they may never change.
TEST(CatalogueTest, IdsAreHashesOfPathAndKey) {
    EXPECT_EQ(local_track_id("Ada/Best/01.mp3").str(), "18b5d7b2ce41547038d5f9806616b2cc");
    Catalogue catalogue("Music");
    catalogue.add_folder("x", {file("1.mp3", tags("Best", "Ada", "Ada"))});
    catalogue.add_folder("y", {file("1.mp3", {})});
    std::vector<std::string> ids;
    catalogue.visit([&](const Album& album, std::span<const Track>) {
        ids.push_back(album.id.str());
        return true;
    });
    EXPECT_THAT(ids, ElementsAre("a889867e8fb7a9df10cf499723469fb6", "4986e19287915e361050de5c2e82325f"));
}

TEST(CatalogueTest, ManyTracksKeepTheirTexts) {
    Catalogue catalogue("Music");
    std::vector<ScannedFile> files;
    for (int i = 0; i < 20'000; ++i) { // more text than one chunk holds
        FileTags t = tags("Best", "Ada", "Ada", i + 1);
        t.title = "Title " + std::to_string(i) + std::string(60, 'x');
        files.push_back(file("name " + std::to_string(i) + ".mp3", std::move(t)));
    }
    catalogue.add_folder("x", std::move(files));
    catalogue.visit([&](const Album&, std::span<const Track> tracks) {
        EXPECT_EQ(tracks.size(), 20'000U);
        for (std::size_t i = 0; i < tracks.size(); i += 997) {
            EXPECT_EQ(tracks[i].title, "Title " + std::to_string(i) + std::string(60, 'x'));
            EXPECT_EQ(tracks[i].path, "x/name " + std::to_string(i) + ".mp3");
        }
        return true;
    });
}

} // namespace
} // namespace audiomuse::library::detail
