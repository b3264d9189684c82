// An analysis child whose analyser does what its input says, in the confinement of the real one.
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <analysis/child_main.hpp>
#include <analysis/child_protocol.hpp>
#include <analysis/sample_analysis.hpp>

namespace {

using namespace audiomuse;
using namespace audiomuse::analysis;

constexpr int k_channel = 3;

void send_raw(std::string_view bytes) {
    if (::send(k_channel, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        std::_Exit(90);
    }
}

void send_frame(std::string_view payload) {
    const auto length = static_cast<std::uint32_t>(payload.size());
    std::string frame;
    for (unsigned i = 0; i < 4; ++i) {
        frame += static_cast<char>((length >> (8 * i)) & 0xFFU);
    }
    send_raw(frame + std::string(payload));
}

void send_message(const ChildMessage& message) {
    const auto bytes = encode(message);
    send_frame({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

[[noreturn]] void spin() {
    static std::atomic<unsigned> turns = 0;
    for (;;) {
        turns.fetch_add(1, std::memory_order_relaxed);
    }
}

[[noreturn]] void crash() {
    std::signal(SIGSEGV, SIG_DFL); // sanitizers would turn it into an exit
    ::raise(SIGSEGV);
    std::_Exit(91);
}

/// Touches memory until it is refused.
void grow(std::size_t most) {
    constexpr std::size_t k_step = 4U << 20U;
    std::vector<std::unique_ptr<std::array<char, k_step>>> blocks;
    for (std::size_t total = 0; total < most; total += k_step) {
        blocks.push_back(std::make_unique<std::array<char, k_step>>());
        blocks.back()->fill(1);
    }
    spin();
}

class ObedientAnalyser final : public Analyser {
  public:
    tl::expected<Analysis, TrackFailure> analyse(const AudioInput& input, std::stop_token) override {
        ++m_calls;
        std::array<char, 200> text{};
        const ssize_t length = ::read(input.fd.get(), text.data(), text.size()); // from wherever the position is
        const std::string command(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
        if (command == "ok") {
            return test::sample_analysis();
        }
        if (command == "not audio") {
            return tl::unexpected(TrackFailure{FailureCode::not_audio, "It holds no audio."});
        }
        if (command == "process id") {
            return tell(std::to_string(::getpid()));
        }
        if (command == "crash unless fresh") {
            if (m_calls > 1) {
                crash();
            }
            return test::sample_analysis();
        }
        if (command == "open a file") {
            const int fd = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
            return tell(fd >= 0 ? "open" : ::strerrorname_np(errno));
        }
        misbehave(command);
        return tell("what is \"" + command + "\"?");
    }

    tl::expected<AudioIdentity, TrackFailure> identify(const AudioInput& input, std::stop_token) override {
        if (input.size_bytes == 0) {
            return tl::unexpected(TrackFailure{FailureCode::too_short, "It is empty."});
        }
        return AudioIdentity(fmt::format("{:032x}", input.size_bytes));
    }

  private:
    static tl::unexpected<TrackFailure> tell(std::string text) {
        return tl::unexpected(TrackFailure{FailureCode::too_short, std::move(text)});
    }
    static void misbehave(std::string_view command) {
        static const std::map<std::string_view, std::function<void()>> k_ways{
            {"crash", [] { crash(); }},
            {"exit", [] { std::_Exit(7); }},
            {"abort",
             [] {
                 std::signal(SIGABRT, SIG_DFL);
                 std::abort();
             }},
            {"spin", [] { spin(); }},
            {"sleep", [] { std::this_thread::sleep_for(std::chrono::hours(1)); }},
            {"throw", [] { throw std::runtime_error("a bug"); }},
            {"grow", [] { grow(8ULL << 30U); }},
            {"garbage",
             [] {
                 send_raw(std::string(5000, '\xff'));
                 spin();
             }},
            {"not CBOR",
             [] {
                 send_frame("{\"type\": \"analysis\"}");
                 spin();
             }},
            {"deep CBOR",
             [] {
                 send_frame(std::string(1U << 20U, '\x81'));
                 spin();
             }},
            {"half a message and the end",
             [] {
                 send_raw(std::string_view("\x40\0\0\0half", 8));
                 std::_Exit(0);
             }},
            {"half a message and silence",
             [] {
                 send_raw(std::string_view("\x40\0\0\0half", 8));
                 spin();
             }},
            {"another number",
             [] {
                 send_message(Answer{999, TrackFailure{}});
                 spin();
             }},
            {"another kind",
             [] {
                 send_message(Answer{1, AudioIdentity("00000000000000000000000000000000")});
                 spin();
             }},
            {"a second hello",
             [] {
                 send_message(Hello{});
                 spin();
             }},
            {"close the channel",
             [] {
                 ::close(k_channel);
                 spin();
             }},
        };
        if (const auto way = k_ways.find(command); way != k_ways.end()) {
            way->second();
        }
    }

    int m_calls = 0;
};

} // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    return run_analysis_child([&](std::span<UniqueFd> descriptors) -> std::unique_ptr<Analyser> {
        if (mode == "no analyser") {
            throw std::runtime_error("there is no analyser");
        }
        if (mode == "never ready") {
            spin();
        }
        if (mode == "needs a descriptor" && descriptors.size() != 1) {
            return nullptr;
        }
        return std::make_unique<ObedientAnalyser>();
    });
}
