"""The equations of a book, read from the LaTeX that is typeset, and checked by machine.

It knows no book: a ``Book`` names the root of one, and its data for the check. In the order in
which an equation passes them:

- ``book``         where the book is, and what the check must know of it
- ``pages``        Markdown and notebooks, and the displays in them
- ``notation``     what each symbol stands for
- ``latex``        LaTeX to a tree, by ``grammar.lark``
- ``chapters``     the equations of a chapter; which definition of a symbol holds where
- ``evaluating``   a tree to numbers, with SymPy, at given sizes and a random point, by the rules
  in ``arithmetic``, ``functions``, ``calculus`` (with ``differentiating``) and ``analysis``;
  ``values`` are what comes out, ``points`` what is drawn
- ``refereeing``   what each definition is compared with
- ``checking``     whether an equation holds; ``messages`` what to say if not
- ``mutating``     the small mistakes that a person would make, each of which must be caught
- ``running``      the whole book at once; ``store`` keeps the verdicts, ``progress`` counts them
"""
