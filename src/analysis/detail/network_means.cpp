#include <analysis/detail/network_means.hpp>

#include <algorithm>

#include <analysis/detail/stopwatch.hpp>
#include <dsp/log_mel_patches.hpp>

namespace audiomuse::analysis::detail {

static_assert(nn::k_output_tags == k_tag_count && nn::k_output_embedding == k_embedding_size);
static_assert(nn::k_patch_values == dsp::k_patch_size && nn::k_mel_bands == dsp::k_patch_bands);

namespace {

template <class Value, std::size_t Size>
void add_to(std::array<double, Size>& sums, const std::array<Value, Size>& values) {
    std::ranges::transform(sums, values, sums.begin(), [](double sum, Value value) { return sum + static_cast<double>(value); });
}

template <std::size_t Size>
std::array<float, Size> mean_of(const std::array<double, Size>& sums, std::size_t count) {
    std::array<float, Size> means{};
    std::ranges::transform(sums, means.begin(), [=](double sum) { return static_cast<float>(sum / static_cast<double>(count)); });
    return means;
}

} // namespace

NetworkMeans::NetworkMeans(const nn::Network& network) : m_network(network) { m_waiting.reserve(k_batch * nn::k_patch_values); }

void NetworkMeans::add(std::span<const float> patch) {
    m_waiting.insert(m_waiting.end(), patch.begin(), patch.end());
    if (m_waiting.size() == k_batch * nn::k_patch_values) {
        run();
    }
}

void NetworkMeans::finish() {
    if (!m_waiting.empty()) {
        run();
    }
}

void NetworkMeans::run() {
    const Stopwatch stopwatch(m_elapsed_ms);
    std::array<nn::NetworkOutput, k_batch> outputs;
    const auto used = std::span(outputs).first(m_waiting.size() / nn::k_patch_values);
    m_network.run(m_waiting, used, m_scratch);
    for (const nn::NetworkOutput& output : used) {
        add_to(m_tag_sums, output.tags);
        add_to(m_embedding_sums, output.embedding);
    }
    m_patches += used.size();
    m_waiting.clear();
}

Tags NetworkMeans::tags() const noexcept { return mean_of(m_tag_sums, m_patches); }

Embedding NetworkMeans::embedding() const noexcept { return mean_of(m_embedding_sums, m_patches); }

} // namespace audiomuse::analysis::detail
