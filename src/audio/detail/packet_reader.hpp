#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include <tl/expected.hpp>

#include <audio/decoder.hpp>
#include <audio/detail/ffmpeg_io.hpp>
#include <base/hash.hpp>

namespace audiomuse::audio::detail {

/// The encoded packets of the best audio stream of a file, in order, hashed as they pass.
class PacketReader {
  public:
    enum class Next {
        packet,
        end,        ///< the regular end
        unreadable, ///< the container is damaged from here on
        io_error,
        cancelled
    };

    [[nodiscard]] static tl::expected<PacketReader, DecodeFailure> open(int fd, std::stop_token stop);

    [[nodiscard]] Next next(AVPacket& packet);

    [[nodiscard]] const SourceFormat& format() const noexcept { return m_source; }
    [[nodiscard]] const AVStream& stream() const noexcept { return *m_stream; }
    [[nodiscard]] const AVCodec& decoder() const noexcept { return *m_decoder; }
    /// The hash of all packets so far and of what tells their meaning (the codec; for raw PCM also rate and channels).
    [[nodiscard]] std::string identity() const { return m_hash.hex(); }

  private:
    PacketReader(std::unique_ptr<ExtentIo> io, FormatContext format) : m_io(std::move(io)), m_format(std::move(format)) {}
    [[nodiscard]] tl::expected<void, DecodeFailure> choose_stream();
    void describe();

    std::unique_ptr<ExtentIo> m_io;
    FormatContext m_format;
    AVStream* m_stream = nullptr;
    const AVCodec* m_decoder = nullptr;
    SourceFormat m_source;
    Hash128 m_hash;
};

} // namespace audiomuse::audio::detail
