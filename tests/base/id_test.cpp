#include <base/id.hpp>

#include <string>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Uuid, IsVersionFourAndNeverTheSame) {
    const std::string first = make_uuid();
    const std::string form = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
    ASSERT_EQ(first.size(), form.size());
    for (std::size_t i = 0; i < form.size(); ++i) {
        const std::string allowed = form[i] == 'x' ? "0123456789abcdef" : form[i] == 'v' ? "89ab" : std::string(1, form[i]);
        EXPECT_NE(allowed.find(first[i]), std::string::npos) << first << " at " << i;
    }
    EXPECT_NE(first, make_uuid());
}

} // namespace
} // namespace audiomuse
