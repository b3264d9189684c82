#include <support/tls_server.hpp>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/fd.hpp>

namespace audiomuse::test {

namespace {

/// Starts openssl in a folder with its output into a pipe, whose reading end is returned.
UniqueFd start(const std::filesystem::path& folder, std::vector<std::string> arguments, pid_t& pid) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const int error = ::posix_spawnp(&pid, "openssl", &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("the program openssl cannot be started");
    }
    return reading;
}

} // namespace

SelfSigned::SelfSigned(const std::filesystem::path& folder, const std::string& names)
    : key(folder / "key.pem"), certificate(folder / "certificate.pem") {
    pid_t pid = -1;
    const UniqueFd output =
        start(folder,
              {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
               "/CN=audiomuse test", "-addext", "subjectAltName=" + names, "-keyout", key, "-out", certificate},
              pid);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) {
        throw std::runtime_error("openssl makes no certificate");
    }
}

TlsServer::TlsServer(const SelfSigned& identity, const std::filesystem::path& folder) {
    const UniqueFd output = start(
        folder, {"s_server", "-accept", "127.0.0.1:0", "-HTTP", "-key", identity.key, "-cert", identity.certificate}, m_pid);
    // It prints "ACCEPT 127.0.0.1:40123" once it listens.
    std::string text;
    char byte = 0;
    while (text.find("ACCEPT") == std::string::npos || !text.ends_with('\n')) {
        if (::read(output.get(), &byte, 1) != 1) {
            throw std::runtime_error("openssl s_server does not listen");
        }
        text += byte;
    }
    m_port = static_cast<std::uint16_t>(std::atoi(text.c_str() + text.rfind(':') + 1));
}

TlsServer::~TlsServer() {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

} // namespace audiomuse::test
