"""What goes wrong between the program and a media server: each fault ends in a message, in bounded time, and costs only what it hits."""

import json
import re
import time

import pytest

from media_servers import ONE_OF_EACH, connect, counts, media, on, open_media  # noqa: F401: fixtures
from servers.other_host import OtherHost

HIT = "Clockwork"  # the title of the track that is hit
LONGEST = 240  # seconds for a run with one fault; retries included

# name, options, failure codes that fit
FETCH_FAULTS = [
    ("stall", {}, {"unreachable"}), ("stall", {"at": 1000}, {"unreachable"}), ("slow", {"rate": 1}, {"unreachable", "time_limit"}),
    ("cut", {}, {"unreachable"}), ("cut", {"chunked": True}, {"unreachable"}), ("wrong_length", {"by": 1000}, {"unreachable"}),
    ("short", {}, {"unreachable", "damaged"}), ("html", {}, {"not_audio", "refused", "unreachable"}), ("status", {"code": 500}, {"unreachable", "refused"}),
    ("status", {"code": 404}, {"not_found"}), ("redirect", {"location": "file:///etc/passwd"}, {"refused", "unreachable"}),
    ("reset", {}, {"unreachable"}), ("empty", {}, {"not_audio", "unreachable", "not_found", "refused"}), ("endless", {}, {"too_long", "refused", "unreachable", "damaged"}),
]


@on(ONE_OF_EACH)
@pytest.mark.parametrize("name, options, codes", FETCH_FAULTS, ids=lambda value: str(value) if isinstance(value, (str, dict)) else "")
def test_one_track_of_many(connect, media, name, options, codes):
    song, good = media.song(HIT), media.good()
    fault = media.fake.faults.add(name, rf"^download .*{song}", **options)
    server = connect(media)
    started = time.monotonic()
    status = server.wait(server.start_analysis(), timeout=LONGEST)
    assert status["state"] == "SUCCESS" and fault.fired
    assert counts(status["status_message"])["analysed"] == good - 1  # every other track
    failure, = [failure for failure in server.get("/api/failures")["failures"] if failure["item_id"] == song]
    assert failure["code"] in codes and len(failure["reason"]) > 10, failure
    assert len(fault.fired) <= 10 and time.monotonic() - started < LONGEST
    if name == "endless":
        assert all(fired["bytes"] < 3 << 30 for fired in fault.fired)
    media.fake.faults.clear()
    again = server.analyse(retry_failed=True)
    assert counts(again["status_message"])["analysed"] + counts(again["status_message"])["known"] == good


@on(ONE_OF_EACH)
@pytest.mark.parametrize("name, options", [
    ("status", {"code": 503, "retry_after": 1}), ("status", {"code": 429, "retry_after": 1}), ("status", {"code": 502}), ("status", {"code": 504}),
    ("reset", {}), ("cut", {}), ("delay", {"seconds": 2})])
@pytest.mark.parametrize("kind", ["download", "albums|tracks"])
def test_what_passes_is_tried_again(connect, media, kind, name, options):
    media.fake.faults.add(name, f"^({kind}) ", times=1, after=1 if kind == "download" else 0, **options)
    server = connect(media)
    status = server.wait(server.start_analysis(), timeout=LONGEST)
    assert status["state"] == "SUCCESS", status["status_message"]
    assert counts(status["status_message"])["analysed"] == media.good()


@on(ONE_OF_EACH)
def test_retry_after_is_honoured(connect, media):
    fault = media.fake.faults.add("status", rf"^download .*{media.song(HIT)}", times=1, code=503, retry_after=3)
    server = connect(media)
    task = server.start_analysis()
    while not fault.fired:
        time.sleep(0.01)
    refused = time.monotonic()
    while fault.seen < 2:
        assert time.monotonic() - refused < 60
        time.sleep(0.01)
    assert time.monotonic() - refused > 2.8
    assert server.wait(task)["state"] == "SUCCESS"


@on(ONE_OF_EACH)
@pytest.mark.parametrize("name, options", [
    ("html", {}), ("status", {"code": 500}), ("invalid_utf8", {}), ("deep_json", {"levels": 50}), ("deep_json", {"levels": 200_000}), ("garbage", {}), ("empty", {}),
    ("cut", {}), ("stall", {}), ("slow", {"rate": 1}), ("endless", {}), ("redirect", {"location": "file:///etc/passwd"})])
def test_a_listing_that_cannot_be_read(connect, media, name, options):
    fault = media.fake.faults.add(name, "^(albums|tracks) ", **options)
    server = connect(media)
    status = server.wait(server.start_analysis(), timeout=LONGEST)
    assert fault.fired
    if status["state"] == "SUCCESS":  # it may live with a broken name
        assert name == "invalid_utf8" and counts(status["status_message"])["analysed"] == media.good()
    else:
        assert status["state"] == "FAILURE" and len(status["status_message"]) > 20
        assert "<html" not in status["status_message"] and "[[[[" not in status["status_message"]
    json.dumps(status).encode()  # no broken text comes back out
    media.fake.faults.clear()
    again = server.analyse()
    assert again["state"] == "SUCCESS" and counts(again["status_message"])["analysed"] + counts(again["status_message"])["known"] == media.good()


@on(ONE_OF_EACH)
def test_an_album_that_vanishes_between_list_and_read(connect, media):
    """Where a listing asks for each album. One that lists all tracks at once never reads an album, and loses the track at its download."""
    fault = media.fake.faults.add("vanish", "^album ", times=1, after=1)
    track = media.fake.faults.add("vanish", "^download ", times=1, after=2)
    server = connect(media)
    status = server.analyse()
    assert status["state"] == "SUCCESS" and fault.fired + track.fired
    media.fake.faults.clear()
    assert counts(status["status_message"])["analysed"] == media.good()  # of what is left


@on(ONE_OF_EACH)
def test_refused_in_the_middle_stops_at_once(connect, media):
    fault = media.fake.faults.add("unauthorized", "^download ", after=4)
    server = connect(media, "--workers", "2")
    status = server.wait(server.start_analysis(), timeout=60)
    assert status["state"] == "FAILURE" and 1 <= len(fault.fired) <= 4  # those that were under way
    assert re.search(r"token|password|user name|credential", status["status_message"], re.IGNORECASE)
    media.fake.faults.clear()
    again = server.analyse()
    assert again["state"] == "SUCCESS" and counts(again["status_message"])["known"] >= 1
    assert counts(again["status_message"])["analysed"] + counts(again["status_message"])["known"] == media.good()


@on(ONE_OF_EACH)
@pytest.mark.parametrize("kind", ["download", "albums|tracks"])
def test_no_credentials_go_to_another_host(connect, media, kind):
    with OtherHost() as other:
        media.fake.faults.add("redirect", f"^({kind}) ", location=other.url + "/elsewhere")
        server = connect(media)
        status = server.wait(server.start_analysis(), timeout=LONGEST)
        assert status["state"] == "FAILURE" or kind == "download"
        assert not other.saw(*media.secrets, "Authorization", "MediaBrowser", "u=bob", "t=")
    media.fake.faults.clear()
    assert server.analyse(retry_failed=True)["state"] == "SUCCESS"


@on(ONE_OF_EACH)
@pytest.mark.parametrize("name, options", [("status", {"code": 500}), ("html", {}), ("cut", {}), ("reset", {}), ("unauthorized", {})])
def test_publishing_that_fails_keeps_the_old_playlists(connect, media, name, options):
    server = connect(media)
    assert server.analyse()["state"] == "SUCCESS"
    assert server.cluster(seed=1, clustering_runs=40)["state"] == "SUCCESS"
    before = media.playlists()
    media.fake.faults.add(name, "^playlist_(create|change) ", **options)
    status = server.wait(server.start_clustering(seed=2, clustering_runs=40, num_clusters_min=3, num_clusters_max=4), timeout=LONGEST)
    assert status["state"] == "FAILURE" and len(status["status_message"]) > 20
    media.fake.faults.clear()
    assert before.items() <= media.playlists().items()
    assert server.cluster(seed=2, clustering_runs=40, num_clusters_min=3, num_clusters_max=4)["state"] == "SUCCESS"
    assert len(media.playlists()) == len(server.get("/api/playlists"))
