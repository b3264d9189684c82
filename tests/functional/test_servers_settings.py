"""Settings that matter on media servers: users, libraries, limits, path map, secrets; and what happens when ids and files change."""

import re

import pytest

import music
from conftest import clean_environment, run
from media_servers import FAKES, JELLYFINS, LENGTH_LIMIT, ONE_OF_EACH, SUBSONIC_FAKES, check_no_secret, connect, counts, media, on, open_media, published  # noqa: F401: fixtures
from servers.certificates import Certificates
from servers.generated import GeneratedLibrary

CLUSTERING = {"seed": 1, "clustering_runs": 40}


def dashed(guid):
    return "-".join((guid[:8], guid[8:12], guid[12:16], guid[16:20], guid[20:]))


@on(JELLYFINS)
def test_the_user_id_in_its_other_spelling(connect, media):
    server = connect(media, JELLYFIN_USER_ID=dashed(media.bob.id).upper())
    assert server.analyse()["state"] == "SUCCESS" and server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert media.named_playlists() == published(server)


@on(JELLYFINS)
def test_two_users_and_none_named(connect, media):
    status = connect(media, JELLYFIN_USER_ID="").analyse()
    assert status["state"] == "FAILURE" and "alice" in status["status_message"] and "bob" in status["status_message"]


@on(JELLYFINS)
def test_the_only_user_is_found(connect, media):
    media.fake.users.all.remove(media.alice)
    server = connect(media, JELLYFIN_USER_ID="")
    assert server.analyse()["state"] == "SUCCESS" and server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert media.named_playlists() == published(server)


@pytest.mark.parametrize("kind", JELLYFINS)
def test_the_token_of_a_user(connect, open_media, small_library, kind):
    media = open_media(kind, small_library, by_user=True)
    media.bob.admin = False
    server = connect(media, JELLYFIN_USER_ID="")
    for seed in (1, 2):
        assert server.analyse()["state"] == "SUCCESS" and server.cluster(seed=seed, clustering_runs=40)["state"] == "SUCCESS"
        assert media.named_playlists() == published(server)


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_one_library_of_two(connect, open_media, small_library, kind):
    media = open_media(kind, small_library, libraries={"Speech": GeneratedLibrary(50, 10)})
    server = connect(media, AUDIOMUSE_MUSIC_LIBRARIES="Music")
    status = server.analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["seen"] == media.library.track_count
    assert media.fake.log.counts["download"] <= 3 * media.library.track_count


@pytest.mark.parametrize("kind", ["jellyfin-10.11.11", "navidrome-fake"])
def test_the_smaller_library_of_a_server_that_was_read_whole(connect, open_media, small_library, known_pieces, kind):
    """The larger one is neither missing nor clustered, and needs no new analysis when it is chosen again."""
    speech = GeneratedLibrary(5, 4, [path.read_bytes() for path, *_ in known_pieces], seconds=20)
    media = open_media(kind, small_library, libraries={"Speech": speech})
    chosen = media.library.track_count
    whole = connect(media)
    assert counts(whole.analyse()["status_message"])["seen"] == chosen + 20
    titles = {track.title for track in media.library.tracks()}

    def clustered(server):
        assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
        return {song["title"] for songs in server.get("/api/playlists").values() for song in songs}

    assert clustered(whole) - titles
    downloads = media.fake.log.counts["download"]
    whole.stop()

    narrowed = connect(media, AUDIOMUSE_MUSIC_LIBRARIES="Music")
    status = narrowed.analyse()
    assert counts(status["status_message"])["seen"] == chosen
    assert "no longer" not in " ".join(status["details"]["log"]) and "half" not in " ".join(status["details"]["log"])
    assert clustered(narrowed) <= titles
    narrowed.stop()

    again = connect(media)
    assert counts(again.analyse()["status_message"])["seen"] == chosen + 20
    assert clustered(again) - titles
    assert media.fake.log.counts["download"] - downloads <= 3 * 4  # the broken files of the small library are tried again


@on(ONE_OF_EACH)
def test_a_limit_of_the_length_restricts_clustering_without_a_new_analysis(connect, media, tmp_path):
    data = tmp_path / "data"
    server = connect(media, data=data)
    assert server.analyse()["state"] == "SUCCESS"
    server.stop()
    server = connect(media, data=data, **{LENGTH_LIMIT: "5"})  # all tracks are longer
    assert server.cluster(**CLUSTERING)["state"] == "FAILURE"
    server.stop()
    server = connect(media, data=data)
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"


@on(ONE_OF_EACH)
def test_excluded_genres_stay_out_of_analysis_and_without_a_new_one_out_of_playlists(connect, media, tmp_path):
    data = tmp_path / "data"
    out = {"Clockwork", "Rising"}
    for track in media.library.tracks():
        if track.title in out:
            media.library.change(track.number, genre="Hörspiel" if track.title == "Rising" else "Spoken Word; Other")
    ids = {song for song, title in media.songs().items() if title in out}
    settings = {"AUDIOMUSE_EXCLUDE_GENRES": "HÖRSPIEL,spoken*"}
    server = connect(media, data=data, **settings)
    status = server.analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good() - 2
    assert status["status_message"].endswith(" 2 excluded.")
    assert "2 excluded by exclude_genres" in " ".join(status["details"]["log"])
    server.stop()
    server = connect(media, data=data)
    assert counts(server.analyse()["status_message"])["analysed"] == 2
    server.stop()
    server = connect(media, data=data, **settings)
    downloads = media.fake.log.counts["download"]
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert len(ids) == 2 and not ids & {song for songs in published(server).values() for song in songs}
    assert media.fake.log.counts["download"] == downloads


@on(["jellyfin-10.11.11"])
def test_excluded_paths_are_the_servers(connect, media):
    title = "Clockwork"
    path = "/media/music/" + next(track for track in media.library.tracks() if track.title == title).path
    status = connect(media, AUDIOMUSE_EXCLUDE_PATHS=path.upper() + ",/media/mus").analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good() - 1
    assert "1 excluded by exclude_paths" in " ".join(status["details"]["log"])


def path_map(tmp_path, there, here):
    """The arguments for a settings file with this map."""
    (tmp_path / "audiomuse.toml").write_text(f'path_map = {{ "{there}" = "{here}" }}\n', encoding="utf-8")
    return "--config", str(tmp_path / "audiomuse.toml")


@pytest.mark.parametrize("kind, options", [("jellyfin-10.11.11", {}), ("navidrome-fake", {"real_paths": True})])
def test_mapped_paths_are_read_from_disk(connect, open_media, small_library, tmp_path, kind, options):
    media = open_media(kind, small_library, **options)
    server = connect(media, *path_map(tmp_path, small_library if options else "/media/music", small_library))
    status = server.analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()
    assert media.fake.log.counts["download"] <= 1  # the empty file may be asked for


@on(["navidrome-fake"])
def test_paths_that_the_server_makes_up_are_fetched(connect, media, small_library, tmp_path):
    server = connect(media, *path_map(tmp_path, "/music", small_library))
    status = server.analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()
    assert media.fake.log.counts["download"] >= media.good()


@on(["jellyfin-10.11.11"])
def test_mapped_files_of_another_size_are_fetched_which_is_said_once(connect, media, small_library, tmp_path):
    one, other, third = (next(track for track in media.library.tracks() if track.title == title) for title in ("Clockwork", "Static Rain", "Rising"))
    media.library.change(one.number, shown_path=other.path)
    media.library.change(other.number, shown_path=third.path)
    media.library.change(third.number, shown_path="nowhere.mp3")
    server = connect(media, *path_map(tmp_path, "/media/music", small_library))
    status = server.analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()
    assert 3 <= media.fake.log.counts["download"] <= 4  # the empty file may be asked for
    assert len(re.findall(r"path_map|\bmapped\b", server.log())) == 1


@on(FAKES)
def test_new_ids_for_every_track(connect, media):
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    media.library.reissue_ids()
    downloads = media.fake.log.counts["download"]
    again = server.analyse()
    assert media.fake.log.counts["download"] - downloads <= 4, again  # the odd files: broken, or without an artist
    assert again["state"] == "SUCCESS" and counts(again["status_message"])["analysed"] <= 1  # what is not unique is analysed
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert media.named_playlists() == published(server)
    assert {song for songs in published(server).values() for song in songs} <= set(media.songs())


@on(ONE_OF_EACH)
def test_an_id_with_other_audio_gets_a_new_analysis(connect, media, tmp_path):
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    music.write_wav(tmp_path / "other.wav", music.piece(101, 3, "minor", 14, 77))
    track = next(track for track in media.library.tracks() if track.title == "Plain Wave")
    media.library.change(track.number, path=str(tmp_path / "other.wav"), shown_path=track.path, size=(tmp_path / "other.wav").stat().st_size, seconds=14.0)
    again = counts(server.analyse()["status_message"])
    assert (again["new"], again["analysed"]) == (1, 1)


@on(ONE_OF_EACH)
def test_an_album_that_is_gone_leaves_the_playlists(connect, media):
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    before = set(media.songs())
    media.library.remove_album(next(album.number for album in media.library.albums() if album.name == "Split Signals"))
    gone = before - set(media.songs())
    assert server.analyse()["state"] == "SUCCESS"
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert len(gone) == 4 and not gone & {song for songs in published(server).values() for song in songs}
    assert media.named_playlists() == published(server)


@on(ONE_OF_EACH)
def test_a_listing_that_shrank_by_half_removes_nothing_and_says_so(connect, media):
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    before = media.playlists()
    for album in media.library.albums()[1:]:
        media.library.remove_album(album.number)
    status = server.analyse()
    assert re.search(r"half|shrank|fewer", " ".join(status["details"]["log"]) + status["status_message"])
    accepted = server.analyse(accept_removals=True)
    assert "tracks are no longer in" in " ".join(accepted["details"]["log"])
    media.library.removed.clear()
    assert server.analyse()["state"] == "SUCCESS"
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert media.playlists() == before


@pytest.mark.parametrize("kind", ["gonic-fake", "navidrome-fake", "jellyfin-10.11.11"])
def test_a_song_that_the_server_lost_since_the_scan(connect, open_media, small_library, kind):
    """gonic says ok and makes an empty playlist when one id is unknown."""
    media = open_media(kind, small_library)
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    media.library.remove_track(next(track for track in media.library.tracks() if track.title == "Clockwork").number)
    status = server.cluster(**CLUSTERING)
    found = media.named_playlists()
    assert all(found.values()), "an empty playlist was left on the server"
    if status["state"] == "SUCCESS":
        lost = {song for songs in published(server).values() for song in songs} - {song for songs in found.values() for song in songs}
        assert set(found) == set(published(server)) and len(lost) <= 1


@on(["navidrome-fake", "gonic-fake"])
def test_without_the_right_to_download_it_streams(connect, media):
    media.bob.download = False
    status = connect(media).analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()


@pytest.mark.parametrize("kind", ["navidrome-fake"])
def test_a_server_without_tokens_gets_an_encoded_password(connect, open_media, small_library, kind):
    media = open_media(kind, small_library, tokens=False)
    status = connect(media).analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()


@pytest.mark.parametrize("kind", ["navidrome-fake"])
def test_an_api_key_in_place_of_user_and_password(connect, open_media, small_library, kind):
    media = open_media(kind, small_library, api_key="key-that-nobody-guesses")
    server = connect(media, AUDIOMUSE_SUBSONIC_API_KEY=media.fake.api_key, AUDIOMUSE_SUBSONIC_USER="", AUDIOMUSE_SUBSONIC_PASSWORD="")
    assert server.analyse()["state"] == "SUCCESS" and server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert media.named_playlists() == published(server)


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_certificate_of_ones_own(connect, open_media, small_library, tmp_path, kind):
    certificates = Certificates(tmp_path)
    media = open_media(kind, small_library, tls=certificates)
    status = connect(media, data=tmp_path / "data1").analyse()
    assert status["state"] == "FAILURE" and re.search(r"certificate|TLS", status["status_message"], re.IGNORECASE)
    status = connect(media, data=tmp_path / "data2", AUDIOMUSE_CA_FILE=str(certificates.authority)).analyse()
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == media.good()


@pytest.mark.parametrize("kind", SUBSONIC_FAKES)
def test_an_album_that_comes_without_its_songs_loses_none(connect, open_media, small_library, known_pieces, kind):
    """However many songs of no album there are beside it: the total alone would look complete."""
    media = open_media(kind, small_library, libraries={"More": GeneratedLibrary(5, 1, [known_pieces[0][0].read_bytes()], seconds=20)})
    server = connect(media)
    server.analyse()
    before = server.get("/api/config")["analysed_tracks"]
    silent = next(album for album in media.library.albums() if album.name == "Split Signals")
    others = [track for track in media.library.tracks() if track.album != silent.number]
    assert len(others) >= silent.tracks > 0
    for track in others[:silent.tracks]:
        media.library.change(track.number, album=None)
    media.fake.browser.silent_albums.add(silent.name)
    status = server.analyse()
    log = " ".join(status["details"]["log"])
    assert f'lists fewer songs than it counts in 1 of its albums; of "{silent.name}" it lists 0 of {silent.tracks}.' in log
    assert "no longer in" not in log and server.get("/api/config")["analysed_tracks"] == before


@pytest.mark.parametrize("kind", SUBSONIC_FAKES)
@pytest.mark.parametrize("more_albums", [0, 5])  # album by album; by searches
def test_a_video_leaves_a_listing_complete(connect, open_media, small_library, kind, more_albums):
    media = open_media(kind, small_library, libraries={"More": GeneratedLibrary(more_albums, 1)} if more_albums else None)
    gone = next(album for album in media.library.albums() if album.name == "Split Signals")
    video = next(track for track in media.library.tracks() if track.album != gone.number)
    media.fake.browser.videos.add(video.title)
    server = connect(media)
    assert counts(server.analyse()["status_message"])["seen"] == media.library.track_count + more_albums - 1
    media.library.remove_album(gone.number)
    log = " ".join(server.analyse()["details"]["log"])
    assert f"{gone.tracks} tracks are no longer in" in log and "fewer songs" not in log


@on(["jellyfin-10.11.11"])
def test_several_users_get_the_playlists(connect, media):
    server = connect(media, AUDIOMUSE_PLAYLIST_USERS="bob,alice")
    assert server.analyse()["state"] == "SUCCESS" and server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    owned = lambda user: {playlist.name for playlist in media.fake.playlists.all.values() if playlist.owner is user}
    assert owned(media.bob) == owned(media.alice) == set(published(server))


@on(["jellyfin-10.11.11"])
def test_a_start_call_may_name_the_server(connect, media):
    server = connect(media)
    body = {"jellyfin_url": media.fake.url, "jellyfin_user_id": media.bob.id, "jellyfin_token": "********"}
    assert server.analyse(**body)["state"] == "SUCCESS"
    answer = server.post("/api/analysis/start", expect=400, json={"jellyfin_url": "http://127.0.0.2:9"})
    assert answer["field"] in ("jellyfin_token", "jellyfin_url")


@on(ONE_OF_EACH)
@pytest.mark.parametrize("address", ["http://ann:hunter2@127.0.0.1:{port}", "http://127.0.0.1:{port}/?api_key=hunter2", "http://127.0.0.1:{port}/#hunter2"])
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_credential_in_the_address_is_refused_and_not_shown(media, tmp_path, address, place):
    field = "jellyfin_url" if media.kind in JELLYFINS else "subsonic_url"
    name = "JELLYFIN_URL" if media.kind in JELLYFINS else "AUDIOMUSE_SUBSONIC_URL"
    url = address.format(port=media.fake.wire.port)
    environment = {**media.settings(), name: url}
    arguments = ["--data", tmp_path / "data"]
    if place == "file":
        del environment[name]
        (tmp_path / "audiomuse.toml").write_text(f'{field} = "{url}"\n', encoding="utf-8")
        (tmp_path / "audiomuse.toml").chmod(0o600)
        arguments += ["--config", tmp_path / "audiomuse.toml"]
    for command in ("serve", "doctor", "config"):
        result = run(command, *arguments, environment=clean_environment(**environment), timeout=30)
        said = result.stdout + result.stderr
        assert result.returncode != 0 and "hunter2" not in said, said
        assert re.search(f"{field} must be an http or https URL without a user name or a question mark", said), said
    assert media.fake.log.total == 0


@on(["jellyfin-10.11.11"])
def test_a_credential_in_the_address_of_a_start_call_is_not_shown(connect, media, tmp_path):
    server = connect(media, data=tmp_path / "data")
    port = media.fake.wire.port
    refused = server.post("/api/analysis/start", expect=400,
                          json={"jellyfin_url": f"http://ann:hunter2@127.0.0.1:{port}", "jellyfin_token": media.token})
    assert refused["field"] == "jellyfin_url" and "hunter2" not in str(refused)
    task = server.start_analysis(jellyfin_url=f"http://127.0.0.1:{port}/?api_key=hunter2", jellyfin_user_id=media.bob.id, jellyfin_token=media.token)
    shown = [server.wait(task), server.get("/api/failures"), server.get("/api/config"), server.get("/api/last_task")]
    assert "hunter2" not in str(shown) + server.log()
    assert not any("hunter2" in str(entry) for entry in media.fake.log.entries)
    for file in (tmp_path / "data").glob("audiomuse.db*"):
        assert b"hunter2" not in file.read_bytes()


@on(ONE_OF_EACH)
def test_a_password_in_a_file(connect, media, tmp_path):
    secret = tmp_path / "secret"
    name = "JELLYFIN_TOKEN" if media.kind in JELLYFINS else "AUDIOMUSE_SUBSONIC_PASSWORD"
    secret.write_text(media.settings()[name] + "\n", encoding="utf-8")
    secret.chmod(0o600)
    file_name = "AUDIOMUSE_JELLYFIN_TOKEN_FILE" if media.kind in JELLYFINS else name + "_FILE"
    assert connect(media, **{name: "", file_name: str(secret)}).analyse()["state"] == "SUCCESS"


def test_a_start_call_names_another_server(connect, open_media, small_library, tmp_path):
    """Its token is in the database until the task ends; ours goes to our server only."""
    ours, other = open_media("jellyfin-10.11.11", small_library), open_media("jellyfin-12.0.0", small_library, api_key="0123456789abcdef" * 2)
    server = connect(ours, data=tmp_path / "data")
    refused = server.post("/api/analysis/start", expect=400, json={"jellyfin_url": other.fake.url})
    assert refused["field"] == "jellyfin_url"
    server.post("/api/analysis/start", expect=400, json={"jellyfin_url": "file:///etc/passwd", "jellyfin_token": other.token})
    other.fake.faults.add("delay", "^download ", times=1, seconds=2)
    task = server.start_analysis(jellyfin_url=other.fake.url + "/", jellyfin_user_id=other.bob.id, jellyfin_token=other.token)
    status = server.wait(task)
    assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == other.good(), status["status_message"]
    assert ours.fake.log.total == 0 and not any(status == 401 for *_, status in other.fake.log.entries)
    for file in (tmp_path / "data").glob("audiomuse.db*"):
        assert other.token.encode() not in file.read_bytes()
    check_no_secret(server.log() + str(status), other)

    # The configured server's songs are others, and playlists are made of them.
    assert server.cluster(**CLUSTERING)["state"] == "FAILURE"
    same = server.wait(server.start_analysis(jellyfin_url=ours.fake.url, jellyfin_user_id=ours.bob.id, jellyfin_token="********"))
    assert same["state"] == "SUCCESS" and counts(same["status_message"])["seen"] == len(ours.songs())
    assert server.cluster(**CLUSTERING)["state"] == "SUCCESS"
    assert ours.named_playlists() == published(server) and not other.named_playlists()


def test_a_start_call_of_another_user_takes_nothing_from_the_configured_one(connect, open_media, small_library):
    """Alice does not see one of two libraries: what she does not see is not gone."""
    media = open_media("jellyfin-10.11.11", small_library, libraries={"More": GeneratedLibrary(2, 2)})
    server = connect(media, AUDIOMUSE_MAX_DURATION_S="60")
    server.analyse()
    before = server.get("/api/config")["analysed_tracks"]
    assert before > 0
    media.library.remove_album(next(album.number for album in media.library.albums() if album.name == "Split Signals"))
    status = server.analyse(jellyfin_user_id=media.alice.id, jellyfin_token=media.alice.token)
    assert status["state"] == "SUCCESS" and server.get("/api/config")["analysed_tracks"] == before, status["status_message"]
    server.analyse()
    assert server.get("/api/config")["analysed_tracks"] < before
