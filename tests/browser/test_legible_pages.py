"""What stands on the pages can be read: no letter below ten pixels, no text over another or beyond its box."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the player's picture")

FAULTS = """() => {
  const found = [], texts = [];
  const root = document.querySelector(".tinygrad-page > div").shadowRoot;
  const seen = e => {
    for (let at = e; at; at = at.parentElement) {
      const {display, visibility} = getComputedStyle(at);
      if (display === "none" || visibility === "hidden") return false;
    }
    return true;
  };
  for (const e of root.querySelectorAll("*:not(style, option, title)")) {
    const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(" ").trim();
    if (!own || !seen(e)) continue;
    const svg = e.ownerSVGElement, b = e.getBoundingClientRect();
    const size = Number.parseFloat(getComputedStyle(e).fontSize) * (svg ? e.getScreenCTM().a : 1);
    if (size < 9.99) found.push(`${own}: ${size.toFixed(1)} pixels high`);
    if (!svg) continue;
    const card = e.closest(".stage .tg-node")?.querySelector("rect[data-part=card], polygon[data-part=card]");
    const c = card?.getBoundingClientRect();
    if (c && (b.left < c.left - 1 || b.right > c.right + 1)) found.push(`${own}: beyond its box`);
    texts.push([own, b, svg]);
  }
  texts.forEach(([own, a, svg], i) => texts.slice(i + 1).forEach(([other, b, same]) => {
    const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (svg === same && w > 1.5 && h > 0.3 * Math.min(a.height, b.height)) found.push(`${own} over ${other}`);
  }));
  return found;
}"""


def neuron():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return y


def network():
    model = nn.MLP(2, [8, 8, 1], "tanh", seed=0)
    nn.binary_cross_entropy(model([0.5, -1.0]), 1).backward()
    return tg.play(model, [0.5, -1.0])


def film():
    history = tg.fit(
        nn.MLP(2, [12, 12, 1], "tanh", seed=0), tg.data.load("moons", n=40), epochs=2, progress=False, record="film"
    )
    return tg.play(history)


def finished(page):
    page.locator(".box").press("End")


def turned_far(page):
    """Numbers that no picture was laid out for."""
    page.get_by_role("spinbutton", name="w", exact=True).fill("-31.25")


def compared(page):
    page.get_by_role("checkbox", name="compare").check()
    page.locator(".plane").first.locator(".dot").nth(7).dispatch_event("click")
    page.locator(".walk .box").wait_for()


@pytest.mark.parametrize(
    ("make", "prepare"),
    [
        (lambda: tg.play(neuron()), finished),
        (lambda: tg.play(neuron()), turned_far),
        (network, lambda page: page.locator(".tg-node[role=button]").last.focus()),
        (film, compared),
    ],
    ids=["player", "knobs", "network", "film"],
)
def test_all_that_stands_on_a_page_can_be_read(show, make, prepare):
    page = show(make(), width=400)
    prepare(page)
    for width in (400, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        assert page.evaluate(FAULTS) == []
