"""How the Subsonic servers differ, as measured on Navidrome 0.63.2, gonic 0.22.0 and smolsonic 0.3.0. `?` marks what was not measured."""

from dataclasses import dataclass

FORM_POST = {"name": "formPost", "versions": [1]}


def extensions(*names):
    return [FORM_POST] + [{"name": name, "versions": [1]} for name in names]


@dataclass(frozen=True)
class Profile:
    name: str
    version: str
    open_subsonic: bool
    type: str
    server_version: str | None
    extensions: list | None  # None: getOpenSubsonicExtensions is an unknown method
    extensions_need_login: bool
    form_post: bool  # False: the body of a request is not read at all
    unknown_method: str  # "404 text", "404 empty", "error 70"
    without_password: int  # error code of `u` without a password
    api_key_error: int  # error code of `apiKey` alone
    token_error: int | None = None  # error code of a token; None: tokens are taken
    ids: str = "letters"  # "letters": 22 letters and digits; "numbers": tr-1; "hash": so-<hex>
    grouping: str = "tags"  # what makes an album: its tags or its folder
    paths: str = "relative"  # "made up" from tags, "relative", "absolute"
    absent: str = "missing"  # values that are not known: "missing" or "null"
    created: str | None = None  # one date for everything; None: the time of import
    album_cap: int | None = None
    size_zero: int | None = None  # albums for size=0; None: all
    size_negative: int | None = None  # likewise; -1: error 0
    empty_arrays: frozenset = frozenset()  # keys of lists that are [] when empty; all others are missing
    search_needs_tags: bool = False  # an empty query leaves out songs without tags
    unknown_download: int = 70
    missing_file: str = "error 0"  # a file that is gone, to download: "error 0" or "404 text"
    keeps_missing: bool = False  # a song that is gone stays known to getSong
    # playlists
    without_name: str | None = None  # the name of a playlist made without one; None: error 0
    unknown_song: str = "dropped"  # among good ones: "dropped" or "empties" the playlist
    malformed_id: int = 70
    deleted_update: int = 70  # error code of updatePlaylist for a deleted one
    deleted_delete_ok: bool = False
    deleted_replace: str | None = None  # createPlaylist with the id of a deleted one makes one of this name; None: error 70
    foreign_private: int = 70  # error code for somebody else's private playlist
    foreign_update_ok: bool = False  # updatePlaylist of somebody else's says ok and changes nothing


NAVIDROME = Profile(
    name="navidrome", version="1.16.1", open_subsonic=True, type="navidrome", server_version="0.63.2",
    extensions=extensions("transcodeOffset", "songLyrics", "indexBasedQueue", "transcoding", "playbackReport"), extensions_need_login=False,
    form_post=True, unknown_method="404 text", without_password=40, api_key_error=10, paths="made up", album_cap=500, keeps_missing=True)

GONIC = Profile(
    name="gonic", version="1.15.0", open_subsonic=True, type="gonic", server_version="0.22.0", extensions=extensions("transcodeOffset", "songLyrics"),
    extensions_need_login=True, form_post=True, unknown_method="error 70", without_password=10, api_key_error=10, ids="numbers", grouping="folder",
    size_zero=0, size_negative=-1, empty_arrays=frozenset({"album"}), search_needs_tags=True, unknown_download=10, missing_file="404 text",
    without_name="", unknown_song="empties", malformed_id=10, deleted_update=0, deleted_replace="", foreign_private=50, foreign_update_ok=True)

SMOLSONIC = Profile(
    name="smolsonic", version="1.16.1", open_subsonic=False, type="smolsonic", server_version=None, extensions=None, extensions_need_login=False,
    form_post=False, unknown_method="404 empty", without_password=40, api_key_error=40, ids="hash", paths="absolute", absent="null",
    created="2020-01-01T00:00:00Z", album_cap=500, size_zero=1, size_negative=1, empty_arrays=frozenset({"album", "song", "playlist"}),
    without_name="Untitled", deleted_delete_ok=True, deleted_replace="Untitled")  # ? missing_file, malformed_id; it has one user only

PROFILES = {profile.name: profile for profile in (NAVIDROME, GONIC, SMOLSONIC)}

# Parameters of the protocol that the fakes act on; a trailing * may be repeated. Others are violations.
METHODS = {
    "ping": "", "getLicense": "", "getOpenSubsonicExtensions": "", "tokenInfo": "", "getUser": "username", "getMusicFolders": "", "getScanStatus": "",
    "startScan": "fullScan", "getAlbumList2": "type size offset musicFolderId", "getAlbum": "id", "getSong": "id",
    "search3": "query artistCount artistOffset albumCount albumOffset songCount songOffset musicFolderId", "download": "id",
    "stream": "id format maxBitRate estimateContentLength", "getPlaylists": "username", "getPlaylist": "id", "createPlaylist": "playlistId name songId*",
    "updatePlaylist": "playlistId name comment public songIdToAdd* songIndexToRemove*", "deletePlaylist": "id",
}
COMMON = "u p t s apiKey v c f"
KINDS = {
    "ping": "login", "getLicense": "login", "getOpenSubsonicExtensions": "login", "tokenInfo": "login", "getUser": "users", "getMusicFolders": "libraries",
    "getScanStatus": "totals", "startScan": "totals", "getAlbumList2": "albums", "getAlbum": "album", "getSong": "item", "search3": "tracks",
    "download": "download", "stream": "download", "getPlaylists": "playlist_list", "getPlaylist": "playlist_read", "createPlaylist": "playlist_create",
    "updatePlaylist": "playlist_change", "deletePlaylist": "playlist_delete",
}
