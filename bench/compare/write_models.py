"""Writes the peers' models from audiomuse's weight file and holds them against the golden values:

    write_models.py WEIGHTS GOLDEN_FOLDER OUT_FOLDER

Exit status 1 when a peer's embedding is off by more than 1e-3, or a tag by more than 1e-4.
"""

import sys
from pathlib import Path

import numpy as np
from onnx_model import onnx_model
from tensorflow_graph import tensorflow_graph
from weights import read_weights

MOST_EMBEDDING_ERROR = 1e-3
MOST_TAG_ERROR = 1e-4


def onnx_outputs(path, patches):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["model/dense/BiasAdd", "model/Sigmoid"], {"model/Placeholder": patches})


def tensorflow_outputs(path, patches):
    import essentia

    essentia.log.infoActive = False
    from essentia.standard import TensorflowPredict

    outputs = ["model/dense/BiasAdd", "model/Sigmoid"]
    predict = TensorflowPredict(graphFilename=str(path), inputs=["model/Placeholder"], outputs=outputs, squeeze=True)
    pool = essentia.Pool()
    pool.set("model/Placeholder", patches[:, np.newaxis, :, :])
    result = predict(pool)
    return [result[name].reshape(len(patches), -1) for name in outputs]


def main(weights, golden, out):
    golden, out = Path(golden), Path(out)
    patches, embedding, tags = (np.fromfile(golden / f"{name}.f32", "<f4") for name in ("logmel", "embedding", "tags"))
    patches, embedding, tags = patches.reshape(-1, 187, 96), embedding.reshape(-1, 200), tags.reshape(-1, 50)
    tensors = read_weights(weights)
    good = True
    for name, encode, run in (("musicnn.onnx", onnx_model, onnx_outputs), ("musicnn.pb", tensorflow_graph, tensorflow_outputs)):
        path = out / name
        path.write_bytes(encode(tensors))
        outputs = run(path, patches)
        errors = [float(np.abs(values - truth).max()) for values, truth in zip(outputs, (embedding, tags))]
        good &= errors[0] <= MOST_EMBEDDING_ERROR and errors[1] <= MOST_TAG_ERROR
        print(f"{name}: against the golden values at most {errors[0]:.1e} (embedding) and {errors[1]:.1e} (tags) off")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
