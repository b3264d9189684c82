"""The command line: what commands print, write and refuse."""

from conftest import clean_environment, run


def test_serve_refuses_a_token_that_would_protect_nothing(tmp_path):
    token = tmp_path / "token"
    token.write_text("hunter2\n", encoding="utf-8")
    for environment in ({"AUDIOMUSE_API_TOKEN": "hunter2"}, {"AUDIOMUSE_API_TOKEN_FILE": str(token)}):
        result = run("serve", "--library", tmp_path, "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
                     environment=clean_environment(**environment))
        assert result.returncode == 2
        assert "uthentication is not in this version yet" in result.stderr and "hunter2" not in result.stderr
        assert not (tmp_path / "data").exists()
