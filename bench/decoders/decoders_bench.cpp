// Decodes a file to mono with one library: what a clock and a profiler are to see. bench/decoders runs it.
//
//   build/release/bin/decoders_bench LIBRARY FILE [TIMES]
//
// Prints the library, seconds decoded, their level, and processor milliseconds of one pass.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include <fmt/format.h>

#include "libraries.hpp"

namespace {

using namespace audiomuse::bench;

double processor_ms() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

} // namespace

int main(int argc, char** argv) {
    const auto known = libraries();
    const auto library =
        std::find_if(known.begin(), known.end(), [&](const Library& l) { return argc > 2 && l.name == argv[1]; });
    if (library == known.end()) {
        fmt::print(stderr, "usage: decoders_bench LIBRARY FILE [TIMES]\nLIBRARY is one of");
        for (const Library& each : known) {
            fmt::print(stderr, " {}", each.name);
        }
        fmt::print(stderr, "\n");
        return 2;
    }
    const int times = argc > 3 ? std::max(1, std::atoi(argv[3])) : 1;
    double least_ms = 0;
    Mono mono;
    for (int i = 0; i < times; ++i) {
        mono = Mono();
        const double start_ms = processor_ms();
        try {
            library->decode(argv[2], mono);
        } catch (const std::runtime_error& error) {
            fmt::print(stderr, "decoders_bench: {}: {}\n", argv[2], error.what());
            return 1;
        }
        const double ms = processor_ms() - start_ms;
        least_ms = i == 0 ? ms : std::min(least_ms, ms);
    }
    fmt::print("{} {:.4f} {:.6f} {:.3f}\n", library->name, mono.seconds(), mono.level(), least_ms);
    return 0;
}
