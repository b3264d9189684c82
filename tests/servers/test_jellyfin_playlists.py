"""The fake Jellyfin: playlists, their owners, and what an API key cannot do."""

import pytest
import requests


def create(client, name, items=(), expect=200, **extra):
    body = {"Name": name, "Ids": list(items), "MediaType": "Audio", **({"UserId": client.user_id} if client.user_id else {}), **extra}
    answer = client.call("POST", "/Playlists", expect, json=body)
    return answer["Id"] if expect == 200 else None


@pytest.fixture
def songs(bob):
    return [track["Id"] for track in bob.tracks()]


def test_create_list_delete(jellyfin, bob, songs):
    playlist = create(bob, "Energetic_Fast_automatic", songs[:3])
    assert bob.playlists() == {playlist: ("Energetic_Fast_automatic", songs[:3])}
    listed = bob.items(includeItemTypes="Playlist", recursive="true", sortBy="SortName", fields=["ChildCount", "Path"])["Items"][0]
    assert (listed["Type"], listed["ChildCount"], listed["Path"]) == ("Playlist", 3, "/config/data/playlists/Energetic_Fast_automatic")
    assert bob.get(f"/Items/{playlist}")["Type"] == "Playlist"
    bob.call("DELETE", f"/Items/{playlist}", 204)
    assert bob.playlists() == {}
    bob.call("DELETE", f"/Items/{playlist}", 404)
    assert [entry[0] for entry in jellyfin.journal] == ["create", "delete"]


def test_an_api_key_must_name_the_user(by_key, songs):
    create(by_key, "A", songs[:1])
    by_key.user_id = None
    create(by_key, "B", songs[:1], expect=400)


def test_two_of_one_name_and_without_songs(bob):
    assert create(bob, "Same") != create(bob, "Same")
    paths = [item["Path"] for item in bob.items(includeItemTypes="Playlist", recursive="true", sortBy="SortName", fields="Path")["Items"]]
    assert paths == ["/config/data/playlists/Same", "/config/data/playlists/Same1"]


def test_unknown_songs(bob, songs):
    assert bob.playlist_items(create(bob, "A", [songs[0], "1" * 32, songs[1]])) == songs[:2]  # dropped silently
    body = {"Name": "B", "Ids": ["1" * 32, songs[0]], "UserId": bob.user_id}
    bob.call("POST", "/Playlists", 400, json=body)  # no MediaType: it is looked for in the songs


def test_adding_is_by_query_and_drops_what_is_there(bob, by_key, songs):
    playlist = create(bob, "A", songs[:2])
    by_key.call("POST", f"/Playlists/{playlist}/Items", 204, params={"ids": [songs[1], songs[2], songs[2], songs[3]], "userId": bob.user_id})
    assert bob.playlist_items(playlist) == songs[:4]
    page = bob.get(f"/Playlists/{playlist}/Items", userId=bob.user_id, startIndex=1, limit=2)
    assert ([item["PlaylistItemId"] for item in page["Items"]], page["TotalRecordCount"]) == (songs[1:3], 4)


def test_the_position_is_of_version_12(jellyfin, bob, songs):
    playlist = create(bob, "A", songs[:2])
    bob.session.post(f"{bob.url}/Playlists/{playlist}/Items", params={"ids": songs[5], "position": 0, "userId": bob.user_id}, timeout=10)
    if jellyfin.version >= (12,):
        assert bob.playlist_items(playlist) == [songs[5], *songs[:2]]
    else:
        assert "knows no parameter position" in jellyfin.violations.pop()


def test_removing_and_renaming(bob, songs):
    playlist = create(bob, "A", songs[:4])
    bob.call("DELETE", f"/Playlists/{playlist}/Items", 204, params={"entryIds": [songs[0], songs[2]]})
    assert bob.playlist_items(playlist) == [songs[1], songs[3]]
    bob.call("POST", f"/Playlists/{playlist}", 204, json={"Name": "B"})
    assert bob.playlists() == {playlist: ("B", [songs[1], songs[3]])}
    bob.call("POST", f"/Playlists/{playlist}", 204, json={"Ids": songs[5:3:-1]})
    assert bob.playlists() == {playlist: ("B", songs[5:3:-1])}
    assert bob.get(f"/Playlists/{playlist}")["ItemIds"] == songs[5:3:-1]


def test_what_an_api_key_cannot_do(jellyfin, bob, by_key, songs):
    playlist = create(by_key, "A", songs[:2])
    by_key.get(f"/Playlists/{playlist}", expect=400)
    by_key.call("POST", f"/Playlists/{playlist}", 400, json={"Name": "B"})
    by_key.call("DELETE", f"/Playlists/{playlist}/Items", 204 if jellyfin.version >= (12,) else 400, params={"entryIds": songs[:1]})
    by_key.get(f"/Playlists/{playlist}/Items", expect=400)
    assert by_key.get(f"/Playlists/{playlist}/Items", userId=bob.user_id)["TotalRecordCount"] == (1 if jellyfin.version >= (12,) else 2)
    by_key.call("DELETE", f"/Items/{playlist}", 204)


def test_other_users(bob, alice, songs):
    private, public = create(bob, "Private", songs[:2], IsPublic=False), create(bob, "Public", songs[:2], IsPublic=True)
    assert [item["Name"] for item in alice.items(includeItemTypes="Playlist", recursive="true", sortBy="SortName")["Items"]] == ["Public"]
    assert alice.playlist_items(public) == songs[:2]
    alice.get(f"/Playlists/{private}/Items", userId=alice.user_id, expect=404)
    alice.call("POST", f"/Playlists/{public}/Items", 403, params={"ids": songs[3]})
    alice.call("POST", f"/Playlists/{public}", 403, json={"Name": "Mine"})
    alice.call("DELETE", f"/Items/{public}", 401)
    alice.call("DELETE", f"/Items/{private}", 404)
    bob.call("POST", f"/Playlists/{private}/Users/{alice.user_id}", 204, json={"CanEdit": True})
    alice.call("POST", f"/Playlists/{private}/Items", 204, params={"ids": songs[3]})
    assert bob.playlist_items(private) == [*songs[:2], songs[3]]


def test_version_12_wants_a_name(jellyfin, bob):
    bob.call("POST", "/Playlists", 400, json={"UserId": bob.user_id})
    assert len(jellyfin.violations) == (1 if jellyfin.version >= (12,) else 0)
    jellyfin.violations.clear()


@pytest.mark.parametrize("body, status", [({"Name": "A", "Ids": "x"}, 400), ({"Name": "A", "Songs": []}, 400), ({"Name": "A", "MediaType": "Noise"}, 400), ("{", 400)])
def test_bodies_that_break_the_specification(jellyfin, bob, body, status):
    options = {"json": body} if isinstance(body, dict) else {"data": body, "headers": {"Content-Type": "application/json"}}
    bob.call("POST", "/Playlists", status, **options)
    assert "the body" in jellyfin.violations.pop()


def test_a_body_without_its_type_is_415(jellyfin, bob):
    answer = requests.post(bob.url + "/Playlists", data='{"Name": "A"}', headers={"Authorization": bob.session.headers["Authorization"]}, timeout=10)
    assert answer.status_code == 415 and "content type" in jellyfin.violations.pop()
