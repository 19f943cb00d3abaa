"""The core is plain Python: where no library is installed it works, and what needs one says which."""

import json
import subprocess
import sys

SCRIPT = r"""
import json, sys

class Missing:
    NAMES = {
        "numpy", "matplotlib", "tqdm", "graphviz", "pygraphviz", "PIL", "scipy", "sklearn", "pandas", "torch", "jax",
        "numba", "hypothesis", "mpmath", "IPython",
    }

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.cli import main

w, x = Value(0.5, "w"), Value(2.0, "x")
y = tg.tanh(w * x)
y.backward()
model, moons = tg.nn.MLP(2, [4, 1], seed=0), tg.data.load("moons", n=40, seed=0)
history = tg.fit(model, moons, epochs=2, record="film", seed=0)
works = {
    "gradient": w.grad,
    "hessian": tg.hessian(lambda p: p[0] ** 2 * p[1])([1.0, 2.0]),
    "checked": tg.check_grads(lambda a: tg.sin(a) * a, (1.0,), order=2).conclusive,
    "engine": history.engine,
    "losses": history.loss,
    "accuracy": tg.accuracy(model, moons),
    "text": str(tg.draw(y)),
    "shown": tg.draw(y)._repr_mimebundle_()["text/plain"],
    "walk": tg.play(y).text(),
    "solution": tg.practice(y).text(),
    "network": tg.draw(model).svg[:4],
    "film": "tinygrad-film" in tg.play(history).page,
    "bands": "tinygrad-bands" in tg.rubber_band([0.1, 0.8], [1.0, 0.0]).page,
    "loaded": sorted(Missing.NAMES & set(sys.modules)),
}
refused = {}
for name, call in {
    "compile": lambda: tg.compile(model)([[0.0, 1.0]]),
    "fit": lambda: tg.fit(model, moons, engine="numpy"),
    "plot": lambda: tg.plot.loss_curve(history),
    "png": lambda: tg.draw(model).save(sys.argv[1] + "/network.png"),
    "gif": lambda: tg.play(history).save(sys.argv[1] + "/film.gif"),
    "clip": lambda: tg.fit(model, moons, clip_norm=1.0, progress=False),
    "command": lambda: main(["train", "iris", "--out", sys.argv[1] + "/iris-out"]),
    "blame": lambda: tg.blame.ForwardForward(2, [4, 4], classes=2).learn(moons),
}.items():
    try:
        refused[name] = call()
    except tg.errors.MissingLibraryError as error:
        refused[name] = [error.name, str(error)]
print(json.dumps([works, refused]))
"""


def test_without_any_library_the_core_works_and_the_rest_says_what_it_needs(tmp_path):
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    works, refused = json.loads(run.stdout)
    assert abs(works["gradient"] - 0.8399486832280523) < 1e-15  # 2 (1 − tanh² 1)
    assert works["hessian"] == [[4.0, 2.0], [2.0, 0.0]]
    assert works["checked"]
    assert works["engine"] == "eager: auto found no NumPy to compile for"
    assert works["losses"][1] < works["losses"][0]
    assert 0.5 <= works["accuracy"] <= 1.0
    assert "tanh(v1)" in works["text"]
    assert "pip install pygraphviz" in works["shown"]
    assert "0 + 2 × 0.42 ≈ 0.8399" in works["walk"]
    assert works["solution"] == works["walk"]
    assert works["network"] == "<svg"
    assert works["film"]
    assert works["bands"]
    assert works["loaded"] == []
    libraries = {"plot": "matplotlib", "png": "matplotlib", "gif": "matplotlib"}
    assert refused.pop("command") == 2
    assert "tinygrad-edu train needs matplotlib" in run.stderr
    for name, (library, message) in refused.items():
        assert library == libraries.get(name, "numpy"), name
        assert f"needs {library}, which cannot be imported here: python -m pip install {library}" in message
    assert list(tmp_path.iterdir()) == []
