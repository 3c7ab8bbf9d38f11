"""The part of the package that no referee calls."""
