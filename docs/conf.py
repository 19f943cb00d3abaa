"""Sphinx's settings for both editions; `docs/build.py` lays out the sources and says which language it is."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import tinygrad_edu  # noqa: E402  # found by the line above

project = "tinygrad_edu"
author = copyright = "the tinygrad_edu authors"
release = version = tinygrad_edu.__version__
html_title = project

extensions = [
    "docs.extension",
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
]
exclude_patterns = ["README*.md", "pieces/*"]
default_role = "name"
nitpicky = True

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # what the notebooks show is kept in them
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # which would come from elsewhere

autodoc_typehints = "none"  # the types stand in the sections Parameters and Returns
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
toc_object_entries_show_parents = "hide"
add_module_names = False
python_display_short_literal_types = True

copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # for which pages would be fetched, which files cannot do
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"},
    "dark_css_variables": {"color-brand-primary": "#7ab8ff", "color-brand-content": "#7ab8ff"},
}
