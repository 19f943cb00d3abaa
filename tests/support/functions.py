"""Functions that several tests look at."""

import tinygrad_edu as tg


def survey(x1, x2):
    """The example of Baydin et al. 2018, tables 2 and 3."""
    return tg.log(x1) + x1 * x2 - tg.sin(x2)
