#include "engine.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <analysis/mood_model.hpp>
#include <analysis/versions.hpp>
#include <app/clustering_params.hpp>
#include <base/log.hpp>
#include <sandbox/workers.hpp>

#include "version.hpp"

namespace audiomuse::apps {

namespace {

playlists::ClusteringSettings clustering_settings(const settings::Settings& settings) {
    playlists::ClusteringSettings result;
    const auto narrow = [](const std::optional<std::int64_t>& value) {
        return value ? std::optional(static_cast<int>(*value)) : std::nullopt; // the settings' ranges fit
    };
    result.cluster_algorithm = playlists::parse_cluster_algorithm(settings::to_string(settings.cluster_algorithm)).value();
    result.features = playlists::parse_feature_kind(settings::to_string(settings.clustering_features)).value();
    result.num_clusters_min = narrow(settings.num_clusters_min);
    result.num_clusters_max = narrow(settings.num_clusters_max);
    result.gmm_n_components_min = narrow(settings.gmm_n_components_min);
    result.gmm_n_components_max = narrow(settings.gmm_n_components_max);
    result.dbscan_eps_min = settings.dbscan_eps_min;
    result.dbscan_eps_max = settings.dbscan_eps_max;
    result.dbscan_min_samples_min = narrow(settings.dbscan_min_samples_min);
    result.dbscan_min_samples_max = narrow(settings.dbscan_min_samples_max);
    result.pca_components_min = static_cast<int>(settings.pca_components_min);
    result.pca_components_max = static_cast<int>(settings.pca_components_max);
    result.clustering_runs = static_cast<int>(settings.clustering_runs);
    result.max_songs_per_cluster = static_cast<int>(settings.max_songs_per_cluster);
    result.max_songs_per_artist = static_cast<int>(settings.max_songs_per_artist);
    result.max_distance = settings.max_distance;
    if (settings.clustering_seed) {
        result.seed = static_cast<std::uint64_t>(*settings.clustering_seed);
    }
    result.max_track_minutes = static_cast<double>(settings.max_track_minutes);
    return result;
}

TrackScope track_scope(const settings::Settings& settings) {
    return TrackScope({.exclude_paths = settings.exclude_paths,
                       .exclude_genres = settings.exclude_genres,
                       .max_duration = std::chrono::seconds(settings.max_duration_s),
                       .music_libraries = settings.music_libraries});
}

app::AnalyseLibrary::Settings analysis_settings(const settings::Settings& settings, const Model& model) {
    MoodPredictor predict_moods;
    if (model.network) {
        predict_moods = [](const Tags& tags, const Embedding& embedding) {
            return analysis::MoodModel().predict(tags, embedding);
        };
    }
    return {static_cast<std::size_t>(worker_count(settings)), transfer_count(settings), current_version(model),
            track_scope(settings), std::move(predict_moods)};
}

app::LibraryService::Settings service_settings(const settings::Settings& settings, const Model& model) {
    app::LibraryService::Settings result;
    result.version = k_version;
    result.server = {std::string(settings::to_string(settings.media_server)),
                     settings.jellyfin_url,
                     settings.jellyfin_user_id,
                     !settings.jellyfin_token.empty(),
                     settings.allowed_media_hosts,
                     server_address};
    result.analysis.num_recent_albums = static_cast<std::uint64_t>(settings.num_recent_albums);
    result.analysis.top_n_moods = static_cast<std::size_t>(settings.top_n_moods);
    result.clustering = clustering_settings(settings);
    result.scope = track_scope(settings);
    result.model_available = static_cast<bool>(model.network);
    return result;
}

} // namespace

int worker_count(const settings::Settings& settings) {
    return settings.workers > 0 ? static_cast<int>(settings.workers) : sandbox::default_worker_count();
}

std::filesystem::path database_file(const settings::Settings& settings) { return settings.data / "audiomuse.db"; }

std::size_t transfer_count(const settings::Settings& settings) {
    return static_cast<std::size_t>(settings.transfers > 0 ? settings.transfers : 2 * worker_count(settings));
}

AnalysisVersion current_version(const Model& model) {
    return analysis::current_version(model.network ? analysis::ModelUse::with : analysis::ModelUse::without);
}

std::unique_ptr<analysis::SupervisedAnalyser> make_analyser(const settings::Settings& settings, const Model& model,
                                                            int children) {
    analysis::SupervisorSettings supervisor;
    supervisor.max_children = children;
    if (model.network) {
        supervisor.descriptors.push_back(model.network.get());
    }
    const auto memory = static_cast<std::uint64_t>(settings.child_memory_mib) << 20U;
    supervisor.limits.data_bytes = memory;
    supervisor.max_resident_bytes = std::max(supervisor.max_resident_bytes, memory);
    return std::make_unique<analysis::SupervisedAnalyser>(std::move(supervisor));
}

Result<std::unique_ptr<Stores>> Stores::open(const settings::Settings& settings) {
    auto folder_lock = store::DataFolderLock::acquire(settings.data);
    if (!folder_lock) {
        return fail(std::move(folder_lock));
    }
    auto opened = store::Database::open(database_file(settings));
    if (!opened) {
        return fail(std::move(opened));
    }
    return std::make_unique<Stores>(std::move(*folder_lock), std::move(*opened), source_id(settings));
}

Stores::Stores(store::DataFolderLock folder_lock, std::unique_ptr<store::Database> opened, SourceId source)
    : lock(std::move(folder_lock)), database(std::move(opened)), tracks(*database, std::move(source)), tasks(*database),
      playlists(*database) {}

Result<std::unique_ptr<StoredTracks>> StoredTracks::open(const settings::Settings& settings) {
    auto opened = store::Database::open_to_read(database_file(settings));
    if (!opened) {
        return fail(std::move(opened));
    }
    return std::make_unique<StoredTracks>(std::move(*opened), source_id(settings));
}

StoredTracks::StoredTracks(std::unique_ptr<store::Database> opened, SourceId source)
    : database(std::move(opened)), tracks(*database, std::move(source)) {}

Result<std::unique_ptr<Engine>> Engine::create(const settings::Settings& settings, Listeners listeners) {
    if (auto usable = check_media(settings); !usable) {
        return fail(std::move(usable));
    }
    auto model = open_model(settings);
    if (!model) {
        return fail(std::move(model));
    }
    if (!model->network) {
        log::warn("{}", absence_sentence(*model));
    }
    auto stores = Stores::open(settings);
    if (!stores) {
        return fail(std::move(stores));
    }
    Media media = open_media(settings, **stores);
    return std::make_unique<Engine>(settings, std::move(listeners), std::move(*model), std::move(*stores), std::move(media));
}

Engine::Engine(const settings::Settings& settings, Listeners listeners, Model opened_model, std::unique_ptr<Stores> opened_stores,
               Media opened_media)
    : configured(settings), model(std::move(opened_model)), stores(std::move(opened_stores)), media(std::move(opened_media)),
      analyser(make_analyser(settings, model, worker_count(settings))),
      analyse(*media.source, *analyser, stores->tracks, analysis_settings(settings, model), std::move(listeners.analysis)),
      cluster(stores->tracks, stores->playlists, *media.sink, static_cast<unsigned>(worker_count(settings)),
              std::move(listeners.clustering), track_scope(settings)),
      queue(stores->tasks), service(service_settings(settings, model), queue, stores->tasks, stores->tracks, stores->playlists),
      runner(stores->tasks, queue,
             {{TaskType::main_analysis, [this](tasks::TaskContext& context) { return run_analysis(context); }},
              {TaskType::main_clustering, [this](tasks::TaskContext& context) { return cluster(context); }}}) {}

tasks::TaskOutcome Engine::run_analysis(tasks::TaskContext& context) {
    const auto params = app::parse_analysis_params(context.params());
    if (!params || !params->server) {
        return analyse(context);
    }
    const settings::Settings settings = settings_for(*params->server, configured);
    const Media named = open_media(settings, *stores);
    if (named.source->id() != media.source->id()) {
        context.log(fmt::format("This analysis reads {}, as its start call asked. Playlists are made of the songs of {}.",
                                describe_media(settings), describe_media(configured)));
    }
    store::SqliteTrackStore tracks(*stores->database, named.source->id());
    return app::AnalyseLibrary(*named.source, *analyser, tracks, analysis_settings(settings, model))(context);
}

} // namespace audiomuse::apps
