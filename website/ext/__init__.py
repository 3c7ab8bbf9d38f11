"""Sphinx extensions, one purpose each; ``_config.yml`` lists them."""
