#include <sandbox/workers.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

namespace audiomuse::sandbox {
namespace {

constexpr std::uint64_t k_mib = 1ULL << 20U;

class MachineTest : public testing::Test {
  protected:
    void SetUp() override {
        m_root = std::filesystem::temp_directory_path() / ("audiomuse-machine-" + std::to_string(::getpid()));
        std::filesystem::remove_all(m_root);
        write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 12 kB\n"); // 16 GiB
    }
    void TearDown() override { std::filesystem::remove_all(m_root); }
    void write(const std::string& path, const std::string& content) const {
        std::filesystem::create_directories((m_root / path).parent_path());
        std::ofstream(m_root / path) << content;
    }

    std::filesystem::path m_root;
};

TEST_F(MachineTest, WithoutControlGroupsTheMachineIsTheLimit) {
    const auto limits = machine_limits(m_root);
    EXPECT_EQ(limits.cpu_quota, std::nullopt);
    EXPECT_EQ(limits.memory_bytes, 16384 * k_mib);
}

TEST_F(MachineTest, VersionTwoTakesTheTightestGroupOfAllAbove) {
    write("proc/self/cgroup", "0::/user.slice/app.scope\n");
    write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
    write("sys/fs/cgroup/user.slice/memory.max", "max\n");
    write("sys/fs/cgroup/user.slice/app.scope/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/user.slice/app.scope/memory.max", "1073741824\n");
    const auto limits = machine_limits(m_root);
    EXPECT_EQ(limits.cpu_quota, 1.5);
    EXPECT_EQ(limits.memory_bytes, 1024 * k_mib);
}

TEST_F(MachineTest, VersionTwoInAContainerIsReadAtTheMount) {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    write("sys/fs/cgroup/memory.max", "536870912\n");
    const auto limits = machine_limits(m_root);
    EXPECT_EQ(limits.cpu_quota, 2.0);
    EXPECT_EQ(limits.memory_bytes, 512 * k_mib);
}

TEST_F(MachineTest, VersionOneIsReadByController) {
    write("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n9:name=systemd:/\n0::/\n");
    write("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "50000\n");
    write("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"); // "no limit"
    write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2147483648\n");
    const auto limits = machine_limits(m_root);
    EXPECT_EQ(limits.cpu_quota, 0.5);
    EXPECT_EQ(limits.memory_bytes, 2048 * k_mib);
}

TEST_F(MachineTest, VersionOneWithoutAQuotaSetsNone) {
    write("proc/self/cgroup", "1:cpu:/\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(machine_limits(m_root).cpu_quota, std::nullopt);
}

TEST_F(MachineTest, NonsenseSetsNoLimit) {
    write("proc/meminfo", "nonsense");
    write("proc/self/cgroup", "what\n::\n0::/../elsewhere\n4:memory\n");
    write("sys/fs/cgroup/cpu.max", "lots 0\n");
    write("sys/fs/cgroup/memory.max", "-5\n");
    const auto limits = machine_limits(m_root);
    EXPECT_EQ(limits.cpu_quota, std::nullopt);
    EXPECT_EQ(limits.memory_bytes, std::nullopt);
}

TEST_F(MachineTest, CoresAreThoseOfTheSchedulersAffinity) {
    cpu_set_t old{};
    ASSERT_EQ(::sched_getaffinity(0, sizeof old, &old), 0);
    EXPECT_EQ(machine_limits(m_root).cores, CPU_COUNT(&old));
    cpu_set_t one{};
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &old)) {
            CPU_SET(cpu, &one);
            break;
        }
    }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(machine_limits(m_root).cores, 1);
    ::sched_setaffinity(0, sizeof old, &old);
}

TEST(WorkerCount, IsTheLeastOfCoresQuotaAndMemoryButAtLeastOne) {
    EXPECT_EQ(worker_count({8, std::nullopt, std::nullopt}), 8);
    EXPECT_EQ(worker_count({8, 2.9, std::nullopt}), 2);
    EXPECT_EQ(worker_count({8, 0.5, std::nullopt}), 1);
    EXPECT_EQ(worker_count({8, std::nullopt, 512 * k_mib}), 1);
    EXPECT_EQ(worker_count({8, std::nullopt, 811 * k_mib}), 1);
    EXPECT_EQ(worker_count({8, std::nullopt, 812 * k_mib}), 2);
    EXPECT_EQ(worker_count({2, 16.0, 64 * 1024 * k_mib}), 2);
    EXPECT_EQ(worker_count({1, 1.0, 100 * k_mib}), 1);
}

TEST(WorkerCount, OfThisMachineIsAtLeastOne) { EXPECT_GE(default_worker_count(), 1); }

} // namespace
} // namespace audiomuse::sandbox
