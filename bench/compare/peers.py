"""The pipelines that audiomuse is compared with, single-threaded; run by __main__.py inside the peers' environment:

    peers.py essentia|librosa MODELS_FOLDER WARM_UP_FILE FILE...

Models are loaded and code is compiled (by the warm-up) before the first file is timed. Prints a JSON object for each file, CPU
milliseconds by stage, in the words of `audiomuse analyze`.
"""

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

PATCH_FRAMES = 187
KEYS = "C C# D D# E F F# G G# A A# B".split()
KRUMHANSL = {"major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
             "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)}


class Stages:
    def __init__(self):
        self.timings_ms = {"decode": 0.0, "tempo": 0.0, "key": 0.0, "mel": 0.0, "network": 0.0}

    @contextmanager
    def time(self, stage):
        start = time.process_time()
        yield
        self.timings_ms[stage] += 1000 * (time.process_time() - start)


class Librosa:
    """The route of AudioMuse-AI 3: everything at 16 kHz, patches side by side. They go through ONNX Runtime one by one, which it does
    in the least time and memory (whole tracks at once, without its memory arena: three times the time)."""

    def __init__(self, models):
        import librosa
        import onnxruntime

        self.librosa = librosa
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(models / "musicnn.onnx", options, providers=["CPUExecutionProvider"])

    def analyse(self, file, stages):
        librosa = self.librosa
        with stages.time("decode"):
            audio, rate = librosa.load(file, sr=16000, mono=True)
        with stages.time("tempo"):
            tempo, _ = librosa.beat.beat_track(y=audio, sr=rate)
        with stages.time("key"):
            chroma = librosa.feature.chroma_cqt(y=audio, sr=rate).mean(axis=1)
            _, scale, tonic = max((np.corrcoef(np.roll(profile, tonic), chroma)[0, 1], scale, tonic)
                                  for scale, profile in KRUMHANSL.items() for tonic in range(12))
        with stages.time("mel"):
            mel = librosa.feature.melspectrogram(y=audio, sr=rate, n_fft=512, hop_length=256, n_mels=96, center=False)
            mel = np.log10(1 + 10000 * mel)
            count = mel.shape[1] // PATCH_FRAMES
            patches = mel[:, : count * PATCH_FRAMES].T.reshape(count, PATCH_FRAMES, 96).astype(np.float32)
        with stages.time("network"):
            outputs = ["model/dense/BiasAdd", "model/Sigmoid"]
            embedding = np.concatenate([self.session.run(outputs, {"model/Placeholder": patch[np.newaxis]})[0] for patch in patches])
        return {"duration_s": len(audio) / rate, "tempo": float(np.squeeze(tempo)), "key": KEYS[tonic], "scale": scale, "patches": count,
                "embedding": embedding.mean(axis=0).tolist()}


class Essentia:
    """The route of AudioMuse-AI's first version: tempo and key at 44.1 kHz, the network at 16 kHz, half-overlapping patches."""

    def __init__(self, models):
        import essentia

        essentia.log.infoActive = essentia.log.warningActive = False
        import essentia.standard

        self.standard = essentia.standard
        self.rhythm = essentia.standard.RhythmExtractor2013()
        self.key = essentia.standard.KeyExtractor()
        self.network = essentia.standard.TensorflowPredictMusiCNN(graphFilename=str(models / "musicnn.pb"),
                                                                  output="model/dense/BiasAdd")

    def analyse(self, file, stages):
        with stages.time("decode"):
            audio = self.standard.MonoLoader(filename=file)()
        with stages.time("tempo"):
            tempo = self.rhythm(audio)[0]
        with stages.time("key"):
            key, scale, _ = self.key(audio)
        with stages.time("decode"):
            audio = self.standard.MonoLoader(filename=file, sampleRate=16000)()
        with stages.time("network"):  # its log-mel spectra included
            embedding = self.network(audio)
        return {"duration_s": len(audio) / 16000, "tempo": tempo, "key": key, "scale": scale, "patches": len(embedding),
                "embedding": embedding.mean(axis=0).tolist()}


def main(peer, models, warm_up, *files):
    pipeline = {"essentia": Essentia, "librosa": Librosa}[peer](Path(models))
    pipeline.analyse(warm_up, Stages())
    for file in files:
        stages = Stages()
        result = pipeline.analyse(file, stages)
        stages.timings_ms["total"] = sum(stages.timings_ms.values())
        print(json.dumps({"file": file, "ok": True, **result, "timings_ms": stages.timings_ms}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
