#include <cluster/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace audiomuse::cluster {

void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex failure_mutex;
    const auto run = [&] {
        for (std::size_t index = next.fetch_add(1); index < count; index = next.fetch_add(1)) {
            try {
                work(index);
            } catch (...) {
                const std::scoped_lock lock(failure_mutex);
                if (!failure) {
                    failure = std::current_exception();
                }
                next.store(count);
            }
        }
    };
    {
        const std::size_t helpers = std::min<std::size_t>(threads, count);
        std::vector<std::jthread> pool;
        for (std::size_t i = 1; i < helpers; ++i) {
            pool.emplace_back(run);
        }
        run();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace audiomuse::cluster
