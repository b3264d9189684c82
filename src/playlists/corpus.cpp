#include <playlists/detail/corpus.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include <cluster/cancelled.hpp>
#include <cluster/random.hpp>
#include <cluster/standardise.hpp>
#include <playlists/naming.hpp>
#include <playlists/text_keys.hpp>

namespace audiomuse::playlists::detail {

namespace {

bool has_embedding(const TrackFeatures& track) {
    return track.embedding.size() == k_embedding_size &&
           std::ranges::all_of(track.embedding, [](float v) { return std::isfinite(v); });
}

/// Tempo over 40 to 200 BPM as 0 to 1; 0 BPM stands for an absent tempo.
float normalised_tempo(float bpm) noexcept { return std::clamp((bpm - 40.0F) / 160.0F, 0.0F, 1.0F); }

/// Tempo and moods; an absent tempo takes the mean of the others, which standardising turns into 0.
cluster::Matrix sound_matrix(const Corpus& corpus) {
    double sum = 0;
    double count = 0;
    for (const float bpm : corpus.tempo_bpm) {
        if (bpm > 0) {
            sum += normalised_tempo(bpm);
            count += 1;
        }
    }
    const float mean = count > 0 ? static_cast<float>(sum / count) : 0.5F;
    cluster::Matrix matrix(corpus.size(), 1 + k_mood_count);
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        const auto row = matrix.row(i);
        row[0] = corpus.tempo_bpm[i] > 0 ? normalised_tempo(corpus.tempo_bpm[i]) : mean;
        std::ranges::copy(corpus.moods.row(i), row.begin() + 1);
    }
    return cluster::standardised(matrix.view());
}

cluster::Matrix gather(const cluster::Matrix& matrix, std::span<const std::size_t> rows) {
    if (matrix.rows() == 0) {
        return {};
    }
    cluster::Matrix result(rows.size(), matrix.cols());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::ranges::copy(matrix.row(rows[i]), result.row(i).begin());
    }
    return result;
}

} // namespace

Result<Corpus> make_corpus(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings, std::stop_token stop) {
    constexpr std::size_t k_rows_between_checks = 4096;
    Corpus corpus;
    corpus.library_size = tracks.size();
    std::vector<std::size_t> order(tracks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return tracks[i].id.str(); });

    const double longest_s = settings.max_track_minutes > 0 ? settings.max_track_minutes * 60 : INFINITY;
    std::unordered_set<std::string> songs;
    std::unordered_map<std::string, std::int32_t> artists;
    for (std::size_t n = 0; n < order.size(); ++n) {
        if (n % k_rows_between_checks == 0 && stop.stop_requested()) {
            return cluster::cancelled();
        }
        const TrackFeatures& track = tracks[order[n]];
        if (track.duration_s > longest_s || (settings.features == FeatureKind::embedding && !has_embedding(track))) {
            continue;
        }
        std::string song = song_key(track.title, track.artist, track.album_artist);
        if (!song.empty() && !songs.insert(std::move(song)).second) {
            continue;
        }
        std::string artist = artist_key(track.artist, track.album_artist);
        const auto next_artist = static_cast<std::int32_t>(artists.size());
        corpus.artists.push_back(artist.empty() ? -1 : artists.try_emplace(std::move(artist), next_artist).first->second);
        corpus.source.push_back(order[n]);
        const double bpm = track.tempo_bpm.value_or(0);
        corpus.tempo_bpm.push_back(std::isfinite(bpm) && bpm > 0 ? static_cast<float>(bpm) : 0);
    }

    corpus.moods = cluster::Matrix(corpus.size(), k_mood_count);
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        std::ranges::transform(tracks[corpus.source[i]].moods, corpus.moods.row(i).begin(),
                               [](float mood) { return std::isfinite(mood) ? mood : 0.5F; });
    }
    cluster::Matrix sound = sound_matrix(corpus);
    if (settings.features == FeatureKind::moods) {
        corpus.features = std::move(sound);
        return corpus;
    }
    corpus.character = std::move(sound);
    cluster::Matrix embeddings(corpus.size(), k_embedding_size);
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        std::ranges::copy(tracks[corpus.source[i]].embedding, embeddings.row(i).begin());
    }
    corpus.features = cluster::standardised(embeddings.view());
    return corpus;
}

Corpus subset(const Corpus& corpus, std::span<const std::size_t> rows) {
    Corpus part;
    part.library_size = corpus.library_size;
    part.features = gather(corpus.features, rows);
    part.character = gather(corpus.character, rows);
    part.moods = gather(corpus.moods, rows);
    for (const std::size_t row : rows) {
        part.source.push_back(corpus.source[row]);
        part.tempo_bpm.push_back(corpus.tempo_bpm[row]);
        part.artists.push_back(corpus.artists[row]);
    }
    return part;
}

PlaylistCharacter character_of(std::span<const std::uint32_t> rows, const Corpus& corpus) {
    std::array<double, k_mood_count> sums{};
    std::vector<double> tempos;
    for (const auto row : rows) {
        const auto moods = corpus.moods.row(row);
        for (std::size_t m = 0; m < k_mood_count; ++m) {
            sums[m] += moods[m];
        }
        if (const auto tempo = corpus.tempo(row)) {
            tempos.push_back(*tempo);
        }
    }
    PlaylistCharacter character;
    for (std::size_t m = 0; m < k_mood_count; ++m) {
        character.moods[m] = static_cast<float>(sums[m] / static_cast<double>(rows.size()));
    }
    character.median_tempo_bpm = median(std::move(tempos));
    return character;
}

std::vector<std::size_t> stratified_sample(const Corpus& corpus, std::size_t limit, std::uint64_t seed) {
    std::array<std::vector<std::size_t>, k_mood_count> groups;
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        const auto moods = corpus.moods.row(i);
        groups[static_cast<std::size_t>(std::ranges::max_element(moods) - moods.begin())].push_back(i);
    }
    std::vector<double> sizes;
    for (const auto& group : groups) {
        if (!group.empty()) {
            sizes.push_back(static_cast<double>(group.size()));
        }
    }
    const std::size_t target = std::max<std::size_t>(100, static_cast<std::size_t>(median(sizes).value_or(0)));
    std::array<std::size_t, k_mood_count> quotas{};
    std::size_t left = std::min(limit, corpus.size());
    // One round of `target` each, or of equal shares when that is too much; then one place at a time in turn.
    for (std::size_t step = std::clamp<std::size_t>(left / std::max<std::size_t>(1, sizes.size()), 1, target); left > 0;
         step = 1) {
        for (std::size_t g = 0; g < groups.size() && left > 0; ++g) {
            const std::size_t places = std::min({step, groups[g].size() - quotas[g], left});
            quotas[g] += places;
            left -= places;
        }
    }
    cluster::Random random(seed);
    std::vector<std::size_t> sample;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (std::size_t i = 0; i < quotas[g]; ++i) { // the first steps of a Fisher-Yates shuffle
            std::swap(groups[g][i], groups[g][i + random.below(groups[g].size() - i)]);
            sample.push_back(groups[g][i]);
        }
    }
    std::ranges::sort(sample);
    return sample;
}

} // namespace audiomuse::playlists::detail
