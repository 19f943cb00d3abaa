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


def test_one_of_several_answers_is_chosen(ask):
    page = ask("Which way does w go?", "down", choices=["up", "down"], width=400)
    page.get_by_role("button", name="up").click()
    assert page.get_by_role("status").text_content() == "You said up.It is down."
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    assert axe.Axe().run(page).response["violations"] == []
