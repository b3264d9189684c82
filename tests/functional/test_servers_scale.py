"""How much a media server is asked for, how fast files come over a slow link, and how little memory a huge library takes."""

import struct
import threading
import time
from pathlib import Path

import pytest

import music
from media_servers import LENGTH_LIMIT, ONE_OF_EACH, connect, counts, media, open_media, published  # noqa: F401: fixtures
from servers import prism
from servers.generated import GeneratedLibrary
from servers.throttle import Throttle


@pytest.fixture(scope="session")
def pieces(tmp_path_factory):
    """12 pieces of 8 s, as the bytes of WAV files."""
    folder = tmp_path_factory.mktemp("pieces")
    for number in range(12):
        music.write_wav(folder / f"{number}.wav", music.piece(70 + 9 * number, number * 5 % 12, "major" if number % 2 else "minor", 8, number))
    return [(folder / f"{number}.wav").read_bytes() for number in range(12)]


def test_requests_for_a_thousand_albums(connect, open_media, pieces, record_property):
    for kind in ONE_OF_EACH:
        media = open_media(kind, GeneratedLibrary(1000, 1, pieces, seconds=8.0))
        server = connect(media)
        status = server.wait(server.start_analysis(), timeout=1800)
        assert status["state"] == "SUCCESS" and counts(status["status_message"])["analysed"] == 1000, status["status_message"]
        requests = dict(media.fake.log.counts)
        print(f"{kind}: {requests} requests on {media.fake.log.connections} connections for 1,000 albums of one track")
        assert sum(requests.values()) <= 3 * 1000 + 2 * 1000

        # Playlists that need several requests, of 200 songs at most: no request line is longer than 8 KiB (414), no song is lost.
        clustering = server.cluster(seed=1, clustering_runs=5, num_clusters_min=2, num_clusters_max=2, max_songs_per_cluster=0, max_songs_per_artist=0,
                                    max_distance=1000)
        assert clustering["state"] == "SUCCESS", clustering["status_message"]
        assert max(map(len, published(server).values())) > 200 and media.named_playlists() == published(server)
        server.stop()


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_second_run_over_60000_songs(connect, open_media, kind):
    """All of them are left out by a setting, so that two runs cost their listings only."""
    media = open_media(kind, GeneratedLibrary(6000, 10, seconds=180.0))
    server = connect(media, **{LENGTH_LIMIT: "60"})
    for _ in range(2):
        media.fake.log.reset()
        server.wait(server.start_analysis(), timeout=600)
        assert media.fake.log.total < 300 and media.fake.log.counts["download"] == 0
        print(f"{kind}: {dict(media.fake.log.counts)}")


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_memory_while_two_million_tracks_are_listed(connect, open_media, kind):
    media = open_media(kind, GeneratedLibrary(200_000, 10, seconds=180.0))
    server = connect(media, **{LENGTH_LIMIT: "60"})
    task = server.start_analysis()
    peak, ended = 0, False
    deadline = time.monotonic() + 3000
    while not ended:
        assert time.monotonic() < deadline
        ended = server.status(task)["state"] in ("SUCCESS", "FAILURE")
        memory = dict(line.split(":", 1) for line in Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii").splitlines())
        peak = max(peak, int(memory["VmRSS"].split()[0]))
        time.sleep(0.2)
    print(f"{kind}: {peak // 1024} MiB while {media.fake.log.total} requests listed 2,000,000 tracks")
    assert peak < 200 * 1024
    assert media.fake.log.total > 2000  # it was a listing


def with_junk(wav, size):
    """The same music in a larger file: decoders pass over the last chunk, the link does not."""
    return b"RIFF" + struct.pack("<I", len(wav) + size) + wav[8:] + b"JUNK" + struct.pack("<I", size) + bytes(size)


def speed_of(connect, media, url, data):
    """Tracks a second of one analysis of everything."""
    name = "JELLYFIN_URL" if "JELLYFIN_URL" in media.settings() else "AUDIOMUSE_SUBSONIC_URL"
    server = connect(media, data=data, **{name: url})
    started = time.monotonic()
    status = server.wait(server.start_analysis(), timeout=1200)
    elapsed = time.monotonic() - started
    assert status["state"] == "SUCCESS", status["status_message"]
    server.stop()
    return counts(status["status_message"])["analysed"] / elapsed


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_throughput_over_a_slow_link(connect, open_media, pieces, tmp_path, kind):
    """20 MB/s and 50 ms: at least 95 % of the smaller of the speed without the link, and what the link can carry."""
    large = [with_junk(piece, 4_000_000) for piece in pieces]
    media = open_media(kind, GeneratedLibrary(12, 8, large, seconds=8.0))
    local = speed_of(connect, media, media.fake.url, tmp_path / "local")
    with Throttle((media.fake.wire.host, media.fake.wire.port), rate=20_000_000, delay=0.05) as link:
        slow = speed_of(connect, media, link.url, tmp_path / "slow")
    possible = min(local, 20_000_000 / (sum(map(len, large)) / len(large)))
    print(f"{kind}: {local:.2f} tracks/s without the link, {slow:.2f} with it, {possible:.2f} possible")
    assert slow >= 0.95 * possible


def test_pages_of_ten_thousand_albums(connect, open_media):
    """A server that ignores the wanted size of a page and sends everything."""
    for kind in ONE_OF_EACH:
        library = GeneratedLibrary(10_000, 1, seconds=180.0)
        media = open_media(kind, library)
        albums, tracks = library.albums, library.tracks
        library.albums, library.tracks = (lambda start=0, count=None: albums(start)), (lambda start=0, count=None: tracks(start))
        server = connect(media, **{LENGTH_LIMIT: "60"})
        server.wait(server.start_analysis(), timeout=300)
        assert media.fake.log.total < 12_000 and server.get("/api/health") == {"status": "ok"}
        server.stop()


def test_reads_stay_quick_while_a_server_is_slow(connect, open_media, small_library):
    media = open_media("jellyfin-10.11.11", small_library)
    media.fake.faults.add("delay", "", seconds=1)
    server = connect(media)
    done = threading.Event()
    task = server.start_analysis()
    times = []
    while not done.is_set():
        started = time.monotonic()
        done.set() if server.status(task)["state"] in ("SUCCESS", "FAILURE") else None
        times.append(time.monotonic() - started)
        time.sleep(0.01)
    assert sorted(times)[len(times) // 2] < 0.3


@pytest.mark.parametrize("kind", ["jellyfin-10.10.7", "jellyfin-10.11.11", "jellyfin-12.0.0"])
def test_prism_has_nothing_to_say(connect, open_media, small_library, tmp_path, kind):
    if reason := prism.missing():
        pytest.skip(f"Prism did not judge {kind}: {reason}")
    media = open_media(kind, small_library)
    with prism.Prism(media.fake, tmp_path / "prism.log") as judge:
        server = connect(media, JELLYFIN_URL=judge.url)
        for seed in (1, 2):
            assert server.analyse()["state"] == "SUCCESS" and server.cluster(seed=seed, clustering_runs=40)["state"] == "SUCCESS"
        assert media.named_playlists() == published(server)
        assert judge.refusals == []
