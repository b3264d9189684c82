"""Music at 44.1 kHz gives what the same music gives when soxr resampled it at very high quality."""

import subprocess
import sys

from conftest import BINARY, SOURCE, clean_environment

PIECE = "aevalsrc=0.3*sin(2*PI*220*t)*exp(-2*mod(t\\,0.5))+0.2*random(0)*exp(-30*mod(t\\,0.25))+0.2*sin(2*PI*t*(400+300*t)):s=44100:d=12"


def test_resampling_agrees_with_soxr(tmp_path):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", PIECE, "-ac", "2", tmp_path / "piece.wav"], check=True)
    result = subprocess.run([sys.executable, SOURCE / "bench/accuracy/resampling.py", BINARY, tmp_path], capture_output=True, text=True,
                            env=clean_environment())
    assert result.returncode == 0, result.stdout + result.stderr
