"""Writes MusiCNN as an ONNX model (opset 17): patches of 187 frames x 96 bands to the embedding and the tags."""

import numpy as np
from protobuf import data, float32, integer
from weights import EPSILON, normalisation, numbered

FLOAT, INT64 = 1, 7
KIND_FLOAT, KIND_INT, KIND_INTS = 1, 2, 7


def attribute(name, value):
    if isinstance(value, float):
        return data(1, name) + float32(2, value) + integer(20, KIND_FLOAT)
    if isinstance(value, int):
        return data(1, name) + integer(3, value) + integer(20, KIND_INT)
    return data(1, name) + b"".join(integer(8, item) for item in value) + integer(20, KIND_INTS)


def value_info(name, shape):
    dimensions = b"".join(data(1, data(2, size) if isinstance(size, str) else integer(1, size)) for size in shape)
    return data(1, name) + data(2, data(1, integer(1, FLOAT) + data(2, dimensions)))


class Graph:
    """Collects nodes and constants; each method that adds something returns the name of its output."""

    def __init__(self):
        self.content = b""
        self.nodes = 0

    def constant(self, values):
        values = np.ascontiguousarray(values)
        name = f"constant_{len(self.content)}"
        kind = INT64 if values.dtype == np.int64 else FLOAT
        dimensions = b"".join(integer(1, size) for size in values.shape)
        self.content += data(5, dimensions + integer(2, kind) + data(8, name) + data(9, values.tobytes()))
        return name

    def add(self, operation, *inputs, output=None, **attributes):
        self.nodes += 1
        output = output or f"{operation}_{self.nodes}"
        node = b"".join(data(1, name) for name in inputs) + data(2, output) + data(3, output) + data(4, operation)
        self.content += data(1, node + b"".join(data(5, attribute(*item)) for item in attributes.items()))
        return output

    def normalise(self, x, parameters):
        return self.add("BatchNormalization", x, *map(self.constant, parameters), epsilon=EPSILON)

    def model(self, inputs, outputs):
        graph = self.content + data(2, "MSD_musicnn")
        graph += b"".join(data(11, value_info(*item)) for item in inputs.items())
        graph += b"".join(data(12, value_info(*item)) for item in outputs.items())
        return integer(1, 8) + data(2, "audiomuse bench/compare") + data(7, graph) + data(8, data(1, "") + integer(2, 17))


def onnx_model(tensors):
    graph = Graph()

    def convolve(x, number, kernel, pads):
        kernel = graph.constant(kernel.transpose(3, 2, 0, 1))
        x = graph.add("Conv", x, kernel, graph.constant(tensors[numbered("conv2d", number) + "/bias"]), pads=pads)
        return graph.normalise(graph.add("Relu", x), normalisation(tensors, number + 1))

    def front(x, number):
        kernel = tensors[numbered("conv2d", number) + "/kernel"]
        taps, width = kernel.shape[:2]
        x = convolve(x, number, kernel, [(taps - 1) // 2, 0, taps // 2, 0])
        return graph.add("MaxPool", x, kernel_shape=[1, 96 - width + 1])

    def mid(x, number):
        kernel = tensors[f"conv2d_{number}/kernel"].transpose(0, 2, 1, 3)  # 7 x 1 x channels x 64
        return convolve(x, number, kernel, [3, 0, 3, 0])

    def dense(x, name, output):
        return graph.add("Gemm", x, *(graph.constant(tensors[f"{name}/{part}"]) for part in ("kernel", "bias")), output=output)

    x = graph.add("Unsqueeze", "model/Placeholder", graph.constant(np.array([1])))
    x = graph.normalise(x, normalisation(tensors, 0))
    features = graph.add("Concat", *(front(x, number) for number in range(5)), axis=1)
    layers = [features, mid(features, 5)]
    for number in (6, 7):
        layers.append(graph.add("Add", mid(layers[-1], number), layers[-1]))
    x = graph.add("Concat", *layers, axis=1)
    pooled = [graph.add(kind, x, axes=[2], keepdims=1) for kind in ("ReduceMax", "ReduceMean")]
    x = graph.add("Reshape", graph.add("Concat", *pooled, axis=2), graph.constant(np.array([-1, 1506])))
    x = dense(graph.normalise(x, normalisation(tensors, 9)), "dense", "model/dense/BiasAdd")
    x = dense(graph.normalise(graph.add("Relu", x), normalisation(tensors, 10)), "dense_1", None)
    graph.add("Sigmoid", x, output="model/Sigmoid")
    return graph.model({"model/Placeholder": ("patches", 187, 96)},
                       {"model/dense/BiasAdd": ("patches", 200), "model/Sigmoid": ("patches", 50)})
