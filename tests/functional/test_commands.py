"""The command line: what commands print, write and refuse."""

import signal
import subprocess

from conftest import BINARY, clean_environment, run


def test_serve_refuses_a_token_that_would_protect_nothing(tmp_path):
    token = tmp_path / "token"
    token.write_text("hunter2\n", encoding="utf-8")
    for environment in ({"AUDIOMUSE_API_TOKEN": "hunter2"}, {"AUDIOMUSE_API_TOKEN_FILE": str(token)}):
        result = run("serve", "--library", tmp_path, "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
                     environment=clean_environment(**environment))
        assert result.returncode == 2
        assert "uthentication is not in this version yet" in result.stderr and "hunter2" not in result.stderr
        assert not (tmp_path / "data").exists()


def test_ctrl_c_is_130(known_pieces):
    process = subprocess.Popen([BINARY, "analyze", *[str(path) for path, *_ in known_pieces] * 50], stdout=subprocess.PIPE, env=clean_environment())
    assert process.stdout.read(1) == b"{"
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(20) == 130
    process.stdout.close()


def test_help_is_for_people():
    text = run("export", "--help").stdout
    assert "  --format FORMAT " in text and "csv or jsonl (default: csv)" in text
    text += run("analyze", "--help").stdout + run("run", "--help").stdout
    assert "  -j,--jobs N " in text and "130 stopped by Ctrl-C" in text
    assert not any(word in text for word in ("ENUM", "UINT", "->", "FILE FILE"))
    result = run("export", "--format", "xml")
    assert result.returncode == 2 and "--format: xml not in {csv,jsonl}" in result.stderr
