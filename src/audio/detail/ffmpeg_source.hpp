#pragma once

#include <memory>

#include <audio/detail/packet_reader.hpp>
#include <audio/detail/source.hpp>

namespace audiomuse::audio::detail {

/// Decodes with libavcodec.
class FfmpegSource : public Source {
  public:
    [[nodiscard]] static tl::expected<std::unique_ptr<Source>, DecodeFailure> open(int fd, const DecodeOptions& options);

    FfmpegSource(PacketReader reader, CodecContext codec, Packet packet, Frame frame);

    [[nodiscard]] const SourceFormat& format() const noexcept override { return m_reader.format(); }
    [[nodiscard]] tl::expected<SourceResult, DecodeFailure> decode(MonoOutput& output) override;

  private:
    enum class PacketOutcome { good, damaged };

    /// Sends one packet (null at the end) and passes on all frames that it gives.
    [[nodiscard]] tl::expected<PacketOutcome, MonoOutput::Status> decode_packet(const AVPacket* packet, MonoOutput& output);
    [[nodiscard]] MonoOutput::Status pass_on_frame(MonoOutput& output);

    PacketReader m_reader;
    CodecContext m_codec;
    Packet m_packet;
    Frame m_frame;
};

} // namespace audiomuse::audio::detail
