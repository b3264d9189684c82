#include <audio/detail/flac_decoder.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <FLAC/stream_decoder.h>

namespace audiomuse::audio::detail {

namespace {

constexpr unsigned k_bits_of_s32 = 32;

/// What stands before the STREAMINFO block of a file that has no other metadata.
constexpr std::array<std::uint8_t, 8> k_file_start{
    'f', 'L', 'a', 'C', 0x80 | FLAC__METADATA_TYPE_STREAMINFO, 0, 0, FLAC__STREAM_METADATA_STREAMINFO_LENGTH};

struct StreamDecoderFree {
    void operator()(FLAC__StreamDecoder* decoder) const noexcept { FLAC__stream_decoder_delete(decoder); }
};

/// For channels that only the frame tells of: RFC 9639, section 9.1.3.
std::vector<float> usual_weights(unsigned channels) {
    constexpr std::array<std::uint64_t, FLAC__MAX_CHANNELS> k_layouts{
        AV_CH_LAYOUT_MONO,         AV_CH_LAYOUT_STEREO,       AV_CH_LAYOUT_SURROUND, AV_CH_LAYOUT_QUAD,
        AV_CH_LAYOUT_5POINT0_BACK, AV_CH_LAYOUT_5POINT1_BACK, AV_CH_LAYOUT_6POINT1,  AV_CH_LAYOUT_7POINT1};
    AVChannelLayout layout{};
    av_channel_layout_from_mask(&layout, k_layouts.at(channels - 1));
    return downmix_weights(layout);
}

class FlacDecoder : public PacketDecoder {
  public:
    explicit FlacDecoder(const AVChannelLayout& layout)
        : m_decoder(FLAC__stream_decoder_new()), m_stream_weights(downmix_weights(layout)) {}

    [[nodiscard]] bool start(std::span<const std::uint8_t> stream_info) {
        const auto read = [](const FLAC__StreamDecoder*, FLAC__byte into[], std::size_t* size, void* self) {
            return static_cast<FlacDecoder*>(self)->read(into, *size);
        };
        const auto write = [](const FLAC__StreamDecoder*, const FLAC__Frame* frame, const FLAC__int32* const planes[],
                              void* self) { return static_cast<FlacDecoder*>(self)->write(frame->header, planes); };
        const auto fail = [](const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus error, void* self) {
            static_cast<FlacDecoder*>(self)->fail(error);
        };
        if (!m_decoder || FLAC__stream_decoder_init_stream(m_decoder.get(), read, nullptr, nullptr, nullptr, nullptr, write,
                                                           nullptr, fail, this) != FLAC__STREAM_DECODER_INIT_STATUS_OK) {
            return false;
        }
        std::vector<std::uint8_t> head(k_file_start.begin(), k_file_start.end());
        head.insert(head.end(), stream_info.begin(), stream_info.end());
        m_input = head;
        return FLAC__stream_decoder_process_until_end_of_metadata(m_decoder.get()) != 0 &&
               FLAC__stream_decoder_get_state(m_decoder.get()) == FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC;
    }

    [[nodiscard]] tl::expected<Outcome, MonoOutput::Status> decode(const AVPacket* packet, MonoOutput& output) override {
        if (packet == nullptr) {
            return Outcome::good;
        }
        m_input = std::span(packet->data, static_cast<std::size_t>(packet->size));
        m_output = &output;
        m_frames = 0;
        m_errors = 0;
        m_is_silenced = false;
        // One frame, as a rule; where the stream is damaged, a packet may hold remains of others or several whole ones.
        bool more = FLAC__stream_decoder_flush(m_decoder.get()) != 0;
        while (more) {
            more = FLAC__stream_decoder_process_single(m_decoder.get()) != 0 &&
                   FLAC__stream_decoder_get_state(m_decoder.get()) == FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC;
        }
        if (m_status != MonoOutput::Status::ok) {
            return tl::unexpected(m_status);
        }
        return m_frames > 0 && m_errors == 0 ? Outcome::good : Outcome::damaged;
    }

  private:
    FLAC__StreamDecoderReadStatus read(FLAC__byte* into, std::size_t& size) {
        size = std::min(size, m_input.size());
        std::copy_n(m_input.begin(), size, into);
        m_input = m_input.subspan(size);
        return size == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    }

    FLAC__StreamDecoderWriteStatus write(const FLAC__FrameHeader& header, const FLAC__int32* const* planes) {
        if (std::exchange(m_is_silenced, false)) {
            return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
        }
        const SampleView samples{AV_SAMPLE_FMT_S32P, reinterpret_cast<const std::uint8_t* const*>(planes)};
        m_status = m_output->write(samples, weights(header), header.blocksize, static_cast<int>(header.sample_rate));
        ++m_frames;
        return m_status == MonoOutput::Status::ok ? FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
                                                  : FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }

    void fail(FLAC__StreamDecoderErrorStatus error) {
        ++m_errors;
        // libFLAC hands over silence in place of a frame that fails its checksum.
        m_is_silenced = error == FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH;
    }

    /// The weights of the channels, larger by as much as the samples fall short of 32 bits.
    std::span<const float> weights(const FLAC__FrameHeader& header) {
        if (m_weights.size() != header.channels || m_weights_bits != header.bits_per_sample) {
            m_weights = header.channels == m_stream_weights.size() ? m_stream_weights : usual_weights(header.channels);
            m_weights_bits = header.bits_per_sample;
            const auto scale = static_cast<float>(std::uint64_t{1} << (k_bits_of_s32 - m_weights_bits));
            std::for_each(m_weights.begin(), m_weights.end(), [=](float& weight) { weight *= scale; });
        }
        return m_weights;
    }

    std::unique_ptr<FLAC__StreamDecoder, StreamDecoderFree> m_decoder;
    std::vector<float> m_stream_weights; ///< of the channels that the headers name
    std::span<const std::uint8_t> m_input;
    MonoOutput* m_output = nullptr;
    MonoOutput::Status m_status = MonoOutput::Status::ok;
    int m_frames = 0; ///< in the packet
    int m_errors = 0; ///< in the packet
    bool m_is_silenced = false;
    std::vector<float> m_weights;
    unsigned m_weights_bits = 0;
};

} // namespace

std::unique_ptr<PacketDecoder> open_flac_decoder(const AVCodecParameters& parameters) {
    if (parameters.extradata_size != FLAC__STREAM_METADATA_STREAMINFO_LENGTH) {
        return nullptr;
    }
    auto decoder = std::make_unique<FlacDecoder>(parameters.ch_layout);
    const std::span stream_info(parameters.extradata, static_cast<std::size_t>(parameters.extradata_size));
    return decoder->start(stream_info) ? std::move(decoder) : nullptr;
}

} // namespace audiomuse::audio::detail
