"""`audiomuse doctor` on media servers: it says in words what is wrong, and writes no secret."""

import re

import pytest

from conftest import clean_environment, run
from media_servers import FAKES, JELLYFINS, ONE_OF_EACH, check_no_secret, media, on, open_media  # noqa: F401: fixtures


def doctor(media, tmp_path, **settings):
    result = run("doctor", "--data", tmp_path / "doctor", environment=clean_environment(**{**media.settings(), **settings}), timeout=120)
    check_no_secret(result.stdout + result.stderr, media)
    return result.returncode, result.stdout + result.stderr


@on(FAKES)
def test_doctor_finds_nothing(media, tmp_path):
    before = media.playlists()
    code, text = doctor(media, tmp_path)
    assert code == 0, text
    assert media.playlists() == before  # what it tried is gone again


@on(ONE_OF_EACH)
@pytest.mark.parametrize("address, words", [("http://no-such-host.invalid", r"unknown|resolve|name"), ("http://127.0.0.1:9", r"refused|reach"),
                                            ("https://127.0.0.1:{port}", r"TLS|SSL|certificate")])
def test_doctor_on_addresses(media, tmp_path, address, words):
    url = address.format(port=media.fake.wire.port)
    code, text = doctor(media, tmp_path, **{"JELLYFIN_URL" if media.kind in JELLYFINS else "AUDIOMUSE_SUBSONIC_URL": url})
    assert code != 0 and re.search(words, text, re.IGNORECASE), text


@on(FAKES)
def test_doctor_on_credentials(media, tmp_path):
    code, text = doctor(media, tmp_path, **media.wrong_credentials())
    assert code != 0 and re.search(r"token|password|user name|credential", text, re.IGNORECASE), text


@on(JELLYFINS)
def test_doctor_on_a_wrong_user(media, tmp_path):
    code, text = doctor(media, tmp_path, JELLYFIN_USER_ID="0" * 31 + "1")
    assert code != 0 and re.search(r"user", text, re.IGNORECASE) and "bob" in text, text


@pytest.mark.parametrize("kind", FAKES)
def test_doctor_on_no_music(open_media, tmp_path, kind):
    (tmp_path / "empty").mkdir()
    code, text = doctor(open_media(kind, tmp_path / "empty"), tmp_path)
    assert code != 0 and re.search(r"no (music|album|song)", text, re.IGNORECASE), text


@pytest.mark.parametrize("kind", JELLYFINS)
def test_doctor_on_no_right_to_download(open_media, small_library, tmp_path, kind):
    media = open_media(kind, small_library, by_user=True)
    media.bob.download = False
    code, text = doctor(media, tmp_path)
    assert code != 0 and re.search(r"download", text, re.IGNORECASE), text


@on(ONE_OF_EACH)
def test_doctor_on_refused_playlists(media, tmp_path):
    media.fake.faults.add("status", "^playlist_create", code=403, text="")
    code, text = doctor(media, tmp_path)
    assert code != 0 and re.search(r"playlist", text, re.IGNORECASE), text
