"""The whole job against every kind of media server: scan, analyse, cluster, publish, publish again, cancel, wrong password, restart."""

import re
import signal
import time

import pytest

import music
from media_servers import EVERY_KIND, FAKES, JELLYFINS, ONE_OF_EACH, REAL, check_no_secret, connect, counts, media, on, open_media, published  # noqa: F401: fixtures

CLUSTERING = {"seed": 1, "clustering_runs": 40}


def analysed_and_clustered(server, **options):
    assert server.analyse()["state"] == "SUCCESS"
    clustering = server.cluster(**{**CLUSTERING, **options})
    assert clustering["state"] == "SUCCESS", clustering["status_message"]
    return clustering


@on(EVERY_KIND)
def test_from_the_server_to_its_playlists(connect, media):
    server = connect(media)
    songs, good = media.songs(), media.good()
    status = server.analyse()
    assert status["state"] == "SUCCESS", status["status_message"]
    assert counts(status["status_message"]) == {"seen": len(songs), "new": len(songs), "analysed": good, "known": 0, "failed": len(songs) - good}
    assert re.search(rf"has {len(songs)} songs, {good} are analysed", " ".join(status["details"]["log"]) + status["status_message"])
    failures = server.get("/api/failures")["failures"]
    assert {failure["item_id"] for failure in failures} <= set(songs) and len(failures) == len(songs) - good
    assert {failure["code"] for failure in failures} <= set(music.BROKEN.values())

    clustering = server.cluster(**CLUSTERING)
    assert clustering["state"] == "SUCCESS", clustering["status_message"]
    assert clustering["status_message"].startswith("Playlists generated and updated on ")
    if media.kind in JELLYFINS:
        assert clustering["status_message"].startswith("Playlists generated and updated on Jellyfin! Best diversity score: ")
    ours = published(server)
    assert len(ours) >= 2 and all(name.endswith("_automatic") for name in ours)
    assert media.named_playlists() == ours  # the same songs in the same order
    assert {song for listed in ours.values() for song in listed} <= set(songs)
    config = server.get("/api/config")
    assert config["media_server"] == media.settings()["AUDIOMUSE_MEDIA_SERVER"]
    check_no_secret(str(config) + str(status) + str(clustering), media)


@on(EVERY_KIND)
def test_a_second_analysis_fetches_nothing(connect, media):
    server = connect(media)
    good = media.good()
    server.analyse()
    if media.fake:
        media.fake.log.reset()
    again = server.analyse()
    assert again["state"] == "SUCCESS"
    assert (counts(again["status_message"])["analysed"], counts(again["status_message"])["known"]) == (0, good)
    if media.fake:
        assert media.fake.log.counts["download"] == 0


@on(EVERY_KIND)
def test_publishing_again_replaces_ours_and_nothing_else(connect, media):
    songs = list(media.songs())
    own = media.add_playlist("My Own_automatic", songs[:3])
    foreign = media.add_playlist("Hers_automatic", songs[3:5], other_user=True) if media.kind != "smolsonic" else None
    server = connect(media)
    analysed_and_clustered(server)
    first = set(media.playlists()) - {own}
    analysed_and_clustered(server, seed=2, num_clusters_min=3, num_clusters_max=4)
    found = media.playlists()
    assert found.pop(own) == ("My Own_automatic", songs[:3])
    assert dict(found.values()) == published(server) and len(found) == len(published(server))
    if foreign:
        assert media.others_playlists()[foreign] == ("Hers_automatic", songs[3:5])
    if media.fake:
        touched = {playlist for action, playlist, *_ in media.fake.journal if action != "create"}
        assert touched <= first | set(found) and own not in touched and foreign not in touched


@on(EVERY_KIND)
def test_publishing_the_same_again_leaves_the_same(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    before = media.playlists()
    analysed_and_clustered(server)
    assert media.playlists() == before  # updated in place: the ids, too


@on(EVERY_KIND)
def test_a_renamed_playlist_is_its_renamers(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    playlist, (name, songs) = next(iter(media.playlists().items()))
    media.rename(playlist, "For the road")
    analysed_and_clustered(server, seed=3, num_clusters_min=3, num_clusters_max=4)
    found = media.playlists()
    assert found.pop(playlist) == ("For the road", songs)
    assert dict(found.values()) == published(server)


@on(EVERY_KIND)
def test_a_playlist_that_was_deleted_behind_our_back(connect, media):
    server = connect(media)
    analysed_and_clustered(server)
    media.remove_playlist(next(iter(media.playlists())))
    analysed_and_clustered(server)
    assert media.named_playlists() == published(server)


@on(EVERY_KIND)
def test_wrong_credentials_are_said_and_nothing_is_analysed(connect, media):
    server = connect(media, **media.wrong_credentials())
    status = server.analyse()
    assert status["state"] == "FAILURE"
    assert re.search(r"token|password|user name|credential", status["status_message"], re.IGNORECASE)
    for secret in media.wrong_credentials().values():
        assert secret not in server.log() and secret not in str(status)
    assert server.get("/api/failures")["total"] == 0
    if media.fake:
        assert media.fake.log.total <= 10 and media.fake.log.counts["download"] == 0


@on(FAKES)
def test_cancel_ends_the_transfers(connect, media):
    fault = media.fake.faults.add("slow", "^download", rate=2000)
    server = connect(media, "--workers", "2")
    task = server.start_analysis()
    wait_for(lambda: fault.fired)
    server.post(f"/api/cancel/{task}", template="/api/cancel/{task_id}")
    assert server.status(task)["state"] == "REVOKED"
    wait_for(lambda: all(fired["seconds"] for fired in fault.fired), 3)
    total = media.fake.log.total
    time.sleep(1)
    assert media.fake.log.total == total
    assert media.fake.log.peaks["download"] <= 4  # 2 x workers
    media.fake.faults.clear()
    assert server.analyse()["state"] == "SUCCESS"


@on(ONE_OF_EACH)
def test_a_server_killed_in_the_middle_of_a_transfer_and_back(connect, media):
    media.fake.faults.add("kill", "^download", after=3, times=1, down=2)
    server = connect(media)
    status = server.analyse()
    assert status["state"] == "SUCCESS", status["status_message"]
    assert counts(status["status_message"])["analysed"] == media.good()


@on(ONE_OF_EACH + list(REAL))
def test_a_server_that_died_and_was_started_again(connect, media):
    good = media.good()
    end, begin = (media.fake.kill, media.fake.restart) if media.fake else (media.server.kill, media.server.start)
    server = connect(media, "--workers", "1")
    task = server.start_analysis()
    wait_for(lambda: server.status(task)["details"].get("tracks_completed", 0) >= 2, 60)
    end()
    assert server.wait(task, timeout=300)["state"] in ("SUCCESS", "FAILURE")
    begin()
    again = server.analyse()
    assert again["state"] == "SUCCESS", again["status_message"]
    assert counts(again["status_message"])["analysed"] + counts(again["status_message"])["known"] == good


@on(ONE_OF_EACH)
def test_a_server_that_is_not_there(connect, media):
    media.fake.kill()
    server = connect(media)
    started = time.monotonic()
    status = server.wait(server.start_analysis(), timeout=120)
    assert status["state"] == "FAILURE" and time.monotonic() - started < 120
    assert re.search(r"reach|refused|connect", status["status_message"], re.IGNORECASE)


@on(ONE_OF_EACH)
def test_the_program_killed_while_it_publishes(connect, media, tmp_path):
    data = tmp_path / "data"
    server = connect(media, data=data)
    analysed_and_clustered(server)
    before = media.playlists()
    fault = media.fake.faults.add("delay", "^playlist_(create|change|delete)", after=1, seconds=30)
    task = server.start_clustering(seed=2, clustering_runs=40, num_clusters_min=3, num_clusters_max=4)
    wait_for(lambda: fault.seen > 1 or server.status(task)["state"] == "SUCCESS", 60)
    server.stop(signal.SIGKILL)
    media.fake.faults.clear()
    assert len(media.playlists()) >= len(before)  # the old ones or both, never neither
    server = connect(media, data=data)
    server.wait(task)
    analysed_and_clustered(server)
    assert media.named_playlists() == published(server) and len(media.playlists()) == len(published(server))


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_transfers_stay_within_their_number(connect, open_media, small_library, kind):
    media = open_media(kind, small_library)
    media.fake.faults.add("delay", "^download", seconds=0.3)
    server = connect(media, "--workers", "1")
    assert server.analyse()["state"] == "SUCCESS"
    assert media.fake.log.peaks["download"] <= 2
    assert media.fake.log.counts["download"] <= 3 * len(media.songs())


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
