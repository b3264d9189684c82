#include <playlists/naming.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace audiomuse::playlists {

namespace {

std::string title_case(std::string_view mood_label) {
    std::string word(mood_label.substr(mood_label.find('/') + 1));
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
    return word;
}

/// A playlist's words, from which names of any length are made.
struct Words {
    explicit Words(const PlaylistCharacter& character)
        : moods(strongest_first(character.moods)), tempo(tempo_class(character.median_tempo_bpm)) {}

    std::array<std::size_t, k_mood_count> moods;
    TempoClass tempo;

    /// Equal for equal names, and quicker to make than a name.
    [[nodiscard]] std::string key(std::size_t length) const {
        std::string text(1, static_cast<char>(tempo));
        for (std::size_t i = 0; i < length; ++i) {
            text += static_cast<char>(moods[i]);
        }
        return text;
    }

    /// Without "_automatic".
    [[nodiscard]] std::string stem(std::size_t length) const {
        std::string text;
        for (std::size_t i = 0; i < length; ++i) {
            text += title_case(mood_labels()[moods[i]]) + '_';
        }
        return text + std::string(to_string(tempo));
    }
};

std::string finished(const std::string& stem) { return stem + "_automatic"; }

using Owners = std::map<std::string, std::vector<std::size_t>>;

/// The playlists behind each name (by its key).
Owners owners_of(std::span<const Words> words, std::span<const std::size_t> lengths) {
    Owners owners;
    for (std::size_t i = 0; i < words.size(); ++i) {
        owners[words[i].key(lengths[i])].push_back(i);
    }
    return owners;
}

/// Lengthens names that are taken or shared by a mood each until nothing changes. What still clashes then has all its moods in
/// the name.
std::vector<std::size_t> settle_lengths(std::span<const Words> words, const std::set<std::string>& taken) {
    std::vector<std::size_t> lengths(words.size(), 1);
    for (bool changed = true; changed;) {
        changed = false;
        for (const auto& [key, members] : owners_of(words, lengths)) {
            const std::size_t first = members.front();
            const bool clashes =
                members.size() > 1 || (!taken.empty() && taken.contains(finished(words[first].stem(lengths[first]))));
            for (const std::size_t member : members) {
                if (clashes && lengths[member] < k_mood_count) {
                    ++lengths[member];
                    changed = true;
                }
            }
        }
    }
    return lengths;
}

/// How many moods tell playlists of equal words from all others and from names in use; all of them when nothing does.
std::size_t shortest_of_their_own(std::span<const Words> words, std::span<const std::size_t> members,
                                  const std::set<std::string>& used) {
    const Words& shared = words[members.front()];
    for (std::size_t length = 1; length < k_mood_count; ++length) {
        const auto same =
            std::ranges::count_if(words, [&](const Words& other) { return other.key(length) == shared.key(length); });
        if (same == static_cast<std::ptrdiff_t>(members.size()) && !used.contains(finished(shared.stem(length)))) {
            return length;
        }
    }
    return k_mood_count;
}

std::vector<Words> words_of(std::span<const PlaylistCharacter> playlists) { return {playlists.begin(), playlists.end()}; }

} // namespace

TempoClass tempo_class(std::optional<double> tempo_bpm) noexcept {
    if (!tempo_bpm || *tempo_bpm < 90) {
        return TempoClass::slow;
    }
    return *tempo_bpm < 125 ? TempoClass::medium : TempoClass::fast;
}

std::string_view to_string(TempoClass tempo) noexcept {
    switch (tempo) {
    case TempoClass::slow: return "Slow";
    case TempoClass::medium: return "Medium";
    case TempoClass::fast: return "Fast";
    }
    return "Medium";
}

std::optional<double> median(std::vector<double> values) {
    if (values.empty()) {
        return std::nullopt;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1) {
        return *middle;
    }
    return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

std::vector<std::size_t> name_lengths(std::span<const PlaylistCharacter> playlists) {
    return settle_lengths(words_of(playlists), {});
}

std::vector<std::string> name_playlists(std::span<const PlaylistCharacter> playlists, std::span<const std::string> taken) {
    const auto words = words_of(playlists);
    std::set<std::string> used(taken.begin(), taken.end());
    const auto lengths = settle_lengths(words, used);
    const auto owners = owners_of(words, lengths);

    std::vector<std::string> names(playlists.size());
    for (const auto& [key, members] : owners) {
        std::string name = finished(words[members.front()].stem(lengths[members.front()]));
        if (members.size() == 1 && !used.contains(name)) {
            names[members.front()] = std::move(name);
        }
    }
    used.insert(names.begin(), names.end());
    for (const auto& [key, members] : owners) {
        if (!names[members.front()].empty()) {
            continue;
        }
        const Words& shared = words[members.front()];
        const std::size_t length = shortest_of_their_own(words, members, used);
        int number = 1;
        for (const std::size_t member : members) {
            std::string name = finished(shared.stem(length));
            while (used.contains(name)) {
                name = finished(fmt::format("{}_{}", shared.stem(length), ++number));
            }
            used.insert(name);
            names[member] = std::move(name);
        }
    }
    return names;
}

} // namespace audiomuse::playlists
