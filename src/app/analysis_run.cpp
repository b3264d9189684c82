#include <app/analysis_run.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <thread>
#include <utility>

#include <base/id.hpp>
#include <base/log.hpp>
#include <fmt/format.h>

namespace audiomuse::app {

namespace {

/// 60112 as "60,112".
std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t place = text.size(); place > 3; place -= 3) {
        text.insert(place - 3, 1, ',');
    }
    return text;
}

/// A name as a sentence begins with it.
std::string at_the_start(std::string name) {
    if (!name.empty()) {
        name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    }
    return name;
}

} // namespace

AnalysisRun::AnalysisRun(MusicSource& source, Analyser& analyser, TrackStore& tracks, const AnalyseLibrary::Settings& settings,
                         const AnalyseLibrary::ProgressListener& listener, const AnalysisParams& params,
                         tasks::TaskContext& context)
    : m_source(source), m_analyser(analyser), m_tracks(tracks), m_settings(settings), m_listener(listener), m_params(params),
      m_context(context), m_progress(params.top_n_moods) {}

tasks::TaskOutcome AnalysisRun::run() {
    const std::stop_callback forward(m_context.stop(), [this] { m_abort.request_stop(); });
    m_context.log("Main analysis task started.");
    renew_moods();
    auto listing = list();
    if (!listing) {
        const bool cancelled = listing.error().code == ErrorCode::cancelled || m_context.stop().stop_requested();
        return {cancelled ? TaskState::revoked : TaskState::failure, listing.error().message, m_progress.details_json()};
    }
    m_context.log(fmt::format("Found {} albums to process.", m_albums));
    for (const std::string& problem : listing->problems) {
        m_context.log(problem);
    }
    m_progress.set_totals(m_albums, m_albums_without_work, m_listed);
    show_progress();

    analyse_all();
    m_progress.finish();
    if (m_context.stop().stop_requested()) {
        return {TaskState::revoked, "Task was cancelled.", m_progress.details_json()};
    }
    log_what_the_source_has();
    return outcome(*listing);
}

void AnalysisRun::renew_moods() {
    if (!m_settings.predict_moods) {
        return;
    }
    const auto renewed = m_tracks.renew_moods(m_settings.current_version, m_settings.predict_moods, m_abort.get_token());
    if (renewed && *renewed > 0) {
        m_context.log(fmt::format("The moods of {} tracks are those of this version now; nothing had to be heard for it.",
                                  grouped(*renewed)));
    } else if (!renewed && !m_abort.stop_requested()) {
        log::warn("Moods could not be renewed: {}", renewed.error().message); // such tracks are heard anew
    }
}

Result<Listing> AnalysisRun::list() {
    auto counts = m_tracks.counts();
    if (!counts) {
        return fail(std::move(counts));
    }
    m_store_was_empty = counts->analysed + counts->missing == 0;
    const ListingId id(make_uuid());
    auto listing = m_source.visit_albums(
        {m_params.num_recent_albums},
        [&](const Album& album, std::span<const Track> tracks) { return take_album(id, album, tracks); }, m_abort.get_token());
    if (!listing) {
        return listing;
    }
    // Another user of the server, or another server, does not say what the configured one has no longer.
    if (listing->complete && m_params.num_recent_albums == 0 && !m_params.server) {
        if (auto ended = end_listing(id, *listing); !ended) {
            return fail(std::move(ended));
        }
    }
    return listing;
}

Result<void> AnalysisRun::end_listing(const ListingId& id, const Listing& listing) {
    ListingEnd end{.libraries = listing.libraries};
    if (!m_params.accept_removals) {
        // At least half of what was listed before: of the seen and the unseen ones together.
        end.most_removals = 2 * m_listed.seen - m_listed_before;
    }
    const auto outcome = m_tracks.finish_listing(id, end);
    if (!outcome) {
        return tl::unexpected(outcome.error());
    }
    if (!outcome->removed) {
        m_removals_refused = true;
        m_context.log(fmt::format("{} lists {} songs, fewer than half of the {} that it had. Nothing is removed: a disk that is "
                                  "not mounted looks the same. If they are gone indeed, start an analysis with "
                                  "\"accept_removals\": true.",
                                  at_the_start(m_source.name()), grouped(m_listed.seen),
                                  grouped(m_listed_before + outcome->unseen)));
        return {};
    }
    if (outcome->unseen > 0) {
        m_context.log(fmt::format("{} tracks are no longer in {}; their analyses stay.", outcome->unseen, m_source.name()));
    }
    return adopt_moved();
}

Result<void> AnalysisRun::adopt_moved() {
    std::vector<TrackId> adopted;
    auto done = m_tracks.adopt_moved(
        [&](const MovedTrack& track) {
            TrackStatus status;
            status.analysed = track.analysed;
            status.stamp_matches = true;
            if (!needs_analysis(status, m_settings.current_version, false)) {
                adopted.push_back(track.id);
            }
        },
        m_abort.get_token());
    if (!done || adopted.empty()) {
        return done;
    }
    std::ranges::sort(adopted);
    for (PendingAlbum& album : m_pending) {
        const std::size_t known =
            std::erase_if(album.tracks, [&](const PendingTrack& track) { return std::ranges::binary_search(adopted, track.id); });
        m_listed.attempted -= known;
        m_listed.known += known;
        if (album.tracks.empty()) {
            ++m_albums_without_work;
            m_context.end_child(album.child, {TaskState::success, fmt::format("Album '{}': nothing new.", album.title), "{}"});
        }
    }
    std::erase_if(m_pending, [](const PendingAlbum& album) { return album.tracks.empty(); });
    m_context.log(fmt::format("{} tracks have other ids than before; their analyses were found again by size, length, artist "
                              "and title.",
                              adopted.size()));
    return {};
}

Result<void> AnalysisRun::take_album(const ListingId& listing, const Album& album, std::span<const Track> tracks) {
    auto statuses = m_tracks.record_album(listing, album, tracks);
    if (!statuses) {
        return fail(std::move(statuses));
    }
    PendingAlbum pending;
    pending.title = album.title;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const TrackStatus& status = (*statuses)[i];
        ++m_listed.seen;
        m_listed_before += status.was_listed ? 1 : 0;
        if (m_settings.scope.exclusion(tracks[i], status.heard_s)) {
            ++m_listed.excluded;
            continue;
        }
        ++pending.track_count;
        if (needs_analysis(status, m_settings.current_version, m_params.retry_failed)) {
            ++m_listed.attempted;
            const bool same_bytes_known = status.analysed && status.stamp_matches;
            pending.tracks.push_back({tracks[i].id, !m_store_was_empty && !same_bytes_known});
        } else if (status.analysed && status.stamp_matches) {
            ++m_listed.known;
        } else {
            ++m_listed.failed;
            m_progress.track_remembered(tracks[i], status.failure.value_or(FailureCode::crashed));
        }
    }
    ++m_albums;
    auto child =
        m_context.add_child(TaskType::album_analysis, album.id.str(), fmt::format("Album '{}' is waiting.", album.title));
    if (!child) {
        return fail(std::move(child));
    }
    if (pending.tracks.empty()) {
        ++m_albums_without_work;
        m_context.end_child(*child, {TaskState::success, fmt::format("Album '{}': nothing new.", album.title), "{}"});
    } else {
        pending.child = std::move(*child);
        m_pending.push_back(std::move(pending));
    }
    if (m_albums % 100 == 0) {
        m_context.report(0, fmt::format("Listing albums: {} found.", m_albums), m_progress.details_json());
    }
    return {};
}

void AnalysisRun::analyse_all() {
    BoundedQueue<Fetched> fetched(m_settings.workers);
    std::vector<std::jthread> listeners;
    for (std::size_t i = 0; i < std::min(m_settings.workers, std::size_t{m_listed.attempted}); ++i) {
        listeners.emplace_back([&] { listen(fetched); });
    }
    std::vector<std::jthread> fetchers;
    for (std::size_t i = 0; i < std::min(m_settings.transfers, std::size_t{m_listed.attempted}); ++i) {
        fetchers.emplace_back([&] { fetch(fetched); });
    }
    fetchers.clear();
    fetched.close();
}

void AnalysisRun::fetch(BoundedQueue<Fetched>& fetched) {
    while (!must_stop()) {
        const auto job = next_job();
        if (!job) {
            return;
        }
        if (auto track = fetch(*job)) {
            fetched.push(std::move(*track), m_abort.get_token());
        }
    }
}

void AnalysisRun::listen(BoundedQueue<Fetched>& fetched) {
    while (const auto track = fetched.pop(m_abort.get_token())) {
        listen(*track);
    }
}

std::optional<AnalysisRun::Job> AnalysisRun::next_job() {
    const std::lock_guard lock(m_mutex);
    while (m_next_album < m_pending.size()) {
        PendingAlbum& album = m_pending[m_next_album];
        if (album.next == 0) {
            album.stop = m_context.begin_child(album.child, fmt::format("Album '{}' is being analysed.", album.title));
        }
        if (album.next < album.tracks.size()) {
            const std::size_t index = album.next++;
            return Job{&album, album.tracks[index], index + 1};
        }
        ++m_next_album;
    }
    return std::nullopt;
}

bool AnalysisRun::skip_when_stopped(const Job& job) {
    if (!job.album->stop.stop_requested()) {
        return false;
    }
    if (!must_stop()) {
        m_progress.track_skipped();
        finish_job(job, false);
    }
    return true;
}

std::optional<AnalysisRun::Fetched> AnalysisRun::fetch(const Job& job) {
    if (skip_when_stopped(job)) {
        return std::nullopt;
    }
    auto track = m_tracks.find(job.track.id);
    if (!track || !*track) {
        give_up(track ? Error{ErrorCode::internal, "A listed track is not in the database."} : track.error());
        return std::nullopt;
    }
    std::stop_source stopped; // by whom the album is cancelled, and by what ends the whole analysis
    const std::stop_callback with_album(job.album->stop, [&stopped] { stopped.request_stop(); });
    const std::stop_callback with_all(m_abort.get_token(), [&stopped] { stopped.request_stop(); });
    auto input = m_source.open(**track, stopped.get_token());
    if (!input) {
        if (skip_when_stopped(job) || must_stop()) {
            return std::nullopt;
        }
        if (input.error().scope == FailureScope::credential) {
            give_up({ErrorCode::unauthorized, input.error().reason});
        } else {
            track_failed(job, **track, input.error());
        }
        return std::nullopt;
    }
    return Fetched{job, std::move(**track), std::move(*input)};
}

void AnalysisRun::listen(const Fetched& fetched) {
    const auto& [job, track, input] = fetched;
    const std::stop_token stop = job.album->stop;
    if (skip_when_stopped(job)) {
        return;
    }
    m_progress.track_started(job.album->title, track);
    m_context.log(fmt::format("Analyzing track: {} ({}/{})", track.display_name(), job.number, job.album->tracks.size()));
    if (job.track.may_be_known && reuse_known_analysis(track, input, stop)) {
        m_progress.track_known();
        m_context.log(fmt::format("'{}' was heard before; its analysis stays.", track.display_name()));
        finish_job(job, false);
        return;
    }
    log::debug("Track {}: decoding begins.", track.id.str());
    auto analysis = m_analyser.analyse(input, stop);
    if (!analysis) {
        if (!skip_when_stopped(job)) {
            track_failed(job, track, analysis.error());
        }
        return;
    }
    if (auto saved = m_tracks.save_analysis(track.id, track.stamp, *analysis); !saved) {
        give_up(saved.error());
        return;
    }
    log::debug("Track {}: its analysis is stored.", track.id.str());
    m_progress.track_analysed(track, *analysis);
    m_context.log(fmt::format("Analyzed '{}'. {}{}", track.display_name(), describe(*analysis, m_params.top_n_moods),
                              analysis->partial ? " (the file is damaged; only a part could be heard)" : ""));
    finish_job(job, false);
}

bool AnalysisRun::reuse_known_analysis(const Track& track, const AudioInput& input, std::stop_token stop) {
    const auto identity = m_analyser.identify(input, std::move(stop));
    if (!identity) {
        return false; // the analysis that follows finds out why
    }
    auto known = m_tracks.find_by_identity(*identity);
    if (!known || !*known || (*known)->version != m_settings.current_version) {
        return false;
    }
    auto saved = m_tracks.save_analysis(track.id, track.stamp, **known);
    if (!saved) {
        log::warn("A known analysis could not be stored: {}", saved.error().message);
    }
    return saved.has_value();
}

void AnalysisRun::track_failed(const Job& job, const Track& track, const TrackFailure& failure) {
    if (auto saved = m_tracks.save_failure(track.id, track.stamp, failure); !saved) {
        give_up(saved.error());
        return;
    }
    m_progress.track_failed(track, failure);
    m_context.log(fmt::format("Could not analyze '{}': {} ({})", track.display_name(), failure.reason, to_string(failure.code)));
    finish_job(job, true);
}

void AnalysisRun::finish_job(const Job& job, bool failed) {
    std::size_t done = 0;
    std::size_t failures = 0;
    {
        const std::lock_guard lock(m_mutex);
        job.album->failed += failed ? 1 : 0;
        done = ++job.album->done;
        failures = job.album->failed;
    }
    const std::size_t attempted = job.album->tracks.size();
    if (done < attempted) {
        m_context.report_child(job.album->child, static_cast<int>(100 * done / attempted),
                               fmt::format("Album '{}': {} of {} tracks done.", job.album->title, done, attempted));
    } else {
        m_context.end_child(job.album->child,
                            {failures == job.album->track_count ? TaskState::failure : TaskState::success,
                             fmt::format("Album '{}': {} tracks analysed, {} known, {} failed.", job.album->title,
                                         attempted - failures, job.album->track_count - attempted, failures),
                             "{}"});
        m_progress.album_completed();
    }
    show_progress();
}

void AnalysisRun::show_progress() {
    m_context.report(m_progress.percent(), m_progress.message(), m_progress.details_json());
    if (m_listener) {
        const std::lock_guard lock(m_listener_mutex);
        m_listener(m_progress);
    }
}

void AnalysisRun::log_what_the_source_has() {
    const auto counts = m_tracks.counts();
    std::map<std::string, std::uint64_t> reasons;
    std::uint64_t waiting = 0;
    const auto visited = m_tracks.visit_unanalysed([&](const Track& track, std::optional<FailureCode> failure) {
        if (const auto excluded = m_settings.scope.exclusion(track, {})) {
            ++reasons[fmt::format("excluded by {}", to_string(*excluded))];
        } else if (failure) {
            ++reasons[std::string(to_string(*failure))];
        } else {
            ++waiting;
        }
    });
    if (!counts || !visited) {
        return;
    }
    std::string because;
    const auto add = [&because](std::uint64_t count, std::string_view reason) {
        because += fmt::format("{}{} {}", because.empty() ? "" : ", ", count, reason);
    };
    for (const auto& [reason, count] : reasons) {
        add(count, reason);
    }
    if (waiting > 0) {
        add(waiting, "not tried yet");
    }
    const std::uint64_t without = counts->present - counts->analysed;
    m_context.log(fmt::format("{} has {} songs, {} are analysed{}.", at_the_start(m_source.name()), grouped(counts->present),
                              grouped(counts->analysed),
                              without == 0 ? "" : fmt::format(", {} are not, because: {}", grouped(without), because)));
}

void AnalysisRun::give_up(const Error& error) {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_fatal) {
            m_fatal = error;
        }
    }
    m_abort.request_stop();
}

tasks::TaskOutcome AnalysisRun::outcome(const Listing& listing) const {
    const AnalysisCounts counts = m_progress.counts();
    const std::string sentence = to_sentence(counts);
    const std::string details = m_progress.details_json();
    if (m_fatal) {
        return {TaskState::failure, fmt::format("The analysis had to stop: {} Tracks: {}.", m_fatal->message, sentence), details};
    }
    if (listing.albums == 0) {
        return {TaskState::failure, fmt::format("No album was found in {}. Tracks: {}.", m_source.name(), sentence), details};
    }
    if (counts.excluded > 0 && counts.excluded == counts.seen) {
        return {TaskState::failure,
                fmt::format("The settings exclude every track, so nothing is left to analyse. Tracks: {}.", sentence), details};
    }
    if (counts.analysed + counts.known == 0 && counts.skipped == 0) {
        return {TaskState::failure, fmt::format("Not one track could be analysed. Tracks: {}.", sentence), details};
    }
    return {TaskState::success,
            fmt::format("Analysis finished. Tracks: {}.{}", sentence,
                        m_removals_refused ? " Fewer than half of the known tracks were listed, so none was removed: see the log."
                                           : ""),
            details};
}

} // namespace audiomuse::app
