"""The fake Jellyfin: login, libraries, listings, downloads."""

import hashlib

import pytest
import requests

from servers import tiny_music
from servers.clients import JellyfinClient
from servers.generated import GeneratedLibrary
from servers.jellyfin_fake import JellyfinFake
from servers.library import FolderLibrary


def test_public_info_needs_no_login(jellyfin):
    body = requests.get(jellyfin.url + "/System/Info/Public", timeout=10).json()
    assert body["Version"] == jellyfin.version_text and body["ProductName"] == "Jellyfin Server" and body["Id"] == jellyfin.server_id


@pytest.mark.parametrize("header", [None, "MediaBrowser", 'MediaBrowser Client="a"', 'Emby Token="x"', 'MediaBrowser Token="wrong"', 'MediaBrowserToken="x"'])
def test_other_logins_are_401(jellyfin, header):
    answer = requests.get(jellyfin.url + "/Items", headers={"Authorization": header} if header else {}, timeout=10)
    assert (answer.status_code, answer.content) == (401, b"")
    jellyfin.violations.clear()  # of the header without Client and so on


def test_a_legacy_header_is_a_violation(jellyfin):
    assert requests.get(jellyfin.url + "/Items", headers={"X-Emby-Token": jellyfin.api_key}, timeout=10).status_code == 401
    assert requests.get(jellyfin.url + f"/Items?api_key={jellyfin.api_key}", timeout=10).status_code == 401
    assert ["X-Emby-Token" in jellyfin.violations[0], "api_key" in jellyfin.violations[1]] == [True, True]
    jellyfin.violations.clear()


def test_login_by_name(jellyfin):
    headers = {"Authorization": 'MediaBrowser Client="a", Device="b%20c", DeviceId="d", Version="1"'}
    login = lambda **body: requests.post(jellyfin.url + "/Users/AuthenticateByName", json=body, headers=headers, timeout=10)
    assert login(Username="Alice", Pw="alicepw").json()["AccessToken"] == jellyfin.alice.token
    assert login(Username="alice", Pw="no").status_code == 401
    assert requests.post(jellyfin.url + "/Users/AuthenticateByName", json={"Username": "alice", "Pw": "alicepw"}, timeout=10).status_code == 400


def test_users(bob, by_key, alice, jellyfin):
    assert [user["Name"] for user in by_key.get("/Users")] == ["bob", "alice"]
    assert bob.get("/Users/Me")["Id"] == jellyfin.bob.id
    by_key.get("/Users/Me", expect=400)
    alice.get("/Items", userId=jellyfin.bob.id, expect=403)
    assert bob.get("/Items", userId=jellyfin.alice.id)["TotalRecordCount"] == 1
    dashed = jellyfin.bob.id
    dashed = "-".join((dashed[:8], dashed[8:12], dashed[12:16], dashed[16:20], dashed[20:]))
    assert by_key.get(f"/Users/{dashed.upper()}")["Name"] == "bob"
    by_key.get("/Users/" + "0" * 31 + "1", expect=404)


def test_libraries(bob, by_key, alice):
    view, = bob.get("/UserViews", userId=bob.user_id)["Items"]
    assert (view["Name"], view["CollectionType"]) == ("Music", "music")
    assert by_key.get("/Library/VirtualFolders")[0]["ItemId"] == view["Id"]
    alice.get("/Library/VirtualFolders", expect=403)
    assert bob.get("/Items/Counts")["SongCount"] == tiny_music.SONGS


def test_albums_are_newest_first_in_pages(bob):
    assert [album["Name"] for album in bob.albums()] == ["Twice", "Grüße aus Köln", "Morning Circuits", "Odd"]
    page = bob.items(includeItemTypes="MusicAlbum", recursive="true", sortBy="DateCreated", sortOrder="Descending", startIndex=1, limit=2)
    assert ([album["Name"] for album in page["Items"]], page["TotalRecordCount"], page["StartIndex"]) == (["Grüße aus Köln", "Morning Circuits"], 4, 1)
    end = bob.items(includeItemTypes="MusicAlbum", recursive="true", sortBy="DateCreated", sortOrder="Descending", startIndex=4, limit=2)
    assert (end["Items"], end["TotalRecordCount"]) == ([], 4)


def test_tracks_of_an_album(bob):
    twice, koeln, *_ = bob.albums()
    titles = lambda **options: [item["Name"] for item in bob.items(includeItemTypes="Audio", sortBy=["ParentIndexNumber", "IndexNumber"], **options)["Items"]]
    assert titles(parentId=koeln["Id"]) == ["東京の夜明け ☃", "Abendrot", "Zwölf & Uhr"]
    assert titles(parentId=twice["Id"]) == []  # its tracks are in folders of discs
    assert titles(parentId=twice["Id"], recursive="true") == ["Side 1", "Side 2"]
    assert sorted(titles(albumIds=[twice["Id"], koeln["Id"]], recursive="true")) == ["Abendrot", "Side 1", "Side 2", "Zwölf & Uhr", "東京の夜明け ☃"]


def test_all_tracks_with_fields(bob, music):
    tracks = bob.tracks()
    assert len(tracks) == tiny_music.SONGS
    loose = next(track for track in tracks if track["Name"] == "Loose")
    assert "AlbumId" not in loose and "Path" not in loose and "MediaSources" not in loose
    light = next(track for track in bob.tracks(fields=["Path", "MediaSources", "DateCreated"]) if track["Name"] == "First Light")
    file = music / "Ada Sine/Morning Circuits/01 First Light.mp3"
    assert light["Path"] == "/media/music/Ada Sine/Morning Circuits/01 First Light.mp3"
    assert light["MediaSources"][0]["Size"] == file.stat().st_size and 9_000_000 < light["RunTimeTicks"] < 12_000_000
    assert (light["Album"], light["AlbumArtist"], light["IndexNumber"], light["ProductionYear"]) == ("Morning Circuits", "Ada Sine", 1, 2001)
    assert light["DateCreated"].endswith(".0000000Z")
    empty = next(track for track in tracks if track["Name"] == "01 Empty")
    assert "RunTimeTicks" not in empty


def test_without_recursive_the_libraries_are_listed(bob):
    assert [item["Type"] for item in bob.items(includeItemTypes="MusicAlbum")["Items"]] == ["CollectionFolder"]


def test_one_item(bob, by_key):
    track = bob.tracks()[0]
    assert bob.get(f"/Items/{track['Id']}")["Path"].startswith("/media/music/")
    bob.get("/Items/" + "1" * 32, expect=404)
    assert [item["Id"] for item in by_key.items(ids=[track["Id"], "1" * 32])["Items"]] == [track["Id"]]


def test_a_vanished_album_is_500_for_users_and_empty_for_api_keys(jellyfin, bob, by_key):
    album = bob.albums()[0]
    jellyfin.faults.add("vanish", "^album ")
    bob.get("/Items", parentId=album["Id"], includeItemTypes="Audio", expect=500)
    assert by_key.items(parentId=album["Id"], includeItemTypes="Audio")["TotalRecordCount"] == 0


def test_a_library_that_the_user_may_not_see(start, music):
    fake = JellyfinFake({"Music": FolderLibrary(music), "Secret": FolderLibrary(music)}, check_answers=True)
    eve = fake.users.add("eve", "evepw", libraries={"Music"})
    client = JellyfinClient(start(fake).url, eve.token, eve.id)
    assert len(client.albums()) * 2 == len(JellyfinClient(fake.url, fake.api_key).albums())
    assert client.get("/Items", parentId=fake.views[1].id, expect=401) == "eve is not permitted to access Library Secret."
    assert client.items(parentId=fake.views[0].id, includeItemTypes="MusicAlbum", recursive="true", sortBy="SortName")["TotalRecordCount"] == 5


def test_downloads_and_ranges(bob, music):
    track = next(track for track in bob.tracks() if track["Name"] == "Clockwork")
    content = (music / "Ada Sine/Morning Circuits/02 Clockwork.flac").read_bytes()
    url = f"{bob.url}/Items/{track['Id']}/Download"
    whole = bob.session.get(url, timeout=10)
    assert hashlib.sha256(whole.content).digest() == hashlib.sha256(content).digest()
    assert (whole.headers["Content-Type"], whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("audio/flac", "bytes", str(len(content)))
    part = bob.session.get(url, headers={"Range": "bytes=100-199"}, timeout=10)
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, content[100:200], f"bytes 100-199/{len(content)}")
    assert bob.session.get(url, headers={"Range": "bytes=-5"}, timeout=10).content == content[-5:]
    beyond = bob.session.get(url, headers={"Range": f"bytes={len(content)}-"}, timeout=10)
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_downloads_that_are_refused(jellyfin, bob, alice):
    track = bob.tracks()[0]
    jellyfin.alice.download = False
    alice.call("GET", f"/Items/{track['Id']}/Download", 403)
    bob.call("GET", f"/Items/{bob.albums()[0]['Id']}/Download", 400)
    bob.call("GET", f"/Items/{'1' * 32}/Download", 404)
    jellyfin.views[0].library.reissue_ids()
    bob.call("GET", f"/Items/{track['Id']}/Download", 404)
    assert bob.tracks()[0]["Id"] != track["Id"]


@pytest.mark.parametrize("target, reason", [
    ("/Items?fields=Path,MediaSources", "fields"), ("/Items?limit=many", "limit"), ("/Items?colour=red", "colour"), ("/Items?sortBy=Colour", "sortby"),
    ("/Items?userId=bob", "userid"), ("/Items?recursive=yes", "recursive"), ("/Users/me/Items", "no such path"), ("/Items?limit=1&limit=2", "2 times"),
    ("/Items?includeItemTypes=Audio&recursive=true&limit=5", "no stable order"), ("/Items?isFavorite=true", "does not act on isfavorite"),
])
def test_violations_are_recorded(jellyfin, bob, target, reason):
    bob.session.get(bob.url + target, timeout=10)
    assert len(jellyfin.violations) == 1 and reason in jellyfin.violations[0]
    with pytest.raises(AssertionError, match="requests that the server does not know"):
        jellyfin.check()
    jellyfin.violations.clear()


def test_a_long_request_line_is_414(bob):
    assert bob.session.get(bob.url + "/Items?ids=" + "&ids=".join(["1" * 32] * 230), timeout=10).status_code == 414


def test_deleting_music_is_a_violation(jellyfin, bob):
    bob.call("DELETE", f"/Items/{bob.tracks()[0]['Id']}", 204)
    assert "deletes music" in jellyfin.violations[0] and jellyfin.journal[0][0] == "delete_music"
    jellyfin.violations.clear()


def test_requests_are_counted_by_kind(jellyfin, bob):
    bob.albums()
    for track in bob.tracks()[:3]:
        bob.call("GET", f"/Items/{track['Id']}/Download")
    assert jellyfin.log.counts == {"albums": 1, "tracks": 1, "download": 3} and jellyfin.log.connections == 1


def test_a_generated_library(start):
    fake = start(JellyfinFake({"Music": GeneratedLibrary(200_000, 10)}, check_answers=True))
    client = JellyfinClient(fake.url, fake.api_key)
    newest = client.items(includeItemTypes="MusicAlbum", recursive="true", sortBy="DateCreated", sortOrder="Descending", startIndex=0, limit=2)
    assert ([album["Name"] for album in newest["Items"]], newest["TotalRecordCount"]) == (["Album 0000001", "Album 0000002"], 200_000)
    last = client.items(includeItemTypes="Audio", recursive="true", sortBy="DateCreated", sortOrder="Ascending", startIndex=1_999_998, limit=500)
    assert ([track["Name"] for track in last["Items"]], last["TotalRecordCount"]) == (["Track 00000002", "Track 00000001"], 2_000_000)
    tracks = client.items(parentId=newest["Items"][1]["Id"], includeItemTypes="Audio", sortBy="IndexNumber")["Items"]
    assert [track["IndexNumber"] for track in tracks] == list(range(1, 11)) and tracks[0]["AlbumId"] == newest["Items"][1]["Id"]
