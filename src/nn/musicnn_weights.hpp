#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <base/result.hpp>
#include <nn/weight_file.hpp>

namespace audiomuse::nn {

inline constexpr std::size_t k_patch_frames = 187;
inline constexpr std::size_t k_mel_bands = 96;
inline constexpr std::size_t k_patch_values = k_patch_frames * k_mel_bands;
inline constexpr std::size_t k_output_tags = 50;
inline constexpr std::size_t k_output_embedding = 200;

inline constexpr std::size_t k_front_channels = 561; ///< 204 + 204 + 51 + 51 + 51
inline constexpr std::size_t k_mid_channels = 64;
inline constexpr std::size_t k_pooled_values = 2 * (k_front_channels + 3 * k_mid_channels);

/// Batch normalisation with its constants folded: y = scale * x + shift, one pair a channel.
struct BatchNorm {
    std::vector<float> scale;
    std::vector<float> shift;
};

/// y = after(relu(convolution(x) + bias)). The kernel is [height][width][outputs]: height runs over time; width over bands in the
/// front end, over input channels in the middle end.
struct Convolution {
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t outputs = 0;
    std::span<const float> kernel;
    std::span<const float> bias;
    BatchNorm after;
};

struct Dense {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::span<const float> kernel; ///< [inputs][outputs]
    std::span<const float> bias;
};

/// The weights of MSD_musicnn, every shape checked and every value finite. The network (Pons and Serra, "musicnn: pre-trained
/// convolutional neural networks for music audio tagging", 2019), batch normalisation epsilon 0.001:
///
/// 1. input: patch of 187 frames x 96 bands, one channel, batch normalisation.
/// 2. front: five convolutions, 7 x 38 and 7 x 67 (frames x bands, 204 filters each), 128 x 1, 64 x 1 and 32 x 1 (51 each), each
/// followed
///    by ReLU, batch normalisation and the maximum over the bands. Time is padded with zeros so that 187 frames remain ((height -
///    1) / 2 rounded down before, the rest after), bands are not. Concatenated: 561 channels.
/// 3. mid: three convolutions over 7 frames, 64 filters each, on all channels of what came before; each with ReLU and batch
///    normalisation; the second and third add their input. Concatenated with the front: 753 channels.
/// 4. pooling over time: maximum and mean of each channel, interleaved: 1506 values; batch normalisation.
/// 5. hidden: 200 values, the embedding; ReLU, batch normalisation; output: 50 values, sigmoid: the tags.
struct MusicnnWeights {
    BatchNorm input;
    std::array<Convolution, 5> front;
    std::array<Convolution, 3> mid;
    BatchNorm pooled;
    Dense hidden;
    BatchNorm hidden_after;
    Dense output;

    /// Borrows the values: the file must outlive the weights. damaged when a tensor is missing, has another shape, or holds a
    /// value that no network can have.
    [[nodiscard]] static Result<MusicnnWeights> from(const WeightFile& file);
};

} // namespace audiomuse::nn
