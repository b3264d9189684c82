#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <dsp/real_fft.hpp>

namespace audiomuse::dsp::detail {

/// The autocorrelation of a stream of values up to a largest lag, r[l] = sum over n of x[n] x[n - l], by FFT in blocks: memory
/// and time for each value do not depend on the length of the stream.
class Autocorrelation {
  public:
    explicit Autocorrelation(std::size_t max_lag);

    void push(float value);
    /// Ends the stream, and must be the last call. The unbiased autocorrelation: r[l] / (n - l) for n values, max_lag + 1 of
    /// them; 0 for lags that no two values are apart.
    [[nodiscard]] std::vector<double> finish();
    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }

  private:
    void add_block();

    std::size_t m_max_lag;
    std::size_t m_block;         ///< new values of a block; max_lag old ones stand before them
    RealFft m_all;               ///< old and new values
    RealFft m_new;               ///< zeros and the new values
    std::vector<float> m_values; ///< as many as a transform has
    std::size_t m_filled;        ///< how many of m_values are there
    std::vector<std::complex<double>> m_cross_spectrum;
    std::uint64_t m_count = 0;
};

} // namespace audiomuse::dsp::detail
