"""The same examples on every machine and in every run: a test that fails, fails for everyone."""

from hypothesis import settings

settings.register_profile("package", derandomize=True, deadline=None, database=None)
settings.load_profile("package")
