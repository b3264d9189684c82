#include <audio/decoder.hpp>

#include <utility>

#include <audio/detail/ffmpeg_source.hpp>
#include <audio/detail/mono_output.hpp>
#include <audio/detail/packet_reader.hpp>
#include <audio/detail/sndfile_source.hpp>

namespace audiomuse::audio {

namespace {

bool may_be_known_to_sndfile(const DecodeFailure& failure) {
    return failure.code == DecodeFailureCode::not_audio || failure.code == DecodeFailureCode::damaged;
}

} // namespace

DecodeFailure detail::failure_from(MonoOutput::Status status) {
    switch (status) {
    case MonoOutput::Status::cancelled: return {DecodeFailureCode::cancelled, "Decoding was cancelled."};
    case MonoOutput::Status::too_long: return {DecodeFailureCode::too_long, "The track is longer than the limit."};
    default: return {DecodeFailureCode::damaged, "The file decodes to an impossible sample rate or format."};
    }
}

struct Decoder::Impl {
    DecodeOptions options;
    std::unique_ptr<detail::Source> source;
};

Decoder::Decoder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

tl::expected<Decoder, DecodeFailure> Decoder::open(int fd, DecodeOptions options) {
    auto source = detail::FfmpegSource::open(fd, options);
    if (!source && may_be_known_to_sndfile(source.error())) {
        if (auto other = detail::open_sndfile_source(fd, options)) {
            source = std::move(other);
        }
    }
    if (!source) {
        return tl::unexpected(std::move(source).error());
    }
    return Decoder(std::make_unique<Impl>(Impl{std::move(options), std::move(*source)}));
}

const SourceFormat& Decoder::format() const noexcept { return m_impl->source->format(); }

tl::expected<DecodeSummary, DecodeFailure> Decoder::run(const BlockSink& sink) {
    detail::MonoOutput output(sink, m_impl->options);
    auto result = m_impl->source->decode(output);
    if (!result) {
        return tl::unexpected(std::move(result).error());
    }
    const detail::Verdict verdict = detail::judge(result->yield);
    if (verdict == detail::Verdict::damaged) {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::damaged, result->yield.decoded_s > 0
                                                                            ? "Too much of the file is damaged or missing."
                                                                            : "Nothing of the file could be decoded."});
    }
    DecodeSummary summary;
    summary.duration_s = output.duration_s();
    summary.samples = output.delivered();
    summary.damaged_packets = result->yield.damaged_packets;
    summary.partial = verdict == detail::Verdict::partial;
    summary.identity = std::move(result->identity);
    return summary;
}

tl::expected<std::string, DecodeFailure> identify(int fd, std::stop_token stop) {
    auto reader = detail::PacketReader::open(fd, stop);
    if (!reader) {
        if (!may_be_known_to_sndfile(reader.error())) {
            return tl::unexpected(std::move(reader).error());
        }
        DecodeOptions options;
        options.stop = std::move(stop);
        options.max_duration = std::chrono::hours(10'000);
        auto source = detail::open_sndfile_source(fd, options);
        if (!source) {
            return tl::unexpected(std::move(reader).error());
        }
        const BlockSink ignore = [](std::span<const float>) { return true; };
        detail::MonoOutput output(ignore, options);
        auto result = (*source)->decode(output);
        if (!result) {
            return tl::unexpected(std::move(result).error());
        }
        return std::move(result->identity);
    }
    const detail::Packet packet(av_packet_alloc());
    if (!packet) {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::io, "There is no memory left."});
    }
    for (;;) {
        switch (reader->next(*packet)) {
        case detail::PacketReader::Next::packet: break;
        case detail::PacketReader::Next::end:
        case detail::PacketReader::Next::unreadable: return reader->identity();
        case detail::PacketReader::Next::io_error:
            return tl::unexpected(DecodeFailure{DecodeFailureCode::io, "The file could not be read."});
        case detail::PacketReader::Next::cancelled:
            return tl::unexpected(detail::failure_from(detail::MonoOutput::Status::cancelled));
        }
    }
}

} // namespace audiomuse::audio
