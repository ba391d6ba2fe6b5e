from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"


def page():
    """The template, read anew for each request."""
    template = (TEMPLATES / "page.txt").read_text(encoding="utf-8")
    return template.strip().format(word="module-1")
