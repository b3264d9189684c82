"""The fake Subsonic servers: login, listings, downloads, each as the real one was measured."""

import json

import pytest
import requests

from servers import tiny_music
from servers.clients import SubsonicClient
from servers.generated import GeneratedLibrary
from servers.subsonic_fake import SubsonicFake


def by_name(name, *choices):
    """The choice of this profile, of (navidrome, gonic, smolsonic)."""
    return dict(zip(("navidrome", "gonic", "smolsonic"), choices))[name]


def test_ping(sub, profile):
    reply = sub.call("ping.view")
    assert (reply["version"], reply["type"], reply.get("serverVersion"), reply.get("openSubsonic")) == by_name(
        profile.name, ("1.16.1", "navidrome", "0.63.2", True), ("1.15.0", "gonic", "0.22.0", True), ("1.16.1", "smolsonic", None, None))


@pytest.mark.parametrize("login", ["token", "enc", "plain"])
def test_logins(subsonic, login):
    assert SubsonicClient(subsonic.url, "bob", "bobpw", login).call("ping")
    assert SubsonicClient(subsonic.url, "bob", "wrong", login).code("ping") == 40
    assert SubsonicClient(subsonic.url, "nobody", "bobpw", login).code("ping") == 40


def test_missing_credentials(subsonic, profile):
    code = lambda query: requests.get(f"{subsonic.url}/rest/ping?v=1.16.1&c=t&f=json&{query}", timeout=10).json()["subsonic-response"]["error"]["code"]
    assert code("u=bob") == by_name(profile.name, 40, 10, 40)
    assert code("apiKey=x") == by_name(profile.name, 10, 10, 40)


def test_tokens_refused_as_for_ldap_users_and_api_keys(start, music):
    fake = start(SubsonicFake({"Music": music}, tokens=False, api_key="key"))
    fake.add_user("bob", "bobpw")
    assert SubsonicClient(fake.url, "bob", "bobpw").code("ping") == 41
    assert SubsonicClient(fake.url, "bob", "bobpw", "enc").call("ping")
    ask = lambda query: requests.get(f"{fake.url}/rest/tokenInfo?v=1.16.1&c=t&f=json&{query}", timeout=10).json()["subsonic-response"]
    assert ask("apiKey=key")["tokenInfo"] == {"username": "bob"}
    assert (ask("apiKey=no")["error"]["code"], ask("apiKey=key&u=bob")["error"]["code"]) == (44, 43)
    extensions = requests.get(fake.url + "/rest/getOpenSubsonicExtensions?v=1&c=t&f=json", timeout=10).json()["subsonic-response"]["openSubsonicExtensions"]
    assert "apiKeyAuthentication" in [extension["name"] for extension in extensions]


def test_extensions(subsonic, sub, profile):
    if profile.name == "smolsonic":
        answer = sub.raw("getOpenSubsonicExtensions")
        assert (answer.status_code, answer.content) == (404, b"")
        return
    names = [extension["name"] for extension in sub.call("getOpenSubsonicExtensions")["openSubsonicExtensions"]]
    assert "formPost" in names and len(names) == by_name(profile.name, 6, 3, 0)
    reply = requests.get(subsonic.url + "/rest/getOpenSubsonicExtensions?v=1&c=t&f=json", timeout=10).json()["subsonic-response"]
    assert reply["status"] == by_name(profile.name, "ok", "failed", "")


def test_unknown_methods(subsonic, sub, profile):
    answer = sub.raw("getColours")
    assert answer.status_code == by_name(profile.name, 404, 200, 404)
    if profile.name == "gonic":
        assert answer.json()["subsonic-response"]["error"]["code"] == 70
    assert "knows no method getColours" in subsonic.violations.pop()


def test_without_f_it_is_xml(subsonic):
    answer = requests.get(subsonic.url + "/rest/ping?u=bob&p=bobpw&v=1&c=t", timeout=10)
    assert answer.headers["Content-Type"] == "application/xml" and 'status="ok"' in answer.text


def test_form_post(subsonic, profile):
    client = SubsonicClient(subsonic.url, "bob", "bobpw", post=True)
    if profile.form_post:
        assert client.call("ping")
    else:
        answer = requests.post(subsonic.url + "/rest/ping?f=json&v=1&c=t", data=client.credentials(), timeout=10)
        assert answer.json()["subsonic-response"]["error"]["code"] == 40


ALBUMS = ["Twice", "Grüße aus Köln", "Morning Circuits", "[Unknown Album]", "[Unknown Album]"]


def test_albums_newest_first(sub, profile):
    names = [album["name"] for album in sub.albums()]
    assert names == by_name(profile.name, ALBUMS, ["Twice", "Twice", "Grüße aus Köln", "Morning Circuits", "Odd"], ALBUMS)
    assert len(sub.albums(size=1)) == len(names)


def test_songs_without_an_album(sub, profile):
    """Where albums are folders, the songs beside them are found by a search only."""
    assert tiny_music.SONGS - len(sub.tracks()) == by_name(profile.name, 0, 1, 0)


def test_the_end_of_the_list(sub, profile):
    end = sub.call("getAlbumList2", {"type": "newest", "size": 10, "offset": 100})["albumList2"]
    assert end == by_name(profile.name, {}, {"album": []}, {"album": []})
    end = sub.call("search3", {"query": "", "songCount": 10, "songOffset": 100, "albumCount": 0, "artistCount": 0})["searchResult3"]
    assert end == by_name(profile.name, {}, {}, {"song": []})


def test_sizes_that_nobody_should_send(subsonic, sub, profile):
    count = lambda size: len(sub.call("getAlbumList2", {"type": "newest", "size": size})["albumList2"].get("album", []))
    assert count(0) == by_name(profile.name, 5, 0, 1)
    if profile.name == "gonic":
        assert sub.code("getAlbumList2", {"type": "newest", "size": -1}) == 0
    else:
        assert count(-1) == by_name(profile.name, 5, 0, 1)
    assert len(subsonic.violations) == 2
    subsonic.violations.clear()


def test_pages_are_cut_at_500(start):
    for profile, expected in (("navidrome", 500), ("gonic", 700), ("smolsonic", 500)):
        fake = start(SubsonicFake({"Music": GeneratedLibrary(900, 1)}, profile))
        fake.add_user("bob", "bobpw")
        client = SubsonicClient(fake.url, "bob", "bobpw")
        assert len(client.call("getAlbumList2", {"type": "newest", "size": 700})["albumList2"]["album"]) == expected
        fake.violations.clear()
        assert len(client.albums()) == 900


def test_songs(sub, profile, music):
    songs = {song["title"]: song for song in sub.tracks()}
    light = songs["First Light"]
    file = music / "Ada Sine/Morning Circuits/01 First Light.mp3"
    assert (light["size"], light["duration"], light["suffix"], light["album"], light["artist"], light["track"]) == (
        file.stat().st_size, 1, "mp3", "Morning Circuits", "Ada Sine", 1)
    assert light["path"] == by_name(profile.name, "Ada Sine/Morning Circuits/01 - First Light.mp3", "Ada Sine/Morning Circuits/01 First Light.mp3", str(file))
    empty, lying = songs["01 Empty"], songs["02 Really Flac"]
    assert empty["size"] == 0 and lying["suffix"] == "mp3"
    assert ("duration" in empty) == (profile.name == "smolsonic") and not empty.get("duration")
    assert light["id"] == sub.call("getSong", {"id": light["id"]})["song"]["id"]


def test_all_songs_by_search(sub, profile):
    titles = lambda query: {song["title"] for song in sub.call("search3", {"query": query, "songCount": 1000, "albumCount": 0, "artistCount": 0})["searchResult3"]["song"]}
    everything = titles('""')
    assert len(everything) == tiny_music.SONGS
    assert everything - titles("") == by_name(profile.name, set(), {"01 Empty", "02 Really Flac"}, set())
    assert titles("abendrot") == {"Abendrot"}


def test_downloads(sub, music):
    songs = {song["title"]: song["id"] for song in sub.tracks()}
    content = (music / "Jörg Müller/Grüße aus Köln/01 東京の夜明け ☃.ogg").read_bytes()
    for method in ("download", "stream"):
        answer = sub.raw(method, {"id": songs["東京の夜明け ☃"], **({"format": "raw"} if method == "stream" else {})})
        assert answer.content == content and answer.headers["Content-Length"] == str(len(content))
        assert "東京".encode() in answer.headers["Content-Disposition"].encode("latin-1")
    part = sub.raw("download", {"id": songs["Clockwork"]}, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"fLaC")
    empty = sub.raw("download", {"id": songs["01 Empty"]})
    assert (empty.status_code, empty.content) == (200, b"")


def test_downloads_that_fail_are_json_with_status_200(subsonic, sub, profile):
    unknown = by_name(profile.name, "0" * 22, "tr-99999", "so-" + "0" * 32)
    answer = sub.raw("download", {"id": unknown})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["subsonic-response"]["error"]["code"] == by_name(profile.name, 70, 10, 70)
    subsonic.bob.download = False
    song = sub.tracks()[0]["id"]
    assert sub.code("download", {"id": song}) == 50
    assert sub.raw("stream", {"id": song, "format": "raw"}).headers["Content-Type"].startswith("audio/")


def test_a_file_that_is_gone(subsonic, sub, profile):
    song = sub.tracks()[0]["id"]
    library = subsonic.libraries[0][1]
    library.audio = lambda track: None
    answer = sub.raw("download", {"id": song})
    assert (answer.status_code, answer.headers["Content-Type"]) == by_name(
        profile.name, (200, "application/json"), (404, "text/plain; charset=utf-8"), (200, "application/json"))
    library.remove_track(subsonic.browser.track(song)[1].number)
    assert sub.reply("getSong", {"id": song})["status"] == by_name(profile.name, "ok", "failed", "failed")
    assert song not in [other["id"] for other in sub.tracks()]


def test_an_album_that_vanishes(subsonic, sub):
    first, second, *_ = sub.albums()
    subsonic.faults.add("vanish", "^album ", times=1)
    assert sub.code("getAlbum", {"id": first["id"]}) == 70
    assert sub.albums()[0]["id"] == second["id"]


def test_new_ids_after_a_scan(subsonic, sub):
    before = {song["id"] for song in sub.tracks()}
    subsonic.libraries[0][1].reissue_ids()
    assert not before & {song["id"] for song in sub.tracks()}


def test_an_id_with_other_audio(subsonic, sub):
    library = subsonic.libraries[0][1]
    one, other = (next(track for track in library.tracks() if track.title == title) for title in ("Clockwork", "Abendrot"))
    song = subsonic.browser.id_of("track", 0, one.number)
    library.change(one.number, path=other.path, size=other.size)
    assert len(sub.raw("download", {"id": song}).content) == other.size == sub.call("getSong", {"id": song})["song"]["size"]


def test_violations_are_recorded(subsonic, sub):
    sub.call("getAlbumList2", {"type": "newest", "colour": "red"})
    sub.call("ping", [("c", "twice")])
    assert ["colour" in subsonic.violations[0], "c is given 2 times" in subsonic.violations[1]] == [True, True]
    subsonic.violations.clear()


def test_several_libraries(start, music):
    fake = start(SubsonicFake({"Music": music, "More": GeneratedLibrary(3, 2)}))
    fake.add_user("bob", "bobpw")
    client = SubsonicClient(fake.url, "bob", "bobpw")
    assert [folder["name"] for folder in client.call("getMusicFolders")["musicFolders"]["musicFolder"]] == ["Music", "More"]
    assert len(client.albums()) == 8
    assert len(client.call("getAlbumList2", {"type": "newest", "size": 50, "musicFolderId": 1})["albumList2"]["album"]) == 3
    assert client.call("getScanStatus")["scanStatus"]["count"] == tiny_music.SONGS + 6


def test_a_broken_name_is_broken_utf8(subsonic, sub):
    subsonic.faults.add("invalid_utf8", "^albums")
    body = sub.raw("getAlbumList2", {"type": "newest"}).content
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert json.loads(body.decode("utf-8", "replace"))


def test_faults_see_the_parameters_of_a_form(subsonic, sub, profile):
    song = sub.tracks()[0]["id"]
    fault = subsonic.faults.add("status", f"^download .*{song}", code=500)
    sub.post = profile.form_post
    assert sub.raw("download", {"id": song}).status_code == 500 and fault.fired


def test_the_middle_of_a_run_refuses_the_login(subsonic, sub):
    subsonic.faults.add("unauthorized", "^download", after=1)
    songs = sub.tracks()
    assert sub.raw("download", {"id": songs[0]["id"]}).headers["Content-Type"].startswith("audio/")
    assert sub.code("download", {"id": songs[1]["id"]}) == 40
