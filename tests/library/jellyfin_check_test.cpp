// What `audiomuse doctor` says about a Jellyfin server.
#include <string>

#include <fmt/format.h>

#include <library/jellyfin_check.hpp>
#include <support/tls_server.hpp>

#include "jellyfin_fixture.hpp"

namespace audiomuse::test {
namespace {

using library::FindingLevel;
using library::PlaylistTrial;
using testing::HasSubstr;

class JellyfinCheckTest : public JellyfinTest {
  protected:
    library::ServerCheck check(const library::JellyfinSettings& settings) {
        return library::check_jellyfin(settings, m_http, PlaylistTrial::make_and_remove, {});
    }
    /// The last finding, which must be bad.
    std::string complaint(const library::JellyfinSettings& settings) {
        const auto result = check(settings);
        EXPECT_FALSE(result.usable());
        return result.findings.empty() ? "" : result.findings.back().sentence;
    }
};

TEST_F(JellyfinCheckTest, AGoodServerIsUsable) {
    m_server.add_album("A", "Ada", 3, at_second(1));
    for (const char* token : {"secret", "key"}) {
        const auto result = check(jellyfin_settings(m_server, token));
        EXPECT_TRUE(result.usable());
        std::string all;
        for (const library::Finding& finding : result.findings) {
            EXPECT_EQ(finding.level, FindingLevel::good) << finding.sentence;
            all += finding.sentence + "\n";
        }
        EXPECT_THAT(all, HasSubstr("Jellyfin 10.11.11 \"test\" answers"));
        EXPECT_THAT(all, HasSubstr("the user is \"bob\""));
        EXPECT_THAT(all, HasSubstr("There are 3 songs."));
        EXPECT_THAT(all, HasSubstr("Songs can be downloaded."));
        EXPECT_THAT(all, HasSubstr("Playlists can be made and removed."));
        EXPECT_EQ(all.find("secret"), std::string::npos);
    }
    EXPECT_TRUE(m_server.playlists.empty());
}

TEST_F(JellyfinCheckTest, WhatIsWrongIsSaidInWords) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    const auto good = jellyfin_settings(m_server);
    auto settings = good;
    settings.url = "http://no-such-host.invalid/";
    EXPECT_THAT(complaint(settings), HasSubstr("is unknown"));
    settings.url = "http://127.0.0.1:1/";
    EXPECT_THAT(complaint(settings), HasSubstr("Nothing listens"));
    const SelfSigned identity(m_folder.path(), "IP:127.0.0.1");
    const TlsServer tls(identity, m_folder.path());
    settings.url = fmt::format("https://127.0.0.1:{}/", tls.port());
    EXPECT_THAT(complaint(settings), HasSubstr("certificate"));
    settings.url = m_server.address("/wrong");
    m_server.prefix = "/right";
    EXPECT_THAT(complaint(settings), HasSubstr("no Jellyfin server"));
    m_server.prefix = "";
    settings = good;
    settings.token = "wrong";
    EXPECT_THAT(complaint(settings), HasSubstr("refused the token"));
    settings.token = "";
    EXPECT_THAT(complaint(settings), HasSubstr("none is set"));
    settings = good;
    settings.user = "carol";
    EXPECT_THAT(complaint(settings), HasSubstr("no user \"carol\""));
    settings = good;
    settings.music_libraries = {"Musik"};
    EXPECT_THAT(complaint(settings), HasSubstr("no library \"Musik\""));
    m_server.may_make_playlists = false;
    EXPECT_THAT(complaint(good), HasSubstr("Playlists cannot be made"));
    m_server.may_make_playlists = true;
    m_server.may_download = false;
    EXPECT_FALSE(check(good).usable());
    m_server.may_download = true;
    m_server.songs.clear();
    EXPECT_THAT(complaint(good), HasSubstr("no song"));
    m_server.libraries.clear();
    EXPECT_THAT(complaint(good), HasSubstr("no music library"));
}

} // namespace
} // namespace audiomuse::test
