#include <nn/embedded_model.hpp>

#ifdef AUDIOMUSE_MODEL_EMBEDDED
extern "C" {
extern const std::byte audiomuse_model_begin[]; // NOLINT(*-avoid-c-arrays): bounds of the section in embedded_model.S
extern const std::byte audiomuse_model_end[];   // NOLINT(*-avoid-c-arrays)
}
#endif

namespace audiomuse::nn {

std::span<const std::byte> embedded_model() noexcept {
#ifdef AUDIOMUSE_MODEL_EMBEDDED
    return {static_cast<const std::byte*>(audiomuse_model_begin), static_cast<const std::byte*>(audiomuse_model_end)};
#else
    return {};
#endif
}

} // namespace audiomuse::nn
