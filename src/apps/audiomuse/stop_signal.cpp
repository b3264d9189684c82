#include "stop_signal.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <pthread.h>
#include <unistd.h>

namespace audiomuse::apps {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

StopSignal::StopSignal() {
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_thread = std::jthread([this](const std::stop_token& end) { watch(end); });
}

StopSignal::~StopSignal() = default;

void StopSignal::watch(const std::stop_token& end) {
    const sigset_t set = stop_signals();
    const timespec interval{0, 100'000'000};
    while (!end.stop_requested()) {
        const int signal = ::sigtimedwait(&set, nullptr, &interval);
        if (signal < 0) {
            continue; // the interval is over
        }
        if (m_stop.stop_requested()) {
            ::_exit(128 + signal);
        }
        m_stop.request_stop();
    }
}

} // namespace audiomuse::apps
