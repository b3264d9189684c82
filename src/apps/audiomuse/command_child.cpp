#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include <analysis/child_main.hpp>
#include <analysis/shared_network.hpp>
#include <analysis/track_analyser.hpp>
#include <base/log.hpp>

#include "commands.hpp"

namespace audiomuse::apps {

int analyse_child() {
    return analysis::run_analysis_child([](std::span<UniqueFd> descriptors) -> std::unique_ptr<Analyser> {
        std::optional<nn::Network> network;
        if (!descriptors.empty()) {
            auto mapped = analysis::map_shared_network(descriptors.front());
            if (!mapped) {
                throw std::runtime_error(mapped.error().message);
            }
            network = std::move(*mapped);
        }
        return std::make_unique<analysis::TrackAnalyser>(std::move(network));
    });
}

} // namespace audiomuse::apps
