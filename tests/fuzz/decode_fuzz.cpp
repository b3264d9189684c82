#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <sys/mman.h>
#include <unistd.h>

#include <audio/decoder.hpp>
#include <base/fd.hpp>

/// Any bytes: no crash, no sample outside of the stated range, and the identity of the decoding pass is that of identify().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace audiomuse;
    const UniqueFd fd(::memfd_create("fuzz", MFD_CLOEXEC));
    if (!fd || ::write(fd.get(), data, size) != static_cast<ssize_t>(size)) {
        return 0;
    }
    audio::DecodeOptions options;
    options.max_duration = std::chrono::seconds(60);
    auto decoder = audio::Decoder::open(fd.get(), options);
    if (!decoder) {
        return 0;
    }
    const auto summary = decoder->run([](std::span<const float> block) {
        for (const float sample : block) {
            if (!(std::fabs(sample) < 100)) {
                std::abort();
            }
        }
        return !block.empty();
    });
    if (summary && audio::identify(fd.get()) != summary->identity) {
        std::abort();
    }
    return 0;
}
