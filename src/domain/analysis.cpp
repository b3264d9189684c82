#include <domain/analysis.hpp>

#include <algorithm>
#include <numeric>

namespace audiomuse {

const std::array<std::string_view, k_mood_count>& mood_labels() noexcept {
    static constexpr std::array<std::string_view, k_mood_count> k_labels{
        "mood/acoustic", "mood/aggressive", "mood/ambient",    "mood/chilling", "mood/dark",    "mood/energetic",
        "mood/epic",     "mood/happy",      "mood/melancholy", "mood/party",    "mood/relaxed", "mood/romantic",
        "mood/sad",      "mood/serious",    "mood/sexy",       "mood/sleepy",   "mood/warm"};
    return k_labels;
}

std::array<std::size_t, k_mood_count> strongest_first(const Moods& moods) noexcept {
    std::array<std::size_t, k_mood_count> order{};
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return moods[a] != moods[b] ? moods[a] > moods[b] : a < b; });
    return order;
}

const std::array<std::string_view, k_tag_count>& tag_labels() noexcept {
    static constexpr std::array<std::string_view, k_tag_count> k_labels{"rock",
                                                                        "pop",
                                                                        "alternative",
                                                                        "indie",
                                                                        "electronic",
                                                                        "female vocalists",
                                                                        "dance",
                                                                        "00s",
                                                                        "alternative rock",
                                                                        "jazz",
                                                                        "beautiful",
                                                                        "metal",
                                                                        "chillout",
                                                                        "male vocalists",
                                                                        "classic rock",
                                                                        "soul",
                                                                        "indie rock",
                                                                        "Mellow",
                                                                        "electronica",
                                                                        "80s",
                                                                        "folk",
                                                                        "90s",
                                                                        "chill",
                                                                        "instrumental",
                                                                        "punk",
                                                                        "oldies",
                                                                        "blues",
                                                                        "hard rock",
                                                                        "ambient",
                                                                        "acoustic",
                                                                        "experimental",
                                                                        "female vocalist",
                                                                        "guitar",
                                                                        "Hip-Hop",
                                                                        "70s",
                                                                        "party",
                                                                        "country",
                                                                        "easy listening",
                                                                        "sexy",
                                                                        "catchy",
                                                                        "funk",
                                                                        "electro",
                                                                        "heavy metal",
                                                                        "Progressive rock",
                                                                        "60s",
                                                                        "rnb",
                                                                        "indie pop",
                                                                        "sad",
                                                                        "House",
                                                                        "happy"};
    return k_labels;
}

std::string_view pitch_class_name(int pitch_class) noexcept {
    static constexpr std::array<std::string_view, 12> k_names{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
    return k_names[static_cast<std::size_t>(((pitch_class % 12) + 12) % 12)];
}

std::string_view to_string(Scale scale) noexcept { return scale == Scale::major ? "major" : "minor"; }

} // namespace audiomuse
