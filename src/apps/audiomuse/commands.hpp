#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <settings/load.hpp>

#include "exit_code.hpp"

/// One function a command; each prints what it has to say and returns the exit code.
namespace audiomuse::apps {

struct AnalyzeArguments {
    std::vector<std::string> files; ///< files and folders; "-" reads names from standard input
    std::size_t jobs = 1;
};

enum class ExportFormat { csv, jsonl };

[[nodiscard]] ExitCode serve(const settings::LoadedSettings& loaded);
[[nodiscard]] ExitCode run(const settings::LoadedSettings& loaded);
[[nodiscard]] ExitCode analyze(const settings::LoadedSettings& loaded, const AnalyzeArguments& arguments);
[[nodiscard]] ExitCode export_tracks(const settings::LoadedSettings& loaded, ExportFormat format);
/// Works beside a server.
[[nodiscard]] ExitCode back_up(const settings::LoadedSettings& loaded, const std::filesystem::path& file);
/// Needs the data folder for itself.
[[nodiscard]] ExitCode restore(const settings::LoadedSettings& loaded, const std::filesystem::path& file);
[[nodiscard]] ExitCode doctor(const settings::LoadedSettings& loaded);
[[nodiscard]] ExitCode print_config(const settings::LoadedSettings& loaded);
[[nodiscard]] ExitCode print_licenses();
/// The confined child; never started by people.
[[nodiscard]] int analyse_child();

} // namespace audiomuse::apps
