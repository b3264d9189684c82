"""Playlists on media servers: what a cut, a cancel, a person, other settings and lost songs leave there."""

import re
import time

import pytest

from media_servers import FAKES, JELLYFINS, ONE_OF_EACH, SUBSONIC_FAKES, connect, media, on, open_media, published  # noqa: F401: fixtures

FIRST = {"seed": 1, "clustering_runs": 40}
OTHER = {"seed": 2, "clustering_runs": 40, "num_clusters_min": 3, "num_clusters_max": 4}


def clustered(server, **options):
    status = server.cluster(**{**FIRST, **options})
    assert status["state"] == "SUCCESS", status["status_message"]
    return status


def analysed_and_clustered(server, **options):
    assert server.analyse()["state"] == "SUCCESS"
    return clustered(server, **options)


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def owned(media, user):
    """(name, songs) of a user's playlists on the Jellyfin fake."""
    return sorted((playlist.name, playlist.items) for playlist in media.fake.playlists.all.values() if playlist.owner is user)


@on(FAKES)
@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_a_making_whose_answer_is_lost_leaves_nothing(connect, media, fault):
    server = connect(media)
    analysed_and_clustered(server)
    before = media.playlists()
    broken = media.fake.faults.add(fault, "^playlist_create ", times=1)
    status = server.cluster(**OTHER)
    assert broken.fired and status["state"] == "FAILURE" and len(status["status_message"]) > 20
    assert media.playlists() == before  # found by name and content, and removed again
    clustered(server, **OTHER)
    assert sorted(media.playlists().values()) == sorted(published(server).items())


@on(["jellyfin-10.11.11", "navidrome-fake", "smolsonic-fake"])
def test_every_change_may_lose_its_answer(connect, media):
    """One after another, until a run comes through."""
    songs = list(media.songs())
    own = media.add_playlist("Calm_Slow_automatic", songs[:2])
    server = connect(media)
    analysed_and_clustered(server)
    for number in range(30):
        broken = media.fake.faults.add("cut", "^playlist_(create|change|delete) ", after=number, times=1)
        status = server.cluster(seed=2 + number, clustering_runs=20, num_clusters_min=4 - number % 3, num_clusters_max=4 - number % 3)
        media.fake.faults.clear()
        assert media.playlists()[own] == ("Calm_Slow_automatic", songs[:2])
        if not broken.fired:
            break
    assert number > 1 and status["state"] == "SUCCESS"
    found = media.playlists()
    del found[own]
    assert sorted(found.values()) == sorted(published(server).items())


@on(ONE_OF_EACH)
@pytest.mark.parametrize("kind", ["playlist_create", "playlist_read", "playlist_delete"])
def test_a_cancel_while_publishing(connect, media, kind):
    own = media.add_playlist("Mine_automatic", list(media.songs())[:2])
    server = connect(media)
    first, wanted = (OTHER, {**FIRST, "num_clusters_min": 2, "num_clusters_max": 2}) if kind == "playlist_delete" else (FIRST, OTHER)
    analysed_and_clustered(server, **first)
    before = media.playlists()
    fault = media.fake.faults.add("delay", f"^{kind} ", seconds=60)
    task = server.start_clustering(**wanted)
    wait_for(lambda: fault.fired, 60)
    cancelled = time.monotonic()
    server.post(f"/api/cancel/{task}", template="/api/cancel/{task_id}")
    assert server.status(task)["state"] == "REVOKED"
    wait_for(lambda: all(fired["seconds"] for fired in fault.fired), 2)
    total = media.fake.log.total
    time.sleep(max(0, cancelled + 2 - time.monotonic()))
    assert media.fake.log.total == total and server.status(task)["state"] == "REVOKED"
    media.fake.faults.clear()
    if kind != "playlist_delete":
        assert media.playlists().items() >= before.items()
    clustered(server, **wanted)
    found = media.playlists()
    assert found.pop(own) == before[own]
    assert sorted(found.values()) == sorted(published(server).items())


@on(["jellyfin-10.11.11", "gonic-fake"])
def test_songs_that_the_server_lost_leave_our_playlists_ours(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    before = media.playlists()
    titles = [track.title for track in media.library.tracks()]
    song = next(song for song in next(iter(before.values()))[1] if titles.count(media.songs()[song]) == 1)
    media.library.remove_track(next(track.number for track in media.library.tracks() if track.title == media.songs()[song]))
    assert song not in media.songs() and media.playlists() != before
    analysed_and_clustered(server, **OTHER)
    assert sorted(media.playlists().values()) == sorted(published(server).items())  # none was left as a person's


@on(ONE_OF_EACH)
def test_a_playlist_that_a_person_changed_is_that_persons(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    playlist, (name, songs) = next(iter(media.playlists().items()))
    other = next(song for song in media.songs() if song not in songs)
    for change in (lambda items: items.append(other), lambda items: items.remove(songs[0])):
        change(media.fake.playlists.all[playlist].items if media.kind in JELLYFINS else media.fake.playlists.all[playlist].songs)
    changed = media.playlists()[playlist]
    status = clustered(server)
    assert media.playlists()[playlist] == changed
    assert f'The playlist "{name}" was changed by a person and stays.' in " ".join(status["details"]["log"])
    clustered(server, **OTHER)
    found = media.playlists()
    assert found.pop(playlist) == changed
    assert sorted(found.values()) == sorted(published(server).items())


@on(["jellyfin-10.11.11"])
def test_who_gets_the_playlists_may_change(connect, media, tmp_path):
    data = tmp_path / "data"
    foreign = media.add_playlist("Hers_automatic", list(media.songs())[:2], other_user=True)
    hers = owned(media, media.alice)
    server = connect(media, data=data, AUDIOMUSE_PLAYLIST_USERS=f"{media.bob.id},ALICE")
    analysed_and_clustered(server)
    ours = sorted(published(server).items())
    assert owned(media, media.bob) == ours and owned(media, media.alice) == sorted(ours + hers)
    server.stop()
    server = connect(media, data=data, AUDIOMUSE_PLAYLIST_USERS="alice")
    clustered(server)
    assert owned(media, media.bob) == [] and owned(media, media.alice) == sorted(ours + hers)
    server.stop()
    server = connect(media, data=data)  # bob alone
    clustered(server)
    assert owned(media, media.bob) == ours and owned(media, media.alice) == hers
    assert foreign in media.fake.playlists.all
    server.stop()
    server = connect(media, data=data, AUDIOMUSE_PLAYLIST_USERS="nobody")
    status = server.cluster(**FIRST)
    assert status["state"] == "FAILURE" and re.search('no user "nobody" for playlists; it has: "bob", "alice"', status["status_message"])
    assert owned(media, media.bob) == ours


@on([*SUBSONIC_FAKES, "supysonic"])
def test_another_subsonic_user_forgets_no_playlist_of_the_former(connect, media, tmp_path):
    data = tmp_path / "data"
    server = connect(media, data=data)
    analysed_and_clustered(server)
    bobs = media.playlists()
    server.stop()
    server = connect(media, data=data, AUDIOMUSE_SUBSONIC_USER="alice", AUDIOMUSE_SUBSONIC_PASSWORD="alicepw")
    log = " ".join(server.cluster(**OTHER)["details"]["log"])
    assert 'The playlists of "bob" stay' in log and "Remove them there by hand" in log
    assert {playlist: media.playlists()[playlist] for playlist in bobs} == bobs
    server.stop()
    server = connect(media, data=data)
    clustered(server, **OTHER)
    assert sorted(media.playlists().values()) == sorted(published(server).items())  # the former ones were still ours


@pytest.mark.parametrize("kind", ["jellyfin-10.11.11"])
def test_an_ordinary_user_cannot_give_playlists_to_others(connect, open_media, small_library, kind):
    media = open_media(kind, small_library, by_user=True)
    media.bob.admin = False
    server = connect(media, AUDIOMUSE_PLAYLIST_USERS="alice")
    assert server.analyse()["state"] == "SUCCESS"
    status = server.cluster(**FIRST)
    assert status["state"] == "FAILURE" and media.fake.playlists.all == {}
    assert "403" in status["status_message"] and "administrator" in status["status_message"]


@on(["navidrome-fake"])
def test_playlist_users_elsewhere_are_told_to_be_impossible(connect, media, serve, small_library):
    server = connect(media, AUDIOMUSE_PLAYLIST_USERS="alice")
    assert "playlist_users has no effect: a Subsonic server" in server.log() and "playlists_public = true" in server.log()
    server.stop()
    server = serve(small_library, "--playlist-users", "alice")
    assert "playlist_users has no effect: a folder of playlists" in server.log()


@on(["jellyfin-10.11.11"])
def test_another_server_leaves_the_playlists_of_the_former(connect, media, serve, small_library, tmp_path):
    data = tmp_path / "data"
    server = connect(media, data=data)
    analysed_and_clustered(server)
    before = media.playlists()
    server.stop()
    server = serve(small_library, data=data)
    analysed_and_clustered(server, **OTHER)
    assert media.playlists() == before
    server.stop()
    server = connect(media, data=data)
    clustered(server, **OTHER)
    assert sorted(media.playlists().values()) == sorted(published(server).items())  # the former ones are still ours


@on(ONE_OF_EACH)
def test_a_playlist_that_may_not_be_changed_is_named(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    names = set(media.named_playlists())
    if media.kind in JELLYFINS:
        media.fake.faults.add("status", "^(playlist_delete|playlist_change|delete) ", code=403)
    else:
        for playlist in media.fake.playlists.all.values():
            playlist.public, playlist.owner = True, media.alice
    status = server.cluster(**OTHER)
    said = " ".join(status["details"]["log"]) + status["status_message"]
    refused = re.search(r'does not let the playlist "(\w+)" be (changed|removed): it seems to belong to another user now\. Remove it there by hand', said)
    assert refused and refused[1] in names, said
