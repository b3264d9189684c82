#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <analysis/supervised_analyser.hpp>
#include <app/analyse_library.hpp>
#include <app/cluster_library.hpp>
#include <app/library_service.hpp>
#include <base/result.hpp>
#include <settings/settings.hpp>
#include <store/data_folder_lock.hpp>
#include <store/database.hpp>
#include <store/sqlite_playlist_store.hpp>
#include <store/sqlite_task_store.hpp>
#include <store/sqlite_track_store.hpp>
#include <tasks/task_queue.hpp>
#include <tasks/task_runner.hpp>

#include "media.hpp"
#include "model.hpp"

namespace audiomuse::apps {

/// The confined analyser of these settings. `model` must outlive it.
[[nodiscard]] std::unique_ptr<analysis::SupervisedAnalyser> make_analyser(const settings::Settings& settings, const Model& model,
                                                                          int children);

/// The number of analysis processes: the setting, or what the machine bears.
[[nodiscard]] int worker_count(const settings::Settings& settings);

/// How many tracks are fetched at once: the setting, or twice the analysis processes.
[[nodiscard]] std::size_t transfer_count(const settings::Settings& settings);

/// What the analyser gives now.
[[nodiscard]] AnalysisVersion current_version(const Model& model);

/// Where the database of these settings is.
[[nodiscard]] std::filesystem::path database_file(const settings::Settings& settings);

/// The stores of one data folder, and what is in the library's name there. Holds the folder's lock.
class Stores {
  public:
    /// Errors: conflict when another program has the folder, and those of store::Database::open.
    [[nodiscard]] static Result<std::unique_ptr<Stores>> open(const settings::Settings& settings);

    Stores(store::DataFolderLock lock, std::unique_ptr<store::Database> database, SourceId source);

    store::DataFolderLock lock;
    std::unique_ptr<store::Database> database;
    store::SqliteTrackStore tracks;
    store::SqliteTaskStore tasks;
    store::SqlitePlaylistStore playlists;
};

/// The tracks of one data folder, to be read beside a program that has its lock. Makes no folder and no database.
struct StoredTracks {
    /// Errors: not_found when there is no database, and those of store::Database::open_to_read.
    [[nodiscard]] static Result<std::unique_ptr<StoredTracks>> open(const settings::Settings& settings);

    StoredTracks(std::unique_ptr<store::Database> opened, SourceId source);

    std::unique_ptr<store::Database> database;
    store::SqliteTrackStore tracks;
};

/// Everything behind `serve` and `run`, wired together. The members are in the order in which they depend on each other.
class Engine {
  public:
    struct Listeners {
        app::AnalyseLibrary::ProgressListener analysis{};
        app::ClusterLibrary::ProgressListener clustering{};
    };

    /// Errors name the setting or file to mend.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> create(const settings::Settings& settings, Listeners listeners);

    Engine(const settings::Settings& settings, Listeners listeners, Model opened_model, std::unique_ptr<Stores> opened_stores,
           Media opened_media);

    const settings::Settings configured;
    Model model;
    std::unique_ptr<Stores> stores;
    Media media;
    std::unique_ptr<analysis::SupervisedAnalyser> analyser;
    app::AnalyseLibrary analyse;
    app::ClusterLibrary cluster;
    tasks::TaskQueue queue;
    app::LibraryService service;
    tasks::TaskRunner runner;

  private:
    /// Of the configured source, or of the server that the task names.
    [[nodiscard]] tasks::TaskOutcome run_analysis(tasks::TaskContext& context);
};

} // namespace audiomuse::apps
