#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace audiomuse::cluster {

/// A borrowed row-major matrix of floats: one row a point, one column a feature. Rows may lie further apart than they are long.
struct MatrixView {
    const float* data = nullptr;
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::size_t stride = 0; ///< floats from the start of one row to the next, >= cols

    [[nodiscard]] std::span<const float> row(std::size_t index) const noexcept { return {data + index * stride, cols}; }
    /// The same rows with only their first `count` columns; count <= cols.
    [[nodiscard]] MatrixView first_columns(std::size_t count) const noexcept { return {data, rows, count, stride}; }
    /// `count` rows from `first` on.
    [[nodiscard]] MatrixView slice(std::size_t first, std::size_t count) const noexcept {
        return {data + first * stride, count, cols, stride};
    }
};

/// A row-major matrix of floats that owns its values; new ones are 0.
class Matrix {
  public:
    Matrix() = default;
    Matrix(std::size_t rows, std::size_t cols) : m_rows(rows), m_cols(cols), m_values(rows * cols) {}

    [[nodiscard]] std::size_t rows() const noexcept { return m_rows; }
    [[nodiscard]] std::size_t cols() const noexcept { return m_cols; }
    [[nodiscard]] std::span<float> row(std::size_t index) noexcept { return {m_values.data() + index * m_cols, m_cols}; }
    [[nodiscard]] std::span<const float> row(std::size_t index) const noexcept {
        return {m_values.data() + index * m_cols, m_cols};
    }
    [[nodiscard]] MatrixView view() const noexcept { return {m_values.data(), m_rows, m_cols, m_cols}; }
    [[nodiscard]] std::span<const float> values() const noexcept { return m_values; }

  private:
    std::size_t m_rows = 0;
    std::size_t m_cols = 0;
    std::vector<float> m_values;
};

/// The squared Euclidean distance of two points with equally many coordinates.
[[nodiscard]] inline float squared_distance(std::span<const float> a, std::span<const float> b) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const float difference = a[i] - b[i];
        sum += difference * difference;
    }
    return sum;
}

} // namespace audiomuse::cluster
