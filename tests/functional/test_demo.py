"""The demo library, real music: 41 tracks of the Debian package wesnoth-1.16-music."""


def test_the_demo_library_becomes_playlists(serve, demo_music):
    server = serve(demo_music)
    analysis = server.wait(server.start_analysis(), timeout=900)
    assert analysis["status_message"] == "Analysis finished. Tracks: 41 seen, 41 new, 41 analysed, 0 known, 0 failed."
    for method in ("kmeans", "gmm", "dbscan"):
        clustering = server.cluster(clustering_method=method, seed=1)
        assert clustering["state"] == "SUCCESS", clustering["status_message"]
        playlists = server.get("/api/playlists")
        assert all(len(songs) >= 5 for songs in playlists.values())
        assert not any("Mixed" in name for name in playlists)
        placed = sum(len(songs) for songs in playlists.values())
        if method == "dbscan":
            assert len(playlists) >= 1
        else:
            assert len(playlists) >= 4 and placed >= 0.6 * 41
