"""Learning-rate schedules: PyTorch's numbers over a hundred steps, by name, saved and loaded, and what they refuse."""

import json
import math
from fractions import Fraction

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, optim


def ours(kind="SGD", lrs=(0.3, 0.02), **settings):
    return getattr(optim, kind)([{"params": [Value(1.0)], "lr": lr} for lr in lrs], **settings)


SCHEDULES = [
    ("StepLR", {"step_size": 7, "gamma": 0.6}),
    ("StepLR", {"step_size": 30}),
    ("MultiStepLR", {"milestones": [5, 40, 40, 77], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.97}),
    ("CosineAnnealingLR", {"T_max": 100}),
    ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.005}),  # it rises again
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 60}),
    ("LambdaLR", {"lr_lambda": lambda t: 1.0 / (1.0 + t)}),
    ("LambdaLR", {"lr_lambda": [lambda t: 0.9**t, lambda t: 1.0]}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 100}),
    ("OneCycleLR", {"max_lr": [0.5, 0.1], "epochs": 10, "steps_per_epoch": 11, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 120, "three_phase": True, "pct_start": 0.4, "div_factor": 10.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 105, "max_momentum": 0.9, "base_momentum": 0.7}),
]


def pytorchs(torch, kind, lrs, **settings):
    return getattr(torch.optim, kind)(
        [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in lrs], **settings
    )


@pytest.mark.parametrize(("name", "settings"), SCHEDULES, ids=[f"{n}-{'-'.join(s)}" for n, s in SCHEDULES])
@pytest.mark.filterwarnings("ignore:Detected call of")  # there is no optimiser's step in between
def test_a_hundred_steps_are_those_of_pytorch(torch, name, settings):
    kind = "Adam" if "max_momentum" in settings else "SGD"
    optimizer, their_optimizer = ours(kind), pytorchs(torch, kind, (0.3, 0.02))
    schedule = getattr(optim, name)(optimizer, **settings)
    theirs = getattr(torch.optim.lr_scheduler, name)(their_optimizer, **settings)
    for t in range(101):
        expected = [group["lr"] for group in their_optimizer.param_groups]
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(expected, rel=1e-12, abs=1e-16)
        assert schedule.rates(t) == schedule.get_last_lr()
        if name == "OneCycleLR":
            for group, their_group in zip(optimizer.param_groups, their_optimizer.param_groups, strict=True):
                for key in {"momentum", "betas"} & set(group):
                    assert group.get(key) == pytest.approx(their_group.get(key), rel=1e-12)
        if t < settings.get("total_steps", 101):
            schedule.step()
            theirs.step()


@pytest.mark.filterwarnings("ignore:Detected call of", "ignore:The epoch parameter")
def test_one_after_the_other_as_in_pytorch(torch):
    def chained(module, optimizer):
        parts = [
            module.LinearLR(optimizer, start_factor=0.1, total_iters=10),
            module.ExponentialLR(optimizer, gamma=0.95),
            module.CosineAnnealingLR(optimizer, T_max=40),
        ]
        return module.SequentialLR(optimizer, parts, milestones=[10, 50])

    optimizer, their_optimizer = ours(), pytorchs(torch, "SGD", (0.3, 0.02))
    schedule, theirs = chained(optim, optimizer), chained(torch.optim.lr_scheduler, their_optimizer)
    for _ in range(90):
        expected = [group["lr"] for group in their_optimizer.param_groups]
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(expected, rel=1e-12, abs=1e-16)
        schedule.step()
        theirs.step()


PLATEAUS = [
    {"patience": 2},
    {"patience": 0, "factor": 0.5, "threshold": 0.05},
    {"patience": 1, "factor": 0.3, "threshold": 0.02, "threshold_mode": "abs", "cooldown": 3},
    {"mode": "max", "patience": 3, "min_lr": [0.1, 0.001]},
    {"mode": "max", "patience": 1, "threshold": 0.03, "threshold_mode": "abs", "min_lr": 1e-3, "eps": 0.01},
]


@pytest.mark.parametrize("settings", PLATEAUS)
def test_a_plateau_is_seen_where_pytorch_sees_it(torch, settings):
    optimizer, their_optimizer = ours(), pytorchs(torch, "SGD", (0.3, 0.02))
    schedule = optim.ReduceLROnPlateau(optimizer, **settings)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(their_optimizer, **settings)
    metrics = [1.0 + math.exp(-0.1 * t) + 0.05 * math.sin(5.0 * t) for t in range(97)] + [math.nan, math.inf, -1.0]
    seen = set()
    for metric in [math.inf, math.nan, *metrics]:
        schedule.step(metric)
        theirs.step(metric)
        expected = [group["lr"] for group in their_optimizer.param_groups]
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(expected, rel=1e-12)
        assert schedule.num_bad_epochs == theirs.num_bad_epochs
        seen.add(expected[0])
    assert len(seen) > 1


def test_a_plateau_needs_a_metric_and_the_others_do_not_look_at_it():
    with pytest.raises(TypeError, match=r"write step\(metric\)"):
        optim.ReduceLROnPlateau(ours()).step()
    one, other = optim.ExponentialLR(ours(), 0.5), optim.ExponentialLR(ours(), 0.5)
    one.step()
    other.step(math.nan)
    assert one.get_last_lr() == other.get_last_lr()


@pytest.mark.parametrize("name", optim.SCHEDULES)
def test_by_name_it_fits_the_length_of_the_training(name):
    epochs, steps = 30, 4
    optimizer = ours(lrs=(0.2,))
    schedule = optim.create_schedule(name.upper(), optimizer, epochs, steps)
    rates = []
    for _ in range(epochs):
        for _ in range(steps):
            rates.append(optimizer.lr)
            if schedule.per_step:
                schedule.step(1.0)
        if not schedule.per_step:
            schedule.step(1.0)
    changes = {  # the first rate, the highest, the last one
        "step": (0.2, 0.2, 0.2 * 0.01),
        "multistep": (0.2, 0.2, 0.2 * 0.01),
        "exponential": (0.2, 0.2, 0.2 * 0.01 ** (29 / 30)),
        "cosine": (0.2, 0.2, 0.1 * (1 + math.cos(math.pi * 29 / 30))),
        "warmup": (0.002, 0.2, 0.2),
        "warmup-cosine": (0.002, 0.2, 0.1 * (1 + math.cos(math.pi * 107 / 108))),
        "onecycle": (0.2 / 25, 0.2, 0.2 / 25 / 1e4),
        "plateau": (0.2, 0.2, 0.2 * 0.1**7),
    }
    first, highest, last = changes[name]
    assert rates[0] == pytest.approx(first)
    assert max(rates) == pytest.approx(highest, rel=0.01)
    assert rates[-1] == pytest.approx(last)


@pytest.mark.parametrize("name", optim.SCHEDULES)
@pytest.mark.parametrize("kind", optim.OPTIMIZERS.values())
def test_every_name_goes_with_every_optimiser_and_the_shortest_training(name, kind):
    optimizer = kind([Value(1.0)])
    optim.create_schedule(name, optimizer, 1, 1).step(1.0)
    assert math.isfinite(optimizer.lr)


def test_a_new_schedule_begins_at_the_first_rate_or_at_one_that_was_assigned():
    optimizer = ours(lrs=(0.4,))
    for _ in range(2):
        schedule = optim.create_schedule("onecycle", optimizer, 5, 2)
        assert max(schedule.rates(t)[0] for t in range(10)) == pytest.approx(0.4)
        for _ in range(10):
            schedule.step()
    optimizer.lr = 0.1
    assert optim.CosineAnnealingLR(optimizer, 10).rates(0) == [0.1]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"no schedule is called 'cosin'; did you mean 'cosine'\? Known: step, "):
        optim.create_schedule("cosin", ours(), 5, 2)
    with pytest.raises(ValueError, match="no schedule is called 3"):
        optim.create_schedule(3, ours(), 5, 2)


@pytest.mark.parametrize("name", optim.SCHEDULES)
def test_from_a_saved_state_it_goes_on(name):
    def metric(t):
        return 1.0 / (1 + t) if t < 4 else 0.5

    straight, stopped = (optim.create_schedule(name, ours("Adam"), 10, 3) for _ in range(2))
    for t in range(20):
        straight.step(metric(t))
    for t in range(11):
        stopped.step(metric(t))
    resumed = optim.create_schedule(name, ours("Adam"), 10, 3)
    resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict(), allow_nan=False)))
    assert resumed.get_last_lr() == stopped.get_last_lr()
    for t in range(11, 20):
        resumed.step(metric(t))
    assert resumed.get_last_lr() == straight.get_last_lr()
    assert repr(resumed.optimizer) == repr(straight.optimizer)  # the momentum too


BAD_STATES = [
    (None, ValueError, "not the state of a StepLR"),
    ({"schedule": "ExponentialLR", "last_epoch": 1, "base_lrs": [0.1, 0.1]}, ValueError, "not the state of a StepLR"),
    ({"schedule": "StepLR", "last_epoch": 1, "base_lrs": [0.1]}, ValueError, "for 1 parameter groups"),
    ({"schedule": "StepLR", "last_epoch": -1, "base_lrs": [0.1, 0.1]}, ValueError, "last_epoch must be at least 0"),
    ({"schedule": "StepLR", "last_epoch": 1, "base_lrs": [0.1, "x"]}, TypeError, "base_lrs must be a number"),
]


@pytest.mark.parametrize(("state", "error", "message"), BAD_STATES)
def test_a_state_of_something_else_is_refused_and_changes_nothing(state, error, message):
    schedule = optim.StepLR(ours(), 3)
    before = schedule.state_dict()
    with pytest.raises(error, match=message):
        schedule.load_state_dict(state)
    assert (schedule.state_dict(), schedule.get_last_lr()) == (before, [0.3, 0.02])


BAD = [
    (lambda: optim.StepLR(0.1, 3), TypeError, "optimizer must be an Optimizer"),
    (lambda: optim.StepLR(ours(), 0), ValueError, "step_size must be at least 1"),
    (lambda: optim.StepLR(ours(), 2.5), TypeError, "step_size must be an integer"),
    (lambda: optim.StepLR(ours(), 2, gamma=-1.0), ValueError, "gamma must be"),
    (lambda: optim.MultiStepLR(ours(), 5), TypeError, "milestones must be a sequence"),
    (lambda: optim.ExponentialLR(ours(), Fraction(-1, 2)), ValueError, "gamma must be"),
    (lambda: optim.CosineAnnealingLR(ours(), 0), ValueError, "T_max must be at least 1"),
    (lambda: optim.LinearLR(ours(), start_factor=0.0), ValueError, "start_factor must be above 0"),
    (lambda: optim.LinearLR(ours(), end_factor=1.5), ValueError, "end_factor must be"),
    (lambda: optim.LambdaLR(ours(), 0.5), TypeError, "lr_lambda must be a sequence"),
    (lambda: optim.LambdaLR(ours(), [abs]), TypeError, "one for each of 2 groups"),
    (lambda: optim.LambdaLR(ours(), lambda t: math.nan), ValueError, "what lr_lambda gives must be"),
    (lambda: optim.OneCycleLR(ours(), 0.1), ValueError, "needs total_steps, or both"),
    (lambda: optim.OneCycleLR(ours(), [0.1], 10), ValueError, "one for each of 2 groups"),
    (lambda: optim.OneCycleLR(ours(), 0.1, 10, anneal_strategy="cosine"), ValueError, "must be 'cos' or 'linear'"),
    (lambda: optim.OneCycleLR(ours("Adagrad"), 0.1, 10), ValueError, "write cycle_momentum=False"),
    (lambda: optim.OneCycleLR(None, 0.1, 10), (TypeError, ValueError), "."),
    (lambda: optim.ReduceLROnPlateau(ours(), mode="least"), ValueError, "mode must be 'min' or 'max'"),
    (lambda: optim.ReduceLROnPlateau(ours(), factor=1.0), ValueError, "factor must be .* below 1"),
    (lambda: optim.ReduceLROnPlateau(ours(), min_lr=[0.1]), ValueError, "one for each of 2 groups"),
    (lambda: optim.SequentialLR(ours(), [], []), ValueError, "milestones in rising order"),
    (lambda: sequence([3, 2]), ValueError, "3 schedulers need 2 milestones in rising order"),
    (lambda: sequence([3]), ValueError, "3 schedulers need 2 milestones"),
    (lambda: optim.SequentialLR(ours(), [optim.StepLR(ours(), 3)], []), ValueError, "of the same optimiser"),
    (lambda: watching(), TypeError, "do not watch a metric"),
]


def sequence(milestones):
    optimizer = ours()
    return optim.SequentialLR(optimizer, [optim.StepLR(optimizer, 3) for _ in range(3)], milestones)


def watching():
    optimizer = ours()
    return optim.SequentialLR(optimizer, [optim.ReduceLROnPlateau(optimizer)], [])


@pytest.mark.parametrize(("make", "error", "message"), BAD)
def test_what_makes_no_sense_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_cycle_that_is_over_is_refused_and_changes_nothing():
    schedule = optim.OneCycleLR(ours(), 0.1, 2)
    schedule.step()
    schedule.step()
    before = schedule.get_last_lr()
    with pytest.raises(ValueError, match="this cycle has 2 steps, and they are all taken"):
        schedule.step()
    assert (schedule.get_last_lr(), schedule.last_epoch) == (before, 2)


def test_a_schedule_of_ones_own_is_one_formula():
    class Halving(optim.Schedule):
        def rate(self, base, t):
            return base / (1 + t)

    schedule = Halving(ours())
    schedule.step()
    assert schedule.get_last_lr() == [0.15, 0.01]
    with pytest.raises(NotImplementedError, match="write its method rate"):
        optim.Schedule(ours())


@pytest.mark.parametrize("engine", ["numpy", "eager"])
def test_the_compiled_engine_sees_the_rate_of_each_epoch(engine):
    def moved(rates):
        model = tg.nn.MLP(2, [1], seed=1)
        optimizer = optim.SGD(model.parameters(), lr=0.5)
        schedule = optim.LambdaLR(optimizer, lambda t: rates[t])
        places = []

        def callback(history):
            places.append(model.parameters()[0].data)
            schedule.step()

        data = tg.data.load("moons", n=30)
        tg.fit(model, data, optimizer=optimizer, epochs=3, engine=engine, progress=False, callback=callback)
        return places

    stopped = moved([1.0, 0.0, 1.0, 1.0])
    assert stopped[0] == stopped[1] != stopped[2]
