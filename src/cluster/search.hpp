#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <cluster/cancelled.hpp>
#include <cluster/parallel.hpp>
#include <cluster/random.hpp>

namespace audiomuse::cluster {

struct SearchSettings {
    int runs = 1000; ///< at least 1
    int batch_size = 20;
    double random_share = 0.2;         ///< of the runs, at the start: parameters drawn at random only
    double mutation_probability = 0.7; ///< afterwards: that a run mutates an elite instead
    std::size_t elites = 10;           ///< the best of the best results of the batches
    double patience = 0.2;             ///< the search ends when this share of the runs brought nothing better
    std::uint64_t seed = 0;
    unsigned threads = 1; ///< does not change the result
};

struct SearchProgress {
    int runs_completed = 0;
    int total_runs = 0;
    double best_score = 0;
};

/// A finished batch: its scores, in the order of its runs, are all that is needed to take a broken-off search up again.
struct FinishedBatch {
    int index = 0;     ///< from 0
    int first_run = 0; ///< from 0
    std::span<const double> scores;
    double best_score = 0; ///< of the search so far
    int total_runs = 0;
};

/// Each may be empty. `on_run` and `on_batch` are called one at a time, `on_run` on any of the search's threads, `on_batch` on
/// the caller's.
struct SearchCallbacks {
    std::function<void(const SearchProgress&)> on_run{};
    std::function<void(const FinishedBatch&)> on_batch{};
    /// When set and true, the remaining runs of the batch in hand are not evaluated: they score 0. Called on any thread.
    std::function<bool()> skip_batch{};
};

/// What is searched. `draw` and `mutate` are called on the caller's thread; `evaluate` on several at once: it gives a score
/// (higher is better) that depends on nothing but the parameters and the run's seed.
template <class Parameters>
struct SearchProblem {
    std::function<Parameters(Random&)> draw;
    std::function<Parameters(const Parameters&, Random&)> mutate;
    std::function<Result<double>(const Parameters&, std::uint64_t run_seed, std::stop_token)> evaluate;
};

template <class Parameters>
struct SearchOutcome {
    Parameters best{};
    int best_run = 0; ///< from 0; the first of equals
    std::uint64_t best_run_seed = 0;
    double best_score = 0;
    int runs_completed = 0;
};

/// An evolutionary search in batches: random parameters first, later mostly mutations of a random elite. The parameters of a
/// batch depend on the seed and on the scores of the batches before it only, so neither the number of threads nor a resumption
/// changes the outcome. `known_scores` are those of the finished batches of an earlier, broken-off search with the same problem
/// and settings; their runs are not evaluated again. Fails with the first error of an evaluation (by run), or with `cancelled`.
template <class Parameters>
[[nodiscard]] Result<SearchOutcome<Parameters>> search(const SearchProblem<Parameters>& problem, const SearchSettings& settings,
                                                       const SearchCallbacks& callbacks, std::span<const double> known_scores,
                                                       std::stop_token stop) {
    struct Elite {
        Parameters parameters;
        double score;
    };
    const std::uint64_t evaluation_stream = derive_seed(settings.seed, 1);
    const std::uint64_t proposal_stream = derive_seed(settings.seed, 2);
    const auto runs = static_cast<std::size_t>(std::max(1, settings.runs));
    const auto batch_size = static_cast<std::size_t>(std::max(1, settings.batch_size));
    const auto random_runs = static_cast<std::size_t>(std::ceil(settings.random_share * static_cast<double>(runs)));
    const auto patience =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(settings.patience * static_cast<double>(runs))));

    SearchOutcome<Parameters> outcome;
    std::vector<Elite> elites;
    std::size_t completed = 0;
    std::size_t last_gain = 0; // runs completed when the best result was found
    for (int batch = 0; completed < runs && (completed == 0 || completed - last_gain < patience); ++batch) {
        const std::size_t size = std::min(batch_size, runs - completed);
        Random random(derive_seed(proposal_stream, static_cast<std::uint64_t>(batch)));
        std::vector<Parameters> proposals;
        for (std::size_t i = 0; i < size; ++i) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            const bool mutates =
                completed + i >= random_runs && !elites.empty() && random.uniform() < settings.mutation_probability;
            proposals.push_back(mutates ? problem.mutate(elites[random.below(elites.size())].parameters, random)
                                        : problem.draw(random));
        }
        std::vector<Result<double>> results(size, Result<double>(0.0));
        std::mutex progress_mutex;
        SearchProgress progress{static_cast<int>(completed), static_cast<int>(runs), outcome.best_score};
        if (completed + size <= known_scores.size()) {
            std::ranges::copy(known_scores.subspan(completed, size), results.begin());
        } else {
            parallel_for(size, settings.threads, [&](std::size_t i) {
                if (stop.stop_requested()) {
                    results[i] = cancelled();
                } else if (!callbacks.skip_batch || !callbacks.skip_batch()) {
                    results[i] = problem.evaluate(proposals[i], derive_seed(evaluation_stream, completed + i), stop);
                }
                if (callbacks.on_run && results[i]) {
                    const std::scoped_lock lock(progress_mutex);
                    ++progress.runs_completed;
                    progress.best_score = std::max(progress.best_score, *results[i]);
                    callbacks.on_run(progress);
                }
            });
        }
        std::vector<double> scores;
        std::size_t best_of_batch = 0;
        for (std::size_t i = 0; i < size; ++i) {
            if (!results[i]) {
                return tl::unexpected<Error>(std::move(results[i]).error());
            }
            scores.push_back(*results[i]);
            if (scores[i] > scores[best_of_batch]) {
                best_of_batch = i;
            }
            if ((completed == 0 && i == 0) || scores[i] > outcome.best_score) {
                outcome.best = proposals[i];
                outcome.best_run = static_cast<int>(completed + i);
                outcome.best_run_seed = derive_seed(evaluation_stream, completed + i);
                outcome.best_score = scores[i];
                last_gain = completed + i + 1;
            }
        }
        elites.push_back({proposals[best_of_batch], scores[best_of_batch]});
        std::ranges::stable_sort(elites, std::ranges::greater{}, &Elite::score);
        if (elites.size() > settings.elites) {
            elites.pop_back();
        }
        const auto first_run = static_cast<int>(completed);
        completed += size;
        outcome.runs_completed = static_cast<int>(completed);
        if (callbacks.on_batch) {
            callbacks.on_batch({batch, first_run, scores, outcome.best_score, static_cast<int>(runs)});
        }
    }
    return outcome;
}

} // namespace audiomuse::cluster
