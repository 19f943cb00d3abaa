"""With this room one can ask what a computation did: step by step, path by path, and where it broke."""
