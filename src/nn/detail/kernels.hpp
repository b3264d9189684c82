#pragma once

#include <nn/detail/front.hpp>
#include <nn/detail/gemm.hpp>
#include <nn/detail/mid.hpp>
#include <nn/detail/pooling.hpp>
#include <nn/detail/temporal.hpp>

namespace audiomuse::nn::detail {

/// All kernels of one instruction set.
struct Kernels {
    explicit Kernels(InstructionSet set) noexcept
        : gemm(gemm_function(set)), front_38(front_38_function(set)), front_67(front_67_function(set)),
          temporal_spectra(temporal_spectra_function(set)), temporal(temporal_function(set)),
          mid_spectra(mid_spectra_function(set)), mid_outputs(mid_outputs_function(set)), pooling(pooling_function(set)) {}

    GemmFunction gemm;
    FrontFunction front_38;
    FrontFunction front_67;
    TemporalFunction temporal_spectra;
    TemporalFunction temporal;
    MidFunction mid_spectra;
    MidFunction mid_outputs;
    PoolingFunction pooling;
};

} // namespace audiomuse::nn::detail
