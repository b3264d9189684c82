#include <dsp/log_mel_patches.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace audiomuse::dsp {
namespace {

constexpr std::size_t k_frame_size = 512;
constexpr std::size_t k_hop = 256;
constexpr MelSettings k_mel{.bands = k_patch_bands, .fft_size = k_frame_size, .low_hz = 0.0, .high_hz = 8000.0};

} // namespace

LogMelPatches::LogMelPatches(Sink sink)
    : m_sink(std::move(sink)), m_stft(k_frame_size, k_hop), m_mel(k_mel), m_power(m_stft.bin_count()), m_patch(k_patch_size) {}

void LogMelPatches::push(std::span<const float> pcm) {
    if (m_patches == 0) {
        const std::size_t wanted = std::min(pcm.size(), k_patch_samples - m_start.size());
        m_start.insert(m_start.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    analyse(pcm);
    if (m_patches > 0) {
        m_start = std::vector<float>();
    }
}

std::size_t LogMelPatches::finish() {
    if (m_patches == 0 && !m_start.empty()) {
        std::size_t missing = k_patch_samples - m_start.size();
        while (missing > 0) {
            const std::size_t count = std::min(missing, m_start.size());
            analyse(std::span<const float>(m_start).first(count));
            missing -= count;
        }
    }
    return m_patches;
}

void LogMelPatches::analyse(std::span<const float> pcm) {
    m_stft.push(pcm, [this](std::span<const std::complex<float>> spectrum) { add_frame(spectrum); });
}

void LogMelPatches::add_frame(std::span<const std::complex<float>> spectrum) {
    power_spectrum(spectrum, m_power);
    const auto frame = std::span<float>(m_patch).subspan(m_frames_in_patch * k_patch_bands, k_patch_bands);
    m_mel.apply(m_power, frame);
    std::ranges::transform(frame, frame.begin(), [](float mel) { return std::log10(1.0F + 10000.0F * mel); });
    if (++m_frames_in_patch == k_patch_frames) {
        m_frames_in_patch = 0;
        ++m_patches;
        m_sink(m_patch);
    }
}

} // namespace audiomuse::dsp
