"""The command line: what commands print, write and refuse."""

import os
import signal
import subprocess
import time

import pytest

from conftest import BINARY, clean_environment, json_lines, run


@pytest.fixture
def analysed(serve, small_library, tmp_path):
    """A server at work on a data folder that holds an analysed library."""
    server = serve(small_library)
    server.analyse()
    return server


def run_into(output, *arguments):
    """Runs with standard output going to the file or pipe; the return code and standard error."""
    process = subprocess.run([BINARY, *map(str, arguments)], stdout=output, stderr=subprocess.PIPE, text=True, timeout=120,
                             env=clean_environment())
    return process.returncode, process.stderr


def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("arguments", [["config"], ["licenses"], ["--help"], ["--version"], ["doctor"], ["analyze", "missing.mp3"]], ids=" ".join)
def test_output_that_cannot_be_written_is_1(tmp_path, arguments):
    if arguments == ["doctor"]:
        arguments = ["doctor", "--data", tmp_path]
    with open("/dev/full", "w", encoding="utf-8") as full:
        code, errors = run_into(full, *arguments)
    lines = [line for line in errors.splitlines() if " error " in line]
    assert code == 1 and len(lines) == 1 and lines[0].endswith("Standard output cannot be written: No space left on device.")
    writer = closed_pipe()
    code, errors = run_into(writer, *arguments)
    os.close(writer)
    assert code == 1 and errors == "", errors


def test_analyze_stops_when_nobody_reads(known_pieces):
    files = [path for path, *_ in known_pieces] * 50
    started = time.monotonic()
    process = subprocess.Popen([BINARY, "analyze", "-j", "2", *map(str, files)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=clean_environment())
    assert process.stdout.read(1) == b"{"
    process.stdout.close()
    assert process.wait(60) == 1 and process.stderr.read() == b""
    process.stderr.close()
    print(f"ended after {time.monotonic() - started:.1f} s")


def test_ctrl_c_is_130(known_pieces):
    process = subprocess.Popen([BINARY, "analyze", *[str(path) for path, *_ in known_pieces] * 50], stdout=subprocess.PIPE, env=clean_environment())
    assert process.stdout.read(1) == b"{"
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(20) == 130
    process.stdout.close()


def test_export_and_doctor_work_beside_a_server(analysed):
    lines = json_lines(run("export", "--format", "jsonl", "--data", analysed.data).stdout)
    assert "Clockwork" in {line["title"] for line in lines}
    for output in (closed_pipe(), os.open("/dev/full", os.O_WRONLY)):
        code, errors = run_into(output, "export", "--data", analysed.data)
        os.close(output)
        assert code == 1 and "unexpected" not in errors
    report = run("doctor", "--data", analysed.data, "--library", analysed.library)
    assert report.returncode == 0 and f"{len(lines)} analysed" in report.stdout, report.stdout


def test_backup_beside_a_server_and_restore_without(serve, small_library, tmp_path):
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    assert run("backup", copy, "--data", data).returncode == 1 and not data.exists()
    server = serve(small_library, data=data)
    server.analyse()
    lines = run("export", "--data", data).stdout
    made = run("backup", copy, "--data", data)
    assert made.returncode == 0 and f"{len(lines.splitlines()) - 1} of them analysed" in made.stdout, made.stderr
    assert copy.stat().st_mode & 0o777 == 0o600
    refused = run("restore", copy, "--data", data)
    assert refused.returncode == 1 and str(server.process.pid) in refused.stderr
    server.stop()

    (data / "audiomuse.db").write_bytes(b"x" * 5000)
    assert run("export", "--data", data).returncode == 1
    restored = run("restore", copy, "--data", data)
    assert restored.returncode == 0 and "before-restore" in restored.stdout, restored.stderr
    assert run("export", "--data", data).stdout == lines
    assert (data / restored.stdout.split("The former one is ")[1].split(";")[0]).read_bytes() == b"x" * 5000
    assert run("backup", copy, "--data", data).returncode == 0  # over the older one

    other = tmp_path / "notes.txt"
    other.write_text("of a person", encoding="utf-8")
    assert run("backup", other, "--data", data).returncode == 2 and other.read_text(encoding="utf-8") == "of a person"
    assert run("restore", other, "--data", data).returncode == 1 and run("export", "--data", data).stdout == lines


def test_a_data_folder_without_a_database_stays_so(tmp_path):
    typo = tmp_path / "typo"
    result = run("export", "--data", typo)
    assert result.returncode == 1 and result.stdout == "" and f"There is no database in {typo}" in result.stderr
    report = run("doctor", "--data", typo, "--library", tmp_path)
    assert f"note data folder  {typo} has no database yet" in report.stdout
    (tmp_path / "file").touch()
    report = run("doctor", "--data", tmp_path / "file/data", "--library", tmp_path)
    assert report.returncode == 1 and f"MEND data folder  {tmp_path}/file is not a folder." in report.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_run_refuses_a_playlist_folder_that_cannot_be_written(small_library, tmp_path):
    (tmp_path / "file").touch()
    result = run("run", small_library, "--data", tmp_path / "data", "--playlists-dir", tmp_path / "file/lists")
    assert result.returncode == 2 and result.stdout == ""
    assert f"The playlists cannot be written, so nothing was begun: {tmp_path}/file/lists cannot be made: Not a directory." in result.stderr
    assert "Analyzed" not in result.stderr


def test_help_is_for_people():
    text = run("export", "--help").stdout
    assert "  --format FORMAT " in text and "csv or jsonl (default: csv)" in text
    text += run("analyze", "--help").stdout + run("run", "--help").stdout
    assert "  -j,--jobs N " in text and "130 stopped by Ctrl-C" in text
    assert not any(word in text for word in ("ENUM", "UINT", "->", "FILE FILE"))
    result = run("export", "--format", "xml")
    assert result.returncode == 2 and "--format: xml not in {csv,jsonl}" in result.stderr
