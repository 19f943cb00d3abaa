"""Functions from every trade, for the tests of measuring: each in its own unit, over any module of mathematics."""


def normal(d, m):
    return 0.5 * m.erfc(-d / m.sqrt(2))


# Each is a function of a number u of the order of 1 and the module whose functions it takes (math, or mpmath); the
# interval of u; and how large its intermediate results are beside its value, for those round too.
FAMILIES = {
    "Gaussian": (lambda u, m: m.exp(-u * u), -4, 4, 1),
    "tone": (lambda u, m: m.sin(2 * m.pi * u), -9, 9, 1),
    "cosine": (lambda u, m: m.cos(u), -30, 30, 1),
    "decay": (lambda u, m: m.exp(-u), -3, 30, 1),
    "damped oscillation": (lambda u, m: m.exp(-u) * m.cos(20 * u), 0, 4, 1),
    "Michaelis-Menten": (lambda u, m: u / (1 + u), 0, 50, 1),
    "Hill, 4": (lambda u, m: u**4 / (1 + u**4), 0, 6, 1),
    "Hill, 2.5": (lambda u, m: u * u * m.sqrt(u) / (1 + u * u * m.sqrt(u)), 0, 6, 1),
    "Coulomb": (lambda u, m: 1 / u, -3, 3, 1),
    "gravity": (lambda u, m: 1 / u / u, -3, 3, 1),
    "Lennard-Jones": (lambda u, m: (1 / u) ** 12 - (1 / u) ** 6, 0.7, 3, 2),
    "sigmoid": (lambda u, m: 1 / (1 + m.exp(-u)), -12, 12, 1),
    "tanh": (lambda u, m: m.tanh(u), -7, 7, 1),
    "softplus": (lambda u, m: m.log(1 + m.exp(u)), -9, 9, 2),
    "GELU": (lambda u, m: u * normal(u, m), -5, 5, 1),
    "SiLU": (lambda u, m: u / (1 + m.exp(-u)), -9, 9, 1),
    "logarithm": (lambda u, m: m.log(u), 0, 10, 1),
    "square root": (lambda u, m: m.sqrt(u), 0, 10, 1),
    "logarithm at its edge": (lambda u, m: m.log(1 + u), -1, 3, 1),
    "seventh power": (lambda u, m: u**7, -9, 9, 1),
    "polynomial": (lambda u, m: u**5 - 3 * u**3 + u, -5, 5, 3),
    "double well": (lambda u, m: (u * u - 1) ** 2, -2, 2, 2),
    "Lorentz": (lambda u, m: 1 / (1 + 100 * (u - 0.3) ** 2), -2, 2, 1),
    "chirp": (lambda u, m: m.sin(u * u), -8, 8, 1),
    "inverse chirp": (lambda u, m: m.sin(1 / u), 0.01, 3, 1),
    "bump": (lambda u, m: m.exp(-1 / (1 - u * u)) if abs(u) < 1 else 0 * u, -0.98, 0.98, 1),
    "arc tangent": (lambda u, m: m.atan(u), -30, 30, 1),
    "arc sine": (lambda u, m: m.asin(u), -1, 1, 1),
    "tangent": (lambda u, m: m.tan(u), -1.57, 1.57, 1),
    "entropy": (lambda u, m: u * m.log(u), 0, 5, 1),
    "sinc": (lambda u, m: m.sin(u) / u, -20, 20, 1),
    "a cancelling cosine": (lambda u, m: (1 - m.cos(u)) / (u * u), 0.1, 3, 100),
    "a cancelling exponential": (lambda u, m: (m.exp(u) - 1) / u, 0.01, 3, 100),
    "option near expiry": (lambda u, m: (1 + 0.01 * u) * normal(u, m) - normal(u - 0.01, m), -4, 4, 100),
    "ripple": (lambda u, m: m.sin(u) + m.sin(1000 * u) / 1000, -5, 5, 1),
    "fast ripple": (lambda u, m: m.sin(u) + m.sin(1e5 * u) / 10, -5, 5, 1),
    "products of unlike scales": (lambda u, m: m.sin(1e4 * u) * m.exp(-u / 100), -5, 5, 1),
    "offset, 10³": (lambda u, m: 1000 + m.sin(u), -5, 5, 1),
    "offset, 10⁶": (lambda u, m: 1e6 + m.exp(-u * u), -2, 2, 1),
    "beside a kink": (lambda u, m: abs(u - 0.3) + u * u / 4, -2, 2, 1),
    "leaky unit": (lambda u, m: max(u, 0 * u) + m.sin(u) / 10, -2, 2, 1),
    "pieces": (lambda u, m: u * u if u < 1 else 2 * u - 1, 0, 2, 1),
    "log-odds": (lambda u, m: m.log(u / (1 - u)), 0, 1, 1),
    "error function": (lambda u, m: m.erf(u), -4, 4, 1),
    "Planck": (lambda u, m: u**3 / (m.exp(u) - 1), 0.1, 20, 10),
    "squared logarithm": (lambda u, m: m.log(u) ** 2, 0, 5, 1),
}
