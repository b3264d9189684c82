#include <filesystem>
#include <string>

#include <fmt/format.h>

#include <audio/formats.hpp>
#include <nn/instruction_set.hpp>

#include "commands.hpp"
#include "engine.hpp"
#include "folders.hpp"
#include "standard_output.hpp"

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
    [[nodiscard]] ExitCode finish() { return m_output.finish(m_all_well ? ExitCode::success : ExitCode::some_failed); }

  private:
    void print(const char* mark, const std::string& what, const std::string& text) {
        m_output.print("{} {:<12} {}\n", mark, what, text);
        m_output.flush();
    }
    StandardOutput m_output;
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
    if (const auto writable = check_writable(settings.data); !writable) {
        report.bad("data folder", writable.error().message);
        return;
    }
    const auto stored = StoredTracks::open(settings);
    if (!stored && stored.error().code == ErrorCode::not_found) {
        report.note("data folder", settings.data.string() + " has no database yet; serve and run make it.");
        return;
    }
    if (!stored) {
        report.bad("database", stored.error().message);
        return;
    }
    if (const auto whole = (*stored)->database->check(); !whole) {
        report.bad("database", whole.error().message);
        return;
    }
    const auto counts = (*stored)->tracks.counts();
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

void check_media_server(Report& report, const settings::Settings& settings) {
    const auto checked = check_server(settings, {});
    if (!checked) {
        report.bad("server", checked.error().message);
        return;
    }
    for (const library::Finding& finding : checked->findings) {
        switch (finding.level) {
        case library::FindingLevel::good: report.good("server", finding.sentence); break;
        case library::FindingLevel::warning: report.note("server", finding.sentence); break;
        case library::FindingLevel::bad: report.bad("server", finding.sentence); break;
        }
    }
}

void check_playlists(Report& report, const settings::Settings& settings) {
    if (const auto writable = check_writable(settings.playlists_dir); !writable) {
        report.bad("playlists", writable.error().message);
    } else {
        report.good("playlists", settings.playlists_dir.string());
    }
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
    if (loaded.settings.media_server == settings::MediaServer::local) {
        check_library(report, loaded.settings);
        check_playlists(report, loaded.settings);
    } else {
        check_media_server(report, loaded.settings);
    }
    return report.finish();
}

} // namespace audiomuse::apps
