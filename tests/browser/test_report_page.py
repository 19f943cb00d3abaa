"""The report in a browser: narrow and wide, light and dark, nothing asked for, nothing cut off."""

import pytest

from tinygrad_edu.cli.training_run import train


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    train("penguins", folder, hidden=[4], epochs=3, progress=False, say=lambda line: None)
    return (folder / "report.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_every_screen(open_page, report, scheme):
    page = open_page(report, width=1400, color_scheme=scheme)
    ink, paper = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    assert ink != paper
    drawn = page.locator("figure svg")
    assert drawn.count() == 8
    for width in (1400, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for figure in drawn.all():
            box = figure.bounding_box()
            assert box["width"] > 280
            assert box["height"] > 200
    # Axes are drawn in the ink of the page, and the graph in the colours of the scheme.
    colour = page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill")
    assert colour == ink
    ground = page.evaluate("getComputedStyle(document.querySelector('.graph svg > rect')).fill")
    assert ground == paper
    # Its letters can be read on a phone; it scrolls in its frame.
    letters = page.evaluate("""Math.min(...[...document.querySelectorAll('.graph text')].map(
        text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))""")
    assert letters >= 10.0
