"""The site: its pages, the printable sheet, and what builds them (`python -m docs`, extra ``[docs]``)."""
