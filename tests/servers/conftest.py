"""Fixtures of the fakes' own tests."""

import contextlib

import pytest

from servers import tiny_music
from servers.clients import JellyfinClient, SubsonicClient
from servers.jellyfin_fake import VERSIONS, JellyfinFake
from servers.library import FolderLibrary
from servers.subsonic_fake import SubsonicFake
from servers.subsonic_profiles import PROFILES


@pytest.fixture(scope="session")
def music(tmp_path_factory):
    return tiny_music.make(tmp_path_factory.mktemp("music") / "library")


@pytest.fixture
def start():
    """Starts fakes that end with the test, which fails when one of them saw a request that its server does not know."""
    with contextlib.ExitStack() as stack:
        fakes = []

        def begin(fake):
            fakes.append(stack.enter_context(fake))
            return fake

        yield begin
        for fake in fakes:
            fake.check()


@pytest.fixture(params=VERSIONS)
def jellyfin(request, start, music):
    """A fake of each version with bob, an administrator, and alice."""
    fake = JellyfinFake({"Music": FolderLibrary(music, joins_discs=True)}, request.param, check_answers=True)
    fake.bob, fake.alice = fake.users.add("bob", "bobpw", admin=True), fake.users.add("alice", "alicepw")
    return start(fake)


@pytest.fixture
def bob(jellyfin):
    return JellyfinClient(jellyfin.url, jellyfin.bob.token, jellyfin.bob.id)


@pytest.fixture
def alice(jellyfin):
    return JellyfinClient(jellyfin.url, jellyfin.alice.token, jellyfin.alice.id)


@pytest.fixture
def by_key(jellyfin):
    """Bob's playlists with an API key."""
    return JellyfinClient(jellyfin.url, jellyfin.api_key, jellyfin.bob.id)


@pytest.fixture(params=PROFILES)
def subsonic(request, start, music):
    """A fake of each profile with bob, an administrator, and alice."""
    fake = SubsonicFake({"Music": music}, request.param)
    fake.bob, fake.alice = fake.add_user("bob", "bobpw", admin=True), fake.add_user("alice", "alicepw")
    return start(fake)


@pytest.fixture
def profile(subsonic):
    return subsonic.profile


@pytest.fixture
def sub(subsonic):
    """Bob's client."""
    return SubsonicClient(subsonic.url, "bob", "bobpw")
