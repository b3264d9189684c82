#include <library/detail/song_order.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace audiomuse::library::detail {

std::vector<std::string> without(const std::vector<std::string>& songs, const std::vector<std::string>& others) {
    const std::unordered_set<std::string> known(others.begin(), others.end());
    std::vector<std::string> result;
    std::ranges::copy_if(songs, std::back_inserter(result), [&](const std::string& song) { return !known.contains(song); });
    return result;
}

std::vector<std::string> merged(const std::vector<std::string>& songs, const std::vector<std::string>& wanted) {
    std::vector<std::string> result = without(songs, without(songs, wanted));
    const std::vector<std::string> added = without(wanted, songs);
    result.insert(result.end(), added.begin(), added.end());
    return result;
}

std::vector<std::pair<std::string, std::size_t>> moves(std::vector<std::string> songs, const std::vector<std::string>& wanted,
                                                       std::size_t most) {
    std::vector<std::pair<std::string, std::size_t>> result;
    for (std::size_t i = 0; i < wanted.size() && result.size() <= most; ++i) {
        const auto place = songs.begin() + static_cast<std::ptrdiff_t>(std::min(i, songs.size()));
        const auto found = std::find(place, songs.end(), wanted[i]);
        if (found != place && found != songs.end()) {
            result.emplace_back(wanted[i], i);
            std::rotate(place, found, found + 1);
        }
    }
    return result;
}

} // namespace audiomuse::library::detail
