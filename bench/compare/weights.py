"""Reads audiomuse's weight file (docs/weight-file.md) into arrays."""

import struct
from pathlib import Path

import numpy as np

HEADER = struct.Struct("<8sIIQ32sII")
ENTRY = struct.Struct("<60sI4IQII")
EPSILON = 1e-3  # of every batch normalisation


def read_weights(path):
    content = Path(path).read_bytes()
    magic, version, count, size, *_ = HEADER.unpack_from(content)
    if magic != b"AMWEIGHT" or version != 1 or size != len(content):
        raise ValueError(f"{path}: not a weight file of version 1")
    tensors = {}
    for i in range(count):
        name, rank, *dimensions, offset, _, _ = ENTRY.unpack_from(content, HEADER.size + i * ENTRY.size)
        shape = dimensions[:rank]
        values = np.frombuffer(content, "<f4", int(np.prod(shape)), offset).reshape(shape)
        tensors[name.rstrip(b"\0").decode()] = values
    return tensors


def numbered(name, number):
    """TensorFlow's name of the n-th layer of a kind."""
    return f"{name}_{number}" if number else name


def normalisation(tensors, number):
    """A batch normalisation as (gamma, beta, mean, variance)."""
    layer = numbered("batch_normalization", number)
    return tuple(tensors[f"{layer}/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance"))
