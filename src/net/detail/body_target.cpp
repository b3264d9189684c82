#include <net/detail/body_target.hpp>

#include <algorithm>

namespace audiomuse::net::detail {

namespace {

constexpr std::size_t k_head = 4096;

void append(std::string& text, std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

} // namespace

Taken MemoryTarget::take(int /*status*/, std::span<const std::byte> bytes) {
    if (bytes.size() > limit().bytes - m_body.size()) {
        return Taken::too_much;
    }
    append(m_body, bytes);
    return Taken::all;
}

Result<void> MemoryTarget::restart() {
    m_body.clear();
    return {};
}

Taken SinkTarget::take(int status, std::span<const std::byte> bytes) {
    append(m_head, bytes.first(std::min(bytes.size(), k_head - m_head.size())));
    if (status / 100 != 2) {
        return m_head.size() < k_head ? Taken::all : Taken::enough;
    }
    if (bytes.size() > limit().bytes - m_written) {
        return Taken::too_much;
    }
    if (auto written = m_sink.write(bytes); !written) {
        m_error = std::move(written).error();
        return Taken::sink_failed;
    }
    m_written += bytes.size();
    return Taken::all;
}

Result<void> SinkTarget::restart() {
    m_head.clear();
    m_written = 0;
    return m_sink.restart();
}

} // namespace audiomuse::net::detail
