#pragma once

#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

#include <nn/embedded_model.hpp>

namespace audiomuse::test {

/// Whether the environment says that tests which need the model may be left out.
[[nodiscard]] inline bool may_run_without_model() {
    const char* const value = std::getenv("AUDIOMUSE_WITHOUT_MODEL");
    return value != nullptr && std::string_view(value) == "1";
}

} // namespace audiomuse::test

/// At the start of a test (or SetUp) that needs the embedded model: without one the test fails, or is skipped when the
/// environment says AUDIOMUSE_WITHOUT_MODEL=1. Link audiomuse_model.
#define AUDIOMUSE_REQUIRE_MODEL()                                                                                                \
    if (audiomuse::nn::embedded_model().empty()) {                                                                               \
        if (audiomuse::test::may_run_without_model()) {                                                                          \
            GTEST_SKIP() << "not tested: this build has no model";                                                               \
        }                                                                                                                        \
        FAIL() << "this build has no model: run scripts/get-model and configure again, or set AUDIOMUSE_WITHOUT_MODEL=1";        \
    }                                                                                                                            \
    static_assert(true)
