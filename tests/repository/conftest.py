"""Lets the tests here import what lies beside them, and how chapters are read."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "chapters"), str(HERE.parents[1] / "tools")]
