#include <base/text.hpp>

#include <string>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

using namespace std::string_literals;

TEST(DisplayTextTest, WellFormedTextStays) {
    EXPECT_EQ(to_display_text("Grüße aus Köln – 東京 ☃ 🎵"), "Grüße aus Köln – 東京 ☃ 🎵");
    EXPECT_EQ(to_display_text(""), "");
    EXPECT_EQ(to_display_text("a  b"), "a  b");
}

TEST(DisplayTextTest, ControlCharactersBecomeOneSpace) {
    EXPECT_EQ(to_display_text("one\r\n\ttwo\0three\x7F"s), "one two three");
    EXPECT_EQ(to_display_text("a\xC2\x85"
                              "b"),
              "a b");
    EXPECT_EQ(to_display_text("a\xE2\x80\xA8"
                              "b"),
              "a b");
    EXPECT_EQ(to_display_text(" \n "), "");
}

TEST(DisplayTextTest, IllFormedBytesAreReplaced) {
    EXPECT_EQ(to_display_text("caf\xE9"), "caf\uFFFD");
    EXPECT_EQ(to_display_text("\xC0\xAF"), "\uFFFD\uFFFD") << "an overlong slash";
    EXPECT_EQ(to_display_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
    EXPECT_EQ(to_display_text("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
    EXPECT_EQ(to_display_text("x\xE2\x82"), "x\uFFFD\uFFFD") << "cut off";
}

TEST(TruncateTest, NoCharacterIsCutApart) {
    EXPECT_EQ(truncate_utf8("abc", 3), "abc");
    EXPECT_EQ(truncate_utf8("abcd", 3), "abc");
    EXPECT_EQ(truncate_utf8("aé", 2), "a");
    EXPECT_EQ(truncate_utf8("東京", 5), "東");
    EXPECT_EQ(truncate_utf8("東", 2), "");
}

TEST(NormalisedText, FoldsCaseAndSpace) {
    EXPECT_EQ(normalised_text("  The   BEATLES\t"), "the beatles");
    EXPECT_EQ(normalised_text("BJÖRK Čechomor ΩΜΕΓΑ КИНО Ё"), "björk čechomor ωμεγα кино ё");
    EXPECT_EQ(normalised_text("×"), "×");
    EXPECT_EQ(normalised_text(""), "");
}

TEST(NormalisedText, LeavesBrokenUtf8Alone) {
    EXPECT_EQ(normalised_text("A\xC3"), "a\xC3");
    EXPECT_EQ(normalised_text("\xFF\xC3Z"), "\xFF\xC3z");
}

} // namespace
} // namespace audiomuse
