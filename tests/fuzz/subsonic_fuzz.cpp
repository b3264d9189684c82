// What a Subsonic server answers: whatever it is, it is refused, or it is read into texts that may be shown and numbers in range.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <base/text.hpp>
#include <library/detail/json_reader.hpp>
#include <library/detail/subsonic_answer.hpp>
#include <library/detail/subsonic_items.hpp>

using namespace audiomuse;
using namespace audiomuse::library::detail;

namespace {

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool may_be_shown(const std::string& text) { return to_display_text(text) == text; }

void read_all(const nlohmann::json& value) {
    if (const auto album = read_album(value)) {
        check(!album->album.id.empty() && may_be_shown(album->album.title) && may_be_shown(album->album.artist));
    }
    if (const auto song = read_song(value)) {
        const Track& track = song->track;
        check(!track.id.empty() && !track.title.empty() && may_be_shown(track.title) && may_be_shown(track.artist) &&
              may_be_shown(track.album) && track.stamp.modified_ns >= 0 && track.track_number >= 0 && song->disc >= 0);
    }
    static_cast<void>(parse_time(raw_text_member(value, "created")));
    if (value.is_structured()) {
        for (const auto& member : value) {
            read_all(member); // no deeper than parse_json() lets it be
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto answer = read_subsonic_answer(text)) {
        check(!answer->error || !explain_subsonic_error(*answer->error).empty());
        read_all(answer->body);
    }
    return 0;
}
