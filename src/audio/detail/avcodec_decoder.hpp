#pragma once

#include <memory>

#include <audio/detail/packet_decoder.hpp>

namespace audiomuse::audio::detail {

/// Decodes with libavcodec.
class AvcodecDecoder : public PacketDecoder {
  public:
    /// Null when the codec refuses its headers.
    [[nodiscard]] static std::unique_ptr<AvcodecDecoder> open(const PacketReader& reader);

    AvcodecDecoder(CodecContext codec, Frame frame) : m_codec(std::move(codec)), m_frame(std::move(frame)) {}

    [[nodiscard]] tl::expected<Outcome, MonoOutput::Status> decode(const AVPacket* packet, MonoOutput& output) override;

  private:
    [[nodiscard]] MonoOutput::Status pass_on_frame(MonoOutput& output);

    CodecContext m_codec;
    Frame m_frame;
};

} // namespace audiomuse::audio::detail
