"""The pages in Chinese in a real browser: no English sentence is left, and the numbers are the English ones."""

import re

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.pages.film import Film
from tinygrad_edu.pages.filmstrip import FilmStrip

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")

WRITTEN = """() => {
  const found = [document.title, document.documentElement.lang];
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (["STYLE", "SCRIPT"].includes(node.tagName) || node.tagName === "style") return;
    for (const name of ["aria-label", "aria-valuetext", "title", "alt"]) {
      if (node.getAttribute && node.getAttribute(name)) found.push(node.getAttribute(name));
    }
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.body);
  return found;
}"""
"""Everything that is to be read or heard on a page, hidden or not."""

CODE = {"grad", "tanh", "relu", "backward", "softmax", "Home", "End", "zh", "CN"}


@pytest.fixture
def page_of(open_page, tmp_path):
    def open_(language, shown):
        tg.set_language(language)
        try:
            path = shown().save(tmp_path / f"{language}.html")
        finally:
            tg.set_language("en")
        page = open_page(path.as_uri())
        page.locator(".box").wait_for()
        return page

    return open_


def english(page, *names):
    texts = page.evaluate(WRITTEN)
    assert any(re.search("[\u4e00-\u9fff]", text) for text in texts)
    known = CODE.union(*(name.split(".") for name in names))
    return [text for text in texts if set(re.findall(r"[A-Za-z]{2,}", text)) - known]


def shared():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b * w * w)
    y.name = "y"
    return y


def test_the_player_its_knobs_and_its_reasons(page_of):
    chinese, page = page_of("zh", lambda: tg.play(shared())), page_of("en", lambda: tg.play(shared()))
    assert english(chinese) == []
    last = int(page.locator(".count").text_content().split()[-1])
    for _ in range(last):
        for one in (chinese, page):
            one.keyboard.press("ArrowRight")
        assert english(chinese) == []
        for part in ("[data-part=value], [data-part=grad], [data-part=label]", ".lines .strong + div"):
            assert chinese.locator(part).all_text_contents() == page.locator(part).all_text_contents()
    knob = chinese.get_by_role("spinbutton", name="w")
    knob.fill("-3")
    assert english(chinese) == []
    chinese.get_by_label("这个节点的梯度为什么是这样？").select_option(label="w.grad")
    assert "条路径" in chinese.get_by_label("梯度为什么是这个数").text_content()
    assert english(chinese) == []


def test_what_a_knob_kills_and_mends(page_of):
    x = Value(-1.0, "x")
    page = page_of("zh", lambda: tg.play(tg.relu(x * 2.0) + 1.0))
    word = page.locator('.tg-node[data-id="n3"] [data-part=word]')
    assert word.text_content() == "v2，不传梯度"
    page.get_by_role("spinbutton", name="x").fill("1")
    assert word.text_content() == "v2"
    page.get_by_role("spinbutton", name="x").fill("-2")
    assert word.text_content() == "v2，不传梯度"
    page.keyboard.press("End")
    assert english(page) == []


def test_a_computation_that_is_folded(page_of):
    model = nn.MLP(2, [3, 3, 1], "tanh", seed=0)
    page = page_of("zh", lambda: tg.play(model([1.0, -0.5]), max_nodes=12))
    names = ["layers.neurons.out", *(name for name, _ in model.named_parameters())]
    page.keyboard.press("End")
    assert english(page, *names, "mlp", "dot") == []
    page.locator(".tg-node.group").first.click()
    assert page.get_by_role("button", name="← 全图").count() == 1
    assert english(page, *names, "mlp", "dot") == []


def test_practice_with_mistakes_and_hints(page_of):
    w = Value(0.5, "w")
    page = page_of("zh", lambda: tg.practice((w * 2.0) * w, ask="slope"))
    page.get_by_role("button", name="v1 → w").click()
    assert "还不完整" in page.get_by_role("status").text_content()
    assert english(page) == []
    for _ in range(20):
        if page.locator(".form input").count() == 0 and page.locator(".form button").count() == 0:
            break
        if page.locator(".form input").count():
            page.locator(".form input").fill("17")
            page.keyboard.press("Enter")
        for _ in range(3):
            page.get_by_role("button", name="一个提示").click()
        assert english(page) == []
        page.get_by_role("button", name="显示答案").click()
    assert page.locator(".question").text_content().startswith("完成")
    assert english(page) == []


def test_every_mistake_has_a_name(page_of):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    page = page_of("zh", lambda: tg.practice((w * x) * 3.0))
    page.get_by_role("button", name="v2 → v1").click()
    for text in ("−3", "3.1", "1", "0", "九", "3"):
        page.get_by_role("textbox").fill(text)
        page.keyboard.press("Enter")
        assert english(page) == []
    page.get_by_role("button", name="v1 → w").click()
    for text in ("2", "1.5", "−6", "5", "3", "0.5", "6"):
        page.get_by_role("textbox").fill(text)
        page.keyboard.press("Enter")
        assert english(page) == []
    assert page.locator(".verdict.right").count() == 1


def test_bands(page_of):
    page = page_of("zh", lambda: tg.rubber_band([0.1, 0.8], [1.0, 0.0]))
    assert english(page) == []
    page.get_by_role("button", name="顺着交叉熵的拉力走一步").click()
    for place, truth in enumerate("10"):
        page.get_by_role("slider", name=f"类别 {place}").fill(truth)
    assert page.get_by_role("status").text_content() == "每个滑块都停在真值钉上：橡皮筋全松了。"
    assert english(page) == []


def test_predict(page_of):
    page = page_of("zh", lambda: tg.predict("3 的平方是多少？", 9.0, because="3 × 3。"))
    for text in ("九", "9"):
        page.get_by_role("textbox").fill(text)
        page.keyboard.press("Enter")
        assert english(page) == []
    assert page.get_by_role("status").text_content() == "你答的是 9：对了。答案是 9。3 × 3。"


def test_the_film(page_of):
    moons = tg.data.load("moons", n=30, noise=0.1, seed=0)
    model = nn.MLP(2, [18, 1], "relu", seed=0)
    strip = FilmStrip(model, moons.X, moons.y, 24, nn.binary_cross_entropy, "binary_cross_entropy",
                      ["a", "b"], ["上", "下"])  # fmt: skip
    for epoch, step in ((0, 0), (0, 1), (1, 0)):
        strip.take(epoch, step)
    strip.series = {"loss": [0.7], "val_loss": [0.8]}
    page = page_of("zh", lambda: Film(strip))
    names = ("layers", "binary", "cross", "entropy", "MLP", "activation", "loss", "val")
    names += ("mlp", "neurons", "dot", "truth", "log", "exp", "max", "softplus", "sigmoid")
    for frame in (0, 1, 2):
        page.get_by_role("slider", name="时刻", exact=True).fill(str(frame))
        assert english(page, *names) == []
    page.get_by_role("checkbox").check()
    page.locator(".dot").nth(3).dispatch_event("click")
    for neuron in (0, 4, page.locator(".neuron").count() - 1):
        page.locator(".neuron").nth(neuron).focus()
        assert english(page, *names) == []
    assert "它的损失" in page.locator(".detail").text_content()
    page.locator(".stepping .tg-node").first.wait_for()
    assert english(page, *names) == []


def test_bands_that_slacken(page_of):
    def shown():
        company = nn.MLP(2, [3, 2], seed=0)
        pictures = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
        history = tg.fit(company, pictures, epochs=30, lr=0.1, progress=False, record="film")
        return tg.rubber_band(history, ([0.5, 0.5], 1), classes=["鸟", "狗"])

    page = page_of("zh", shown)
    names = ("cross", "entropy", "MLP", "relu", "loss")
    for moment in ("0", "30"):
        page.get_by_role("slider", name="时刻").fill(moment)
        for tile in range(3):
            page.locator(".tile").nth(tile).click()
            assert english(page, *names) == []


def test_a_network_neuron_by_neuron(page_of):
    def shown():
        model = nn.Sequential(nn.Standardize([0.0] * 12, [2.0] * 12), nn.MLP(12, [2, 1], "tanh", seed=0))
        example = [0.1 * j for j in range(12)]
        model(example).backward()
        return tg.play(model, example)

    page = page_of("zh", shown)
    names = ("layers", "neurons", "dot", "Standardize")
    assert english(page, *names) == []
    for place in (0, 12, 14):
        page.locator(".tg-node[role=button]").nth(place).click()
        assert english(page, *names) == []
    assert page.locator(".opened .tg-node").count() > 3
