#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/track.hpp>
#include <library/detail/root.hpp>

namespace audiomuse::library::detail {

struct FoundFile {
    std::string name; ///< in its folder
    FileStamp stamp;
};

/// Called for each folder that holds candidates; they are in the order of their bytes. An error ends the walk with that error.
using FolderVisitor = std::function<Result<void>(const std::string& folder, std::span<const FoundFile> files)>;

struct WalkOutcome {
    bool complete = true;              ///< every folder could be read
    std::vector<std::string> problems; ///< a sentence for each that could not, at most 100
    std::uint64_t links_out = 0;       ///< links that lead out of the library; they were not followed
    std::string first_link_out;
};

/// Visits all folders of a library, each once, in an order that depends on names only. A link is followed only to what the walk
/// would not reach by itself (because it is hidden), and to each such target once. Errors: cancelled, and those of the visitor.
[[nodiscard]] Result<WalkOutcome> walk(const Root& root, const FolderVisitor& visitor, std::stop_token stop);

} // namespace audiomuse::library::detail
