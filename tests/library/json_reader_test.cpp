#include <library/detail/json_reader.hpp>

#include <string>

#include <gtest/gtest.h>

#include <library/detail/subsonic_answer.hpp>
#include <library/detail/subsonic_items.hpp>

namespace audiomuse::library::detail {
namespace {

TEST(JsonReader, DepthAndSizeAreLimited) {
    EXPECT_TRUE(parse_json(std::string(20, '[') + std::string(20, ']')));
    EXPECT_FALSE(parse_json(std::string(21, '[') + std::string(21, ']')));
    EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
    EXPECT_TRUE(parse_json("[1,2,3]", {.depth = 2, .values = 4}));
    EXPECT_FALSE(parse_json("[1,2,3]", {.depth = 2, .values = 3}));
    EXPECT_FALSE(parse_json(""));
    EXPECT_FALSE(parse_json("{} x"));
}

TEST(JsonReader, InvalidUtf8IsMended) {
    const auto parsed = parse_json("{\"title\": \"a\xFF"
                                   "b\"}");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(text_member(*parsed, "title"), "a\xEF\xBF\xBD"
                                             "b");
}

TEST(JsonReader, WhatServersWriteIsReadLeniently) {
    const auto json = parse_json(R"({"n": 7, "t": "8", "f": 2.5, "neg": -1, "null": null, "s": "so-1", "b": true, "bt": "false",
                                     "list": [1], "big": 1e300, "line": " a\nb "})")
                          .value();
    EXPECT_EQ(id_member(json, "n"), "7");
    EXPECT_EQ(id_member(json, "s"), "so-1");
    EXPECT_EQ(id_member(json, "f"), "");
    EXPECT_EQ(id_member(json, "null"), "");
    EXPECT_EQ(count_member(json, "n"), 7U);
    EXPECT_EQ(count_member(json, "t"), 8U);
    EXPECT_EQ(count_member(json, "neg"), std::nullopt);
    EXPECT_EQ(count_member(json, "big"), std::nullopt);
    EXPECT_EQ(count_member(json, "s"), std::nullopt);
    EXPECT_EQ(seconds_member(json, "f"), std::chrono::milliseconds(2'500));
    EXPECT_EQ(bool_member(json, "b"), true);
    EXPECT_EQ(bool_member(json, "bt"), false);
    EXPECT_EQ(bool_member(json, "n"), std::nullopt);
    EXPECT_EQ(text_member(json, "line"), "a b");
    EXPECT_EQ(array_member(json, "list").size(), 1U);
    EXPECT_TRUE(array_member(json, "null").empty());
    EXPECT_TRUE(array_member(nlohmann::json(), "x").empty());
}

TEST(JsonReader, TimesOfAllServersAreRead) {
    const auto time = parse_time("2024-05-06T07:08:09Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(format_utc(*time), "2024-05-06T07:08:09.000000");
    EXPECT_EQ(parse_time("2024-05-06T07:08:09"), time);
    EXPECT_EQ(parse_time("2024-05-06 07:08:09.000"), time);
    EXPECT_EQ(parse_time("2024-05-06T09:08:09+02:00"), time);
    EXPECT_EQ(parse_time("2024-05-06T05:38:09.0000000-0130"), time);
    EXPECT_EQ(parse_time("2024-05-06T07:08:09.5Z"), *time + std::chrono::milliseconds(500));
    for (const char* text :
         {"", "2024", "2024-13-01", "2024-02-30T00:00:00Z", "2024-05-06T25:00:00Z", "2024-05-06T07:08:09X", "yesterday"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

TEST(SubsonicAnswer, OnlyAnEnvelopeIsAnAnswer) {
    EXPECT_TRUE(read_subsonic_answer(R"({"subsonic-response": {"status": "ok"}})"));
    const auto failed = read_subsonic_answer(R"({"subsonic-response": {"status": "failed", "error": {"code": "70"}}})");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error, 70);
    EXPECT_EQ(read_subsonic_answer(R"({"subsonic-response": {"status": "failed"}})").value().error, 0);
    for (const char* text :
         {"", "<html>", "[]", "{}", R"({"subsonic-response": 1})", R"({"subsonic-response": {"status": 1}})"}) {
        EXPECT_FALSE(read_subsonic_answer(text)) << text;
    }
}

TEST(SubsonicItems, UnknownIsEmptyAndFoldersAreNoSongs) {
    const auto song = read_song(parse_json(R"({"id": 5, "path": "A/01 - First.ogg", "artist": "[Unknown Artist]", "duration": 61,
                                               "size": 100, "albumId": null})")
                                    .value());
    ASSERT_TRUE(song);
    EXPECT_EQ(song->track.id, TrackId("5"));
    EXPECT_EQ(song->track.title, "01 - First");
    EXPECT_EQ(song->track.artist, "");
    EXPECT_TRUE(song->track.album_id.empty());
    EXPECT_EQ(song->track.stamp, (FileStamp{100, 61'000}));
    EXPECT_FALSE(read_song(parse_json(R"({"id": "1", "isDir": true})").value()));
    EXPECT_FALSE(read_song(parse_json(R"({"title": "no id"})").value()));
    EXPECT_FALSE(read_album(parse_json(R"({"id": ""})").value()));
    EXPECT_FALSE(read_song(parse_json(R"({"id": " "})").value()));
    EXPECT_FALSE(read_song(parse_json(R"({"id": "a\u0000b"})").value()));
}

} // namespace
} // namespace audiomuse::library::detail
