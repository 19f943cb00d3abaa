"""With this room one can read a formula from text; nothing is ever run as Python."""
