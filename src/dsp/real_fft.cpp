#include <dsp/real_fft.hpp>

#include <algorithm>
#include <cassert>
#include <limits>
#include <mutex>
#include <new>
#include <stdexcept>

#include <fftw3.h>

namespace audiomuse::dsp {
namespace {

/// FFTW's planner is one piece of global state; only execution may run in several threads at once.
std::mutex& planner_mutex() {
    static std::mutex mutex;
    return mutex;
}

fftwf_complex* as_fftw(std::complex<float>* values) { return reinterpret_cast<fftwf_complex*>(values); }

} // namespace

void RealFft::Free::operator()(void* memory) const noexcept { fftwf_free(memory); }

void RealFft::DestroyPlan::operator()(fftwf_plan_s* plan) const noexcept {
    const std::lock_guard lock(planner_mutex());
    fftwf_destroy_plan(plan);
}

RealFft::RealFft(std::size_t size) : m_size(size) {
    assert(size >= 1 && size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    m_time.reset(fftwf_alloc_real(size));
    m_spectrum.reset(reinterpret_cast<std::complex<float>*>(fftwf_alloc_complex(bin_count())));
    if (!m_time || !m_spectrum) {
        throw std::bad_alloc();
    }
    std::ranges::fill(time(), 0.0F);
    std::ranges::fill(spectrum(), std::complex<float>());
    const auto n = static_cast<int>(size);
    const std::lock_guard lock(planner_mutex());
    m_forward.reset(fftwf_plan_dft_r2c_1d(n, m_time.get(), as_fftw(m_spectrum.get()), FFTW_ESTIMATE | FFTW_PRESERVE_INPUT));
    m_inverse.reset(fftwf_plan_dft_c2r_1d(n, as_fftw(m_spectrum.get()), m_time.get(), FFTW_ESTIMATE | FFTW_DESTROY_INPUT));
    if (!m_forward || !m_inverse) {
        throw std::runtime_error("FFTW cannot plan a transform of this size");
    }
}

void RealFft::forward() noexcept { fftwf_execute(m_forward.get()); }

void RealFft::inverse() noexcept { fftwf_execute(m_inverse.get()); }

} // namespace audiomuse::dsp
