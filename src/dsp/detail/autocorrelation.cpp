#include <dsp/detail/autocorrelation.hpp>

#include <algorithm>
#include <bit>

namespace audiomuse::dsp::detail {
namespace {

/// Blocks of three largest lags or more, so that most of each transform is new.
std::size_t transform_size(std::size_t max_lag) { return std::bit_ceil(4 * std::max<std::size_t>(max_lag, 1)); }

} // namespace

Autocorrelation::Autocorrelation(std::size_t max_lag)
    : m_max_lag(max_lag), m_block(transform_size(max_lag) - max_lag), m_all(transform_size(max_lag)), m_new(m_all.size()),
      m_values(m_all.size(), 0.0F), m_filled(max_lag), m_cross_spectrum(m_all.bin_count()) {}

void Autocorrelation::push(float value) {
    m_values[m_filled++] = value;
    ++m_count;
    if (m_filled == m_values.size()) {
        add_block();
    }
}

void Autocorrelation::add_block() {
    const auto first_new = static_cast<std::ptrdiff_t>(m_max_lag);
    std::fill(m_values.begin() + static_cast<std::ptrdiff_t>(m_filled), m_values.end(), 0.0F);
    std::ranges::copy(m_values, m_all.time().begin());
    std::fill_n(m_new.time().begin(), first_new, 0.0F);
    std::copy(m_values.begin() + first_new, m_values.end(), m_new.time().begin() + first_new);
    m_all.forward();
    m_new.forward();
    // The new values begin max_lag into the block: for lags up to max_lag the circular correlation does not wrap.
    for (std::size_t k = 0; k < m_cross_spectrum.size(); ++k) {
        m_cross_spectrum[k] += std::complex<double>(m_new.spectrum()[k]) * std::conj(std::complex<double>(m_all.spectrum()[k]));
    }
    std::copy(m_values.end() - first_new, m_values.end(), m_values.begin());
    m_filled = m_max_lag;
}

std::vector<double> Autocorrelation::finish() {
    if (m_filled > m_max_lag) {
        add_block();
    }
    std::vector<double> unbiased(m_max_lag + 1, 0.0);
    double largest = 0.0;
    for (const std::complex<double>& bin : m_cross_spectrum) {
        largest = std::max(largest, std::abs(bin));
    }
    if (largest <= 0.0) {
        return unbiased;
    }
    // Dividing keeps hours of loud values within single precision.
    std::ranges::transform(m_cross_spectrum, m_all.spectrum().begin(),
                           [largest](std::complex<double> value) { return std::complex<float>(value / largest); });
    m_all.inverse();
    const double scale = largest / static_cast<double>(m_all.size());
    for (std::size_t lag = 0; lag <= m_max_lag && lag < m_count; ++lag) {
        unbiased[lag] = m_all.time()[lag] * scale / static_cast<double>(m_count - lag);
    }
    return unbiased;
}

} // namespace audiomuse::dsp::detail
