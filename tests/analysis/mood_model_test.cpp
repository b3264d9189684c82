#include <analysis/mood_model.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace audiomuse::analysis {
namespace {

struct GoldenRow {
    std::string name;
    Embedding embedding{};
    Tags tags{};
    Moods moods{};
};

/// tests/data/moods/golden.tsv, which tools/train_moods.py writes: a name, 200 embedding values, 50 tags, 17 scores a line.
std::vector<GoldenRow> golden_rows() {
    std::ifstream file(AUDIOMUSE_TEST_DATA "/moods/golden.tsv");
    std::string line;
    std::getline(file, line);
    std::string header_end;
    for (std::string_view label : mood_labels()) {
        header_end.append("\t").append(label);
    }
    EXPECT_TRUE(line.ends_with(header_end)) << "the golden file names other moods than the program";
    std::vector<GoldenRow> rows;
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        GoldenRow row;
        fields >> row.name;
        const auto read = [&](auto& values) { std::ranges::for_each(values, [&](float& value) { fields >> value; }); };
        read(row.embedding);
        read(row.tags);
        read(row.moods);
        EXPECT_TRUE(fields) << "short line for row " << row.name;
        rows.push_back(row);
    }
    return rows;
}

TEST(MoodModel, AgreesWithTheTrainingScript) {
    const auto rows = golden_rows();
    ASSERT_EQ(rows.size(), 9U);
    for (const GoldenRow& row : rows) {
        const Moods moods = MoodModel{}.predict(row.tags, row.embedding);
        for (std::size_t mood = 0; mood < moods.size(); ++mood) {
            EXPECT_NEAR(moods[mood], row.moods[mood], 1e-5) << "row " << row.name << ", " << mood_labels()[mood];
        }
    }
}

TEST(MoodModel, AverageFeaturesScoreOneHalf) {
    const auto rows = golden_rows();
    ASSERT_FALSE(rows.empty());
    ASSERT_EQ(rows[0].name, "average");
    for (float score : MoodModel{}.predict(rows[0].tags, rows[0].embedding)) {
        EXPECT_NEAR(score, 0.5, 1e-4);
    }
}

TEST(MoodModel, TellsTracksApart) {
    const auto rows = golden_rows();
    for (std::size_t mood = 0; mood < k_mood_count; ++mood) {
        std::vector<float> scores;
        for (const GoldenRow& row : rows) {
            scores.push_back(MoodModel{}.predict(row.tags, row.embedding)[mood]);
        }
        const auto [least, most] = std::ranges::minmax(scores);
        EXPECT_GT(most - least, 0.3F) << mood_labels()[mood];
    }
}

TEST(MoodModel, NegativeEmbeddingValuesCountAsZero) {
    const GoldenRow row = golden_rows().at(1);
    Embedding rectified = row.embedding;
    std::ranges::transform(rectified, rectified.begin(), [](float value) { return std::max(value, 0.0F); });
    ASSERT_NE(rectified, row.embedding);
    EXPECT_EQ(MoodModel{}.predict(row.tags, rectified), MoodModel{}.predict(row.tags, row.embedding));
}

TEST(MoodModel, ExtremeInputStaysBetweenZeroAndOne) {
    for (const float level : {0.0F, 1e-38F, 1e6F, std::numeric_limits<float>::max()}) {
        Embedding embedding;
        embedding.fill(level);
        Tags tags;
        tags.fill(1.0F);
        for (float score : MoodModel{}.predict(tags, embedding)) {
            EXPECT_GE(score, 0.0F);
            EXPECT_LE(score, 1.0F);
        }
    }
}

TEST(MoodModel, NaNIsNotHidden) {
    Embedding embedding{};
    embedding[7] = std::numeric_limits<float>::quiet_NaN();
    for (float score : MoodModel{}.predict(Tags{}, embedding)) {
        EXPECT_TRUE(std::isnan(score));
    }
}

} // namespace
} // namespace audiomuse::analysis
