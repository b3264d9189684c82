#include <domain/track.hpp>

namespace audiomuse {

std::string Track::display_name() const { return artist.empty() ? title : title + " by " + artist; }

} // namespace audiomuse
