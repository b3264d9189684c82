#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include <dsp/energy.hpp>
#include <dsp/key.hpp>
#include <dsp/log_mel_patches.hpp>
#include <dsp/tempo.hpp>

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

/// The input as samples of any bits, repeated to three and a half seconds: long enough for a tempo, a key and a patch.
std::vector<float> samples_of(std::span<const std::uint8_t> bytes) {
    std::vector<float> pcm(bytes.size() / sizeof(float));
    if (!pcm.empty()) {
        std::memcpy(pcm.data(), bytes.data(), pcm.size() * sizeof(float));
        const std::size_t given = pcm.size();
        pcm.resize(std::max<std::size_t>(given, 56000));
        for (std::size_t n = given; n < pcm.size(); ++n) {
            pcm[n] = pcm[n - given];
        }
    }
    return pcm;
}

} // namespace

/// Whatever the samples are: all features are finite and within their ranges. The first byte is the length of the blocks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::size_t block = 1 + 97 * static_cast<std::size_t>(data[0]);
    const std::vector<float> pcm = samples_of({data + 1, size - 1});

    audiomuse::dsp::TempoEstimator tempo_estimator;
    audiomuse::dsp::KeyEstimator key_estimator;
    audiomuse::dsp::EnergyMeter energy_meter;
    audiomuse::dsp::LogMelPatches patches([](std::span<const float> patch) {
        require(patch.size() == audiomuse::dsp::k_patch_size);
        require(std::ranges::all_of(patch, [](float value) { return value >= 0.0F && value < 20.0F; }));
    });
    for (std::span<const float> rest = pcm; !rest.empty();) {
        const auto head = rest.first(std::min(block, rest.size()));
        rest = rest.subspan(head.size());
        tempo_estimator.push(head);
        key_estimator.push(head);
        energy_meter.push(head);
        patches.push(head);
    }
    require(patches.finish() >= (pcm.empty() ? 0U : 1U));
    require(is_share(energy_meter.finish()));
    if (const auto tempo = tempo_estimator.finish()) {
        require(tempo->bpm >= 35.0 && tempo->bpm <= 260.0 && is_share(tempo->confidence));
    }
    if (const auto key = key_estimator.finish()) {
        require(key->tonic >= 0 && key->tonic < 12 && is_share(key->confidence) && std::abs(key->tuning_cents) <= 50.0);
    }
    return 0;
}
