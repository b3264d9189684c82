#pragma once

#include <cstddef>
#include <vector>

namespace audiomuse::dsp {

/// The periodic Hann window, 0.5 - 0.5 cos(2 pi n / size): what a short-time Fourier transform uses.
[[nodiscard]] std::vector<float> periodic_hann(std::size_t size);

/// The symmetric Hann window without its two zero ends, divided by its sum: a smoothing kernel of `size` values.
[[nodiscard]] std::vector<float> hann_kernel(std::size_t size);

} // namespace audiomuse::dsp
