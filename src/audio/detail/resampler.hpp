#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

struct SwrContext;

namespace audiomuse::audio::detail {

/// Rates outside of this range are no music but damage.
inline constexpr int k_lowest_rate_hz = 1'000;
inline constexpr int k_highest_rate_hz = 6'000'000;

/// Resamples mono PCM to k_sample_rate_hz as a stream, with the quality of soxr's VHQ recipe (28 bits; flat to 0.91 of the lower
/// Nyquist frequency, -3 dB at 0.95, nothing from 1.0 on). Where FFmpeg was built without soxr its own filter is set to the same
/// band.
class Resampler {
  public:
    /// nullopt when the rate is out of range or the library refuses.
    [[nodiscard]] static std::optional<Resampler> create(int rate_hz);

    [[nodiscard]] int rate_hz() const noexcept { return m_rate_hz; }

    /// What has become ready; valid until the next call. Nothing on an error of the library.
    [[nodiscard]] std::optional<std::span<const float>> push(std::span<const float> mono);
    /// The rest. The resampler is spent afterwards.
    [[nodiscard]] std::optional<std::span<const float>> finish();

  private:
    struct Free {
        void operator()(SwrContext* context) const noexcept;
    };
    using Handle = std::unique_ptr<SwrContext, Free>;

    Resampler(int rate_hz, Handle context) : m_rate_hz(rate_hz), m_context(std::move(context)) {}
    [[nodiscard]] std::optional<std::span<const float>> convert(const float* input, int count);

    int m_rate_hz;
    Handle m_context; ///< null when the input has the right rate already
    std::vector<float> m_output;
};

} // namespace audiomuse::audio::detail
