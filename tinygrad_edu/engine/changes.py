"""With this module one can tell whether any Value has got another number since they were read.

What has read many Values, as a compiled function does, need not read them again until one changes.
"""

from __future__ import annotations


class Changes:
    """What is known of the numbers of all Values together.

    Who writes a number makes an object for `latest` first, and puts it there afterwards: then no interrupt comes
    between the two. Who reads takes `latest` first: then what is written meanwhile is a change for the next reading.

    Attributes
    ----------
    latest : object
        Another one after each change. Not a count, for which two threads could put the same.
    hidden : bool
        Whether some thread is shown other numbers than there are, so that what it reads is not to be kept.
    """

    def __init__(self) -> None:
        self.latest = object()
        self.hidden = False


changes = Changes()
