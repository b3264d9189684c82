#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

#include <base/files.hpp>
#include <base/log.hpp>
#include <library/local_music_source.hpp>

#include "analysis_json.hpp"
#include "commands.hpp"
#include "engine.hpp"
#include "standard_output.hpp"
#include "stop_signal.hpp"

namespace audiomuse::apps {

namespace {

namespace fs = std::filesystem;

/// The audio files below a folder, sorted; what cannot be read is left out with a warning.
void walk(const fs::path& folder, std::vector<std::string>& files) {
    std::vector<std::string> found;
    library::LocalMusicSource source({folder});
    const auto listing = source.visit_albums({},
                                             [&](const Album&, std::span<const Track> tracks) {
                                                 for (const Track& track : tracks) {
                                                     found.push_back((folder / track.path).string());
                                                 }
                                                 return Result<void>{};
                                             },
                                             {});
    if (!listing) {
        log::warn("{}", listing.error().message);
    } else {
        for (const std::string& problem : listing->problems) {
            log::warn("{}", problem);
        }
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
}

std::vector<std::string> all_files(const std::vector<std::string>& arguments) {
    std::vector<std::string> files;
    const auto add = [&](const std::string& name) {
        std::error_code error;
        if (fs::is_directory(name, error)) {
            walk(name, files);
        } else {
            files.push_back(name);
        }
    };
    for (const std::string& argument : arguments) {
        if (argument != "-") {
            add(argument);
            continue;
        }
        for (std::string line; std::getline(std::cin, line);) {
            if (!line.empty()) {
                add(line);
            }
        }
    }
    return files;
}

tl::expected<Analysis, TrackFailure> analyse_file(Analyser& analyser, const std::string& file, const std::stop_token& stop) {
    auto fd = open_for_reading(file);
    if (!fd) {
        return tl::unexpected(TrackFailure{
            fd.error().code == ErrorCode::not_found ? FailureCode::not_found : FailureCode::refused, fd.error().message});
    }
    struct stat status {};
    if (::fstat(fd->get(), &status) != 0) {
        return tl::unexpected(TrackFailure{FailureCode::unreachable, "The file's size cannot be read."});
    }
    return analyser.analyse({std::move(*fd), static_cast<std::uint64_t>(status.st_size)}, stop);
}

/// Prints lines in the order of the files, each as soon as all before it are there. Thread-safe.
class OrderedPrinter {
  public:
    OrderedPrinter(StandardOutput& output, std::size_t count) : m_output(output), m_lines(count) {}

    /// False when nobody reads the lines any more.
    [[nodiscard]] bool put(std::size_t index, std::string line) {
        const std::lock_guard lock(m_mutex);
        m_lines[index] = std::move(line);
        while (m_next < m_lines.size() && m_lines[m_next]) {
            m_output.print("{}\n", *m_lines[m_next]);
            m_output.flush();
            m_lines[m_next++].emplace();
        }
        return m_output.good();
    }

  private:
    StandardOutput& m_output;
    std::mutex m_mutex;
    std::vector<std::optional<std::string>> m_lines;
    std::size_t m_next = 0;
};

} // namespace

ExitCode analyze(const settings::LoadedSettings& loaded, const AnalyzeArguments& arguments) {
    const StopSignal stop_signal;
    auto model = open_model(loaded.settings);
    if (!model) {
        log::error("{}", model.error().message);
        return ExitCode::usage;
    }
    if (!model->network) {
        log::warn("{}", absence_sentence(*model));
    }
    const std::vector<std::string> files = all_files(arguments.files);
    if (files.empty()) {
        log::error("No audio file was found in what was given.");
        return ExitCode::some_failed;
    }
    const std::size_t jobs = std::min(arguments.jobs, files.size());
    const auto analyser = make_analyser(loaded.settings, *model, static_cast<int>(jobs));
    StandardOutput output;
    OrderedPrinter printer(output, files.size());
    std::stop_source stop; // by a signal, or when the output is lost
    const std::stop_callback forward(stop_signal.token(), [&] { stop.request_stop(); });
    std::atomic<std::size_t> next{0};
    std::atomic<bool> some_failed{false};
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < jobs; ++i) {
            workers.emplace_back([&] {
                for (std::size_t index = next++; index < files.size() && !stop.stop_requested(); index = next++) {
                    const auto analysis = analyse_file(*analyser, files[index], stop.get_token());
                    if (stop.stop_requested()) {
                        return;
                    }
                    some_failed = some_failed || !analysis;
                    if (!printer.put(index, analysis ? analysis_line(files[index], *analysis)
                                                     : failure_line(files[index], analysis.error()))) {
                        stop.request_stop();
                    }
                }
            });
        }
    }
    if (stop_signal.token().stop_requested()) {
        return ExitCode::interrupted;
    }
    return output.finish(some_failed ? ExitCode::some_failed : ExitCode::success);
}

} // namespace audiomuse::apps
