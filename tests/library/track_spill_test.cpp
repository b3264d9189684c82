#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <library/detail/track_spill.hpp>
#include <support/temporary_tree.hpp>

namespace audiomuse::library::detail {
namespace {

SpilledTrack song(int number) {
    SpilledTrack result;
    result.track.id = TrackId(fmt::format("id {}", number));
    result.track.album_id = AlbumId("album");
    result.track.title = fmt::format("Title {} {}", number, std::string(400, 'x'));
    result.track.path = std::string("\xFF\n\0", 3);
    result.track.track_number = number;
    result.track.year = 1999;
    result.track.stamp = {std::uint64_t{1} << 40U, -1};
    result.disc = 2;
    return result;
}

TEST(TrackSpill, TracksComeBackInTheirGroupsAsTheyCame) {
    const test::TemporaryTree folder;
    auto spill = TrackSpill::create(folder.path());
    ASSERT_TRUE(spill) << spill.error().message;
    for (int i = 0; i < 3'000; ++i) {
        ASSERT_TRUE(spill->add(static_cast<std::uint32_t>(i % 7), song(i)));
    }
    ASSERT_TRUE(spill->finish());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name";
    EXPECT_EQ(spill->size(), 3'000U);
    EXPECT_EQ(spill->count(3), 429U);
    EXPECT_EQ(spill->count(9), 0U);
    const auto tracks = spill->read(3, 2, 100);
    ASSERT_TRUE(tracks) << tracks.error().message;
    ASSERT_EQ(tracks->size(), 100U);
    for (std::size_t i = 0; i < tracks->size(); ++i) {
        const int number = static_cast<int>(7 * (i + 2) + 3);
        const Track expected = song(number).track;
        const Track& track = (*tracks)[i].track;
        EXPECT_EQ(track.id, expected.id);
        EXPECT_EQ(track.album_id, expected.album_id);
        EXPECT_EQ(track.title, expected.title);
        EXPECT_EQ(track.path, expected.path);
        EXPECT_EQ(track.track_number, number);
        EXPECT_EQ(track.year, 1999);
        EXPECT_EQ(track.stamp, expected.stamp);
        EXPECT_EQ((*tracks)[i].disc, 2U);
    }
    EXPECT_EQ(spill->read(3, 400, 100)->size(), 29U);
    EXPECT_TRUE(spill->read(3, 500, 100)->empty());
}

TEST(TrackSpill, AFolderThatIsNotThereIsAnError) {
    const auto spill = TrackSpill::create("/nowhere/at/all");
    ASSERT_FALSE(spill);
    EXPECT_EQ(spill.error().code, ErrorCode::io);
}

} // namespace
} // namespace audiomuse::library::detail
