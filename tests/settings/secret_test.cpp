#include <settings/secret.hpp>

#include <concepts>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace audiomuse::settings {
namespace {

template <class T>
concept Streamable = requires(std::ostream& stream, const T& value) { stream << value; };

static_assert(!Streamable<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::convertible_to<Secret, std::string> && !std::convertible_to<Secret, std::string_view>);
static_assert(!std::convertible_to<std::string, Secret>, "a text becomes a secret on purpose only");

TEST(SecretTest, OnlyRevealGivesTheText) {
    const Secret secret("hunter2");
    EXPECT_EQ(secret.reveal(), "hunter2");
    EXPECT_STREQ(secret.masked(), "********");
    EXPECT_FALSE(secret.empty());
}

TEST(SecretTest, AnEmptySecretLooksEmpty) {
    EXPECT_TRUE(Secret().empty());
    EXPECT_STREQ(Secret().masked(), "");
}

} // namespace
} // namespace audiomuse::settings
