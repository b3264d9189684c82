#include <app/search_record.hpp>

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include <base/hash.hpp>

namespace audiomuse::app {

namespace {

template <class T>
void add(Hash128& hash, const T& value) {
    static_assert(std::is_arithmetic_v<T>);
    hash.update(std::as_bytes(std::span(&value, 1)));
}

void add(Hash128& hash, const std::string& text) {
    add(hash, text.size());
    hash.update(std::as_bytes(std::span(text)));
}

struct Batch {
    std::uint64_t seed = 0;
    std::vector<double> scores;
};

} // namespace

std::string fingerprint(std::span<const playlists::TrackFeatures> tracks) {
    Hash128 hash;
    for (const playlists::TrackFeatures& track : tracks) {
        for (const std::string* text : {&track.id.str(), &track.title, &track.artist, &track.album_artist}) {
            add(hash, *text);
        }
        add(hash, track.duration_s);
        add(hash, track.tempo_bpm.value_or(0));
        hash.update(std::as_bytes(std::span(track.moods)));
        add(hash, track.embedding.size());
        hash.update(std::as_bytes(std::span(track.embedding)));
    }
    return hash.hex();
}

std::string batch_details(const SearchRecord& search, int first_run, std::span<const double> scores) {
    return nlohmann::ordered_json{
        {"first_run", first_run}, {"seed", search.seed}, {"library", search.library}, {"scores", scores}}
        .dump();
}

std::optional<SearchRecord> read_record(std::span<const Task> children, const std::string& library) {
    std::map<std::size_t, Batch> batches;
    for (const Task& child : children) {
        if (child.type != TaskType::clustering_batch || child.state != TaskState::success) {
            continue;
        }
        const auto details = nlohmann::json::parse(child.details, nullptr, /*allow_exceptions=*/false);
        try {
            if (details.at("library").get<std::string>() == library) {
                batches.insert_or_assign(
                    details.at("first_run").get<std::size_t>(),
                    Batch{details.at("seed").get<std::uint64_t>(), details.at("scores").get<std::vector<double>>()});
            }
        } catch (const nlohmann::json::exception&) {
            continue; // a batch that ended without scores
        }
    }
    const auto first = batches.find(0);
    if (first == batches.end()) {
        return std::nullopt;
    }
    SearchRecord record{first->second.seed, library, {}};
    for (auto batch = first; batch != batches.end(); ++batch) {
        if (batch->first != record.scores.size() || batch->second.seed != record.seed) {
            break;
        }
        record.scores.insert(record.scores.end(), batch->second.scores.begin(), batch->second.scores.end());
    }
    return record;
}

} // namespace audiomuse::app
