"""What the definition of the book is compared with."""

import math

REFEREES = {"eq-area": ("F", lambda s, h: math.prod([s, h]))}
