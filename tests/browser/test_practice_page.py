"""A backward pass done by hand in a real browser, with the keyboard alone, and wrong answers told apart."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")


def shared():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b * w)
    y.name = "y"
    return y


@pytest.fixture
def exercise(open_page, tmp_path):
    def open_(x, *, ask="contribution", **options):
        path = tg.practice(x, ask=ask).save(tmp_path / "practice.html")
        page = open_page(path.as_uri(), **options)
        page.locator(".box").wait_for()
        return page

    return open_


def verdict(page):
    return page.get_by_role("status").text_content()


def answer(page, text):
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


def test_on_a_narrow_page_the_result_is_in_sight_at_first_and_the_columns_stand_below_each_other(exercise):
    page = exercise(shared(), width=400)
    ground = page.locator(".window").bounding_box()
    page.wait_for_function(
        """right => document.querySelector(".tinygrad-page > div").shadowRoot
            .querySelector(".tg-node.output").getBoundingClientRect().right <= right""",
        arg=ground["x"] + ground["width"] + 1,
    )
    question, so_far = (page.get_by_role("region", name=name).bounding_box() for name in ("Question", "So far"))
    assert question["x"] == so_far["x"]
    assert question["y"] + question["height"] <= so_far["y"]


def called(node):
    if node.name:
        return node.name
    return "v3" if node.op.symbol == "+" else "v1" if node.parents[1].name == "x" else "v2"


def solve(page, y, ask="contribution"):
    """Answer everything rightly, from what the engine says, by the keyboard."""
    tg.zero_grad([node for node in tg.topological_order(y) if not node.parents])
    had = {}
    for step in tg.steps(y):
        if step.kind != "backward":
            continue
        source, label = called(step.node), called(step.parent)
        choice = page.get_by_role("button", name=f"{source} → {label}", exact=True)
        choice.focus()
        page.keyboard.press("Enter")
        if ask == "slope":
            answer(page, f"{step.local:.6g}")
        answer(page, f"{step.local:.6g} × {step.upstream:.6g}")
        if step.parent in had:
            answer(page, f"{step.grad_after:.6g}")
        had[step.parent] = True


@pytest.mark.parametrize("ask", ["contribution", "slope"])
def test_the_whole_pass_can_be_done_with_the_keyboard(exercise, ask):
    y = shared()
    page = exercise(y, ask=ask)
    solve(page, y, ask)
    heading = page.locator(".question").text_content()
    asked = 7 + 7 + 1 + (7 if ask == "slope" else 0)
    assert heading == f"Done: {asked} of {asked} right at once"
    y.backward()
    shown = page.locator('.tg-node[data-id="n1"] [data-part="grad"], .tg-node[data-id="n0"] [data-part="grad"]')
    numbers = sorted(float(text.replace("−", "-")) for text in shown.all_text_contents())
    leaves = tg.topological_order(y)[:2]
    assert numbers == pytest.approx(sorted(leaf.grad for leaf in leaves), abs=1e-4)


def test_a_wrong_order_is_answered_with_why(exercise):
    page = exercise(shared())
    page.get_by_role("button", name="v1 → w").click()
    assert verdict(page) == "Not yet: v1.grad is not complete. v3 still has to add to it."
    assert "mistakes: order 1×" in page.locator(".score").text_content()


def test_wrong_numbers_are_told_apart_and_hints_lead_to_the_right_one(exercise):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = (w * x) * 3.0
    y.name = "y"
    page = exercise(y)
    page.get_by_role("button", name="y → v1").click()
    answer(page, "3")
    page.get_by_role("button", name="v1 → w").click()
    for text, words in [
        ("2", "it still has to be multiplied by the gradient that arrives"),
        ("1.5", "the slope of the other operand"),
        ("-6", "the sign is not"),
        ("6.2", "rounded too far"),
        ("three", "Type a number"),
    ]:
        answer(page, text)
        assert words in verdict(page), text
    for _ in range(3):
        page.get_by_role("button", name="A hint").click()
    hints = page.get_by_role("list", name="Hints")
    assert "2 × 3" in hints.text_content()
    assert page.get_by_role("button", name="A hint").is_disabled()
    answer(page, "6")
    assert verdict(page) == "Right."


def test_slopes_and_gradients_show_only_when_they_are_found(exercise):
    page = exercise(shared())
    labels = page.locator(".tg-edge:not(.blank) [data-part=label]")
    assert labels.count() == 0
    page.get_by_role("button", name="Show the answer").click()
    page.get_by_role("button", name="Show the answer").click()
    assert labels.count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_and_passes_the_accessibility_checks(exercise, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    page = exercise(shared(), width=width, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_role("button", name="v1 → w").click()
    page.get_by_role("button", name="A hint").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
