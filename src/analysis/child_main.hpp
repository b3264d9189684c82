#pragma once

#include <functional>
#include <memory>
#include <span>

#include <base/fd.hpp>
#include <domain/analyser.hpp>

namespace audiomuse::analysis {

/// Makes the analyser that works inside the child. Runs before the confinement: it opens and loads all that the analysis will
/// ever need (weights, tables that libraries build at first use, locale). The descriptors are those of
/// SupervisorSettings::descriptors. May throw; the child then ends with k_cannot_start.
using AnalyserFactory = std::function<std::unique_ptr<Analyser>(std::span<UniqueFd> descriptors)>;

/// Exit statuses of the child.
enum ChildExit : int {
    k_done = 0,         ///< the server closed the channel
    k_cannot_start = 3, ///< not started by a server, or no analyser
    k_bad_channel = 4,  ///< the server went away or sent nonsense
    k_given_up =
        5 ///< an exception or lack of memory; the answer has been sent, but the state of this process is not to be trusted
};

/// What `audiomuse analyse-child` does: makes the analyser, confines itself, says hello, and serves requests one after another
/// until the server closes the channel. Returns the exit status. Call it before the process starts any thread.
[[nodiscard]] int run_analysis_child(const AnalyserFactory& make_analyser);

} // namespace audiomuse::analysis
