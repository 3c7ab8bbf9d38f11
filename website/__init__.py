"""How the book looks: a Sphinx theme, and small Sphinx extensions with one purpose each."""
