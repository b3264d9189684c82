"""The mood table, its artist-grouped splits, and the heads that docs/moods.md compares.

A head is a `Head`: a name, a grid of settings, and `fit(table, settings)`, which trains once for each settings and returns as many
scorers. A scorer maps a table to an array (rows, moods) whose mean over the training rows is about zero.
"""

import csv
from dataclasses import dataclass
from typing import Callable, NamedTuple, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Table:
    moods: tuple[str, ...]
    artist: np.ndarray  # (rows,)
    labels: np.ndarray  # (rows, moods), 0 or 1
    embedding: np.ndarray  # (rows, 200)
    tags: np.ndarray  # (rows, 50)

    def take(self, rows) -> "Table":
        return Table(self.moods, self.artist[rows], self.labels[rows], self.embedding[rows], self.tags[rows])


def read_table(path) -> Table:
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    mood = [i for i, name in enumerate(header) if name.startswith("mood/")]
    embedding = [header.index(f"e{i}") for i in range(200)]
    tag = [i for i, name in enumerate(header) if name.startswith("tag:")]
    column = lambda which: np.array([[float(row[i]) for i in which] for row in rows])
    artist = np.array([row[header.index("artist")] for row in rows])
    return Table(tuple(header[i] for i in mood), artist, column(mood), column(embedding), column(tag))


def folds(artist: np.ndarray, seed: int, count: int) -> np.ndarray:
    """The fold of each row: a seeded permutation of the artists, cut into `count` parts as equal as can be."""
    artists, row_artist = np.unique(artist, return_inverse=True)
    fold = np.empty(len(artists), dtype=int)
    for index, part in enumerate(np.array_split(np.random.default_rng(seed).permutation(len(artists)), count)):
        fold[part] = index
    return fold[row_artist]


def auc(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The area under the ROC curve of each column."""
    ranks = rankdata(scores, axis=0)
    positive = labels.sum(axis=0)
    return ((ranks * labels).sum(axis=0) - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


class Head(NamedTuple):
    name: str
    grid: Sequence[dict]
    fit: Callable[[Table, Sequence[dict]], list[Callable[[Table], np.ndarray]]]


def relu(x):
    return np.maximum(x, 0.0)


FEATURES = {
    "embedding": lambda t: t.embedding,
    "tags": lambda t: t.tags,
    "embedding + tags": lambda t: np.hstack([t.embedding, t.tags]),
    "ReLU(embedding)": lambda t: relu(t.embedding),
    "ReLU(embedding) + tags": lambda t: np.hstack([relu(t.embedding), t.tags]),
}
RECTIFIED = FEATURES["ReLU(embedding) + tags"]


class Linear:
    """scores = (features - mean) @ weights"""

    def __init__(self, features, mean, weights, intercept=0.0):
        self.features, self.mean, self.weights, self.intercept = features, mean, weights, intercept

    def __call__(self, table: Table) -> np.ndarray:
        return (self.features(table) - self.mean) @ self.weights + self.intercept


def standardise(x):
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    return (x - mean) / deviation, mean, deviation


def logit(p):
    return np.log(p / (1.0 - p))


def logistic_head(feature_name: str, strengths: Sequence[float], with_intercept=False) -> Head:
    """One logistic regression a mood on standardised features. Without its intercept a score is relative to the average training row."""
    features = FEATURES[feature_name]

    def fit(table, settings):
        x, mean, deviation = standardise(features(table))
        scorers = []
        for setting in settings:
            models = [LogisticRegression(C=setting["C"], max_iter=1000).fit(x, y) for y in table.labels.T]
            weights = np.stack([model.coef_[0] for model in models], axis=1) / deviation[:, None]
            intercept = np.array([model.intercept_[0] for model in models]) if with_intercept else 0.0
            scorers.append(Linear(features, mean, weights, intercept))
        return scorers

    return Head(f"logistic, {feature_name}", [{"C": c} for c in strengths], fit)


def pca_logistic_head(components: Sequence[int]) -> Head:
    """Principal components of the standardised features, at their own variances, then one logistic regression a mood."""

    def fit(table, settings):
        x, mean, deviation = standardise(RECTIFIED(table))
        axes = np.linalg.svd(x, full_matrices=False)[2]
        scorers = []
        for setting in settings:
            basis = axes[: setting["components"]].T
            models = [LogisticRegression(C=setting["C"], max_iter=1000).fit(x @ basis, y) for y in table.labels.T]
            weights = basis @ np.stack([model.coef_[0] for model in models], axis=1)
            scorers.append(Linear(RECTIFIED, mean, weights / deviation[:, None]))
        return scorers

    return Head("PCA, then logistic", [{"components": n, "C": c} for n in components for c in (0.003, 0.01, 0.03)], fit)


def ridge_head(penalties: Sequence[float], ranks: Sequence[int]) -> Head:
    """Reduced-rank ridge regression of the standardised labels: ridge, then projection on the leading directions of its fitted values."""

    def fit(table, settings):
        x, mean, deviation = standardise(RECTIFIED(table))
        y, _, _ = standardise(table.labels)
        scorers = []
        for setting in settings:
            gram = x.T @ x + setting["penalty"] * x.shape[1] * np.eye(x.shape[1])
            weights = np.linalg.solve(gram, x.T @ y)
            leading = np.linalg.svd(x @ weights, full_matrices=False)[2][: setting["rank"]]
            scorers.append(Linear(RECTIFIED, mean, weights @ leading.T @ leading / deviation[:, None]))
        return scorers

    return Head("reduced-rank ridge", [{"penalty": p, "rank": r} for p in penalties for r in ranks], fit)


def kernel_head(penalties: Sequence[float], widths: Sequence[float]) -> Head:
    """Kernel ridge regression with a Gaussian kernel whose targets are penalised by the moods' correlation."""

    def kernel(a, b, width):
        distance = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * a @ b.T
        return np.exp(-width * np.maximum(distance, 0.0) / a.shape[1])

    def fit(table, settings):
        x, mean, deviation = standardise(RECTIFIED(table))
        y, _, _ = standardise(table.labels)
        strength, directions = np.linalg.eigh(np.corrcoef(table.labels.T))
        scorers = []
        for setting in settings:
            values, vectors = np.linalg.eigh(kernel(x, x, setting["width"]))
            shrunk = (vectors.T @ y @ directions) / (values[:, None] + setting["penalty"] / np.sqrt(strength))
            dual = vectors @ shrunk @ directions.T
            scorers.append(lambda t, dual=dual, width=setting["width"]: kernel((RECTIFIED(t) - mean) / deviation, x, width) @ dual)
        return scorers

    return Head("Gaussian kernel, multi-task", [{"penalty": p, "width": w} for p in penalties for w in widths], fit)


def multitask_weights(x, labels, strength: float, coupling: float) -> np.ndarray:
    """Logistic regression of all moods at once. The prior covariance of a feature's weights is (1 - coupling) I + coupling R, with R the
    correlation of the labels. Solved to a gradient of 1e-8, so that the solution does not depend on the path to it."""
    moods = labels.shape[1]
    prior = (1.0 - coupling) * np.eye(moods) + coupling * np.corrcoef(labels.T)
    factor = np.linalg.cholesky(prior + 1e-6 * np.eye(moods))

    def objective(parameters):
        free, intercept = parameters[:-moods].reshape(-1, moods), parameters[-moods:]
        z = x @ (free @ factor.T) + intercept
        loss = (np.logaddexp(0.0, z) - labels * z).sum()
        residual = 1.0 / (1.0 + np.exp(-z)) - labels
        gradient = strength * (x.T @ residual @ factor) + free
        value = strength * loss + 0.5 * (free * free).sum()
        return value, np.concatenate([gradient.ravel(), strength * residual.sum(axis=0)])

    start = np.concatenate([np.zeros(x.shape[1] * moods), logit(labels.mean(axis=0))])
    options = {"maxiter": 5000, "maxfun": 10000, "maxcor": 20, "ftol": 0.0, "gtol": 1e-8}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    return found.x[:-moods].reshape(-1, moods) @ factor.T


def multitask_head(strengths: Sequence[float], couplings: Sequence[float]) -> Head:
    def fit(table, settings):
        x, mean, deviation = standardise(RECTIFIED(table))
        return [
            Linear(RECTIFIED, mean, multitask_weights(x, table.labels, s["C"], s["coupling"]) / deviation[:, None]) for s in settings
        ]

    return Head("multi-task logistic", [{"C": c, "coupling": k} for c in strengths for k in couplings], fit)


def grow_teacher(table: Table, leaf: int) -> ExtraTreesRegressor:
    """Extremely randomised trees whose splits serve all moods at once (for 0/1 labels squared error is the Gini criterion)."""
    trees = ExtraTreesRegressor(200, min_samples_leaf=leaf, max_features=0.5, random_state=0, n_jobs=1)
    return trees.fit(RECTIFIED(table), table.labels)


def trees_head(leaves: Sequence[int]) -> Head:
    """The teacher of the distilled head by itself: far too large to ship, here to show what the linear student keeps."""

    def fit(table, settings):
        teachers = [grow_teacher(table, s["leaf"]) for s in settings]
        prior = table.labels.mean(axis=0)
        return [lambda t, teacher=teacher: teacher.predict(RECTIFIED(t)) - prior for teacher in teachers]

    return Head("extremely randomised trees", [{"leaf": leaf} for leaf in leaves], fit)


def mixed_rows(table: Table, count: int) -> Table:
    """The training rows and `count` random blends of two of them; blends are of embeddings, so that the ReLU applies afterwards."""
    random = np.random.default_rng(0)
    a, b = random.integers(len(table.artist), size=(2, count))
    share = random.random((count, 1))
    blend = lambda x: np.vstack([share * x[a] + (1.0 - share) * x[b], x])
    return Table(table.moods, np.empty(0), np.empty((0, 0)), blend(table.embedding), blend(table.tags))


def student_weights(table: Table, teacher: ExtraTreesRegressor, penalties: Sequence[float]) -> dict[float, np.ndarray]:
    """Ridge regression of the teacher's standardised log-odds on the mixed rows, in units of the features."""
    rows = mixed_rows(table, 4000)
    raw = RECTIFIED(rows)
    x, _, deviation = standardise(raw)
    p = teacher.predict(raw)
    target, _, _ = standardise(np.log((p + 0.03) / (1.0 - p + 0.03)))
    gram, moment = x.T @ x / len(x), x.T @ target / len(x)
    solve = lambda penalty: np.linalg.solve(gram + penalty * np.eye(len(gram)), moment)
    return {penalty: solve(penalty) / deviation[:, None] for penalty in penalties}


def distilled_head(leaves, penalties, strengths, blends) -> Head:
    """The linear student of the trees plus `blend` times the multi-task logistic head, each with unit deviation on the training rows."""

    def fit(table, settings):
        raw = RECTIFIED(table)
        x, mean, deviation = standardise(raw)
        unit = lambda w: w / ((raw - mean) @ w).std(axis=0)
        penalties = sorted({s["penalty"] for s in settings})
        students = {leaf: student_weights(table, grow_teacher(table, leaf), penalties) for leaf in sorted({s["leaf"] for s in settings})}
        logistic = {}
        if any(s["blend"] for s in settings):
            for c in sorted({s["C"] for s in settings}):
                logistic[c] = unit(multitask_weights(x, table.labels, c, 0.6) / deviation[:, None])
        total = lambda s: unit(students[s["leaf"]][s["penalty"]]) + (s["blend"] * logistic[s["C"]] if s["blend"] else 0.0)
        return [Linear(RECTIFIED, mean, total(s)) for s in settings]

    grid = [{"leaf": n, "penalty": p, "C": c, "blend": b} for n in leaves for p in penalties for c in strengths for b in blends]
    name = "linear student of the trees" + (" + multi-task logistic" if any(blends) else "")
    return Head(name, grid, fit)
