"""The equations of the book, read from the LaTeX that is typeset, and checked by machine.

In the order in which an equation passes them:

- ``notation``    what each symbol stands for, from ``book/equations/notation.yml``
- ``latex``       LaTeX to a tree, by ``grammar.lark``
- ``chapters``    the equations of a chapter; which definition of a symbol holds where
- ``evaluating``  a tree to numbers, with SymPy, at given sizes and a random point
- ``referees``    what each definition is compared with: the package, NumPy, SciPy
- ``checking``    whether an equation holds, and what to say if not
- ``mutating``    the small mistakes that a person would make, each of which must be caught
"""
