#include <audio/detail/ffmpeg_io.hpp>

#include <algorithm>
#include <cstdio>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace audiomuse::audio::detail {

namespace {

constexpr std::size_t k_buffer_size = 64 * 1024;
constexpr std::size_t k_largest_allocation = 64 * 1024 * 1024;

void say_nothing(void* /*context*/, int /*level*/, const char* /*format*/, va_list /*arguments*/) {}

} // namespace

void prepare_ffmpeg() noexcept {
    static const bool k_done = [] {
        av_log_set_callback(&say_nothing);
        av_max_alloc(k_largest_allocation);
        return true;
    }();
    static_cast<void>(k_done);
}

void IoContextFree::operator()(AVIOContext* context) const noexcept {
    av_freep(&context->buffer);
    avio_context_free(&context);
}

ExtentIo::ExtentIo(int fd, AudioExtent extent, std::stop_token stop) : m_fd(fd), m_extent(extent), m_stop(std::move(stop)) {
    auto* buffer = static_cast<unsigned char*>(av_malloc(k_buffer_size));
    if (buffer == nullptr) {
        throw std::bad_alloc();
    }
    m_context.reset(avio_alloc_context(buffer, static_cast<int>(k_buffer_size), 0, this, &read_packet, nullptr, &seek));
    if (!m_context) {
        av_free(buffer);
        throw std::bad_alloc();
    }
}

int ExtentIo::read_packet(void* self, std::uint8_t* into, int size) {
    auto& io = *static_cast<ExtentIo*>(self);
    if (io.m_stop.stop_requested()) {
        return AVERROR_EXIT;
    }
    const std::int64_t count = std::min<std::int64_t>(size, io.size() - io.m_position);
    if (count <= 0) {
        return AVERROR_EOF;
    }
    const std::int64_t got = read_at(io.m_fd, into, count, io.m_extent.begin + io.m_position);
    if (got < 0) {
        io.m_failed = true;
        return AVERROR(EIO);
    }
    if (got == 0) {
        return AVERROR_EOF;
    }
    io.m_position += got;
    return static_cast<int>(got);
}

std::int64_t ExtentIo::seek(void* self, std::int64_t offset, int whence) {
    auto& io = *static_cast<ExtentIo*>(self);
    std::int64_t base = 0;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return io.size();
    case SEEK_SET: break;
    case SEEK_CUR: base = io.m_position; break;
    case SEEK_END: base = io.size(); break;
    default: return AVERROR(EINVAL);
    }
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        return AVERROR(EINVAL);
    }
    io.m_position = target;
    return target;
}

} // namespace audiomuse::audio::detail
