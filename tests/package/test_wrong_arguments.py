"""What is no argument is refused where it is given: by the name of what refuses it, what was given, what to write."""

import numpy as np
import pytest
from support.every_layer import LAYERS

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

ROWS, LABELS = [[0.0, 1.0], [1.0, 0.0]] * 10, [0, 1] * 10


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "max", "min", "norm", "logsumexp", "softmax", "log_softmax"])
@pytest.mark.parametrize("given", [3.0, None, "12", np.float32(3.0)])
def test_a_function_of_sequences_says_its_own_name(name, given):
    with pytest.raises(TypeError, match=rf"^{name} takes .*{type(given).__name__}"):
        getattr(tg, name)(given)


@pytest.mark.parametrize("name", sorted({*LAYERS} - {"Dropout", "Flatten", "Embedding"}))
@pytest.mark.parametrize("given", [None, "ab", object(), np.array(3.0)], ids=["None", "text", "object", "number"])
def test_a_layer_refuses_what_is_no_example(name, given):
    with pytest.raises((TypeError, ValueError), match=r" takes | for "):
        LAYERS[name][0]()(given)


@pytest.mark.parametrize("given", [3, None, "x", [1.0], object(), tg.exp, lambda x: x])
@pytest.mark.parametrize("f", [tg.topological_order, lambda x: list(tg.steps(x)), tg.find_nonfinite])
def test_what_walks_a_computation_refuses_what_is_none(f, given):
    with pytest.raises(TypeError, match="expected a Value"):
        f(given)


@pytest.mark.parametrize("transform", [tg.grad, tg.value_and_grad, tg.jacobian, tg.hessian])
def test_transforms_refuse_what_is_no_function_and_no_place(transform):
    with pytest.raises(TypeError, match="only a function has derivatives"):
        transform(3.0)(1.0)
    with pytest.raises(TypeError, match=r"argnums=1\.5"):
        transform(lambda x: x, 1.5)(1.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"record": True}, r"record must be names such as 'film'.*got True"),
        ({"record": len}, "record must be names"),
        ({"lr": Value(0.1)}, r"lr must be a number, got Value.*take its number, \.data"),
        ({"checkpoint": ""}, "checkpoint is a folder, such as 'run/', got ''"),
        ({"lr": np.array(0.1)}, r"lr must be a number.*take its number, \.item"),
    ],
)
def test_fit_names_the_setting(settings, message):
    with pytest.raises(TypeError, match=message):
        tg.fit(nn.MLP(2, [1], seed=0), (ROWS, LABELS), progress=False, **settings)


@pytest.mark.parametrize("engine", ["auto", "numpy", "eager"])
@pytest.mark.parametrize("wrapped", [lambda x: [x], lambda x: (x,), lambda x: {"loss": x}, lambda x: [x, x]])
def test_a_loss_is_one_number_on_every_engine(engine, wrapped):
    model = nn.MLP(2, [1], seed=0)
    before = model.state_dict()
    with pytest.raises(TypeError, match="the loss must be a Value that depends on the model"):
        tg.fit(model, (ROWS, LABELS), loss=lambda o, t: wrapped(nn.mse(o, t)), epochs=1, progress=False, engine=engine)
    assert model.state_dict() == before


@pytest.mark.parametrize("model", [(ROWS, LABELS), lambda x: x[0], nn.MLP, [nn.MLP(2, [1], seed=0)], None])
def test_what_is_no_model_is_told_where_it_belongs(model):
    with pytest.raises(TypeError, match="the model comes first, then the data"):
        tg.fit(model, (ROWS, LABELS), progress=False)


@pytest.mark.parametrize(
    ("build", "grid", "message"),
    [
        (lambda seed: nn.MLP(2, [1], seed=seed), {"seed": 3}, r"grid\['seed'\] must list what to try, such as \[3\]"),
        (lambda: nn.MLP(2, [1], seed=0), {"optimizer": "adam"}, r"grid\['optimizer'\] must list .* \['adam'\]"),
        (lambda seed: None, {"seed": [0]}, "build must return a model"),
    ],
)
def test_sweep_names_what_is_wrong(build, grid, message):
    with pytest.raises(TypeError, match=message):
        tg.sweep(build, (ROWS, LABELS), grid, epochs=1, progress=False)


@pytest.mark.parametrize("rule", ["SGD", "Adam", "RMSprop", "Lion"])
def test_optimisers_take_a_module_and_refuse_what_the_next_pass_does_not_read(rule):
    model, w = nn.MLP(2, [1], seed=0), Value(1.0, "w")
    assert getattr(tg.optim, rule)(model, lr=0.1).params == model.parameters()
    groups = getattr(tg.optim, rule)([{"params": model, "lr": 0.01}, {"params": [w]}], lr=0.1)
    assert groups.params == [*model.parameters(), w]
    with pytest.raises(ValueError, match=r"params must be leaves, but params\[1\] is computed"):
        getattr(tg.optim, rule)([w, w * 2.0], lr=0.1)
