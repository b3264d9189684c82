"""The starters of real servers, and with them what the fakes claim: the same questions to both. A server that is not here is skipped, and named."""

import hashlib

import pytest
import requests

from servers import prism
from servers.clients import JellyfinClient
from servers.gonic_server import Gonic
from servers.jellyfin_fake import VERSIONS, JellyfinFake
from servers.library import FolderLibrary
from servers.navidrome_server import Navidrome
from servers.smolsonic_server import Smolsonic
from servers.supysonic_server import Supysonic


@pytest.fixture(scope="module", params=[Supysonic, Smolsonic, Navidrome, Gonic], ids=lambda kind: kind.name)
def real(request, music, tmp_path_factory):
    if reason := request.param.missing():
        pytest.skip(f"{request.param.name} was not tested: {reason}")
    with request.param(music, tmp_path_factory.mktemp(request.param.name) / "work") as server:
        yield server


def test_songs_and_downloads(real, music):
    client = real.client()
    songs = client.tracks()
    assert {song["title"] for song in songs} >= {"First Light", "Clockwork", "Abendrot", "東京の夜明け ☃"}
    song = next(song for song in songs if song["title"] == "Abendrot")
    answer = client.raw("download", {"id": song["id"]})
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256((music / "Jörg Müller/Grüße aus Köln/02 Abendrot.mp3").read_bytes()).digest()


def test_playlists(real):
    client = real.client()
    songs = [song["id"] for song in client.tracks()][:3]
    client.post = real.form_post
    client.call("createPlaylist", [("name", "Grüße")] + [("songId", song) for song in songs])
    (playlist, found), = client.playlists().items()
    assert found == ("Grüße", songs)
    client.call("deletePlaylist", {"id": playlist})
    assert client.playlists() == {}


def test_wrong_password(real):
    client = real.client()
    client.password = "wrong"
    assert client.code("ping") == 40


def test_killed_and_started_again(real):
    before = {song["id"] for song in real.client().tracks()}
    real.kill()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(real.url, timeout=5)
    real.start()
    assert {song["id"] for song in real.client().tracks()} == before


@pytest.fixture(params=VERSIONS)
def judged(request, start, music, tmp_path):
    """A client of the fake Jellyfin through Prism."""
    if reason := prism.missing():
        pytest.skip(f"Prism did not judge the fake: {reason}")
    fake = JellyfinFake({"Music": FolderLibrary(music)}, request.param)
    bob = fake.users.add("bob", "bobpw", admin=True)
    start(fake)
    with prism.Prism(fake, tmp_path / "prism.log") as proxy:
        client = JellyfinClient(proxy.url, bob.token, bob.id)
        client.refusals, client.violations = proxy.refusals, fake.violations
        yield client


def test_prism_agrees(judged):
    assert judged.get("/Users/Me")["Name"] == "bob" and judged.get("/System/Info")["Version"]
    songs = [track["Id"] for track in judged.tracks(fields=["Path", "MediaSources", "DateCreated", "Genres"])]
    assert judged.albums() and judged.get("/UserViews", userId=judged.user_id) and judged.get("/Library/VirtualFolders")
    playlist = judged.call("POST", "/Playlists", json={"Name": "A", "Ids": songs[:2], "UserId": judged.user_id, "MediaType": "Audio"})["Id"]
    judged.call("POST", f"/Playlists/{playlist}/Items", 204, params={"ids": songs[2:4], "userId": judged.user_id})
    assert judged.playlists() == {playlist: ("A", songs[:4])}
    judged.call("DELETE", f"/Items/{playlist}", 204)
    assert judged.call("GET", f"/Items/{songs[-1]}/Download")[:3] in (b"ID3", b"fLa", b"Ogg")
    assert judged.refusals == []
    judged.session.get(judged.url + "/Items", params={"fields": "Path,MediaSources"}, timeout=10)
    assert len(judged.refusals) == 1 and "'location': ['request'" in judged.refusals[0]
    assert len(judged.violations) == 1  # the fake's own check agrees
    judged.violations.clear()
