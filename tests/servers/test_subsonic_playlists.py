"""The fake Subsonic servers: playlists, each as the real one was measured."""

import pytest

from servers.clients import SubsonicClient
from servers.subsonic_fake import SubsonicFake
from servers.test_subsonic_browse import by_name


def create(client, songs, name=None, playlist_id=None):
    given = [("name", name)] if name is not None else []
    given += [("playlistId", playlist_id)] if playlist_id else []
    return client.call("createPlaylist", given + [("songId", song) for song in songs])["playlist"]


@pytest.fixture
def songs(sub):
    return [song["id"] for song in sub.tracks()]


@pytest.fixture
def alice(subsonic):
    return SubsonicClient(subsonic.url, "alice", "alicepw")


def test_no_playlists_at_all(sub, profile):
    assert sub.call("getPlaylists")["playlists"] == by_name(profile.name, {}, {}, {"playlist": []})


def test_create_read_update_delete(subsonic, sub, songs):
    playlist = create(sub, songs[:3], "Grüße ☃")
    assert playlist["songCount"] == 3 and [entry["id"] for entry in playlist["entry"]] == songs[:3]
    assert sub.playlists() == {playlist["id"]: ("Grüße ☃", songs[:3])}
    sub.call("updatePlaylist", [("playlistId", playlist["id"]), ("name", "New"), ("songIdToAdd", songs[4]), ("songIndexToRemove", 0), ("songIndexToRemove", 2)])
    assert sub.playlists() == {playlist["id"]: ("New", [songs[1], songs[4]])}
    create(sub, songs[5:7], "Ignored", playlist["id"])
    assert sub.playlists() == {playlist["id"]: ("New", songs[5:7])}
    sub.call("deletePlaylist", {"id": playlist["id"]})
    assert sub.playlists() == {}
    assert [entry[0] for entry in subsonic.journal] == ["create", "update", "replace", "delete"]


def test_odd_creations(sub, songs, profile):
    assert create(sub, [], "Empty")["songCount"] == 0
    assert create(sub, songs[:1], "Same")["id"] != create(sub, songs[:1], "Same")["id"]
    if profile.name == "navidrome":
        assert sub.code("createPlaylist", {"songId": songs[0]}) == 0
    else:
        assert create(sub, songs[:1])["name"] == by_name(profile.name, None, "", "Untitled")


def test_an_unknown_song_among_good_ones(sub, songs, profile):
    unknown = by_name(profile.name, "0" * 22, "tr-99999", "so-" + "0" * 32)
    assert create(sub, [songs[0], unknown, songs[1]], "A")["songCount"] == by_name(profile.name, 2, 0, 2)


def test_a_deleted_one(sub, songs, profile):
    playlist = create(sub, songs[:1], "A")["id"]
    sub.call("deletePlaylist", {"id": playlist})
    assert sub.code("getPlaylist", {"id": playlist}) == 70
    assert sub.reply("deletePlaylist", {"id": playlist})["status"] == by_name(profile.name, "failed", "failed", "ok")
    assert sub.code("updatePlaylist", {"playlistId": playlist, "name": "B"}) == by_name(profile.name, 70, 0, 70)
    if profile.name == "navidrome":
        assert sub.code("createPlaylist", {"playlistId": playlist, "songId": songs[0]}) == 70
    else:
        again = create(sub, songs[:1], playlist_id=playlist)
        assert again["id"] != playlist and again["name"] == by_name(profile.name, None, "", "Untitled")


def test_a_malformed_id(sub, profile):
    assert sub.code("getPlaylist", {"id": "colour"}) == by_name(profile.name, 70, 10, 70)


def test_somebody_elses(subsonic, sub, alice, songs, profile):
    if profile.name == "smolsonic":
        pytest.skip("it has one user")
    private, public = subsonic.playlists.add("Private", subsonic.bob, songs[:2]).id, subsonic.playlists.add("Public", subsonic.bob, songs[:2], public=True).id
    assert alice.playlists() == {public: ("Public", songs[:2])}
    refused = by_name(profile.name, 70, 50, None)
    assert alice.code("getPlaylist", {"id": private}) == refused
    assert [alice.code("createPlaylist", {"playlistId": text, "songId": songs[3]}) for text in (private, public)] == [refused, 50]
    assert [alice.code("deletePlaylist", {"id": text}) for text in (private, public)] == [refused, 50]
    for text, code in ((private, refused), (public, 50)):
        reply = alice.reply("updatePlaylist", {"playlistId": text, "name": "Mine"})
        assert reply["status"] == "ok" if profile.name == "gonic" else reply["error"]["code"] == code
    assert sub.playlists() == {private: ("Private", songs[:2]), public: ("Public", songs[:2])}


def test_large_ones_go_by_form(subsonic, songs, profile):
    if not profile.form_post:
        pytest.skip("it reads no forms")
    client = SubsonicClient(subsonic.url, "bob", "bobpw", post=True)
    assert create(client, songs[:5] * 400, "Large")["songCount"] == 2000


def test_songs_in_a_body_that_is_not_read(start, music):
    fake = start(SubsonicFake({"Music": music}, "smolsonic"))
    fake.add_user("bob", "bobpw")
    client = SubsonicClient(fake.url, "bob", "bobpw")
    song = client.tracks()[0]["id"]
    query = {**client.credentials(), "v": "1.16.1", "c": "tests", "f": "json"}
    reply = client.session.post(fake.url + "/rest/createPlaylist", params=query, data={"name": "A", "songId": song}, timeout=10).json()["subsonic-response"]
    assert (reply["status"], reply["playlist"]["name"], reply["playlist"]["songCount"]) == ("ok", "Untitled", 0)


def test_a_missing_song_in_a_playlist(subsonic, sub, songs, profile):
    playlist = create(sub, songs[:2], "A")["id"]
    subsonic.libraries[0][1].remove_track(subsonic.browser.track(songs[0])[1].number)
    listed, = sub.call("getPlaylists")["playlists"]["playlist"]
    assert listed["songCount"] == by_name(profile.name, 2, 1, 1)
    assert sub.playlist_items(playlist) == [songs[1]]
