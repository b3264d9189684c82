#pragma once

#include <cerrno>
#include <exception>
#include <system_error>

#include <unistd.h>

namespace audiomuse::test {

/// Lets the file system refuse what it refuses to ordinary users, also when the tests run as root. For tests with one thread.
class WithoutPrivileges {
  public:
    WithoutPrivileges() : m_user(::geteuid()) {
        if (m_user == 0) {
            if (::seteuid(k_nobody) != 0) {
                throw std::system_error(errno, std::generic_category(), "seteuid");
            }
        }
    }
    WithoutPrivileges(const WithoutPrivileges&) = delete;
    WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
    ~WithoutPrivileges() {
        if (m_user == 0 && ::seteuid(0) != 0) {
            std::terminate(); // no later test would mean anything
        }
    }

  private:
    static constexpr uid_t k_nobody = 65'534;

    uid_t m_user;
};

} // namespace audiomuse::test
