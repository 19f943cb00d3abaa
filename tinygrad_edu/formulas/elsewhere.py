"""With this module a formula as other programs, books and keyboards write it is answered by how it is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..arguments import nearest

_RECIPES: Mapping[str, str] = {
    "lg": "log10(x)", "lb": "log2(x)", "ld": "log2(x)", "logit": "log(x/(1 - x))", "exp10": "10**x",
    "cot": "1/tan(x)", "ctg": "1/tan(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "cosec": "1/sin(x)", "tg": "tan(x)",
    "sh": "sinh(x)", "ch": "cosh(x)", "th": "tanh(x)", "arsinh": "asinh(x)", "arcosh": "acosh(x)",
    "artanh": "atanh(x)", "arctg": "atan(x)", "arctan2": "atan2(y, x)", "sgn": "sign(x)", "signum": "sign(x)",
    "fabs": "abs(x)", "sqr": "square(x)", "root": "x**(1/n)", "nthroot": "x**(1/n)", "power": "x**n", "inv": "1/x",
    "gamma": "exp(lgamma(x)) for x > 0", "γ": "exp(lgamma(x)) for x > 0", "gammaln": "lgamma(x)",
    "factorial": "exp(lgamma(n + 1))", "mod": "a % b", "fmod": "a % b", "average": "mean(a, b)", "avg": "mean(a, b)",
    "logistic": "sigmoid(x)", "expit": "sigmoid(x)", "swish": "silu(x)", "step": "heaviside(x)", "h": "heaviside(x)",
    "theta": "heaviside(x)", "θ": "heaviside(x)", "if": "where(condition, a, b)", "ifelse": "where(condition, a, b)",
    "φ": "exp(-x**2/2)/sqrt(2*pi)", "radians": "x*pi/180", "rad": "x*pi/180", "degrees": "x*180/pi",
}  # fmt: skip
"""Functions that have another name here, or none; in small letters."""

_OTHER_COUNTS: Mapping[tuple[str, int], str] = {
    ("log", 2): "; to another base write log(x)/log(base)",
    ("atan", 2): "; write atan2(y, x)",
    ("round", 2): "; to two decimals write round(100*x)/100",
}


def name_here(name: str, known: Iterable[str]) -> str:
    """Say how a function is written that is not known by that name; empty if nobody can guess.

    Examples
    --------
    >>> name_here("arcsin", ["asin", "sin"]), name_here("ReLU", ["relu"]), name_here("lg", ["log"])
    ("; did you mean 'asin'?", "; did you mean 'relu'?", '; write log10(x)')
    """
    names = [*known]
    recipe = _RECIPES.get(name.casefold())
    if recipe is not None:
        return f"; {'to multiply write *, for the function' if len(name) == 1 else 'write'} {recipe}"
    inverse = re.fullmatch("(?:arc|ar)(.+)", name.casefold())
    if inverse and f"a{inverse[1]}" in names:
        return f"; did you mean {f'a{inverse[1]}'!r}?"
    return "" if len(name) == 1 else nearest(name, names)  # x(y + 1) is no max


def bare_here(name: str, text: str, known: Iterable[str]) -> str:
    """Say how the power of a function is written, and its inverse, if the formula raises its name: sin²(x), sin⁻¹(x).

    Examples
    --------
    >>> bare_here("sin", "sin**2(x)", ["asin", "sin"]), bare_here("sin", "sin + 1", ["asin", "sin"])
    (', of its square sin(x)**2, of its inverse asin(x)', '')
    """
    if f"{name}**" not in text.replace(" ", ""):
        return ""
    return f", of its square {name}(x)**2" + (f", of its inverse a{name}(x)" if f"a{name}" in [*known] else "")


def count_here(name: str, count: int) -> str:
    """Say what a function of so many numbers is here, if people use it so elsewhere."""
    return _OTHER_COUNTS.get((name, count), "")


_SIGNS = (
    (r"\\[A-Za-z]+", "this is LaTeX; write it without backslashes: sqrt(x), a/b, pi*x"),
    (r"\$", "leave the dollar signs out"),
    (r"[\"“”„«»`]|^'.*'$", "leave the quotes out"),
    (r"['′″’]", "a prime is no name; write another one, x1"),
    (r"[\w)\]|]\s*!(?!=)", "for n! write exp(lgamma(n + 1))"),
    (r"°|º", "angles are in radians: for 30° write 30*pi/180"),
    (r"\d\s*%\s*(?:$|[-+*/),])|%%", "% is the remainder; of 50 % write 0.5"),
    (r"\?", "write where(condition, a, b)"),
    (r"[∛∜]|[⁰¹²³⁴⁵⁶⁷⁸⁹]√", "write cbrt(x), or x**(1/n)"),
    (r"[⌊⌋⌈⌉]", "write floor(x) or ceil(x)"),
    (r"‖", "write norm([a, b])"),
    (r"≠|!=|<>", "compare with <, <=, > or >="),
    (r"[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]", "write it as a quotient in brackets, (1/2)"),
    (r"[;.,:]\s*$", "leave the last sign out"),
    (r"[A-Za-z_]\w*\s*\{|[_^]\s*\{|\*\*\s*\{", "write round brackets"),
    (r"\b(?:mod|div)\b", "write a % b for the remainder, a/b for a quotient"),
)  # fmt: skip
_SIDE_BY_SIDE = r"[)\]]\s*[\w(√|~]|[\w)\]|]\s*[√~]|\d\s*[^\W\d_]|[\w)\]]\s*\||\|\s*[\w(|√~]"


def sign_here(text: str) -> str:
    r"""Say how a sign is written that Python's parser refused, the first that is known; empty if there is none.

    Examples
    --------
    >>> sign_here(r"\frac{x}{y}")
    'this is LaTeX; write it without backslashes: sqrt(x), a/b, pi*x'
    """
    for pattern, words in _SIGNS:
        if re.search(pattern, text):
            return words
    return ""


def stands_side_by_side(text: str) -> bool:
    """Whether things stand beside one another that paper multiplies: ``2π``, ``sin(x)cos(x)``, ``|x||y|``."""
    return re.search(_SIDE_BY_SIDE, text) is not None
