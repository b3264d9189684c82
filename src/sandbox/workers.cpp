#include <sandbox/workers.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sched.h>

#include <base/files.hpp>

namespace audiomuse::sandbox {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_mib = 1ULL << 20U;
constexpr std::uint64_t k_server_bytes = 300 * k_mib;
constexpr std::uint64_t k_worker_bytes = 256 * k_mib;
constexpr std::uint64_t k_max_file_bytes = 1U << 20U;

std::vector<std::string> words(const fs::path& path) {
    std::vector<std::string> list;
    if (const auto content = read_file(path, k_max_file_bytes)) {
        std::istringstream stream(*content);
        for (std::string word; stream >> word;) {
            list.push_back(std::move(word));
        }
    }
    return list;
}

std::optional<std::int64_t> number(const std::vector<std::string>& list, std::size_t index) {
    std::int64_t value = 0;
    if (index >= list.size() ||
        std::from_chars(list[index].data(), list[index].data() + list[index].size(), value).ec != std::errc{}) {
        return std::nullopt;
    }
    return value;
}

int usable_cores() {
    for (int capacity = 1024; capacity <= 1 << 16; capacity *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(static_cast<std::size_t>(capacity)),
                                                                   [](cpu_set_t* pointer) { CPU_FREE(pointer); });
        const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(capacity));
        if (set && ::sched_getaffinity(0, bytes, set.get()) == 0) {
            return std::max(1, CPU_COUNT_S(bytes, set.get()));
        }
        if (errno != EINVAL) {
            break;
        }
    }
    return 1;
}

class Collector {
  public:
    explicit Collector(MachineLimits& limits) : m_limits(limits) {}

    void memory(std::optional<std::int64_t> bytes) {
        if (bytes && *bytes > 0) {
            const auto value = static_cast<std::uint64_t>(*bytes);
            m_limits.memory_bytes = std::min(value, m_limits.memory_bytes.value_or(value));
        }
    }
    void cpu(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
        if (quota && period && *quota > 0 && *period > 0) {
            const double cores = static_cast<double>(*quota) / static_cast<double>(*period);
            m_limits.cpu_quota = std::min(cores, m_limits.cpu_quota.value_or(cores));
        }
    }
    /// One folder of one hierarchy; files that a version or controller lacks set nothing.
    void group(const fs::path& folder) {
        const auto v2_cpu = words(folder / "cpu.max"); // "max 100000" or "150000 100000"
        cpu(number(v2_cpu, 0), number(v2_cpu, 1));
        memory(number(words(folder / "memory.max"), 0));
        cpu(number(words(folder / "cpu.cfs_quota_us"), 0), number(words(folder / "cpu.cfs_period_us"), 0));
        memory(number(words(folder / "memory.limit_in_bytes"), 0));
    }
    /// The group and all above it: the tightest limit holds. In a container the mount may begin at the group itself.
    void hierarchy(const fs::path& mount, const std::string& group_path) {
        fs::path folder = mount;
        group(folder);
        for (const auto& part : fs::path(group_path).relative_path()) {
            if (part == "..") { // the group lies outside of this control group namespace
                break;
            }
            folder /= part;
            group(folder);
        }
    }

  private:
    MachineLimits& m_limits;
};

} // namespace

MachineLimits machine_limits(const fs::path& root) {
    MachineLimits limits;
    limits.cores = usable_cores();
    Collector collector(limits);
    const auto meminfo = words(root / "proc/meminfo"); // "MemTotal: 16384 kB ..."
    if (!meminfo.empty() && meminfo[0] == "MemTotal:") {
        const auto kib = number(meminfo, 1);
        collector.memory(kib ? std::optional(*kib * 1024) : std::nullopt);
    }
    // cgroups(7): lines "ID:CONTROLLERS:PATH"; the unified hierarchy (v2) has no controllers in its line.
    const fs::path mounts = root / "sys/fs/cgroup";
    std::istringstream lines(read_file(root / "proc/self/cgroup", k_max_file_bytes).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        if (controllers.empty()) {
            collector.hierarchy(mounts, path);
            collector.hierarchy(mounts / "unified", path);
            continue;
        }
        std::istringstream names(controllers);
        for (std::string name; std::getline(names, name, ',');) {
            if (name == "cpu" || name == "memory") {
                collector.hierarchy(mounts / name, path);
                collector.hierarchy(mounts / controllers, path);
            }
        }
    }
    return limits;
}

int worker_count(const MachineLimits& limits) noexcept {
    double count = limits.cores;
    if (limits.cpu_quota) {
        count = std::min(count, *limits.cpu_quota);
    }
    if (limits.memory_bytes) {
        const std::uint64_t spare = *limits.memory_bytes > k_server_bytes ? *limits.memory_bytes - k_server_bytes : 0;
        count = std::min(count, static_cast<double>(spare / k_worker_bytes));
    }
    return std::max(1, static_cast<int>(count));
}

int default_worker_count() { return worker_count(machine_limits()); }

} // namespace audiomuse::sandbox
