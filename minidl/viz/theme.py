"""One theme for every picture: colours that colour-blind readers can tell apart, light and dark.

Values flow in blue, gradients in orange, everywhere. The colours are those of Okabe & Ito (2008),
*Color Universal Design*, made lighter for the dark theme.
"""

LIGHT = {
    "ground": "#ffffff",  # behind the picture
    "panel": "#f5f6f8",  # behind a group
    "ink": "#1f2933",  # text and axes
    "faint": "#5f6b7a",  # less important text
    "line": "#c9d0d9",  # borders and grids
    "value": "#0072b2",  # values, going forward
    "value-soft": "#d9ecf7",
    "gradient": "#c44e00",  # gradients, going back
    "gradient-soft": "#fbe3d3",
    "parameter": "#00795c",  # what is learned
    "parameter-soft": "#d5efe6",
    "second": "#a8447e",  # a second curve of a kind
    "third": "#8a6d00",  # a third
}
DARK = {
    "ground": "#15191f",
    "panel": "#1e242c",
    "ink": "#e6eaf0",
    "faint": "#a3afbd",
    "line": "#46505c",
    "value": "#5cb8f0",
    "value-soft": "#12384f",
    "gradient": "#ff9a52",
    "gradient-soft": "#542a0c",
    "parameter": "#3ecfa4",
    "parameter-soft": "#0d4536",
    "second": "#e88fc2",
    "third": "#e3c64a",
}
FONT = "Helvetica, Arial, sans-serif"


def variables(colours):
    """The colours as declarations of CSS variables."""
    return " ".join(f"--md-{name}: {colour};" for name, colour in colours.items())


def css(selector):
    """A style sheet that gives `selector` the light theme, or the dark one where the reader prefers it.

    In JupyterLab the page says which it is; elsewhere the system does.
    """
    light, dark = variables(LIGHT) + " color-scheme: light;", variables(DARK) + " color-scheme: dark;"
    return f"{selector} {{ {light} }}\n" + in_the_dark(selector, dark, light)


def in_the_dark(selector, dark, light):
    """A style sheet: declarations for `selector` in the dark theme, and others where the page says that it is light."""
    return (
        f"@media (prefers-color-scheme: dark) {{ {selector} {{ {dark} }} }}\n"
        f'body[data-jp-theme-light="true"] {selector} {{ {light} }}\n'
        f'body[data-jp-theme-light="false"] {selector} {{ {dark} }}\n'
    )


def themed(tag):
    """A tag of an SVG drawn in the light colours, changed so that it follows the reader's theme."""
    for name, colour in LIGHT.items():
        for spelling in (colour, colour.upper()):
            tag = tag.replace(f": {spelling}", f": var(--md-{name})")
    return tag
