#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

namespace audiomuse::test {

/// A key and a self-signed certificate for these names, as openssl writes them: "IP:127.0.0.1,DNS:localhost".
struct SelfSigned {
    /// Throws std::runtime_error when the program openssl is missing.
    SelfSigned(const std::filesystem::path& folder, const std::string& names);

    std::filesystem::path key;
    std::filesystem::path certificate;
};

/// `openssl s_server` on 127.0.0.1: speaks TLS and answers `GET /name` with the file `name` of a folder, which holds a whole
/// answer, headers included; then it closes.
class TlsServer {
  public:
    /// Listens when it returns. Throws std::runtime_error when it does not.
    TlsServer(const SelfSigned& identity, const std::filesystem::path& folder);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }

  private:
    pid_t m_pid = -1;
    std::uint16_t m_port = 0;
};

} // namespace audiomuse::test
