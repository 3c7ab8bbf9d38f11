"""A package of the book: a change of it makes the verdicts anew."""
