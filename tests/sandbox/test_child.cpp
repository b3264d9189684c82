// A child for the tests: does what its first argument says, answers over its channel.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sandbox/child_side.hpp>
#include <sandbox/confinement.hpp>
#include <sandbox/detail/landlock.hpp>
#include <sandbox/detail/syscall_filter.hpp>
#include <sandbox/spawner.hpp>

namespace {

using namespace audiomuse;
using namespace audiomuse::sandbox;

constexpr std::chrono::seconds k_limit(10);

void say(Channel& channel, std::string_view text) {
    if (!channel.send(std::as_bytes(std::span(text)), k_limit)) {
        std::_Exit(90);
    }
}

std::string text_of(const Frame& frame) { return {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()}; }

/// "ok", or the name of the error.
std::string outcome(long result) { return result >= 0 ? "ok" : ::strerrorname_np(errno); }

[[noreturn]] void sleep_for_ever() {
    for (;;) {
        ::pause();
    }
}

long connect_to_loopback() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

long run_true() {
    std::array<char, 5> name{"true"};
    const std::array<char*, 2> arguments{name.data(), nullptr};
    return ::execve("/bin/true", arguments.data(), nullptr);
}

long fork_once() {
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::_Exit(0);
    }
    return pid;
}

std::string start_thread() {
    try {
        std::thread([] {}).join();
        return "ok";
    } catch (const std::system_error& error) {
        return ::strerrorname_np(error.code().value());
    }
}

std::string allocate_512_mib() {
    constexpr std::size_t k_bytes = 512U << 20U;
    void* memory = ::mmap(nullptr, k_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return outcome(memory == MAP_FAILED ? -1 : 0);
}

std::string map_executable() {
    return outcome(::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
}

std::string make_executable() {
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return outcome(memory == MAP_FAILED ? -1 : ::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
}

std::string raise_limit() {
    const rlimit more{64, 64};
    return outcome(::setrlimit(RLIMIT_NPROC, &more));
}

std::string work_in_memory() {
    // What a decoder does: memory, time, randomness, the descriptors that it has, messages on standard error.
    auto block = std::make_unique<std::array<char, 8 << 20>>();
    block->fill(1);
    struct stat status {};
    timespec now{};
    const bool good = ::fstat(0, &status) == 0 && ::clock_gettime(CLOCK_MONOTONIC, &now) == 0 && ::getppid() != 0 &&
                      std::string_view("x\n").size() == static_cast<std::size_t>(::write(STDERR_FILENO, "x\n", 2));
    return good ? "ok" : "failed";
}

const std::map<std::string, std::function<std::string()>, std::less<>>& attempts() {
    static const std::map<std::string, std::function<std::string()>, std::less<>> k_attempts{
        {"read a file", [] { return outcome(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }},
        {"write a file", [] { return outcome(::open("/tmp/audiomuse-escaped", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); }},
        {"list a folder", [] { return outcome(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }},
        {"open itself again", [] { return outcome(::open("/proc/self/fd/3", O_RDWR | O_CLOEXEC)); }},
        {"stat a path",
         [] {
             struct stat s {};
             return outcome(::stat("/etc/passwd", &s));
         }},
        {"unlink", [] { return outcome(::unlink("/tmp/audiomuse-escaped")); }},
        {"memfd", [] { return outcome(::memfd_create("x", 0)); }},
        {"connect", [] { return outcome(connect_to_loopback()); }},
        {"unix socket", [] { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
        {"socket pair", [] { return outcome(make_socket_pair().has_value() ? 0 : -1); }},
        {"fork", [] { return outcome(fork_once()); }},
        {"clone3", [] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }},
        {"thread", start_thread},
        {"exec", [] { return outcome(run_true()); }},
        {"ptrace", [] { return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
        {"signal the parent", [] { return outcome(::kill(::getppid(), SIGTERM)); }},
        {"executable memory", map_executable},
        {"memory made executable", make_executable},
        {"512 MiB", allocate_512_mib},
        {"a higher limit", raise_limit},
        {"outlive the parent", [] { return outcome(::prctl(PR_SET_PDEATHSIG, 0)); }},
        {"work in memory", work_in_memory},
    };
    return k_attempts;
}

int serve_attempts(Channel& channel) {
    for (;;) {
        const auto received = channel.receive(Channel::Wait::yes);
        if (!received || received->state != Channel::State::frame) {
            return 0;
        }
        const std::string command = text_of(received->frame);
        if (command == "overwrite the input") {
            say(channel, outcome(::write(received->frame.descriptor.get(), "y", 1)));
        } else {
            say(channel, attempts().at(command)());
        }
    }
}

int echo(Channel& channel) {
    for (;;) {
        auto received = channel.receive(Channel::Wait::yes);
        if (!received || received->state != Channel::State::frame) {
            return received ? 0 : 1;
        }
        std::string answer = text_of(received->frame);
        std::array<char, 4096> chunk{};
        for (ssize_t got = 1; received->frame.descriptor && got > 0;) {
            got = ::read(received->frame.descriptor.get(), chunk.data(), chunk.size());
            answer.append(chunk.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        say(channel, answer);
    }
}

void describe_surroundings(Channel& channel, const ChildSide& side) {
    std::string text = fmt::format("group {}\n", ::getpgrp() == ::getpid() ? "own" : "shared");
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code error;
        const auto target = std::filesystem::read_symlink(entry.path(), error).string();
        if (!error && target.find("/proc/") != 0) { // the listing's own descriptor
            text += fmt::format("fd {} {}\n", entry.path().filename().string(), target.substr(0, target.find(':')));
        }
    }
    for (char** variable = environ; *variable != nullptr; ++variable) {
        text += fmt::format("env {}\n", *variable);
    }
    text += fmt::format("given {}", side.descriptors.size());
    say(channel, text);
}

[[noreturn]] void crash() {
    std::signal(SIGSEGV, SIG_DFL); // sanitizers would turn it into an exit
    ::raise(SIGSEGV);
    std::_Exit(91);
}

/// Starts a sleeping grandchild, tells its process id, and sleeps.
[[noreturn]] void be_a_parent(Channel& channel) {
    Spawner spawner;
    auto child = spawner.spawn({{"sandbox_test_child", "sleep"}});
    const bool ready = child && child->channel().receive(Channel::Wait::yes);
    say(channel, ready ? std::to_string(child->pid()) : "0");
    sleep_for_ever();
}

} // namespace

int main(int argc, char** argv) {
    auto side = enter_child();
    if (!side || argc != 2) {
        return 92;
    }
    Channel& channel = side->channel;
    const std::string_view mode = argv[1];
    if (mode == "echo") {
        return echo(channel);
    }
    if (mode == "confined") {
        Limits limits;
        limits.priority = Priority::normal;
        say(channel, confine_self(limits).summary());
        return serve_attempts(channel);
    }
    if (mode == "landlock only") {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        say(channel, detail::apply_landlock().state == LayerState::active ? "active" : "unavailable");
        return serve_attempts(channel);
    }
    if (mode == "filter only") {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        say(channel, detail::apply_syscall_filter().state == LayerState::active ? "active" : "unavailable");
        return serve_attempts(channel);
    }
    if (mode == "surroundings") {
        describe_surroundings(channel, *side);
    } else if (mode == "crash") {
        crash();
    } else if (mode == "exit 3") {
        return 3;
    } else if (mode == "flood stderr") {
        const std::string line(1000, 'x');
        for (int i = 0; i < 2000; ++i) {
            if (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno != EAGAIN) {
                return 93;
            }
        }
        say(channel, "done");
    } else if (mode == "parent") {
        be_a_parent(channel);
    } else if (mode == "sleep") {
        say(channel, "asleep"); // and deaf to the end of the channel
        sleep_for_ever();
    }
    return 0;
}
