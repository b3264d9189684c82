#include <http/body.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/log.hpp>

namespace audiomuse::http {

namespace {

using nlohmann::json;

/// Takes fields out of a JSON object one by one; the first that does not fit is kept as the error.
class FieldReader {
  public:
    explicit FieldReader(const json& object) : m_object(object) {}

    void read(const char* name, std::optional<std::int64_t>& value) {
        if (const json* field = find(name)) {
            value = integer(*field);
            require(value.has_value(), name, "a whole number");
        }
    }
    void read(const char* name, std::optional<double>& value) {
        if (const json* field = find(name)) {
            value = number(*field);
            require(value.has_value(), name, "a number");
        }
    }
    void read(const char* name, std::optional<std::string>& value) {
        if (const json* field = find(name)) {
            if (field->is_string()) {
                value = field->get<std::string>();
            }
            require(value.has_value(), name, "a text");
        }
    }
    void read(const char* name, std::optional<bool>& value) {
        if (const json* field = find(name)) {
            if (field->is_boolean()) {
                value = field->get<bool>();
            }
            require(value.has_value(), name, "true or false");
        }
    }
    void reject(const char* name, std::string message) {
        if (!m_error) {
            m_error = Error{ErrorCode::invalid_argument, std::move(message), name};
        }
    }

    /// The first error; warns about fields that nobody asked for.
    [[nodiscard]] std::optional<Error> finish() const {
        constexpr std::size_t most_told = 5;
        std::size_t unknown = 0;
        for (const auto& [name, value] : m_object.items()) {
            if (!m_known.contains(name) && ++unknown <= most_told) {
                log::warn("A request has the unknown field \"{}\"; it is ignored.", name.substr(0, 100));
            }
        }
        if (unknown > most_told) {
            log::warn("The request has {} more unknown fields; they are ignored.", unknown - most_told);
        }
        return m_error;
    }

  private:
    const json* find(const char* name) {
        m_known.insert(name);
        const auto found = m_object.find(name);
        return found == m_object.end() || found->is_null() ? nullptr : &*found;
    }
    void require(bool condition, const char* name, std::string_view kind) {
        if (!condition) {
            reject(name, fmt::format("Field \"{}\" must be {}.", name, kind));
        }
    }
    template <class Number>
    static std::optional<Number> from_text(const std::string& text) {
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
    }
    static std::optional<std::int64_t> integer(const json& field) {
        if (field.is_number_unsigned() && field.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
            return std::nullopt;
        }
        if (field.is_number_integer()) {
            return field.get<std::int64_t>();
        }
        if (field.is_number_float()) { // 5.0 is a whole number; JavaScript knows no other
            const double value = field.get<double>();
            if (std::floor(value) == value && std::abs(value) < 9.0e15) {
                return static_cast<std::int64_t>(value);
            }
            return std::nullopt;
        }
        return field.is_string() ? from_text<std::int64_t>(field.get_ref<const std::string&>()) : std::nullopt;
    }
    static std::optional<double> number(const json& field) {
        std::optional<double> value;
        if (field.is_number()) {
            value = field.get<double>();
        } else if (field.is_string()) {
            value = from_text<double>(field.get_ref<const std::string&>());
        }
        return value && std::isfinite(*value) ? value : std::nullopt;
    }

    const json& m_object;
    std::set<std::string, std::less<>> m_known;
    std::optional<Error> m_error;
};

Result<json> parse_object(const std::string& body) {
    if (body.find_first_not_of(" \t\r\n") == std::string::npos) {
        return json::object();
    }
    json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) {
        return fail(ErrorCode::invalid_argument, "The body is not valid JSON.");
    }
    if (!parsed.is_object()) {
        return fail(ErrorCode::invalid_argument, "The body must be a JSON object.");
    }
    return parsed;
}

} // namespace

Result<app::AnalysisRequest> parse_analysis_request(const std::string& body) {
    const auto object = parse_object(body);
    if (!object) {
        return tl::unexpected(object.error());
    }
    app::AnalysisRequest request;
    FieldReader reader(*object);
    reader.read("jellyfin_url", request.jellyfin_url);
    reader.read("jellyfin_user_id", request.jellyfin_user_id);
    reader.read("jellyfin_token", request.jellyfin_token);
    reader.read("num_recent_albums", request.num_recent_albums);
    reader.read("top_n_moods", request.top_n_moods);
    reader.read("retry_failed", request.retry_failed);
    reader.read("accept_removals", request.accept_removals);
    if (auto error = reader.finish()) {
        return tl::unexpected(std::move(*error));
    }
    return request;
}

Result<app::ClusteringRequest> parse_clustering_request(const std::string& body) {
    const auto object = parse_object(body);
    if (!object) {
        return tl::unexpected(object.error());
    }
    app::ClusteringRequest request;
    FieldReader reader(*object);
    std::optional<std::string> method;
    reader.read("clustering_method", method);
    reader.read("cluster_algorithm", request.cluster_algorithm);
    if (method && request.cluster_algorithm && *method != *request.cluster_algorithm) {
        reader.reject("clustering_method",
                      "Fields \"clustering_method\" and \"cluster_algorithm\" are two names of one field and must agree.");
    }
    if (method && *method != "kmeans" && *method != "dbscan" && *method != "gmm") {
        reader.reject("clustering_method", "Field \"clustering_method\" must be kmeans, dbscan or gmm.");
    }
    if (method) {
        request.cluster_algorithm = method;
    }
    reader.read("num_clusters_min", request.num_clusters_min);
    reader.read("num_clusters_max", request.num_clusters_max);
    reader.read("dbscan_eps_min", request.dbscan_eps_min);
    reader.read("dbscan_eps_max", request.dbscan_eps_max);
    reader.read("dbscan_min_samples_min", request.dbscan_min_samples_min);
    reader.read("dbscan_min_samples_max", request.dbscan_min_samples_max);
    reader.read("gmm_n_components_min", request.gmm_n_components_min);
    reader.read("gmm_n_components_max", request.gmm_n_components_max);
    reader.read("pca_components_min", request.pca_components_min);
    reader.read("pca_components_max", request.pca_components_max);
    reader.read("clustering_runs", request.clustering_runs);
    reader.read("max_songs_per_cluster", request.max_songs_per_cluster);
    reader.read("max_songs_per_artist", request.max_songs_per_artist);
    reader.read("max_distance", request.max_distance);
    reader.read("seed", request.seed);
    reader.read("clustering_features", request.clustering_features);
    if (auto error = reader.finish()) {
        return tl::unexpected(std::move(*error));
    }
    return request;
}

} // namespace audiomuse::http
