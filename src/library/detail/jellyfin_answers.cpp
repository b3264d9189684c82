#include <library/detail/jellyfin_answers.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

constexpr std::size_t k_max_text_bytes = 1'000;
constexpr std::size_t k_max_path_bytes = 4'096;
constexpr std::size_t k_max_depth = 32;
constexpr std::size_t k_max_values = 500'000;
constexpr std::int64_t k_ticks_in_ms = 10'000;

/// What is read of an answer; everything else is dropped while it is parsed.
constexpr std::array<std::string_view, 23> k_known_keys{"Album",
                                                        "AlbumArtist",
                                                        "AlbumId",
                                                        "Artists",
                                                        "CollectionType",
                                                        "DateCreated",
                                                        "Genres",
                                                        "Id",
                                                        "IndexNumber",
                                                        "Items",
                                                        "MediaSources",
                                                        "Name",
                                                        "ParentIndexNumber",
                                                        "Path",
                                                        "PlaylistItemId",
                                                        "ProductName",
                                                        "ProductionYear",
                                                        "RunTimeTicks",
                                                        "ServerName",
                                                        "Size",
                                                        "TotalRecordCount",
                                                        "Type",
                                                        "Version"};
static_assert(std::ranges::is_sorted(k_known_keys));

tl::unexpected<Error> unusable(std::string_view why) {
    return fail(ErrorCode::unavailable, fmt::format("The Jellyfin server sent an answer that {}.", why));
}

/// Why a text is not worth parsing: how deep and how large it would become shows without it.
std::optional<std::string_view> excess(std::string_view body) {
    std::size_t depth = 0;
    std::size_t values = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (in_text) {
            i += c == '\\' ? 1 : 0;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            ++values;
            if (++depth > k_max_depth) {
                return "is nested too deeply";
            }
        } else if (c == ']' || c == '}') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',') {
            ++values;
        }
        if (values > k_max_values) {
            return "holds too many values";
        }
    }
    return std::nullopt;
}

Result<json> parse(std::string_view body) {
    if (const auto why = excess(body)) {
        return unusable(*why);
    }
    const auto is_wanted = [](int /*depth*/, json::parse_event_t event, const json& value) {
        return event != json::parse_event_t::key ||
               std::ranges::binary_search(k_known_keys, std::string_view(value.get_ref<const std::string&>()));
    };
    json answer = json::parse(body, is_wanted, false);
    if (answer.is_discarded()) {
        return unusable("is no valid JSON");
    }
    return answer;
}

const json* find(const json& object, const char* name) {
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::string_view raw_text(const json& object, const char* name) {
    const json* value = find(object, name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_ref<const std::string&>()) : std::string_view();
}

std::string shown(std::string_view text) {
    return std::string(truncate_utf8(to_display_text(text.substr(0, 4 * k_max_text_bytes)), k_max_text_bytes));
}

std::string text(const json& object, const char* name) { return shown(raw_text(object, name)); }

/// The first text of a list.
std::string first_text(const json& object, const char* name) {
    const json* list = find(object, name);
    if (list == nullptr || !list->is_array() || list->empty() || !list->front().is_string()) {
        return {};
    }
    return shown(list->front().get_ref<const std::string&>());
}

/// The texts of a list, "; " between them.
std::string joined_texts(const json& object, const char* name) {
    std::string joined;
    if (const json* list = find(object, name); list != nullptr && list->is_array()) {
        for (const json& item : *list) {
            if (item.is_string() && joined.size() < k_max_text_bytes) {
                const std::string one = shown(item.get_ref<const std::string&>());
                joined += (joined.empty() || one.empty() ? "" : "; ") + one;
            }
        }
    }
    return std::string(truncate_utf8(joined, k_max_text_bytes));
}

std::uint64_t number(const json& object, const char* name) {
    const json* value = find(object, name);
    if (value == nullptr || !value->is_number_integer()) {
        return 0;
    }
    return value->is_number_unsigned() ? value->get<std::uint64_t>()
                                       : static_cast<std::uint64_t>(std::max<std::int64_t>(0, value->get<std::int64_t>()));
}

/// A number that is 0 when it is not within its sense.
int small_number(const json& object, const char* name, std::uint64_t highest) {
    const std::uint64_t value = number(object, name);
    return value <= highest ? static_cast<int>(value) : 0;
}

std::string id_of(const json& object, const char* name) { return normal_item_id(raw_text(object, name)).value_or(std::string()); }

JellyfinUser to_user(const json& object) {
    return {normal_guid(raw_text(object, "Id")).value_or(std::string()), text(object, "Name")};
}

Album to_album(const json& object) {
    Album album{AlbumId(id_of(object, "Id")), text(object, "Name"), text(object, "AlbumArtist"),
                parse_jellyfin_time(raw_text(object, "DateCreated"))};
    if (album.artist.empty()) {
        album.artist = first_text(object, "Artists");
    }
    return album;
}

JellyfinSong to_song(const json& object) {
    constexpr std::uint64_t k_highest_number = 1'000'000;
    constexpr std::uint64_t k_highest_year = 9'999;
    JellyfinSong song;
    Track& track = song.track;
    track.id = TrackId(id_of(object, "Id"));
    track.album_id = AlbumId(id_of(object, "AlbumId"));
    track.title = text(object, "Name");
    track.artist = first_text(object, "Artists");
    track.album = text(object, "Album");
    track.album_artist = text(object, "AlbumArtist");
    track.genre = joined_texts(object, "Genres");
    if (const std::string_view path = raw_text(object, "Path"); path.size() <= k_max_path_bytes) {
        track.path = path;
    }
    if (track.title.empty()) {
        track.title = shown(std::string_view(track.path).substr(track.path.rfind('/') + 1));
    }
    if (track.title.empty()) {
        track.title = "Untitled";
    }
    track.track_number = small_number(object, "IndexNumber", k_highest_number);
    track.year = small_number(object, "ProductionYear", k_highest_year);
    track.listed_length = std::chrono::milliseconds(number(object, "RunTimeTicks") / k_ticks_in_ms);
    track.stamp.modified_ns = track.listed_length.count();
    if (const json* sources = find(object, "MediaSources"); sources != nullptr && sources->is_array() && !sources->empty()) {
        track.stamp.size_bytes = number(sources->front(), "Size");
    }
    song.disc = static_cast<std::uint32_t>(small_number(object, "ParentIndexNumber", k_highest_number));
    song.added = parse_jellyfin_time(raw_text(object, "DateCreated"));
    return song;
}

JellyfinEntry to_entry(const json& object) {
    return {id_of(object, "Id"), text(object, "Name"), text(object, "Type"), id_of(object, "PlaylistItemId")};
}

bool has_id(const JellyfinSong& song) { return !song.track.id.empty(); }
bool has_id(const JellyfinEntry& entry) { return !entry.id.empty(); }
bool has_id(const JellyfinLibrary& library) { return !library.id.empty(); }
bool has_id(const JellyfinUser& user) { return !user.id.empty(); }
bool has_id(const Album& album) { return !album.id.empty(); }

template <class T, class Convert>
Result<JellyfinPage<T>> parse_page(std::string_view body, Convert convert) {
    auto answer = parse(body);
    if (!answer) {
        return fail(std::move(answer));
    }
    const json* items = find(*answer, "Items");
    const json* total = find(*answer, "TotalRecordCount");
    if (items == nullptr || !items->is_array()) {
        return unusable("has no list of items");
    }
    if (total != nullptr && !total->is_number_unsigned()) {
        return unusable("has no number of items");
    }
    JellyfinPage<T> page;
    page.received = items->size();
    page.total = total == nullptr ? page.received : total->get<std::uint64_t>();
    page.items.reserve(items->size());
    for (const json& item : *items) {
        if (T value = convert(item); has_id(value)) {
            page.items.push_back(std::move(value));
        }
    }
    return page;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

} // namespace

std::optional<std::string> normal_guid(std::string_view text) {
    constexpr std::size_t k_digits = 32;
    constexpr std::array<std::size_t, 4> k_dashes{8, 13, 18, 23};
    if (text.size() != k_digits && text.size() != k_digits + k_dashes.size()) {
        return std::nullopt;
    }
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.size() != k_digits && std::ranges::find(k_dashes, i) != k_dashes.end()) {
            if (text[i] != '-') {
                return std::nullopt;
            }
        } else if (is_hex(text[i])) {
            digits += text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        } else {
            return std::nullopt;
        }
    }
    return digits;
}

std::optional<std::string> normal_item_id(std::string_view text) {
    constexpr std::size_t k_longest = 64;
    if (auto guid = normal_guid(text)) {
        return guid;
    }
    if (text.empty() || text.size() > k_longest || !std::ranges::all_of(text, is_word)) {
        return std::nullopt;
    }
    return std::string(text);
}

UtcTime parse_jellyfin_time(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view k_form = "dddd-dd-ddTdd:dd:dd";
    const auto fits = [](char form, char c) { return form == 'd' ? c >= '0' && c <= '9' : c == form; };
    if (text.size() < k_form.size() || !std::equal(k_form.begin(), k_form.end(), text.begin(), fits)) {
        return {};
    }
    const auto part = [text](std::size_t begin, std::size_t length) {
        int value = 0;
        std::from_chars(text.data() + begin, text.data() + begin + length, value);
        return value;
    };
    const year_month_day date{year(part(0, 4)), month(static_cast<unsigned>(part(5, 2))), day(static_cast<unsigned>(part(8, 2)))};
    if (!date.ok()) {
        return {};
    }
    UtcTime time = sys_days(date) + hours(part(11, 2)) + minutes(part(14, 2)) + seconds(part(17, 2));
    if (text.size() > k_form.size() && text[k_form.size()] == '.') {
        microseconds unit(100'000);
        for (std::size_t i = k_form.size() + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, unit /= 10) {
            time += unit * (text[i] - '0');
        }
    }
    return time;
}

Result<JellyfinServerInfo> parse_server_info(std::string_view body) {
    auto answer = parse(body);
    if (!answer) {
        return fail(std::move(answer));
    }
    if (!answer->is_object()) {
        return unusable("does not describe a server");
    }
    return JellyfinServerInfo{text(*answer, "ProductName"), text(*answer, "ServerName"), text(*answer, "Version")};
}

Result<JellyfinUser> parse_user(std::string_view body) {
    auto answer = parse(body);
    if (!answer) {
        return fail(std::move(answer));
    }
    JellyfinUser user = to_user(*answer);
    if (user.id.empty()) {
        return unusable("does not describe a user");
    }
    return user;
}

Result<std::vector<JellyfinUser>> parse_users(std::string_view body) {
    auto answer = parse(body);
    if (!answer) {
        return fail(std::move(answer));
    }
    if (!answer->is_array()) {
        return unusable("is no list of users");
    }
    std::vector<JellyfinUser> users;
    for (const json& item : *answer) {
        if (JellyfinUser user = to_user(item); has_id(user)) {
            users.push_back(std::move(user));
        }
    }
    return users;
}

Result<std::vector<JellyfinLibrary>> parse_libraries(std::string_view body) {
    auto page = parse_page<JellyfinLibrary>(body, [](const json& item) {
        return JellyfinLibrary{id_of(item, "Id"), text(item, "Name"), text(item, "CollectionType")};
    });
    if (!page) {
        return fail(std::move(page));
    }
    return std::move(page->items);
}

Result<JellyfinPage<Album>> parse_albums(std::string_view body) { return parse_page<Album>(body, to_album); }
Result<JellyfinPage<JellyfinSong>> parse_songs(std::string_view body) { return parse_page<JellyfinSong>(body, to_song); }
Result<JellyfinPage<JellyfinEntry>> parse_entries(std::string_view body) { return parse_page<JellyfinEntry>(body, to_entry); }

Result<std::string> parse_created(std::string_view body) {
    auto answer = parse(body);
    if (!answer) {
        return fail(std::move(answer));
    }
    std::string id = id_of(*answer, "Id");
    if (id.empty()) {
        return unusable("names no id");
    }
    return id;
}

} // namespace audiomuse::library::detail
