#include <base/id.hpp>

#include <regex>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Uuid, IsVersionFourAndNeverTheSame) {
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    const std::string first = make_uuid();
    EXPECT_TRUE(std::regex_match(first, form)) << first;
    EXPECT_NE(first, make_uuid());
}

} // namespace
} // namespace audiomuse
