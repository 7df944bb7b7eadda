"""How Sphinx makes the book. It sees a folder that `python -m book` has filled."""

import minidl
from book import mathml
from book.reference import add_differences, add_formulas, add_signature

project, author, copyright = "minidl", "The minidl authors", "The minidl authors"
version = release = minidl.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
root_doc = "index"
language = "en"
exclude_patterns = ["playground.md"]  # a piece of the first page

# The chapters are shown as they were written: nothing is executed here.
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"  # tables and formulas in what a cell shows, as in Jupyter
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header", "misc.highlighting_failure", "ref.python"]

autodoc_member_order = "groupwise"
autodoc_typehints = "none"
napoleon_numpy_docstring, napoleon_google_docstring = True, False
napoleon_use_param, napoleon_use_rtype, napoleon_use_ivar = False, False, True
add_module_names = False
python_display_short_literal_types = True

html_theme = "furo"
html_title = "minidl"
html_favicon = "static/favicon.svg"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = ["widgets.js", "book.js", "engine.js"]
html_show_search_summary = False  # it would fetch pages, which a browser forbids on files
html_copy_source, html_show_sourcelink = False, False
html_math_renderer = "mathml"
html_permalinks_icon = "#"
pygments_style, pygments_dark_style = "default", "native"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True


def setup(app):
    """Formulas as MathML, which every browser draws; docstrings with theirs, and with what differs from PyTorch."""
    app.add_html_math_renderer("mathml", (mathml.visit_inline, None), (mathml.visit_block, None))
    app.connect("autodoc-process-docstring", add_formulas, priority=400)  # before napoleon
    app.connect("autodoc-process-docstring", add_differences, priority=600)  # after it
    app.connect("autodoc-process-signature", add_signature)
    app.connect("html-page-context", give_captions_a_level, priority=900)  # after furo


def give_captions_a_level(app, page, template, context, doctree):
    """The captions of the list of pages are headings, and a screen reader asks of which level."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
