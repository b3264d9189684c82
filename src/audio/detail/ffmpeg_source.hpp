#pragma once

#include <memory>

#include <audio/detail/packet_decoder.hpp>
#include <audio/detail/packet_reader.hpp>
#include <audio/detail/source.hpp>

namespace audiomuse::audio::detail {

/// Reads packets with libavformat and decodes them with libavcodec, or with what does it faster.
class FfmpegSource : public Source {
  public:
    [[nodiscard]] static tl::expected<std::unique_ptr<Source>, DecodeFailure> open(int fd, const DecodeOptions& options);

    FfmpegSource(PacketReader reader, std::unique_ptr<PacketDecoder> decoder, Packet packet);

    [[nodiscard]] const SourceFormat& format() const noexcept override { return m_reader.format(); }
    [[nodiscard]] tl::expected<SourceResult, DecodeFailure> decode(MonoOutput& output) override;

  private:
    PacketReader m_reader;
    std::unique_ptr<PacketDecoder> m_decoder;
    Packet m_packet;
};

} // namespace audiomuse::audio::detail
