#!/usr/bin/env python3
"""Reads the MSD_musicnn checkpoint out of the musicnn wheel and writes audiomuse's weight file (docs/weight-file.md).

    tools/musicnn_weights.py WHEEL OUT

Needs Python 3.11 and its standard library only. The same wheel always gives the same bytes.
"""

import math
import os
import pathlib
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

CHECKPOINT = "musicnn/MSD_musicnn/"
MODEL_NAME = b"MSD_musicnn"

# The checkpoint index is a sorted-string table (the table format of LevelDB, uncompressed).
TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
TABLE_FOOTER_SIZE = 48
DTYPE_FLOAT = 1

# docs/weight-file.md
MAGIC = b"AMWEIGHT"
FORMAT_VERSION = 1
HEADER_SIZE = 64
ENTRY_SIZE = 96
NAME_SIZE = 60
MAX_RANK = 4
ALIGNMENT = 64


class ConversionError(Exception):
    """The input is not what it should be; the text says why."""


@dataclass(frozen=True)
class Tensor:
    """Where one float32 tensor lies in the checkpoint's data file."""

    shape: tuple[int, ...]
    offset: int
    size: int


def network_shapes() -> dict[str, tuple[int, ...]]:
    """Names and shapes of everything that the network needs; the checkpoint's optimiser state is left out."""
    shapes: dict[str, tuple[int, ...]] = {}
    kernels = [
        (7, 38, 1, 204),
        (7, 67, 1, 204),
        (128, 1, 1, 51),
        (64, 1, 1, 51),
        (32, 1, 1, 51),
        (7, 561, 1, 64),
        (7, 64, 1, 64),
        (7, 64, 1, 64),
    ]
    for number, kernel in enumerate(kernels):
        layer = f"conv2d_{number}" if number else "conv2d"
        shapes[f"{layer}/kernel"] = kernel
        shapes[f"{layer}/bias"] = kernel[-1:]
    channels = [1, 204, 204, 51, 51, 51, 64, 64, 64, 1506, 200]
    for number, width in enumerate(channels):
        layer = f"batch_normalization_{number}" if number else "batch_normalization"
        for part in ("beta", "gamma", "moving_mean", "moving_variance"):
            shapes[f"{layer}/{part}"] = (width,)
    for layer, shape in (("dense", (1506, 200)), ("dense_1", (200, 50))):
        shapes[f"{layer}/kernel"] = shape
        shapes[f"{layer}/bias"] = shape[-1:]
    return shapes


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A base-128 number and the position behind it."""
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ConversionError("the checkpoint index is damaged: a number has no end")


def read_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: numbers as int, everything with a length as bytes."""
    at = 0
    while at < len(message):
        tag, at = read_varint(message, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, at = read_varint(message, at)
            yield number, value
            continue
        if wire_type == 2:
            size, at = read_varint(message, at)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ConversionError(f"the checkpoint index has a field of unknown kind {wire_type}")
        if size > len(message) - at:
            raise ConversionError("the checkpoint index is damaged: a field is cut off")
        yield number, message[at : at + size]
        at += size


def read_block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The key-value pairs of one block: keys share a prefix with the key before; restart points follow at the end."""
    if offset + size + 5 > len(table):
        raise ConversionError("the checkpoint index is damaged: a block lies beyond its end")
    if table[offset + size] != 0:
        raise ConversionError("the checkpoint index is compressed, which this tool does not read")
    block = table[offset : offset + size]
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise ConversionError("the checkpoint index is damaged: more restart points than bytes")
    at = 0
    key = b""
    while at < end:
        shared, at = read_varint(block, at)
        unshared, at = read_varint(block, at)
        value_size, at = read_varint(block, at)
        if shared > len(key) or at + unshared + value_size > end:
            raise ConversionError("the checkpoint index is damaged: an entry is cut off")
        key = key[:shared] + block[at : at + unshared]
        at += unshared
        yield key, block[at : at + value_size]
        at += value_size


def read_handle(data: bytes, at: int) -> tuple[int, int, int]:
    """Offset and size of a block, and the position behind them."""
    offset, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return offset, size, at


def read_entry(name: str, message: bytes) -> Tensor:
    """A BundleEntryProto: 1 dtype, 2 shape (2 dimension (1 size)), 3 shard, 4 offset, 5 size, 6 CRC, 7 slices."""
    dtype = offset = size = 0
    shape: list[int] = []
    for number, value in read_fields(message):
        if number == 1 and isinstance(value, int):
            dtype = value
        elif number == 2 and isinstance(value, bytes):
            for _, dimension in read_fields(value):
                if isinstance(dimension, bytes):
                    shape.append(next((n for field, n in read_fields(dimension) if field == 1 and isinstance(n, int)), 0))
        elif number == 4 and isinstance(value, int):
            offset = value
        elif number == 5 and isinstance(value, int):
            size = value
        elif number in (3, 7):
            raise ConversionError(f"{name} is spread over several files, which this tool does not read")
    if dtype != DTYPE_FLOAT:
        raise ConversionError(f"{name} is not float32")
    if size != 4 * math.prod(shape):
        raise ConversionError(f"{name} has {size} bytes, which does not fit its shape {tuple(shape)}")
    return Tensor(tuple(shape), offset, size)


def read_index(table: bytes) -> dict[str, Tensor]:
    """All tensors that a checkpoint index names."""
    if len(table) < TABLE_FOOTER_SIZE or table[-8:] != TABLE_MAGIC:
        raise ConversionError("the checkpoint index is no sorted-string table")
    footer = table[-TABLE_FOOTER_SIZE:]
    _, _, at = read_handle(footer, 0)
    index_offset, index_size, _ = read_handle(footer, at)
    tensors: dict[str, Tensor] = {}
    for _, handle in read_block(table, index_offset, index_size):
        offset, size, _ = read_handle(handle, 0)
        for key, message in read_block(table, offset, size):
            if key:  # the empty key holds the header of the whole checkpoint
                name = key.decode()
                tensors[name] = read_entry(name, message)
    return tensors


def encode(tensors: dict[str, tuple[tuple[int, ...], bytes]]) -> bytes:
    """The bytes of a weight file: header, table in the order of the names, data."""
    table = b""
    data = b""
    data_start = -(-(HEADER_SIZE + ENTRY_SIZE * len(tensors)) // ALIGNMENT) * ALIGNMENT
    for name, (shape, values) in sorted(tensors.items()):
        data += bytes(-len(data) % ALIGNMENT)
        dimensions = shape + (0,) * (MAX_RANK - len(shape))
        table += struct.pack(
            f"<{NAME_SIZE}sI4IQII", name.encode(), len(shape), *dimensions, data_start + len(data), zlib.crc32(values), 0
        )
        data += values
    header = struct.pack("<8sIIQ32sI", MAGIC, FORMAT_VERSION, len(tensors), data_start + len(data), MODEL_NAME, 0)
    header += struct.pack("<I", zlib.crc32(table, zlib.crc32(header)))
    return header + table + bytes(data_start - HEADER_SIZE - len(table)) + data


def convert(wheel: pathlib.Path) -> bytes:
    """The weight file for the checkpoint in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        index = read_index(archive.read(CHECKPOINT + ".index"))
        data = archive.read(CHECKPOINT + ".data-00000-of-00001")
    tensors: dict[str, tuple[tuple[int, ...], bytes]] = {}
    for name, shape in network_shapes().items():
        tensor = index.get(name)
        if tensor is None:
            raise ConversionError(f"the checkpoint has no {name}")
        if tensor.shape != shape:
            raise ConversionError(f"{name} has the shape {tensor.shape} instead of {shape}")
        values = data[tensor.offset : tensor.offset + tensor.size]
        if len(values) != tensor.size:
            raise ConversionError(f"{name} lies beyond the end of the checkpoint's data")
        tensors[name] = (tensor.shape, values)
    return encode(tensors)


def write_atomically(path: pathlib.Path, content: bytes) -> None:
    """After a crash there is the old file or the new one, never a part."""
    descriptor, temporary = tempfile.mkstemp(prefix=path.name + ".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: musicnn_weights.py WHEEL OUT", file=sys.stderr)
        return 2
    wheel, out = map(pathlib.Path, arguments)
    try:
        content = convert(wheel)
        write_atomically(out, content)
    except (ConversionError, KeyError, OSError, UnicodeDecodeError, struct.error, zipfile.BadZipFile) as error:
        print(f"musicnn_weights.py: {wheel}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
