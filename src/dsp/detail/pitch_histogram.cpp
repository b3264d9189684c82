#include <dsp/detail/pitch_histogram.hpp>

#include <algorithm>
#include <cmath>

#include <dsp/stft.hpp>

namespace audiomuse::dsp::detail {
namespace {

constexpr double k_lowest_peak_hz = 50.0;
constexpr std::size_t k_most_peaks = 80;
constexpr float k_range_power = 1e-6F; ///< 60 dB

} // namespace

PitchHistogram::PitchHistogram(std::size_t bin_count, double bin_hz, float quietest_magnitude)
    : m_bin_hz(bin_hz), m_quietest_power(quietest_magnitude * quietest_magnitude), m_power(bin_count), m_peaks(bin_count),
      m_bins(k_bin_count) {}

void PitchHistogram::add(std::span<const std::complex<float>> spectrum) {
    power_spectrum(spectrum, m_power);
    const auto first = static_cast<std::size_t>(std::ceil(k_lowest_peak_hz / m_bin_hz));
    const float largest = largest_of(std::span<const float>(m_power).subspan(first));
    m_largest_power = std::max(m_largest_power, largest);
    if (largest <= std::max(m_quietest_power, m_largest_power * k_range_power)) {
        return;
    }
    std::span<Peak> peaks = find_peaks(first, largest * k_range_power);
    if (peaks.size() > k_most_peaks) {
        const auto middle = peaks.begin() + static_cast<std::ptrdiff_t>(k_most_peaks);
        std::nth_element(peaks.begin(), middle, peaks.end(), [](const Peak& a, const Peak& b) { return a.power > b.power; });
        peaks = peaks.first(k_most_peaks);
    }
    if (peaks.empty()) {
        return;
    }
    ++m_frames;
    const float largest_magnitude = std::sqrt(std::ranges::max_element(peaks, {}, &Peak::power)->power);
    for (const Peak& peak : peaks) {
        add_peak(peak, largest_magnitude);
    }
}

std::span<PitchHistogram::Peak> PitchHistogram::find_peaks(std::size_t first, float least_power) {
    // Whether a bin is a peak is as good as random, so each is written and those that are none are written over: no branch.
    const float* const power = m_power.data();
    const std::size_t end = m_power.size() - 1;
    Peak* const peaks = m_peaks.data();
    std::size_t count = 0;
    for (std::size_t bin = first; bin < end; ++bin) {
        peaks[count] = {power[bin], static_cast<std::uint32_t>(bin)};
        count += static_cast<std::size_t>(power[bin] > power[bin - 1]) & static_cast<std::size_t>(power[bin] >= power[bin + 1]) &
                 static_cast<std::size_t>(power[bin] >= least_power);
    }
    return std::span(m_peaks).first(count);
}

void PitchHistogram::add_peak(const Peak& peak, float largest_magnitude) {
    // The vertex of the parabola through the logarithms of the three powers around the peak.
    const float left = std::log(std::max(m_power[peak.bin - 1], 1e-30F));
    const float middle = std::log(peak.power);
    const float right = std::log(std::max(m_power[peak.bin + 1], 1e-30F));
    const float curvature = left - 2.0F * middle + right;
    const float offset = curvature < 0.0F ? 0.5F * (left - right) / curvature : 0.0F;
    const double hz = (static_cast<double>(peak.bin) + offset) * m_bin_hz;
    if (hz < k_lowest_hz || hz > k_highest_hz) {
        return;
    }
    const auto bin = static_cast<std::size_t>(std::lround(12.0 * k_bins_per_semitone * std::log2(hz / k_lowest_hz)));
    m_bins[std::min(bin, k_bin_count - 1)] += std::sqrt(peak.power) / largest_magnitude;
}

} // namespace audiomuse::dsp::detail
