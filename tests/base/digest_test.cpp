#include <base/digest.hpp>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Digest, md5_is_that_of_its_standard) {
    EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5_hex("sesamec19b2d"), "26719a1196d2a940705a59634eb18eab") << "the example of the Subsonic protocol";
}

TEST(Digest, sha256_is_that_of_its_standard) {
    EXPECT_EQ(sha256("abc").substr(0, 4), "\xBA\x78\x16\xBF");
    EXPECT_EQ(sha256("abc").size(), 32U);
}

TEST(Digest, hmac_is_that_of_its_standard) { // RFC 4231, test case 2
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, texts_are_compared_whole) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

} // namespace
} // namespace audiomuse
