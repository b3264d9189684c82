#include <playlists/continuation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::playlists {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

PlaylistContent content(std::string name, const std::vector<const char*>& songs) {
    PlaylistContent result{std::move(name), {}};
    for (const auto* song : songs) {
        result.songs.emplace_back(song);
    }
    return result;
}

PreviousPlaylist previous(std::string id, std::string name, const std::vector<const char*>& songs) {
    return {PlaylistId(std::move(id)), content(std::move(name), songs)};
}

TEST(ContinuePlaylists, FollowsTheSongsNotTheNames) {
    const std::vector old{previous("1", "A", {"a", "b", "c"}), previous("2", "B", {"d", "e", "f"})};
    const std::vector now{content("A", {"d", "e", "f", "g"}), content("C", {"a", "b", "c"})};
    const auto result = continue_playlists(old, now);
    EXPECT_THAT(result.previous, ElementsAre(Optional(1U), Optional(0U)));
    EXPECT_THAT(result.ended, IsEmpty());
}

TEST(ContinuePlaylists, AThirdIsEnoughAndLessIsNot) {
    const std::vector old{previous("1", "A", {"a", "b"})};
    EXPECT_THAT(continue_playlists(old, std::vector{content("B", {"b", "c"})}).previous, ElementsAre(Optional(0U))); // 1 of 3
    const auto less = continue_playlists(old, std::vector{content("A", {"b", "c", "d"})});                           // 1 of 4
    EXPECT_THAT(less.previous, ElementsAre(std::nullopt));
    EXPECT_THAT(less.ended, ElementsAre(0));
}

TEST(ContinuePlaylists, EachOldOneOnlyOnceTheGreatestOverlapFirst) {
    const std::vector old{previous("1", "A", {"a", "b", "c", "d", "e", "f"})};
    const std::vector now{content("A", {"a", "b"}), content("B", {"c", "d", "e", "f"})};
    EXPECT_THAT(continue_playlists(old, now).previous, ElementsAre(std::nullopt, Optional(0U)));
}

TEST(ContinuePlaylists, EqualOverlapsGoByName) {
    const std::vector old{previous("1", "A", {"a", "b", "c", "d"})};
    const std::vector now{content("B", {"a", "b"}), content("A", {"c", "d"})};
    EXPECT_THAT(continue_playlists(old, now).previous, ElementsAre(std::nullopt, Optional(0U)));
}

TEST(ContinuePlaylists, NothingBeforeOrAfter) {
    EXPECT_THAT(continue_playlists({}, std::vector{content("A", {"a"})}).previous, ElementsAre(std::nullopt));
    EXPECT_THAT(continue_playlists(std::vector{previous("1", "A", {"a"})}, {}).ended, ElementsAre(0));
    EXPECT_THAT(continue_playlists(std::vector{previous("1", "A", {})}, std::vector{content("A", {})}).ended, ElementsAre(0));
}

TEST(ContinuePlaylists, RepeatedSongsCountOnce) {
    const std::vector old{previous("1", "A", {"a", "a", "a", "b"})};
    EXPECT_THAT(continue_playlists(old, std::vector{content("A", {"a", "c", "c", "d"})}).ended, ElementsAre(0)); // 1 of 4
}

} // namespace
} // namespace audiomuse::playlists
