"""With this room scalars become arrays: which of them are computed together, and where they lie."""
