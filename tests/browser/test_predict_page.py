"""A prediction in a real browser: committed to first, then the answer is there."""

import pytest

from tinygrad_edu import predict


@pytest.fixture
def ask(open_page, tmp_path):
    def open_(*arguments, width=800, **options):
        page = open_page(predict(*arguments, **options).save(tmp_path / "predict.html").as_uri(), width=width)
        page.locator(".box").wait_for()
        return page

    return open_


def test_the_answer_comes_after_ones_own(ask):
    page = ask("What is the slope of x² at 3?", 6.0, because="It is 2x.")
    assert "It is" not in page.locator(".box").text_content()
    box = page.get_by_role("textbox", name="What is the slope of x² at 3?")
    box.fill("six")
    box.press("Enter")
    assert "Type a number" in page.get_by_role("status").text_content()
    box.fill("2 × 3")
    box.press("Enter")
    assert page.get_by_role("status").text_content() == "You said 2 × 3: right.It is 6. It is 2x."
    assert box.is_disabled()


def test_who_errs_as_expected_is_told_where(ask):
    mistakes = {8.0: "One edge where there are two.", 4.0: "Each factor alone."}
    page = ask("b = a + a, c = b·b, a = 2. What is ∂c/∂a?", 16.0, mistakes=mistakes, because="4 × 4.")
    page.get_by_role("textbox").fill("16,000")
    page.get_by_role("button", name="Commit").click()
    assert page.get_by_role("status").text_content().startswith("A comma here can be read in two ways")
    page.get_by_role("textbox").fill("8,0")
    page.get_by_role("button", name="Commit").click()
    assert page.get_by_role("status").text_content() == "You said 8,0.One edge where there are two.It is 16. 4 × 4."


def test_one_of_several_answers_is_chosen(ask):
    page = ask("Which way does w go?", "down", choices=["up", "down"], mistakes={"up": "Along the slope."}, width=400)
    page.get_by_role("button", name="up").click()
    assert page.get_by_role("status").text_content() == "You said up.Along the slope.It is down."
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    assert axe.Axe().run(page).response["violations"] == []
