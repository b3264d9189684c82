#include <sandbox/channel.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace audiomuse::sandbox {
namespace {

constexpr std::chrono::seconds k_limit(5);

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text_of(const Frame& frame) { return {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()}; }
std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(entries, {}));
}

class ChannelTest : public testing::Test {
  protected:
    void SetUp() override {
        auto pair = make_socket_pair();
        ASSERT_TRUE(pair);
        m_raw_fd = pair->first.get();
        m_left = std::make_unique<Channel>(std::move(pair->first), Channel::Descriptors::refused);
        m_right = std::make_unique<Channel>(std::move(pair->second), Channel::Descriptors::accepted);
    }
    void raw(std::string_view bytes) const {
        ASSERT_EQ(::send(m_raw_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    }

    int m_raw_fd = -1; ///< of m_left
    std::unique_ptr<Channel> m_left;
    std::unique_ptr<Channel> m_right;
};

TEST_F(ChannelTest, MessagesArriveWholeAndInOrder) {
    ASSERT_TRUE(m_left->send(bytes_of("one"), k_limit));
    ASSERT_TRUE(m_left->send(bytes_of("second"), k_limit));
    EXPECT_EQ(text_of(m_right->receive(Channel::Wait::yes)->frame), "one");
    EXPECT_EQ(text_of(m_right->receive(Channel::Wait::no)->frame), "second");
    EXPECT_EQ(m_right->receive(Channel::Wait::no)->state, Channel::State::nothing_yet);
}

TEST_F(ChannelTest, OnTheWireAMessageIsFourLittleEndianBytesAndThePayload) {
    ASSERT_TRUE(m_right->send(bytes_of("abc"), k_limit));
    std::array<char, 16> wire{};
    ASSERT_EQ(::recv(m_raw_fd, wire.data(), wire.size(), 0), 7);
    EXPECT_EQ(std::string_view(wire.data(), 7), std::string_view("\x03\0\0\0abc", 7));
}

TEST_F(ChannelTest, TheLargestMessagePassesAndALargerOneIsRefused) {
    std::string large(Channel::k_max_payload_bytes, 'x');
    large.back() = 'y';
    std::thread sender([&] { EXPECT_TRUE(m_left->send(bytes_of(large), k_limit)); });
    const auto received = m_right->receive(Channel::Wait::yes);
    sender.join();
    ASSERT_TRUE(received);
    EXPECT_EQ(text_of(received->frame), large);
    EXPECT_EQ(m_left->send(bytes_of(large + "z"), k_limit).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(m_left->send({}, k_limit).error().code, ErrorCode::invalid_argument);
}

TEST_F(ChannelTest, AReaderThatNeverReadsTimesOut) {
    const std::string large(Channel::k_max_payload_bytes, 'x');
    EXPECT_EQ(m_left->send(bytes_of(large), std::chrono::milliseconds(50)).error().code, ErrorCode::timed_out);
}

TEST_F(ChannelTest, SendingToAClosedChannelIsAnErrorAndNoSignal) {
    m_right.reset();
    EXPECT_EQ(m_left->send(bytes_of("x"), k_limit).error().code, ErrorCode::io);
}

TEST_F(ChannelTest, AMessageInPiecesIsPutTogether) {
    raw(std::string_view("\x05\0", 2));
    EXPECT_EQ(m_right->receive(Channel::Wait::no)->state, Channel::State::nothing_yet);
    raw(std::string_view("\0\0he", 4));
    EXPECT_EQ(m_right->receive(Channel::Wait::no)->state, Channel::State::nothing_yet);
    raw("llo");
    EXPECT_EQ(text_of(m_right->receive(Channel::Wait::no)->frame), "hello");
}

TEST_F(ChannelTest, ClosingBetweenMessagesIsAnEndAndInsideOneIsDamage) {
    m_left.reset();
    EXPECT_EQ(m_right->receive(Channel::Wait::yes)->state, Channel::State::closed);
}

TEST_F(ChannelTest, AMessageThatIsCutOffIsDamage) {
    raw(std::string_view("\x05\0\0\0he", 6));
    m_left.reset();
    EXPECT_EQ(m_right->receive(Channel::Wait::yes).error().code, ErrorCode::damaged);
}

TEST_F(ChannelTest, ImpossibleLengthsAreDamage) {
    raw(std::string_view("\x01\0\x10\0", 4)); // 1 MiB and a byte
    EXPECT_EQ(m_right->receive(Channel::Wait::no).error().code, ErrorCode::damaged);
}

TEST_F(ChannelTest, AnEmptyMessageIsDamage) {
    raw(std::string_view("\0\0\0\0", 4));
    EXPECT_EQ(m_right->receive(Channel::Wait::no).error().code, ErrorCode::damaged);
}

TEST_F(ChannelTest, ADescriptorTravelsWithItsMessage) {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(m_left->send(bytes_of("plain"), k_limit));
    ASSERT_TRUE(m_left->send(bytes_of("with"), k_limit, null.get()));
    EXPECT_FALSE(m_right->receive(Channel::Wait::yes)->frame.descriptor);
    const auto received = m_right->receive(Channel::Wait::yes);
    ASSERT_TRUE(received->frame.descriptor);
    EXPECT_NE(received->frame.descriptor.get(), null.get());
    EXPECT_EQ(::fcntl(received->frame.descriptor.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST_F(ChannelTest, ASideThatRefusesDescriptorsIsLeftWithNone) {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto before = open_descriptors();
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(m_right->send(bytes_of("take this"), k_limit, null.get()));
        EXPECT_FALSE(m_left->receive(Channel::Wait::yes)->frame.descriptor);
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ChannelTest, SeveralDescriptorsInOneMessageAreDamageAndLeakNothing) {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto before = open_descriptors();
    const std::array<int, 3> descriptors{null.get(), null.get(), null.get()};
    std::array<char, 5> payload{1, 0, 0, 0, 'x'};
    iovec part{payload.data(), payload.size()};
    alignas(cmsghdr) std::array<unsigned char, CMSG_SPACE(sizeof descriptors)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
    ASSERT_EQ(::sendmsg(m_raw_fd, &message, MSG_NOSIGNAL), 5);
    EXPECT_EQ(m_right->receive(Channel::Wait::yes).error().code, ErrorCode::damaged);
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace
} // namespace audiomuse::sandbox
