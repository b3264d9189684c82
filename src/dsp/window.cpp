#include <dsp/window.hpp>

#include <cmath>
#include <numbers>

namespace audiomuse::dsp {
namespace {

double hann(double position, double period) { return 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * position / period); }

} // namespace

std::vector<float> periodic_hann(std::size_t size) {
    std::vector<float> window(size);
    for (std::size_t n = 0; n < size; ++n) {
        window[n] = static_cast<float>(hann(static_cast<double>(n), static_cast<double>(size)));
    }
    return window;
}

std::vector<float> hann_kernel(std::size_t size) {
    const auto period = static_cast<double>(size + 1);
    std::vector<float> kernel(size);
    for (std::size_t n = 0; n < size; ++n) {
        // A Hann window of this period sums to half of it.
        kernel[n] = static_cast<float>(hann(static_cast<double>(n + 1), period) / (0.5 * period));
    }
    return kernel;
}

} // namespace audiomuse::dsp
