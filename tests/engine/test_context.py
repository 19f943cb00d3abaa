"""Scopes and `no_grad` belong to a thread and to an asyncio task, end in any order, and are left as they were found."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.computations import OPERATIONS
from support.interrupts import interrupts

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_no_grad_records_nothing():
    x = Value(2.0)
    with tg.no_grad():
        y = x * x + tg.dot([x], [x])
        with tg.scope("inside"):
            z = x + 1.0
    assert (y.data, y.parents, y.op, z.parents) == (8.0, (), None, ())
    assert (x * x).parents == (x, x)

    @tg.no_grad()
    def f(v):
        return v * v

    assert f(x).parents == ()
    with pytest.raises(ZeroDivisionError), tg.no_grad():
        raise ZeroDivisionError
    assert (x * x).parents == (x, x)


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_contexts_decide_for_every_operation(op):
    operands = [Value(0.5 + 0.125 * i) for i in range(op.arity or 4)]
    with tg.no_grad(), tg.scope("inside"):
        off = op(*operands)
    with tg.scope("inside"):
        on = op(*operands)
    assert (off.parents, off.op) == ((), None)
    assert off.data == pytest.approx(on.data, abs=0.0, rel=0.0, nan_ok=True)
    assert (on.parents, on.op, on.scope.name) == (tuple(operands), op, "inside")
    assert on.partials == pytest.approx(op.slopes(on.data, tuple(x.data for x in operands)), nan_ok=True)


def test_detach_cuts():
    x = Value(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3.0


def test_each_entry_into_a_scope_is_an_instance():
    x = Value(1.0)
    for _ in range(2):
        with tg.scope("net"), tg.scope("cell"):
            x = x * 2.0
    first, second = x.parents[0].scope, x.scope
    assert first is not second
    assert first.name == second.name == "cell"
    assert first.path == "net/cell"
    from tinygrad_edu.engine.tagged import scope_labels

    assert list(scope_labels(tg.topological_order(x)).values()) == ["net", "cell", "net#2", "cell"]
    x.name = "out"
    assert x.scope is second
    assert x.name == "out"
    with pytest.raises(TypeError, match="name"):
        tg.scope(3)


def test_contexts_are_per_thread():
    x = Value(2.0)
    results = []

    def work():
        results.append((x * x).parents)
        with tg.scope("other"):
            results.append((x * x).scope.name)

    with tg.no_grad(), tg.scope("main"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert (x * x).parents == ()
    assert results == [(x, x), "other"]


def run(coroutine):
    """Run a coroutine in a copy of this context, in its own thread: a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(contextvars.copy_context().run, asyncio.run, coroutine).result()


def recorded():
    """Whether an operation made now is recorded, and in which scopes."""
    made = Value(2.0) * 3.0
    return bool(made.parents), made.scope.path if made.scope else ""


def test_after_errors_in_them_all_contexts_are_closed():
    model = tg.nn.MLP(2, [2, 1], seed=0)
    with tg.no_grad(), tg.scope("a"), tg.scope("b"):
        model([1.0, 2.0])
    with tg.scope("a"), tg.no_grad(), tg.scope("b"):
        tg.grad(lambda x: model([x, 1.0]))(1.0)
    with pytest.raises(TypeError):
        model(["a", "b"])
    with pytest.raises(ValueError, match="2"):
        model.layers[0]([1.0])
    model.layers[0].neurons[0]([Value(1.0), Value(2.0)])
    assert recorded() == (True, "")


KINDS = st.lists(st.sampled_from(["scope", "no_grad"]), max_size=6)


@given(KINDS.flatmap(lambda kinds: st.permutations([f"{kind}{i}" for i, kind in enumerate(kinds)])))
def test_contexts_may_end_in_any_order(ending):
    names = sorted(ending, key=lambda name: name[-1])
    managers = {name: tg.scope(name) if name.startswith("scope") else tg.no_grad() for name in names}
    for name in names:
        managers[name].__enter__()
    for name in [*ending, ""]:
        scopes = [each for each in names if each.startswith("scope")]
        records, path = recorded()
        assert records == (len(scopes) == len(names))
        if records:
            assert path.split("/")[-1] == (scopes[-1] if scopes else "")
        if name:
            names.remove(name)
            managers[name].__exit__(None, None, None)


def test_generators_that_end_in_the_order_in_which_they_began():
    def muted():
        with tg.no_grad():
            yield

    a, b = muted(), muted()
    next(a), next(b), next(a, None), next(b, None)
    model = tg.nn.MLP(2, [2, 1], seed=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())


def test_tasks_have_contexts_of_their_own():
    seen = {}

    async def muted():
        with tg.no_grad(), tg.scope("muted"):
            await asyncio.sleep(0.0)
            await asyncio.sleep(0.0)
            seen["muted"] = recorded()

    async def scoped():
        with tg.scope("task"):
            await asyncio.sleep(0.0)
            seen["scoped"] = recorded()
        await asyncio.sleep(0.0)
        seen["after"] = recorded()

    async def main():
        await asyncio.gather(muted(), scoped())
        with tg.no_grad():
            heir = asyncio.create_task(inner())
        await heir
        seen["main"] = recorded()

    async def inner():
        seen["heir"] = recorded()  # begun inside no_grad, as for every context variable

    run(main())
    assert seen == {
        "muted": (False, ""),
        "scoped": (True, "task"),
        "after": (True, ""),
        "heir": (False, ""),
        "main": (True, ""),
    }


def test_a_context_that_is_closed_elsewhere_changes_nothing_there():
    manager = tg.no_grad()
    manager.__enter__()

    async def close():
        manager.__exit__(None, None, None)

    run(close())
    assert recorded() == (False, "")
    tg.engine.context.leave(tg.engine.context.current().entered)
    assert recorded() == (True, "")


def test_an_interrupted_call_of_a_module_leaves_no_scope_open():
    model = tg.nn.MLP(2, [2, 1], seed=0)
    still_open = [recorded()[1] for _ in interrupts(lambda: model([1.0, 2.0]), every=1)]
    assert len(still_open) > 20
    assert set(still_open) == {""}


def is_recorded(x):
    return bool((x * 2.0).parents)


@pytest.mark.parametrize("decorate", [tg.no_grad, tg.no_grad()], ids=["without brackets", "with brackets"])
def test_decorated_functions_of_every_kind_compute_inside(decorate):
    x = Value(3.0)

    @decorate
    def plain():
        return is_recorded(x)

    @decorate
    async def coroutine():
        await asyncio.sleep(0)
        return is_recorded(x)

    @decorate
    def generator():
        """What is sent and thrown in arrives."""
        try:
            sent = yield is_recorded(x)
            yield sent, is_recorded(x)
        except ValueError as error:
            yield str(error), is_recorded(x)
        return is_recorded(x)

    async def beside():
        return await asyncio.gather(coroutine(), asyncio.sleep(0, is_recorded(x)), coroutine())

    assert plain() is False
    assert asyncio.run(beside()) == [False, True, False]
    walk = generator()
    assert (next(walk), is_recorded(x)) == (False, True)  # what is done with the items is not inside
    assert walk.send("sent") == ("sent", False)
    assert walk.throw(ValueError("thrown")) == ("thrown", False)
    with pytest.raises(StopIteration) as end:
        next(walk)
    assert end.value.value is False
    assert (generator.__doc__, is_recorded(x)) == ("What is sent and thrown in arrives.", True)
    closed = generator()
    next(closed)
    closed.close()
    with pytest.raises(StopIteration):
        next(closed)


def test_what_no_context_can_decorate_is_refused():
    async def items():
        yield 1

    with pytest.raises(TypeError, match="no_grad does not decorate items, an asynchronous generator: write `with"):
        tg.no_grad()(items)
    with pytest.raises(TypeError, match="no_grad decorates a function, got True"):
        tg.no_grad(True)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=20))
def test_one_context_may_be_open_in_many_tasks_at_once(moves):
    """Each ends what it began itself, in whatever order they come by turns."""
    x, quiet = Value(3.0), tg.no_grad()
    seen, turns = [], [[enter for who, enter in moves if who == task] for task in range(3)]

    async def task(mine):
        depth = 0
        for enter in mine:
            if enter:
                quiet.__enter__()
            elif depth:
                quiet.__exit__(None, None, None)
            depth += 1 if enter else -bool(depth)
            seen.append(is_recorded(x) == (depth == 0))
            await asyncio.sleep(0)
            seen.append(is_recorded(x) == (depth == 0))

    async def together():
        await asyncio.gather(*map(task, turns))

    asyncio.run(together())
    assert all(seen)
