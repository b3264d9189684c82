#pragma once

#include <cstddef>
#include <functional>

namespace audiomuse::cluster {

/// Calls work(0) ... work(count - 1), each once, on up to `threads` threads (the caller's is one of them) and returns when all
/// are done. The order is undefined; a work that writes only to places of its own index gives the same result for any number of
/// threads. The first exception of a work is thrown again after all threads have ended; indices not begun by then are skipped.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);

} // namespace audiomuse::cluster
