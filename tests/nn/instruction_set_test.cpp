#include <nn/instruction_set.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace audiomuse::nn {
namespace {

/// Sets AUDIOMUSE_ISA for one test and puts back what was there.
class Environment {
  public:
    explicit Environment(const char* value) {
        if (const char* const before = std::getenv(k_name)) {
            m_before = before;
        }
        value == nullptr ? ::unsetenv(k_name) : ::setenv(k_name, value, 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { m_before ? ::setenv(k_name, m_before->c_str(), 1) : ::unsetenv(k_name); }

  private:
    static constexpr const char* k_name = "AUDIOMUSE_ISA";
    std::optional<std::string> m_before;
};

TEST(InstructionSet, NamesAreReadBack) {
    for (const auto set :
         {InstructionSet::scalar, InstructionSet::ssse3, InstructionSet::avx2, InstructionSet::avx512, InstructionSet::neon}) {
        EXPECT_EQ(parse_instruction_set(to_string(set)).value(), set);
    }
    EXPECT_EQ(parse_instruction_set("sse4").value(), InstructionSet::ssse3);
    EXPECT_EQ(parse_instruction_set("avx3").value(), InstructionSet::avx512);
    EXPECT_EQ(parse_instruction_set("AVX2").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(parse_instruction_set("").error().code, ErrorCode::invalid_argument);
}

TEST(InstructionSet, BestComesFirstAndScalarIsAlwaysThere) {
    const auto sets = available_instruction_sets();
    ASSERT_FALSE(sets.empty());
    EXPECT_EQ(sets.back(), InstructionSet::scalar);
    EXPECT_TRUE(std::ranges::is_sorted(sets, std::greater<>(), lane_count));
#ifdef __x86_64__
    EXPECT_EQ(std::ranges::find(sets, InstructionSet::avx2) != sets.end(),
              __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
    EXPECT_EQ(std::ranges::find(sets, InstructionSet::neon), sets.end());
#endif
}

TEST(InstructionSet, TheEnvironmentChoosesAmongWhatTheMachineCanRun) {
    {
        const Environment unset(nullptr);
        EXPECT_EQ(choose_instruction_set().value(), available_instruction_sets().front());
    }
    {
        const Environment scalar("scalar");
        EXPECT_EQ(choose_instruction_set().value(), InstructionSet::scalar);
    }
    for (const char* const name : {"avx5000", "avx2 "}) {
        const Environment wrong(name);
        const auto set = choose_instruction_set();
        ASSERT_FALSE(set);
        EXPECT_EQ(set.error().code, ErrorCode::invalid_argument);
        EXPECT_NE(set.error().message.find("can run: "), std::string::npos) << set.error().message;
        EXPECT_NE(set.error().message.find("scalar"), std::string::npos) << set.error().message;
    }
    {
#ifdef __x86_64__
        const Environment foreign("neon");
#else
        const Environment foreign("avx2");
#endif
        EXPECT_FALSE(choose_instruction_set());
    }
}

} // namespace
} // namespace audiomuse::nn
