#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <dsp/mel.hpp>
#include <dsp/stft.hpp>

namespace audiomuse::dsp {

inline constexpr std::size_t k_patch_frames = 187;
inline constexpr std::size_t k_patch_bands = 96;
inline constexpr std::size_t k_patch_size = k_patch_frames * k_patch_bands;
/// The fewest samples that give a patch: 3.008 s.
inline constexpr std::size_t k_patch_samples = 512 + (k_patch_frames - 1) * 256;

/// Makes the input of MusiCNN (Pons and Serra, "musicnn: Pre-trained convolutional neural networks for music audio tagging",
/// 2019) from a stream of PCM: log10(1 + 10000 mel) of the power spectrum (periodic Hann window of 512, hop 256, not centred) in
/// 96 bands from 0 to 8 kHz. Patches are 187 frames by 96 bands, time first, and do not overlap; the rest of the track is
/// dropped.
///
/// A track too short for one patch is repeated from its start until it gives exactly one; refusing tracks that are too short to
/// be heard at all is the caller's.
class LogMelPatches {
  public:
    /// Takes k_patch_size values, valid during the call only.
    using Sink = std::function<void(std::span<const float>)>;

    explicit LogMelPatches(Sink sink);

    /// Blocks of any length; the sink is called from within.
    void push(std::span<const float> pcm);
    /// Ends the track, and must be the last call. Returns the number of patches: 0 only when not a single sample came.
    std::size_t finish();

  private:
    void analyse(std::span<const float> pcm);
    void add_frame(std::span<const std::complex<float>> spectrum);

    Sink m_sink;
    Stft m_stft;
    MelFilterBank m_mel;
    std::vector<float> m_power;
    std::vector<float> m_patch;
    std::size_t m_frames_in_patch = 0;
    std::size_t m_patches = 0;
    std::vector<float> m_start; ///< the track so far, until its first patch is complete
};

} // namespace audiomuse::dsp
