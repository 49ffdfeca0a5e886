"""A small network of tanh layers in plain NumPy, trained by Adam. The same inputs give the same weights."""

from collections.abc import Callable

import numpy as np

Layers = list[np.ndarray]
Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Gives the gradient of a loss by the outputs, for the outputs and a batch of targets."""


def layers(sizes: list[int], dice: np.random.Generator) -> Layers:
    """Return weights from each size to the next; the last row of each is the bias."""
    pairs = zip(sizes, sizes[1:])
    return [dice.normal(0, (above + 1) ** -0.5, (above + 1, below)) for above, below in pairs]


def activations(weights: Layers, inputs: np.ndarray) -> list[np.ndarray]:
    """Return what goes into each layer, and last what comes out; the last layer is linear."""
    found = [inputs]
    for number, layer in enumerate(weights, 1):
        out = found[-1] @ layer[:-1] + layer[-1]
        found.append(out if number == len(weights) else np.tanh(out))
    return found


def fit(
    weights: Layers,
    examples: tuple[np.ndarray, np.ndarray],
    loss: Loss,
    epochs: int,
    dice: np.random.Generator,
    rate: float = 0.003,
    batch: int = 64,
) -> Layers:
    """Return ``weights`` as they are after so many epochs over ``examples``, inputs and targets."""
    inputs, targets = examples
    weights = [layer.copy() for layer in weights]
    mean = [np.zeros_like(layer) for layer in weights]
    square = [np.zeros_like(layer) for layer in weights]
    step = 0
    for _ in range(epochs):
        order = dice.permutation(len(inputs))
        for chosen in np.split(order, range(batch, len(order), batch)):
            step += 1
            for number, slope in enumerate(_slopes(weights, inputs[chosen], targets[chosen], loss)):
                mean[number] += 0.1 * (slope - mean[number])
                square[number] += 0.001 * (slope**2 - square[number])
                sized = mean[number] / (1 - 0.9**step)
                weights[number] -= rate * sized / (np.sqrt(square[number] / (1 - 0.999**step)) + 1e-8)
    return weights


def _slopes(weights: Layers, inputs: np.ndarray, targets: np.ndarray, loss: Loss) -> Layers:
    """Return the gradient of the loss by each layer's weights."""
    seen = activations(weights, inputs)
    error = loss(seen[-1], targets) / len(inputs)
    slopes: Layers = []
    for number in reversed(range(len(weights))):
        entered = np.column_stack([seen[number], np.ones(len(inputs))])
        slopes.insert(0, entered.T @ error)
        error = (error @ weights[number][:-1].T) * (1 - seen[number] ** 2)
    return slopes
