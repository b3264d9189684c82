#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

#include <dsp/pcm.hpp>

namespace audiomuse::dsp {

/// Cuts a stream of samples into overlapping frames. Samples are sanitized() on their way in.
///
/// Frame i holds the samples [i * hop, i * hop + frame_size); a rest that fills no frame is dropped. Memory: two frames and 4,096
/// samples.
class Framer {
  public:
    /// Requires 0 < hop <= frame_size.
    Framer(std::size_t frame_size, std::size_t hop) : m_frame_size(frame_size), m_hop(hop), m_buffer(2 * frame_size + 4096) {
        assert(hop > 0 && hop <= frame_size);
    }

    /// Calls on_frame(std::span<const float>) for each frame that `pcm` completes; the span is valid during the call only.
    template <class OnFrame>
    void push(std::span<const float> pcm, OnFrame&& on_frame) {
        while (!pcm.empty()) {
            const std::size_t count = std::min(pcm.size(), m_buffer.size() - m_end);
            std::transform(pcm.data(), pcm.data() + count, m_buffer.data() + m_end,
                           [](float sample) { return sanitized(sample); });
            m_end += count;
            pcm = pcm.subspan(count);
            for (; m_end - m_begin >= m_frame_size; m_begin += m_hop) {
                on_frame(std::span<const float>(m_buffer).subspan(m_begin, m_frame_size));
            }
            if (m_end == m_buffer.size()) {
                std::copy(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_begin), m_buffer.end(), m_buffer.begin());
                m_end -= m_begin;
                m_begin = 0;
            }
        }
    }

  private:
    std::size_t m_frame_size;
    std::size_t m_hop;
    std::vector<float> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

} // namespace audiomuse::dsp
