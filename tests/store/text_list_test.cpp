#include <store/detail/text_list.hpp>

#include <gtest/gtest.h>

namespace audiomuse::store::detail {
namespace {

using Texts = std::vector<std::string>;

TEST(TextList, AnyTextsComeBack) {
    EXPECT_EQ(pack({}), "");
    EXPECT_EQ(pack(Texts{"abc", "", "1:"}), "3:abc0:2:1:");
    for (const Texts& texts : {Texts{}, Texts{""}, Texts{"abc", "", "1:", std::string("\0\n\xFF", 3)}}) {
        EXPECT_EQ(unpack(pack(texts)), texts);
    }
}

TEST(TextList, OtherBytesAreNoList) {
    for (const char* bytes : {"a", "3", "3:", "3:ab", "3abc", "-1:a", ":", "1:ab", "99999999999999999999:a",
                              "18446744073709551615:a", "0:x", " 1:a"}) {
        EXPECT_FALSE(unpack(bytes)) << bytes;
    }
}

} // namespace
} // namespace audiomuse::store::detail
