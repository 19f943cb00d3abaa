"""Tables as untidy as real ones, made with a seed: what a file holds, and what is to be found in it."""

import csv
import io
import random
from typing import NamedTuple


class Untidy(NamedTuple):
    """A file, and the truth about it.

    `used` are the columns that can tell something, `lost` the rows that have no label, `classes` the classes (empty if
    the label is a number), and `options` what has to be said on the command line.
    """

    name: str
    content: bytes
    label: str
    rows: int
    lost: int
    used: tuple[str, ...]
    left_out: tuple[str, ...]
    classes: tuple[str, ...]
    options: tuple[str, ...] = ()


def german(n=160, seed=0):
    """Exported from a German Excel: Windows-1252, semicolons, decimal commas, points in thousands, gaps, trailing ;."""
    generator = random.Random(seed)
    lines = ["sep=;", "Lfd. Nr.;Datum;Größe (m²);Umsatz;Straße;Zustand;Land;Güte;"]
    lost = 0
    for i in range(n):
        good = generator.random() < 0.5
        size = f"{generator.gauss(90 if good else 50, 12):.2f}".replace(".", ",")
        turnover = f"{generator.uniform(900, 2_000_000):,.2f}".replace(",", "x").replace(".", ",").replace("x", ".")
        gap = generator.random()
        size, turnover = ("" if gap < 0.05 else size), ("k. A." if 0.05 < gap < 0.1 else turnover)
        state = generator.choice(["gut", "mäßig", "gut", "schlecht", "-"])
        label = "" if i in (3, n - 1) else "höher" if good else "niedriger"
        lost += not label
        day = f"{generator.randint(1, 28)}.{generator.randint(1, 12)}.2023"
        lines.append(f'{i + 1};{day};{size};{turnover};"Weg ""{i}""; Hof";{state};DE;{label};')
    content = "\r\n".join([*lines, ";;;;;;;;", ""]).encode("cp1252")
    return Untidy(
        "umsatz 2023.csv", content, "Güte", n, lost, ("Größe (m²)", "Umsatz", "Zustand"),
        ("Lfd. Nr.", "Datum", "Straße", "Land"), ("höher", "niedriger"), ("--marks", "k. A."),
    )  # fmt: skip


def export(n=160, seed=0):
    """Exported from a database: UTF-8 with its mark, blank and doubled names, line breaks and thousands in quotes."""
    generator = random.Random(seed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["", "churned", "amount", "amount", " plan\nname ", "remark", "active", "empty"])
    for i in range(n):
        gone = generator.random() < 0.4
        amount = f"{generator.gauss(3000 if gone else 5500, 600):,.2f}"
        other = generator.choice(["NA", "null", "?", f"{generator.random():.3e}"])
        plan = generator.choice(["basic", "pro"]) if gone else generator.choice(["pro", "max, yearly", "N/A"])
        remark = f'called on day {i},\n"not" reached'
        writer.writerow([i, int(gone), amount, other, plan, remark, generator.choice(["TRUE", "FALSE"]), ""])
    return Untidy(
        "churn.csv", text.getvalue().encode("utf-8-sig"), "churned", n, 0,
        ("amount", "amount (2)", "plan name", "active"), ("column 1", "remark", "empty"), ("0", "1"),
    )  # fmt: skip


def instrument(n=160, seed=0):
    """Written by an instrument: UTF-16, tabs, remarks in front, no names of columns, exponents, label in the end."""
    generator = random.Random(seed)
    lines = ["# run 7, operator ?", "# units: V, A"]
    for _ in range(n):
        kind = generator.choice(["type I", "type II", "noise"])
        centre = {"type I": 2e-6, "type II": 8e-6, "noise": 5e-6}[kind]
        second = {"type I": -1.0, "type II": -1.0, "noise": 1.0}[kind]
        cells = [
            f"{generator.gauss(centre, 8e-7):.4E}",
            f"{generator.gauss(second, 0.4):+.3f}".replace("-", "−"),
            "1.0",
        ]
        if generator.random() < 0.1:
            cells[generator.randrange(2)] = generator.choice(["nan", "NaN", "--"])
        lines.append("\t".join([*cells, kind]))
    content = ("\n".join(lines) + "\n").encode("utf-16")
    return Untidy(
        "run7.txt", content, "column 4", n, 0, ("column 1", "column 2"), ("column 3",), ("noise", "type I", "type II")
    )


def houses(n=160, seed=0):
    """Written by R: names of the rows without a name above, bars, a price to approximate, some prices missing."""
    generator = random.Random(seed)
    lines, lost = ["area|rooms|quarter|year built|price"], 0
    for i in range(n):
        area, quarter = generator.uniform(30, 200), generator.choice(["North", "South", "Old Town", "Harbour"])
        rooms = max(1, round(area / 25 + generator.gauss(0, 0.5)))
        price = area * (5200 if quarter == "Old Town" else 3100) + generator.gauss(0, 15_000)
        known = generator.random() > 0.05
        lost += not known
        year = generator.choice(["NA", str(generator.randint(1890, 2020))])
        lines.append(f"house {i}|{area:.1f}|{rooms}|{quarter}|{year}|{f'{price:,.0f}' if known else 'NA'}")
    content = "\n".join(lines).encode("utf-8")
    return Untidy(
        "houses.dat", content, "price", n, lost, ("area", "rooms", "quarter", "year built"), ("column 1",), ()
    )  # fmt: skip


ALL = (german, export, instrument, houses)
