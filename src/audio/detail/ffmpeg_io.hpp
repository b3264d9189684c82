#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <audio/detail/audio_extent.hpp>

namespace audiomuse::audio::detail {

struct FormatContextFree {
    void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
struct CodecContextFree {
    void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
struct PacketFree {
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct FrameFree {
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
struct IoContextFree {
    void operator()(AVIOContext* context) const noexcept;
};

using FormatContext = std::unique_ptr<AVFormatContext, FormatContextFree>;
using CodecContext = std::unique_ptr<AVCodecContext, CodecContextFree>;
using Packet = std::unique_ptr<AVPacket, PacketFree>;
using Frame = std::unique_ptr<AVFrame, FrameFree>;
using IoContext = std::unique_ptr<AVIOContext, IoContextFree>;

/// Silences FFmpeg's log (its messages hold bytes of foreign files) and limits a single allocation, for the whole process.
/// Idempotent.
void prepare_ffmpeg() noexcept;

/// The bytes of an extent of a descriptor as FFmpeg reads them. FFmpeg keeps a pointer to it, so it does not move.
class ExtentIo {
  public:
    ExtentIo(int fd, AudioExtent extent, std::stop_token stop);
    ExtentIo(const ExtentIo&) = delete;
    ExtentIo& operator=(const ExtentIo&) = delete;

    [[nodiscard]] AVIOContext* context() const noexcept { return m_context.get(); }
    [[nodiscard]] std::int64_t size() const noexcept { return m_extent.end - m_extent.begin; }
    /// The operating system failed to read.
    [[nodiscard]] bool failed() const noexcept { return m_failed; }
    [[nodiscard]] bool stop_requested() const noexcept { return m_stop.stop_requested(); }

  private:
    static int read_packet(void* self, std::uint8_t* into, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    int m_fd;
    AudioExtent m_extent;
    std::stop_token m_stop;
    std::int64_t m_position = 0; ///< relative to the extent
    bool m_failed = false;
    IoContext m_context;
};

} // namespace audiomuse::audio::detail
