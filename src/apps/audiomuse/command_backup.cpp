#include <filesystem>
#include <string>

#include <base/log.hpp>
#include <store/data_folder_lock.hpp>
#include <store/restore.hpp>

#include "commands.hpp"
#include "engine.hpp"
#include "standard_output.hpp"

namespace audiomuse::apps {

namespace fs = std::filesystem;

namespace {

/// Only a backup may be written over.
bool may_be_replaced(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) {
        return true;
    }
    const auto opened = store::Database::open_to_read(file);
    return opened || opened.error().code == ErrorCode::conflict; // one of an older program
}

std::string describe(store::SqliteTrackStore& tracks) {
    const auto counts = tracks.counts();
    return counts ? fmt::format("{} tracks, {} of them analysed", counts->present, counts->analysed)
                  : "its tracks cannot be counted";
}

} // namespace

ExitCode back_up(const settings::LoadedSettings& loaded, const fs::path& file) {
    if (!may_be_replaced(file)) {
        log::error("{} is there and is no backup of audiomuse; name another file.", file.string());
        return ExitCode::usage;
    }
    auto stored = StoredTracks::open(loaded.settings);
    if (!stored) {
        log::error("{}", stored.error().message);
        return ExitCode::some_failed;
    }
    if (const auto written = (*stored)->database->backup_to(file); !written) {
        log::error("{}", written.error().message);
        return written.error().code == ErrorCode::invalid_argument ? ExitCode::usage : ExitCode::some_failed;
    }
    StandardOutput output;
    output.print("{} holds {} now.\n", file.string(), describe((*stored)->tracks));
    return output.finish(ExitCode::success);
}

ExitCode restore(const settings::LoadedSettings& loaded, const fs::path& file) {
    fs::path former;
    {
        const auto lock = store::DataFolderLock::acquire(loaded.settings.data);
        if (!lock) {
            log::error("{}", lock.error().message);
            return ExitCode::some_failed;
        }
        auto restored = store::restore_backup(file, database_file(loaded.settings));
        if (!restored) {
            log::error("{}", restored.error().message);
            return ExitCode::some_failed;
        }
        former = std::move(*restored);
    }
    auto stored = StoredTracks::open(loaded.settings);
    if (!stored) {
        log::error("{}", stored.error().message);
        return ExitCode::some_failed;
    }
    StandardOutput output;
    output.print("The database is that of {} now: {}.\n", file.string(), describe((*stored)->tracks));
    if (!former.empty()) {
        output.print("The former one is {}; remove it when all is well.\n", former.string());
    }
    return output.finish(ExitCode::success);
}

} // namespace audiomuse::apps
