"""Writes MusiCNN as a frozen TensorFlow graph, with the names of inputs and outputs that Essentia expects."""

import numpy as np
from protobuf import data, float32, integer
from weights import EPSILON, normalisation, numbered

FLOAT, INT32 = 1, 3
PRODUCER = 1087  # the version of the graph's format


class Kind(int):
    """A data type as the value of an attribute."""


def shape_of(sizes):
    return b"".join(data(2, integer(1, size)) for size in sizes)


def attribute_value(value):
    if isinstance(value, np.ndarray):
        kind = INT32 if value.dtype == np.int32 else FLOAT
        return data(8, integer(1, kind) + data(2, shape_of(value.shape)) + data(4, np.ascontiguousarray(value).tobytes()))
    if isinstance(value, bool):
        return integer(5, value)
    if isinstance(value, Kind):
        return integer(6, value)
    if isinstance(value, int):
        return integer(3, value)
    if isinstance(value, float):
        return float32(4, value)
    if isinstance(value, str):
        return data(2, value)
    if isinstance(value, tuple):
        return data(7, shape_of(value))
    return data(1, b"".join(integer(3, item) for item in value))


class Graph:
    """Collects nodes; each method that adds something returns the name of its output."""

    def __init__(self):
        self.content = data(4, integer(1, PRODUCER))
        self.nodes = 0

    def add(self, operation, *inputs, name=None, **attributes):
        self.nodes += 1
        name = name or f"{operation}_{self.nodes}"
        node = data(1, name) + data(2, operation) + b"".join(data(3, source) for source in inputs)
        for key, value in attributes.items():
            node += data(5, data(1, key) + data(2, attribute_value(value)))
        self.content += data(1, node)
        return name

    def operate(self, operation, *inputs, name=None, **attributes):
        return self.add(operation, *inputs, name=name, T=Kind(FLOAT), **attributes)

    def constant(self, values):
        values = np.asarray(values)
        if values.dtype.kind == "i":
            values = values.astype(np.int32)
        return self.add("Const", dtype=Kind(INT32 if values.dtype == np.int32 else FLOAT), value=values)

    def normalise(self, x, parameters):
        """Batch normalisation of images."""
        return self.operate("FusedBatchNormV3", x, *map(self.constant, parameters), U=Kind(FLOAT), epsilon=EPSILON,
                            is_training=False, data_format="NHWC")

    def normalise_rows(self, x, parameters):
        gamma, beta, mean, variance = parameters
        scale = gamma / np.sqrt(variance + np.float32(EPSILON))
        return self.operate("AddV2", self.operate("Mul", x, self.constant(scale)), self.constant(beta - mean * scale))


def tensorflow_graph(tensors):
    graph = Graph()

    def convolve(x, number, kernel, padding):
        x = graph.operate("Conv2D", x, graph.constant(kernel), strides=[1, 1, 1, 1], padding=padding, data_format="NHWC")
        x = graph.operate("BiasAdd", x, graph.constant(tensors[numbered("conv2d", number) + "/bias"]), data_format="NHWC")
        return graph.normalise(graph.operate("Relu", x), normalisation(tensors, number + 1))

    def pad_time(x):
        return graph.operate("Pad", x, graph.constant([[0, 0], [3, 3], [0, 0], [0, 0]]), Tpaddings=Kind(INT32))

    def largest(x, bands):
        return graph.operate("MaxPool", x, ksize=[1, 1, bands, 1], strides=[1, 1, bands, 1], padding="VALID", data_format="NHWC")

    def front(x, padded, number):
        kernel = tensors[numbered("conv2d", number) + "/kernel"]
        width = kernel.shape[1]
        return largest(convolve(padded, number, kernel, "VALID") if width > 1 else convolve(x, number, kernel, "SAME"), 97 - width)

    def mid(x, number):
        return convolve(pad_time(x), number, tensors[f"conv2d_{number}/kernel"].transpose(0, 2, 1, 3), "VALID")

    def concatenate(parts):
        return graph.operate("ConcatV2", *parts, graph.constant(3), N=len(parts), Tidx=Kind(INT32))

    def dense(x, layer, name=None):
        x = graph.operate("MatMul", x, graph.constant(tensors[f"{layer}/kernel"]))
        return graph.operate("BiasAdd", x, graph.constant(tensors[f"{layer}/bias"]), name=name, data_format="NHWC")

    x = graph.add("Placeholder", name="model/Placeholder", dtype=Kind(FLOAT), shape=(-1, 187, 96))
    x = graph.normalise(graph.operate("ExpandDims", x, graph.constant(3), Tdim=Kind(INT32)), normalisation(tensors, 0))
    padded = pad_time(x)
    features = concatenate([front(x, padded, number) for number in range(5)])
    layers = [features, mid(features, 5)]
    for number in (6, 7):
        layers.append(graph.operate("AddV2", mid(layers[-1], number), layers[-1]))
    x = concatenate(layers)
    pooled = [graph.operate(kind, x, graph.constant([1, 2]), Tidx=Kind(INT32), keep_dims=False) for kind in ("Max", "Mean")]
    x = graph.operate("Reshape", graph.operate("Pack", *pooled, N=2, axis=2), graph.constant([-1, 1506]), Tshape=Kind(INT32))
    x = dense(graph.normalise_rows(x, normalisation(tensors, 9)), "dense", "model/dense/BiasAdd")
    x = dense(graph.normalise_rows(graph.operate("Relu", x), normalisation(tensors, 10)), "dense_1")
    graph.operate("Sigmoid", x, name="model/Sigmoid")
    return graph.content
