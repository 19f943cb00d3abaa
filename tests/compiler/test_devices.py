"""What is spread over devices, of one process or of several, gives the numbers of one device."""

import numpy as np
import pytest
from support.compiler_programs import assert_agree
from support.processes import printed_by

import tinygrad_edu as tg
from tinygrad_edu import nn

jax = pytest.importorskip("jax", reason="the extra [jax] is not installed")


@pytest.mark.parametrize(("processes", "each"), [(1, 8), (2, 4)])
def test_eight_devices_give_the_numbers_of_one(processes, each):
    script = """
        import numpy as np, tinygrad_edu as tg
        from tinygrad_edu import nn, optim
        assert len(devices) == 8
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(48, 3)), rng.normal(size=48)
        model = nn.MLP(3, [5, 1], seed=0)
        def loss(x, t):
            return tg.square(model(x) - t) * (model(x) - tg.batch_mean(model(x)))
        one = tg.compile(loss, model.parameters(), "numpy")
        many = tg.compile(loss, model.parameters(), "jax", devices=devices)
        # As many examples for each device, not quite, and fewer than there are devices.
        for count, weights in ((48, None), (20, np.arange(1.0, 21.0)), (7, None)):
            a, ga = one.value_and_grad(X[:count], y[:count], weights=weights)
            b, gb = many.value_and_grad(X[:count], y[:count], weights=weights)
            assert abs(a - b) < 1e-12 * abs(a)
            assert np.abs(ga - gb).max() < 1e-12 * np.abs(ga).max()
        np.testing.assert_allclose(many(X[:20], y[:20]), one(X[:20], y[:20]), rtol=1e-12)

        def trained(engine, **settings):
            model = nn.MLP(3, [5, 1], "tanh", seed=0)
            history = tg.fit(model, (X, y), loss="mse", epochs=3, batch_size=9, validation=0.2, seed=1,
                             progress=False, engine=engine, **settings)
            return history, [p.data for p in model.parameters()]

        alone, there = trained("numpy")
        history, here = trained("jax", devices=devices)
        assert history.engine == "jax: asked for by name, on 8 devices"
        np.testing.assert_allclose(here, there, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(history.loss + history.val_loss, alone.loss + alone.val_loss, rtol=1e-12)
        print(here)
    """
    first, *others = printed_by(script, processes, each)
    assert first.startswith("[")
    assert all(other == first for other in others), "all processes end with the very same parameters"


def test_work_is_done_on_the_devices_that_were_given():
    script = """
        import numpy as np, tinygrad_edu as tg
        placed = []
        put = jax.make_array_from_callback
        jax.make_array_from_callback = lambda shape, where, f: placed.append(where.device_set) or put(shape, where, f)
        w = tg.Value(2.0)
        def f(x):
            return tg.square(w * x)
        tg.compile(f, [w], "jax", devices=devices[3:]).value_and_grad(np.arange(9.0))
        assert placed == [{devices[3]}], placed
    """
    assert printed_by(script, 1, 4) == [""]


def test_a_process_needs_a_device_of_its_own():
    script = """
        import tinygrad_edu as tg
        w = tg.Value(2.0)
        theirs = [device for device in devices if device.process_index != process]
        try:
            tg.compile(lambda x: w * x, [w], "jax", devices=theirs).value_and_grad([1.0])
        except ValueError as error:
            print(error)
    """
    for process, output in enumerate(printed_by(script, 2, 1)):
        assert f"none of these devices belongs to process {process}" in output


def test_an_operation_without_code_is_refused_on_several_devices():
    script = """
        import tinygrad_edu as tg
        cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3 * x * x,))
        w = tg.Value(2.0)
        def f(x):
            return cube(x * w)
        assert tg.compile(f, [w], "jax", devices=devices[:1]).value_and_grad([1.0, 2.0])[0] == 36.0
        portable = tg.Op("cube", cube.fn, cube.partials, code="x * x * x")
        def g(x):
            return portable(x * w)
        assert tg.compile(g, [w], "jax", devices=devices).value_and_grad([1.0, 2.0] * 8)[0] == 36.0
        try:
            tg.compile(f, [w], "jax", devices=devices).value_and_grad([1.0, 2.0])
        except tg.errors.GraphError as error:
            print(error)
    """
    (output,) = printed_by(script, 1, 8)
    assert "one device only" in output


def test_the_devices_of_this_machine_give_the_numbers_of_numpy():
    """On GPUs where there are any."""
    model = nn.MLP(3, [5, 1], seed=0)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(41, 3)), rng.normal(size=41)

    def loss(x, t):
        return tg.square(model(x) - t)

    truth = tg.compile(loss, model.parameters())
    spread = tg.compile(loss, model.parameters(), "jax", devices=jax.devices())
    value, gradient = spread.value_and_grad(X, y)
    assert value == pytest.approx(truth.value_and_grad(X, y)[0], rel=1e-12)
    assert_agree(gradient, truth.value_and_grad(X, y)[1], 1e-12)


def test_fit_refuses_devices_that_it_cannot_use():
    model, data = nn.MLP(1, [1], seed=0), ([[1.0], [2.0]], [0.5, 1.0])
    with pytest.raises(ValueError, match="use engine='jax', got engine='auto'"):
        tg.fit(model, data, devices=jax.devices(), progress=False)
    with pytest.raises(TypeError, match="JAX devices"):
        tg.fit(model, data, engine="jax", devices=["cpu"], progress=False)
