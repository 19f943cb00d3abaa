"""Make the pictures of README, that which speaks in Chinese too, with the package that they show: python notebooks/make_pictures.py."""

from pathlib import Path

import tinygrad_edu as tg
from tinygrad_edu import Value

HERE = Path(__file__).parent / "pictures"


def neuron() -> Value:
    """The neuron of README's ten lines."""
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return y


def network() -> Value:
    """The loss of a small network on one example; one of its neurons is dead."""
    model = tg.nn.MLP(2, [3, 2, 1], activation="relu", seed=54)
    loss = tg.nn.mse(model([1.0, -0.5]), 1.0)
    loss.name = "loss"
    return loss


def classifier() -> tg.nn.MLP:
    """A network that has learned two moons."""
    model = tg.nn.MLP(2, [6, 4, 1], activation="tanh", seed=1)
    tg.fit(model, tg.data.load("moons", n=200, noise=0.1, seed=0), epochs=60, progress=False)
    model.zero_grad()
    return model


def main() -> None:
    """Write every picture into the folder beside this script."""
    HERE.mkdir(exist_ok=True)
    y = neuron()
    y.backward()
    tg.draw(y).save(HERE / "neuron.svg")
    for language, name in (("zh", "neuron_steps.zh.svg"), ("en", "neuron_steps.svg")):
        tg.set_language(language)
        tg.play(y).save(HERE / name)
    loss = network()
    loss.backward()
    tg.draw(loss).save(HERE / "network.svg")
    tg.draw(classifier(), [0.5, 0.25]).save(HERE / "classifier.svg")
    tg.draw(loss, collapse=2).save(HERE / "network_folded.svg")
    for picture in sorted(HERE.glob("*.svg")):
        print(picture.name, picture.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
