"""A start call and the configuration take the same ranges, and name the field and the range alike."""

import re

import pytest

from conftest import run

OUT_OF_RANGE = {"num_clusters_min": 0, "num_clusters_max": 10001, "gmm_n_components_min": 0, "gmm_n_components_max": 10001,
                "dbscan_eps_min": 0, "dbscan_eps_max": 1000.5, "dbscan_min_samples_min": 0, "dbscan_min_samples_max": 10001,
                "pca_components_min": -1, "pca_components_max": 10001, "clustering_runs": 0, "max_songs_per_cluster": -1,
                "max_songs_per_artist": 1000001, "max_distance": 0}


@pytest.fixture(scope="module")
def server(small_library, tmp_path_factory):
    from conftest import Server
    folder = tmp_path_factory.mktemp("limits")
    server = Server(small_library, folder / "data", folder / "server.log").start()
    yield server
    server.stop()


@pytest.mark.parametrize("field", OUT_OF_RANGE)
def test_both_refuse_the_same(server, field):
    body = server.post("/api/clustering/start", expect=400, json={field: OUT_OF_RANGE[field]})
    assert body["field"] == field
    configured = run("config", f"--{field.replace('_', '-')}={OUT_OF_RANGE[field]}")
    assert configured.returncode == 2
    said = re.search(r"from (\S+) to ([0-9.]+\d)", body["error"])
    assert said and said.group(0) in configured.stderr, (body["error"], configured.stderr)


@pytest.mark.parametrize("name", ["num_clusters", "gmm_n_components", "dbscan_eps", "dbscan_min_samples", "pca_components"])
def test_a_min_above_its_max_is_refused_at_start(name):
    flag = name.replace("_", "-")
    result = run("config", f"--{flag}-min=9", f"--{flag}-max=3")
    assert result.returncode == 2 and f"{name}_min" in result.stderr


def test_the_shown_configuration_can_be_sent_back(server):
    shown = server.get("/api/config")
    fields = {name: shown[name] for name in OUT_OF_RANGE}
    server.post("/api/clustering/start", expect=202, json=fields)
