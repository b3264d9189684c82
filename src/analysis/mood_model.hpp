#pragma once

#include <domain/analysis.hpp>

namespace audiomuse::analysis {

/// The mood head: 17 scores from what MusiCNN heard, by weights that are compiled in.
///
/// For each mood a linear function of the rectified embedding and the tags gives a standard score, and the normal distribution
/// function makes a value between 0 and 1 of it:
///
///     z = bias + sum_i u_i * max(embedding_i, 0) + sum_j v_j * tags_j
///     score = Phi(z) = erfc(-z / sqrt(2)) / 2
///
/// Bias and weights are scaled such that z has mean 0 over the training clips, and deviation 1 over clips that a head was not
/// trained on. So 0.5 means "as much as the average track" for every mood, 0.84 one deviation more, and scores compare between
/// moods. docs/moods.md tells how the weights were trained; tools/train_moods.py reproduces them.
///
/// Sums are in double in the order of the formula. A value that is not finite has no meaning here: a NaN gives NaN.
/// Stateless; may be called from any thread.
class MoodModel {
  public:
    /// Takes the means over the patches of a track. The result is in the order of mood_labels().
    [[nodiscard]] Moods predict(const Tags& tags, const Embedding& embedding) const noexcept;
};

} // namespace audiomuse::analysis
