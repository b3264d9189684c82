#include <net/byte_sink.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <base/fd.hpp>

#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;
using testing::EndsWith;
using testing::HasSubstr;

/// Sends bytes and closes.
LoopbackServer::Handler once(std::string bytes) {
    return [bytes = std::move(bytes)](const ServedRequest&, ServedConnection& connection) {
        connection.send(bytes);
        connection.close();
    };
}

struct DownloadTest : testing::Test {
    Outcome<Download> download(LoopbackServer::Handler handler, ByteCount limit = HttpClient::k_download_limit) {
        LoopbackServer server(std::move(handler));
        auto outcome = HttpClient(one_attempt()).download(get(server.address("/file")), sink, {}, limit);
        requests = server.requests();
        return outcome;
    }
    TestSink sink;
    std::vector<ServedRequest> requests;
};

TEST_F(DownloadTest, GivesTheBytesAndWhatIsKnownOfThem) {
    std::string file(5U << 20U, '\0');
    for (std::size_t i = 0; i < file.size(); ++i) {
        file[i] = static_cast<char>(i * 7 + i / 251);
    }
    const auto outcome = download(once(reply(200, file, {"Content-Type: audio/flac"})));
    ASSERT_TRUE(outcome) << message_of(outcome);
    EXPECT_EQ(outcome->status, 200);
    EXPECT_EQ(outcome->content_type, "audio/flac");
    EXPECT_EQ(outcome->bytes, file.size());
    EXPECT_EQ(outcome->head, file.substr(0, 4096));
    EXPECT_TRUE(outcome->end_is_certain);
    EXPECT_TRUE(sink.content == file);
    EXPECT_EQ(requests.at(0).header("accept-encoding"), "identity");
}

TEST_F(DownloadTest, ChunkedAndEmptyBodiesAreWhole) {
    const auto chunked = download(once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    ASSERT_TRUE(chunked) << message_of(chunked);
    EXPECT_TRUE(chunked->end_is_certain);
    EXPECT_EQ(sink.content, "abcde");
    const auto empty = download(once(reply(200)));
    ASSERT_TRUE(empty) << message_of(empty);
    EXPECT_TRUE(empty->end_is_certain);
    EXPECT_EQ(sink.content, "");
}

TEST_F(DownloadTest, ABodyWithoutAnyFrameHasAnUncertainEnd) {
    const auto outcome = download(once("HTTP/1.0 200 OK\r\n\r\nabc"));
    ASSERT_TRUE(outcome) << message_of(outcome);
    EXPECT_FALSE(outcome->end_is_certain);
    EXPECT_EQ(sink.content, "abc");
}

TEST_F(DownloadTest, WhatIsCutOffIsNoFile) {
    const std::string half(50'000, 'x');
    for (const std::string& answer : {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + half,
                                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::string(),
                                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + half,
                                      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
                                      std::string("HTTP/1.1 200 OK\r\nContent-Le")}) {
        const auto outcome = download(once(answer));
        EXPECT_EQ(kind_of(outcome), FailureKind::cut_off) << answer.substr(0, 80);
        EXPECT_EQ(outcome.error().error.code, ErrorCode::damaged);
        EXPECT_EQ(sink.content, "");
    }
}

TEST_F(DownloadTest, AResetInTheMiddleIsCutOff) {
    const auto outcome = download([](const ServedRequest&, ServedConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x'));
        static_cast<void>(connection.pause(std::chrono::milliseconds(20)));
        connection.reset();
    });
    EXPECT_EQ(kind_of(outcome), FailureKind::cut_off);
    EXPECT_THAT(message_of(outcome), HasSubstr("announced 100000 bytes"));
}

TEST_F(DownloadTest, MoreThanAnnouncedIsNoFileEither) {
    // Within libcurl's buffer, and beyond it.
    for (const std::size_t size : {50U, 5'000'000U}) {
        const auto outcome = download([&](const ServedRequest&, ServedConnection& connection) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                            std::string(size + 100'000, 'x'));
            static_cast<void>(connection.wait_until_closed());
        });
        EXPECT_EQ(kind_of(outcome), FailureKind::longer_than_announced) << size;
        EXPECT_EQ(sink.content, "");
    }
}

TEST_F(DownloadTest, TooLargeIsRefusedBeforeTheBody) {
    const auto announced = download(
        [](const ServedRequest&, ServedConnection& connection) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"); // and no body: it must not be waited for
            EXPECT_TRUE(connection.wait_until_closed());
        },
        ByteCount{100});
    EXPECT_EQ(kind_of(announced), FailureKind::too_large);
    EXPECT_THAT(message_of(announced), HasSubstr("limit of 100 bytes"));
    const auto unannounced = download(once("HTTP/1.0 200 OK\r\n\r\n" + std::string(101, 'x')), ByteCount{100});
    EXPECT_EQ(kind_of(unannounced), FailureKind::too_large);
    EXPECT_EQ(sink.content, "");
    EXPECT_TRUE(download(once(reply(200, std::string(100, 'x'))), ByteCount{100}));
}

TEST_F(DownloadTest, AnErrorStatusLeavesTheSinkEmpty) {
    const auto refused = download(once(reply(403, "no permission", {"Content-Type: text/plain"})));
    ASSERT_TRUE(refused) << message_of(refused);
    EXPECT_EQ(refused->status, 403);
    EXPECT_EQ(refused->content_type, "text/plain");
    EXPECT_EQ(refused->head, "no permission");
    EXPECT_EQ(refused->bytes, 0U);
    EXPECT_EQ(sink.content, "");
    const auto page = download(once(reply(500, std::string(1U << 20U, 'x'))));
    ASSERT_TRUE(page) << message_of(page);
    EXPECT_EQ(page->head.size(), 4096U);
    EXPECT_EQ(sink.content, "");
}

TEST_F(DownloadTest, NeitherPartsNorCompressedBytesAreAFile) {
    EXPECT_EQ(kind_of(download(once(reply(200, "xx", {"Content-Encoding: gzip"})))), FailureKind::bad_answer);
    EXPECT_EQ(kind_of(download(once(reply(206, "xx", {"Content-Range: bytes 0-1/4"})))), FailureKind::bad_answer);
    EXPECT_TRUE(download(once(reply(200, "xx", {"Content-Encoding: identity"}))));
}

TEST_F(DownloadTest, BeginsAnewAfterACut) {
    std::atomic<int> calls{0};
    LoopbackServer server([&](const ServedRequest&, ServedConnection& connection) {
        if (++calls < 3) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
            connection.close();
        } else {
            connection.send(reply(200, "abcdef"));
        }
    });
    const auto outcome = HttpClient(fast_settings()).download(get(server.address()), sink, {});
    ASSERT_TRUE(outcome) << message_of(outcome);
    EXPECT_EQ(sink.content, "abcdef");
    EXPECT_EQ(sink.restarts, 3);
    EXPECT_EQ(outcome->bytes, 6U);
}

TEST_F(DownloadTest, TheErrorOfASinkIsHandedOn) {
    struct FullSink final : ByteSink {
        Result<void> write(std::span<const std::byte>) override { return fail(ErrorCode::io, "The disk is full."); }
        Result<void> restart() override { return {}; }
    } full;
    LoopbackServer server(once(reply(200, "abc")));
    const auto outcome = HttpClient(fast_settings()).download(get(server.address()), full, {});
    EXPECT_EQ(kind_of(outcome), FailureKind::sink_failed);
    EXPECT_EQ(outcome.error().error.code, ErrorCode::io);
    EXPECT_EQ(message_of(outcome), "The disk is full.");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(DownloadTest, AThrowingSinkEndsTheTransfer) {
    struct ThrowingSink final : ByteSink {
        Result<void> write(std::span<const std::byte>) override { throw std::runtime_error("a bug"); }
        Result<void> restart() override { return {}; }
    } broken;
    LoopbackServer server(once(reply(200, "abc")));
    HttpClient client(fast_settings());
    EXPECT_THROW(static_cast<void>(client.download(get(server.address()), broken, {})), std::runtime_error);
    EXPECT_TRUE(client.download(get(server.address()), sink, {}));
}

TEST_F(DownloadTest, AFileHoldsTheLastAttemptAndNothingElse) {
    const UniqueFd file(::memfd_create("download", MFD_CLOEXEC));
    ASSERT_EQ(::write(file.get(), "old content", 11), 11);
    FileSink to_file(file.get());
    LoopbackServer server(once(reply(200, "new")));
    ASSERT_TRUE(HttpClient(fast_settings()).download(get(server.address()), to_file, {}));
    char content[16]{};
    EXPECT_EQ(::pread(file.get(), content, sizeof content, 0), 3);
    EXPECT_STREQ(content, "new");
}

TEST_F(DownloadTest, AFileThatCannotBeWrittenIsAnIoError) {
    const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    FileSink to_file(file.get());
    EXPECT_EQ(to_file.restart().error().code, ErrorCode::io);
    const auto written = to_file.write(std::as_bytes(std::span("x", 1)));
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, EndsWith("Bad file descriptor."));
}

} // namespace
} // namespace audiomuse::net
