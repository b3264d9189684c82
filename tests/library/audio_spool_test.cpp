#include <library/detail/audio_spool.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <support/loopback_server.hpp>
#include <support/temporary_tree.hpp>

namespace audiomuse::library::detail {
namespace {

using namespace std::chrono_literals;
using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;

net::ClientSettings client_settings() {
    net::ClientSettings settings;
    settings.retry = {.attempts = 2, .first_pause = 1ms, .longest_pause = 2ms, .longest_retry_after = 5ms};
    return settings;
}

class AudioSpoolTest : public testing::Test {
  protected:
    /// Serves one answer to every request.
    void serve(std::string answer) {
        m_server = std::make_unique<LoopbackServer>([answer = std::move(answer)](const ServedRequest&, ServedConnection& to) {
            to.send(answer);
            if (answer.find("Content-Length") == std::string::npos || answer.find("Connection: close") != std::string::npos) {
                to.close();
            }
        });
    }
    tl::expected<AudioInput, TrackFailure> fetch(std::uint64_t size, std::stop_token stop = {}) {
        return m_spool.fetch(m_client, {.url = net::Url::parse(m_server->address("/track")).value()}, size, std::move(stop));
    }
    TrackFailure failure(std::uint64_t size) {
        const auto input = fetch(size);
        EXPECT_FALSE(input);
        EXPECT_EQ(m_spool.bytes_in_hand(), 0U);
        return input ? TrackFailure{} : input.error();
    }

    test::TemporaryTree m_folder;
    AudioSpool m_spool{RemoteAudioSettings{m_folder.path(), 100, 1'000}};
    net::HttpClient m_client{client_settings()};
    std::unique_ptr<LoopbackServer> m_server;
};

TEST_F(AudioSpoolTest, GivesTheBytesInAFileWithoutAName) {
    serve(reply(200, "audio bytes", {"Content-Type: audio/flac"}));
    auto input = fetch(11);
    ASSERT_TRUE(input) << input.error().reason;
    EXPECT_EQ(input->size_bytes, 11U);
    std::string bytes(20, '\0');
    bytes.resize(static_cast<std::size_t>(::read(input->fd.get(), bytes.data(), bytes.size())));
    EXPECT_EQ(bytes, "audio bytes");
    struct stat status {};
    ASSERT_EQ(::fstat(input->fd.get(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_TRUE(std::filesystem::is_empty(m_folder.path()));
    EXPECT_EQ(m_spool.bytes_in_hand(), 11U);
    *input = AudioInput{};
    EXPECT_EQ(m_spool.bytes_in_hand(), 0U);
}

TEST_F(AudioSpoolTest, ATrackOfUnknownSizeKeepsOnlyWhatItHas) {
    serve(reply(200, "audio bytes"));
    const auto input = fetch(0);
    ASSERT_TRUE(input) << input.error().reason;
    EXPECT_EQ(m_spool.bytes_in_hand(), 11U);
}

TEST_F(AudioSpoolTest, ADownloadOfAnotherSizeIsAFailedFetch) {
    serve(reply(200, "audio bytes"));
    for (const std::uint64_t size : {12U, 10U}) {
        EXPECT_EQ(failure(size).code, FailureCode::unreachable) << size;
    }
    serve("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\naudio");
    EXPECT_EQ(failure(11).code, FailureCode::unreachable);
    EXPECT_EQ(failure(0).code, FailureCode::unreachable);
    serve("HTTP/1.1 200 OK\r\n\r\naudio");
    EXPECT_EQ(failure(0).code, FailureCode::unreachable) << "nothing shows that it is complete";
    EXPECT_TRUE(fetch(5)) << "the listing does";
}

TEST_F(AudioSpoolTest, ATrackAboveTheLimitIsNotFetched) {
    serve(reply(200, std::string(1'001, 'a')));
    EXPECT_EQ(failure(1'001).code, FailureCode::too_long);
    EXPECT_TRUE(m_server->requests().empty());
    EXPECT_EQ(failure(0).code, FailureCode::too_long);
}

TEST_F(AudioSpoolTest, ADocumentIsNeverAudio) {
    for (const char* document :
         {"{\"a\": 1}", " \n{ \"error\"", "<!DOCTYPE html><html>", "<HTML>", "\xEF\xBB\xBF<?xml version"}) {
        serve(reply(200, document, {"Content-Type: audio/mpeg"}));
        EXPECT_EQ(failure(0).code, FailureCode::refused) << document;
    }
    for (const char* type : {"application/json; charset=utf-8", "text/html", "application/problem+json"}) {
        serve(reply(200, "anything", {std::string("Content-Type: ") + type}));
        EXPECT_EQ(failure(8).code, FailureCode::refused) << type;
    }
    serve(reply(200, "{\x01 not a document"));
    EXPECT_TRUE(fetch(0));
}

TEST_F(AudioSpoolTest, StatusesBecomeFailures) {
    const auto check = [&](int status, FailureCode code, FailureScope scope) {
        serve(reply(status, "no"));
        const TrackFailure said = failure(11);
        EXPECT_EQ(said.code, code) << status;
        EXPECT_EQ(said.scope, scope) << status;
        EXPECT_FALSE(said.reason.empty());
    };
    check(401, FailureCode::refused, FailureScope::credential);
    check(403, FailureCode::refused, FailureScope::credential);
    check(404, FailureCode::not_found, FailureScope::track);
    check(410, FailureCode::not_found, FailureScope::track);
    check(400, FailureCode::refused, FailureScope::track);
    check(500, FailureCode::unreachable, FailureScope::track);
    check(503, FailureCode::unreachable, FailureScope::track);
}

TEST_F(AudioSpoolTest, ADeadServerAndAMissingFolderAreUnreachable) {
    serve("");
    EXPECT_EQ(failure(11).code, FailureCode::unreachable);
    serve(reply(200, "audio bytes"));
    std::filesystem::remove_all(m_folder.path());
    const TrackFailure said = failure(11);
    EXPECT_EQ(said.code, FailureCode::unreachable);
    EXPECT_EQ(said.reason.find(m_folder.path().native()), std::string::npos) << "no path";
}

TEST_F(AudioSpoolTest, WhoFindsNoRoomWaitsUntilThereIsSome) {
    serve(reply(200, std::string(60, 'a')));
    auto first = fetch(60);
    ASSERT_TRUE(first);
    auto second = std::async(std::launch::async, [&] { return fetch(60); });
    EXPECT_EQ(second.wait_for(100ms), std::future_status::timeout);
    EXPECT_EQ(m_server->requests().size(), 1U);
    first = AudioInput{};
    EXPECT_TRUE(second.get());
    EXPECT_EQ(m_spool.bytes_in_hand(), 0U);
}

TEST_F(AudioSpoolTest, ALargerTrackGoesAloneAndIsNotPassedOver) {
    serve(reply(200, std::string(500, 'a')));
    auto small = fetch(500);
    ASSERT_TRUE(small) << "alone";
    auto large = std::async(std::launch::async, [&] { return fetch(500); });
    EXPECT_EQ(large.wait_for(50ms), std::future_status::timeout);
    auto late = std::async(std::launch::async, [&] { return fetch(500); });
    EXPECT_EQ(late.wait_for(50ms), std::future_status::timeout);
    small = AudioInput{};
    auto second = large.get();
    ASSERT_TRUE(second);
    EXPECT_EQ(late.wait_for(50ms), std::future_status::timeout);
    second = AudioInput{};
    EXPECT_TRUE(late.get());
}

TEST_F(AudioSpoolTest, AWaitCanBeStopped) {
    serve(reply(200, std::string(60, 'a')));
    const auto first = fetch(60);
    std::stop_source stop;
    auto second = std::async(std::launch::async, [&] { return fetch(60, stop.get_token()); });
    auto third = std::async(std::launch::async, [&] { return fetch(40); });
    EXPECT_EQ(second.wait_for(50ms), std::future_status::timeout);
    stop.request_stop();
    EXPECT_FALSE(second.get());
    EXPECT_FALSE(third.get()) << "60 bytes came in place of 40, but its turn had come";
    EXPECT_EQ(m_spool.bytes_in_hand(), 60U);
}

TEST_F(AudioSpoolTest, ManyThreadsNeverTakeMoreThanTheSpace) {
    serve(reply(200, std::string(40, 'a')));
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 10; ++round) {
                const auto input = fetch(40);
                good += input && m_spool.bytes_in_hand() <= 100 ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 80);
    EXPECT_EQ(m_spool.bytes_in_hand(), 0U);
}

TEST_F(AudioSpoolTest, AnInputMayOutliveTheSpool) {
    serve(reply(200, "audio bytes"));
    AudioInput input;
    {
        AudioSpool spool(RemoteAudioSettings{m_folder.path()});
        input = spool.fetch(m_client, {.url = net::Url::parse(m_server->address()).value()}, 11, {}).value();
    }
    EXPECT_NE(input.lease, nullptr);
}

} // namespace
} // namespace audiomuse::library::detail
