"""Tests of the package, the equations, the chapters, the site and this repository."""
