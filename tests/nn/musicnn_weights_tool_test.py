"""Tests of tools/musicnn_weights.py on checkpoints made here."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import musicnn_weights as tool  # noqa: E402


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def entry(shape: tuple[int, ...], offset: int, size: int, dtype: int = 1) -> bytes:
    """A BundleEntryProto."""
    dimensions = b"".join(b"\x12" + varint(len(d)) + d for d in (b"\x08" + varint(n) for n in shape))
    message = b"\x08" + varint(dtype) + b"\x12" + varint(len(dimensions)) + dimensions
    if offset:
        message += b"\x20" + varint(offset)
    return message + b"\x28" + varint(size) + b"\x35" + bytes(4)


def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """A table block with shared key prefixes and one restart point, with its trailer."""
    out = b""
    before = b""
    for key, value in pairs:
        shared = next((i for i, (a, b) in enumerate(zip(before, key)) if a != b), min(len(before), len(key)))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return out + struct.pack("<II", 0, 1) + bytes(5)


def table(pairs: list[tuple[bytes, bytes]]) -> bytes:
    data = block(pairs)
    index = block([(b"zzz", varint(0) + varint(len(data) - 5))])
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - 5)
    return data + index + footer.ljust(40, b"\0") + tool.TABLE_MAGIC


def checkpoint(shapes: dict[str, tuple[int, ...]]) -> tuple[bytes, bytes]:
    """Index and data of a checkpoint whose tensors hold their own ordinal numbers."""
    data = b""
    pairs = [(b"", b"\x08\x01")]
    for number, (name, shape) in enumerate(sorted(shapes.items())):
        count = 1
        for n in shape:
            count *= n
        pairs.append((name.encode(), entry(shape, len(data), 4 * count)))
        data += struct.pack("<f", number) * count
    return table(pairs), data


class IndexTest(unittest.TestCase):
    def test_names_shapes_and_places_are_read(self) -> None:
        index, _ = checkpoint({"conv2d/bias": (3,), "conv2d/kernel": (2, 1, 1, 3), "power": ()})
        self.assertEqual(
            tool.read_index(index),
            {
                "conv2d/bias": tool.Tensor((3,), 0, 12),
                "conv2d/kernel": tool.Tensor((2, 1, 1, 3), 12, 24),
                "power": tool.Tensor((), 36, 4),
            },
        )

    def test_damage_has_a_reason(self) -> None:
        good, _ = checkpoint({"a": (3,)})
        compressed = bytearray(good)
        compressed[good.index(b"\x35") + 4 + 8 + 1] = 1  # the kind of the first block, behind its restart points
        cases = {
            "no sorted-string table": good[:-1],
            "compressed": bytes(compressed),
            "not float32": table([(b"a", entry((3,), 0, 12, dtype=2))]),
            "does not fit its shape": table([(b"a", entry((3,), 0, 16))]),
            "a field is cut off": table([(b"a", b"\x12\x7f")]),
            "has no end": table([(b"a", b"\x08\xff")]),
        }
        for reason, index in cases.items():
            with self.subTest(reason), self.assertRaisesRegex(tool.ConversionError, reason):
                tool.read_index(index)


class EncodeTest(unittest.TestCase):
    def test_bytes_are_those_of_the_committed_file(self) -> None:
        tensors = {
            "dense/kernel": ((2, 3), struct.pack("<6f", 1, -2.5, 3, 0.125, 5, -6)),
            "bias": ((1,), struct.pack("<f", 42)),
        }
        expected = (ROOT / "tests/data/musicnn/two_tensors.weights").read_bytes()
        self.assertEqual(tool.encode(tensors), expected)


class ConvertTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_tool(self, shapes: dict[str, tuple[int, ...]], cut: int = 0) -> subprocess.CompletedProcess[str]:
        index, data = checkpoint(shapes)
        with zipfile.ZipFile(self.folder / "wheel", "w") as wheel:
            wheel.writestr(tool.CHECKPOINT + ".index", index)
            wheel.writestr(tool.CHECKPOINT + ".data-00000-of-00001", data[: len(data) - cut])
        command = [sys.executable, "-I", str(ROOT / "tools/musicnn_weights.py"), str(self.folder / "wheel"), str(self.folder / "out")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_the_network_is_written_and_the_rest_left_out(self) -> None:
        result = self.run_tool(tool.network_shapes() | {"conv2d/kernel/Adam": (7, 38, 1, 204)})
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        out = (self.folder / "out").read_bytes()
        self.assertEqual(struct.unpack_from("<8sIIQ", out), (b"AMWEIGHT", 1, 64, len(out)))
        self.assertNotIn(b"Adam", out)
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith("out.")], [])

    def test_failures_leave_no_file_and_name_the_tensor(self) -> None:
        shapes = tool.network_shapes()
        missing = {name: shape for name, shape in shapes.items() if name != "dense/bias"}
        cases = [
            (self.run_tool(missing), "has no dense/bias"),
            (self.run_tool(shapes | {"dense/bias": (201,)}), "dense/bias has the shape (201,) instead of (200,)"),
            (self.run_tool(shapes, cut=1), "dense_1/kernel lies beyond the end"),
        ]
        for result, reason in cases:
            with self.subTest(reason):
                self.assertEqual(result.returncode, 1)
                self.assertIn(reason, result.stderr)
                self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main()
