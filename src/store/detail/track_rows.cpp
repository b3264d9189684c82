#include <store/detail/track_rows.hpp>

#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include <store/detail/vectors.hpp>

namespace audiomuse::store::detail {

namespace {

tl::unexpected<Error> damaged(const char* what) {
    return fail(ErrorCode::damaged, std::string("The database is damaged: ") + what + ". Put back a backup.");
}

template <std::size_t N>
bool read_vector(RowReader& row, std::optional<std::array<float, N>>& values) {
    if (row.next_is_null()) {
        row.skip(1);
        values.reset();
        return true;
    }
    return from_little_endian(row.bytes(), values.emplace());
}

/// Bytes of a vector that may be absent, for as long as they are being bound.
template <std::size_t N>
class VectorBytes {
  public:
    explicit VectorBytes(const std::optional<std::array<float, N>>& values) {
        if (values) {
            m_bytes = to_little_endian(*values);
        }
    }
    [[nodiscard]] std::optional<Blob> blob() const { return m_bytes ? std::optional<Blob>(Blob{*m_bytes}) : std::nullopt; }

  private:
    std::optional<std::array<std::byte, N * 4>> m_bytes;
};

} // namespace

void read_track(RowReader& row, Track& track) {
    track.id = TrackId(row.text());
    track.album_id = AlbumId(row.text());
    track.title = row.text();
    track.artist = row.text();
    track.album = row.text();
    track.album_artist = row.text();
    track.genre = row.text();
    track.path = row.text();
    track.library = row.text();
    track.track_number = row.small_integer();
    track.year = row.small_integer();
    track.listed_length = std::chrono::milliseconds(row.integer());
    track.stamp.size_bytes = static_cast<std::uint64_t>(row.integer());
    track.stamp.modified_ns = row.integer();
}

bool is_same(const Track& a, const Track& b) noexcept {
    const auto fields = [](const Track& t) {
        return std::tie(t.id, t.album_id, t.title, t.artist, t.album, t.album_artist, t.genre, t.path, t.library, t.track_number,
                        t.year, t.listed_length);
    };
    return fields(a) == fields(b) && a.stamp == b.stamp;
}

Result<void> read_analysis(RowReader& row, Analysis& analysis) {
    analysis.identity = AudioIdentity(row.text());
    analysis.version.tempo = row.small_integer();
    analysis.version.key = row.small_integer();
    analysis.version.moods = row.small_integer();
    analysis.version.network = row.small_integer();
    analysis.duration_s = row.real();
    analysis.tempo_bpm = row.optional_real();
    analysis.tempo_confidence = row.optional_real();
    if (row.next_is_null()) {
        row.skip(2);
        analysis.key.reset();
    } else {
        const int tonic = row.small_integer();
        analysis.key = Key{tonic, row.bytes() == "major" ? Scale::major : Scale::minor};
    }
    analysis.key_confidence = row.optional_real();
    analysis.energy = row.real();
    analysis.partial = row.integer() != 0;
    analysis.timings.decode_ms = row.real();
    analysis.timings.tempo_ms = row.real();
    analysis.timings.key_ms = row.real();
    analysis.timings.mel_ms = row.real();
    analysis.timings.network_ms = row.real();
    analysis.timings.total_ms = row.real();
    if (!read_vector(row, analysis.moods) || !read_vector(row, analysis.tags) || !read_vector(row, analysis.embedding)) {
        return damaged("a stored vector has the wrong length");
    }
    return {};
}

Result<void> write_analysis(Connection& connection, std::int64_t track, const FileStamp& stamp, const Analysis& analysis,
                            UtcTime now) {
    const AnalysisTimings& ms = analysis.timings;
    for (const double value : {analysis.duration_s, analysis.tempo_bpm.value_or(0), analysis.tempo_confidence.value_or(0),
                               analysis.key_confidence.value_or(0), analysis.energy, ms.decode_ms, ms.tempo_ms, ms.key_ms,
                               ms.mel_ms, ms.network_ms, ms.total_ms}) {
        if (!std::isfinite(value)) {
            return fail(ErrorCode::invalid_argument, "An analysis with a number that is not finite cannot be stored.");
        }
    }
    const std::optional<int> tonic = analysis.key ? std::optional(analysis.key->tonic) : std::nullopt;
    const std::optional<std::string_view> scale = analysis.key ? std::optional(to_string(analysis.key->scale)) : std::nullopt;
    const VectorBytes moods(analysis.moods);
    const VectorBytes tags(analysis.tags);
    const VectorBytes embedding(analysis.embedding);
    return connection
        .change(
            "INSERT OR REPLACE INTO analyses (track, size_bytes, modified_ns, tempo_version, key_version, moods_version, "
            "network_version, "
            "analysed_us, identity, duration_s, tempo_bpm, tonic, scale, energy, partial, decode_ms, tempo_ms, key_ms, mel_ms, "
            "network_ms, total_ms, moods, tags, embedding, tempo_confidence, key_confidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
            "?8, ?9, ?10, ?11, ?12, ?13, ?14, "
            "?15, "
            "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
            track, stamp.size_bytes, stamp.modified_ns, analysis.version.tempo, analysis.version.key, analysis.version.moods,
            analysis.version.network, now, analysis.identity, analysis.duration_s, analysis.tempo_bpm, tonic, scale,
            analysis.energy, analysis.partial, ms.decode_ms, ms.tempo_ms, ms.key_ms, ms.mel_ms, ms.network_ms, ms.total_ms,
            moods.blob(), tags.blob(), embedding.blob(), analysis.tempo_confidence, analysis.key_confidence)
        .map([](std::int64_t) {});
}

Result<FailureCode> read_failure_code(std::string_view word) {
    if (const auto code = parse_failure_code(word)) {
        return *code;
    }
    return damaged("a failure has a code that does not exist");
}

} // namespace audiomuse::store::detail
