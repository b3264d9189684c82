#include <base/hash.hpp>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Hash128, IsStableAcrossBuilds) {
    // XXH3-128 of the empty input, as its specification publishes it: item ids must survive an upgrade.
    EXPECT_EQ(hash128_hex(""), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash128, DoesNotDependOnHowTheInputIsCut) {
    Hash128 pieces;
    const std::string text = "Jörg Müller/Grüße aus Köln/01 Straßenbahn.ogg";
    for (const char& c : text) {
        pieces.update(std::as_bytes(std::span(&c, 1)));
    }
    EXPECT_EQ(pieces.hex(), hash128_hex(text));
    EXPECT_EQ(pieces.hex().size(), 32U);
}

} // namespace
} // namespace audiomuse
