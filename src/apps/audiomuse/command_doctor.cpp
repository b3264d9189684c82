#include <cstdio>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include <audio/formats.hpp>
#include <base/files.hpp>
#include <nn/instruction_set.hpp>

#include "commands.hpp"
#include "engine.hpp"

namespace audiomuse::apps {

namespace {

namespace fs = std::filesystem;

/// Prints one line a check and remembers whether any needs mending.
class Report {
  public:
    void good(const std::string& what, const std::string& text) { print("ok  ", what, text); }
    void note(const std::string& what, const std::string& text) { print("note", what, text); }
    void bad(const std::string& what, const std::string& text) {
        print("MEND", what, text);
        m_all_well = false;
    }
    [[nodiscard]] bool all_well() const { return m_all_well; }

  private:
    static void print(const char* mark, const std::string& what, const std::string& text) {
        fmt::print("{} {:<12} {}\n", mark, what, text);
    }
    bool m_all_well = true;
};

void check_model(Report& report, const settings::Settings& settings, std::optional<Model>& model) {
    auto opened = open_model(settings);
    if (!opened) {
        report.bad("model", opened.error().message);
        return;
    }
    model = std::move(*opened);
    if (!model->network) {
        report.bad("model", absence_sentence(*model) + " Run scripts/get-model and build again.");
        return;
    }
    const auto set = nn::choose_instruction_set();
    report.good("model", fmt::format("{}, instruction set {}", model->origin, set ? nn::to_string(*set) : set.error().message));
}

void check_children(Report& report, const settings::Settings& settings, const Model& model) {
    const auto analyser = make_analyser(settings, model, 1);
    const auto confinement = analyser->check_confinement();
    if (!confinement) {
        report.bad("analysis", "No analysis process can be started: " + confinement.error().message);
    } else if (!confinement->complete()) {
        report.note("analysis",
                    fmt::format("{} processes, confined in part only: {}", worker_count(settings), confinement->summary()));
    } else {
        report.good("analysis", fmt::format("{} processes, confined by {}", worker_count(settings), confinement->summary()));
    }
}

void check_data(Report& report, const settings::Settings& settings) {
    const auto stores = Stores::open(settings);
    if (!stores) {
        const bool in_use = stores.error().code == ErrorCode::conflict;
        in_use ? report.note("data folder", stores.error().message) : report.bad("data folder", stores.error().message);
        return;
    }
    if (const auto whole = (*stores)->database->check(); !whole) {
        report.bad("database", whole.error().message);
        return;
    }
    const auto counts = (*stores)->tracks.counts();
    report.good("data folder",
                fmt::format("{}: {} tracks, {} analysed, {} failed", settings.data.string(), counts ? counts->present : 0,
                            counts ? counts->analysed : 0, counts ? counts->failed : 0));
}

void check_library(Report& report, const settings::Settings& settings) {
    if (settings.library.empty()) {
        report.bad("library", "No music folder is given: use --library DIR, or set library in the settings file.");
        return;
    }
    std::error_code error;
    const fs::directory_iterator entries(settings.library, error);
    if (error) {
        report.bad("library", fmt::format("{} cannot be read: {}.", settings.library.string(), error.message()));
    } else if (entries == fs::directory_iterator()) {
        report.bad("library", settings.library.string() + " is empty. Is it mounted?");
    } else {
        report.good("library", settings.library.string());
    }
}

void check_playlists(Report& report, const settings::Settings& settings) {
    std::error_code error;
    fs::create_directories(settings.playlists_dir, error);
    const fs::path probe = settings.playlists_dir / ".audiomuse-probe";
    if (auto written = write_file_atomically(probe, "", FileMode::owner_only); !written) {
        report.bad("playlists", written.error().message);
        return;
    }
    fs::remove(probe, error);
    report.good("playlists", settings.playlists_dir.string());
}

void check_decoders(Report& report) {
    std::string missing;
    for (const audio::FormatSupport& format : audio::format_support()) {
        if (!format.available) {
            missing += fmt::format("{}{}", missing.empty() ? "" : ", ", format.name);
        }
    }
    if (missing.empty()) {
        report.good("decoders", audio::decoding_libraries());
    } else {
        report.bad("decoders",
                   fmt::format("{} cannot read: {}. Install FFmpeg's full libraries.", audio::decoding_libraries(), missing));
    }
}

} // namespace

ExitCode doctor(const settings::LoadedSettings& loaded) {
    Report report;
    report.good("settings", loaded.file.empty() ? "no settings file; defaults, environment and flags" : loaded.file.string());
    std::optional<Model> model;
    check_model(report, loaded.settings, model);
    if (model) {
        check_children(report, loaded.settings, *model);
    }
    check_decoders(report);
    check_data(report, loaded.settings);
    check_library(report, loaded.settings);
    check_playlists(report, loaded.settings);
    return report.all_well() ? ExitCode::success : ExitCode::some_failed;
}

} // namespace audiomuse::apps
