#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

extern "C" struct fftwf_plan_s;

namespace audiomuse::dsp {

/// A discrete Fourier transform of real values, single precision, with its own buffers: write time(), call forward(), read
/// spectrum(); or the other way with inverse(). Equal input gives equal output in every run on one machine (plans are estimated,
/// not measured).
///
/// Any size works; products of small primes are fast. Objects may be made, used and destroyed in different threads at the same
/// time, one object by one thread at a time.
class RealFft {
  public:
    /// Requires size >= 1.
    explicit RealFft(std::size_t size);

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] std::size_t bin_count() const noexcept { return m_size / 2 + 1; }

    /// size() values.
    [[nodiscard]] std::span<float> time() noexcept { return {m_time.get(), m_size}; }
    /// bin_count() values: bins 0 to size() / 2 of X[k] = sum over n of x[n] exp(-2 pi i k n / size()).
    [[nodiscard]] std::span<std::complex<float>> spectrum() noexcept { return {m_spectrum.get(), bin_count()}; }

    /// spectrum() of time(), which is kept.
    void forward() noexcept;
    /// time() of spectrum(), times size(); destroys spectrum().
    void inverse() noexcept;

  private:
    struct Free {
        void operator()(void* memory) const noexcept;
    };
    struct DestroyPlan {
        void operator()(fftwf_plan_s* plan) const noexcept;
    };
    using Plan = std::unique_ptr<fftwf_plan_s, DestroyPlan>;

    std::size_t m_size;
    std::unique_ptr<float[], Free> m_time;
    std::unique_ptr<std::complex<float>[], Free> m_spectrum;
    Plan m_forward;
    Plan m_inverse;
};

} // namespace audiomuse::dsp
