#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <base/log.hpp>
#include <settings/descriptions.hpp>
#include <settings/load.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "standard_output.hpp"
#include "version.hpp"

namespace audiomuse::apps {

namespace {

/// The settings given as flags, by key, and the file named by --config.
struct GivenSettings {
    std::string config_file;
    std::map<std::string, std::string> values;
};

/// Every setting is a flag of the command, as its key with dashes.
void add_setting_flags(CLI::App& command, GivenSettings& given) {
    command.add_option("--config", given.config_file, "Settings file (default: $XDG_CONFIG_HOME/audiomuse/audiomuse.toml)")
        ->type_name("FILE");
    for (const settings::SettingDescription& setting : settings::descriptions()) {
        if (setting.is_secret) {
            continue; // every user of the machine can read a process list
        }
        const bool is_boolean = setting.placeholder == "BOOLEAN";
        command
            .add_option_function<std::string>(
                setting.flag,
                [&given, key = setting.key, is_boolean](const std::string& value) {
                    given.values[key] = is_boolean && value.empty() ? "true" : value; // the flag alone
                },
                fmt::format("{} (default: {}; environment: {})", setting.help, setting.default_value, setting.environment))
            ->type_name(setting.placeholder)
            ->expected(is_boolean ? 0 : 1, 1)
            ->group("Settings");
    }
}

Result<settings::LoadedSettings> load(const GivenSettings& given) {
    settings::LoadRequest request;
    if (!given.config_file.empty()) {
        request.config_file = given.config_file;
    }
    request.environment = settings::current_environment();
    request.flags = {given.values.begin(), given.values.end()};
    auto loaded = settings::load(request);
    if (loaded) {
        log::configure(loaded->settings.log_level, loaded->settings.log_format);
        for (const std::string& warning : loaded->warnings) {
            log::warn("{}", warning);
        }
    }
    return loaded;
}

int run_command_line(int argc, char** argv) {
    // The confined child reads no settings and no arguments that people write.
    if (argc > 1 && std::string_view(argv[1]) == "analyse-child") {
        return analyse_child();
    }
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App app{
        "Listens to a music library and makes playlists of it. Start with: audiomuse serve --library DIR, or audiomuse run DIR."};
    app.name("audiomuse");
    app.set_version_flag("--version", std::string(k_version));
    app.require_subcommand(1);
    app.get_formatter()->column_width(44);
    app.footer(
        "Exit status: 0 all went well; 1 something failed, it says what; 2 wrong usage or settings; 130 stopped by Ctrl-C.");

    GivenSettings given;
    AnalyzeArguments analyze_arguments;
    std::string format = "csv";
    std::string folder;
    std::string backup_file;

    CLI::App* serve_command = app.add_subcommand("serve", "Serve the HTTP API and the page, and do the work that they ask for");
    CLI::App* run_command =
        app.add_subcommand("run", "Do the whole job once, without a server: scan, analyse, cluster, write playlists");
    CLI::App* analyze_command = app.add_subcommand("analyze", "Print what is heard in audio files, one JSON object a line");
    CLI::App* export_command = app.add_subcommand("export", "Print what is known of every track");
    CLI::App* backup_command = app.add_subcommand(
        "backup", "Copy the database to a file, also while a server uses it; an older backup there is replaced");
    CLI::App* restore_command = app.add_subcommand(
        "restore", "Put a backup in the place of the database, which is kept beside it; stop the server before");
    CLI::App* doctor_command =
        app.add_subcommand("doctor", "Check model, data folder, library and decoders, and say what to mend");
    CLI::App* config_command = app.add_subcommand("config", "Print the effective settings and where each comes from");
    CLI::App* licenses_command = app.add_subcommand("licenses", "Print the licences of what is inside this executable");

    run_command->add_option("DIR", folder, "The music folder (default: the library of the settings)")->type_name("");
    analyze_command
        ->add_option("FILE", analyze_arguments.files, "Audio files, or folders to walk; - reads names from standard input")
        ->required()
        ->type_name("");
    analyze_command->add_option("-j,--jobs", analyze_arguments.jobs, "Files to work on at once, 1 to 1024 (default: 1)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024).description(""));
    export_command->add_option("--format", format, "csv or jsonl (default: csv)")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"csv", "jsonl"}).description(""));
    for (CLI::App* command : {backup_command, restore_command}) {
        command->add_option("FILE", backup_file, "The backup")->required()->type_name("");
    }
    for (CLI::App* command : {serve_command, run_command, analyze_command, export_command, backup_command, restore_command,
                              doctor_command, config_command}) {
        add_setting_flags(*command, given);
    }

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        const bool is_help = app.exit(error, text, std::cerr) == 0;
        StandardOutput output;
        output.write(text.str());
        return to_int(output.finish(is_help ? ExitCode::success : ExitCode::usage));
    }
    if (licenses_command->parsed()) {
        return to_int(print_licenses());
    }
    if (!folder.empty()) {
        given.values["library"] = folder;
    }
    const auto loaded = load(given);
    if (!loaded) {
        std::cerr << "audiomuse: " << loaded.error().message << '\n';
        return to_int(ExitCode::usage);
    }
    if (serve_command->parsed()) {
        return to_int(serve(*loaded));
    }
    if (run_command->parsed()) {
        return to_int(run(*loaded));
    }
    if (analyze_command->parsed()) {
        return to_int(analyze(*loaded, analyze_arguments));
    }
    if (export_command->parsed()) {
        return to_int(export_tracks(*loaded, format == "jsonl" ? ExportFormat::jsonl : ExportFormat::csv));
    }
    if (backup_command->parsed()) {
        return to_int(back_up(*loaded, backup_file));
    }
    if (restore_command->parsed()) {
        return to_int(restore(*loaded, backup_file));
    }
    return to_int(doctor_command->parsed() ? doctor(*loaded) : print_config(*loaded));
}

} // namespace

} // namespace audiomuse::apps

int main(int argc, char** argv) {
    try {
        return audiomuse::apps::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "audiomuse: an unexpected error ended the program: " << error.what() << '\n';
        return to_int(audiomuse::apps::ExitCode::some_failed);
    }
}
