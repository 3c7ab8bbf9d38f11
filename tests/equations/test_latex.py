"""Each construct of the grammar: what is true passes, and its false sibling does not."""

import pytest

from eqcheck.evaluating import rules
from tests.equations.planting import fault

# Paragraphs before the equation; what is true; what is false.
PAIRS = {
    "numbers": [("", "0.1 + 0.2 = 0.3", "0.1 + 0.2 = 0.31"), ("", "2 - 3 = - 1", "2 - 3 = 1")],
    "sums": [
        ("", r"\sum_{i=1}^{N} 1 = N", r"\sum_{i=1}^{N} 1 = C"),
        ("", r"\sum_{j=2}^{C} y_j = \sum_{j=1}^{C} y_j - y_1", r"\sum_{j=2}^{C} y_j = y_2"),
        ("", r"\sum_{j=1}^C y_j = \mathbf{1}_C^\top y", r"\sum_{j=1}^C y_j = \mathbf{1}_C^\top z"),
        (
            "",
            r"\sum_{j=1}^{C} y_j z_j + b = b + y^\top z",
            r"\sum_{j=1}^{C} y_j z_j + b = C b + y^\top z",
        ),
    ],
    "sums without one index": [
        (
            "",
            r"\sum_{j \ne k} y_j = \sum_{j=1}^{C} y_j - y_k",
            r"\sum_{j \ne k} y_j = \sum_{j=1}^{C} y_j",
        )
    ],
    "double sums": [
        (
            "",
            r"\sum_{i=1}^{N} \sum_{j=1}^{C} Y_{ij} = \mathbf{1}_N^\top Y \mathbf{1}_C",
            r"\sum_{i=1}^{N} \sum_{j=1}^{C} Y_{ij} = \mathbf{1}_N^\top Y",
        )
    ],
    "products": [
        ("", r"\prod_{i=1}^{N} 2 = 2^N", r"\prod_{i=1}^{N} 2 = 2 N"),
        ("", r"\prod_{j=1}^{C} e^{z_j} = e^{\sum_{j=1}^{C} z_j}", r"\prod_{j=1}^{C} z_j = e^{z_1}"),
    ],
    "indices": [
        ("", "Y_{ij} + Y_{i1} = Y_{i1} + Y_{ij}", "Y_{ij} = Y_{i1}"),
        ("", r"\hat{y}_{j} = \hat{y}_j", r"\hat{y}_{j} = y_j"),
        ("", r"\mathbf{1}_C^\top y = y_1 + \sum_{j=2}^{C} y_j", r"\mathbf{1}_C^\top y = C y_1"),
    ],
    "fractions": [
        (
            "",
            r"\frac{b + c}{2} = \frac{1}{2} b + \frac{c}{2}",
            r"\frac{b + c}{2} = b + \frac{c}{2}",
        ),
        ("", r"\tfrac{1}{2} = \dfrac{2}{4}", r"\tfrac{1}{2} = \dfrac{1}{4}"),
        ("", r"e^{- (b + c) / 2} = \frac{1}{\sqrt{e^{b + c}}}", r"e^{b / 2} = \frac{e^b}{2}"),
    ],
    "powers": [
        ("", "(b + c)^2 = b^2 + 2 b c + c^2", "(b + c)^2 = b^2 + c^2"),
        ("", r"v^{-1} = \frac{1}{v}", "v^{-1} = - v"),
        ("", "e^{b + c} = e^b e^c", "e^{b + c} = e^b + e^c"),
        ("", "- b^2 = - b b", "- b^2 = b b"),
    ],
    "roots": [("", r"\sqrt{v}^2 = v", r"\sqrt{v} = v"), ("", r"\sqrt{v^2} = v", r"\sqrt{v} = v^2")],
    "logarithms": [
        ("", r"\log e^b = b", r"\log e^b = e^b"),
        ("", r"\log (v a_i) = \log v + \log a_i", r"\log (v a_i) = \log v \log a_i"),
        ("", r"\log v^2 = 2 \log v", r"\log v^2 = (\log v)^2"),
        (
            "",
            r"\log \sum_{j=1}^{C} e^{z_j} = \log (\sum_{j=1}^{C} e^{z_j})",
            r"\log \sum_{j=1}^{C} e^{z_j} = \sum_{j=1}^{C} \log e^{z_j}",
        ),
        (
            "",
            r"\log \prod_{j=1}^{C} e^{z_j} = \sum_{j=1}^{C} z_j",
            r"\log \prod_{j=1}^{C} e^{z_j} = \prod_{j=1}^{C} z_j",
        ),
    ],
    "functions": [
        ("", r"\exp (b) = e^b", r"\exp (b) = e b"),
        ("", r"\exp \left( - b \right) = \frac{1}{e^b}", r"\exp \left( - b \right) = e^b"),
        ("", r"\tanh b = \frac{e^b - e^{-b}}{e^b + e^{-b}}", r"\tanh b = \tan b"),
        ("", r"(\sin b)^2 + (\cos b)^2 = 1", r"\sin b + \cos b = 1"),
        ("", r"\operatorname{sign}(b) \lvert b \rvert = b", r"\operatorname{sign}(b) = b"),
    ],
    "hats and bars": [
        ("", r"\hat{y}_j - y_j = - (y_j - \hat{y}_j)", r"\hat{y}_j = y_j"),
        ("", r"\hat{Y} + \bar{y} Y = \bar{y} Y + \hat{Y}", r"\hat{Y} + \bar{y} Y = \hat{Y}"),
    ],
    "bars": [
        ("", r"\lvert b \rvert = \sqrt{b^2}", r"\lvert b \rvert = b^2"),
        ("", r"\lvert b c \rvert = \lvert b \rvert \lvert c \rvert", r"\lvert b \rvert = - b"),
    ],
    "norms": [
        ("", r"\lVert y \rVert^2 = y^\top y", r"\lVert y \rVert = y^\top y"),
        ("", r"\lVert y \rVert_2 = \lVert y \rVert", r"\lVert y \rVert_1 = \lVert y \rVert_2"),
        (
            "",
            r"\lVert y \rVert_1 = \sum_{j=1}^{C} \lvert y_j \rvert",
            r"\lVert y \rVert_1 = \sum_{j=1}^{C} y_j",
        ),
        (
            "",
            r"\lVert Y \rVert^2 = \operatorname{tr}(Y^\top Y)",
            r"\lVert Y \rVert^2 = \operatorname{tr}(Y^\top \hat{Y})",
        ),
    ],
    "transposes": [
        ("", r"(X W)^\top = W^\top X^\top", r"(X W)^\top = X^\top W^\top"),
        ("", r"y^\top z = z^\top y", r"y^\top z = z y^\top"),
        ("", r"(Y^\top)^\top = Y", r"Y^\top = Y"),
    ],
    "inverses": [
        (
            r"$y \in (0, \infty)^C$",
            r"\operatorname{diag}(y)^{-1} y = \mathbf{1}_C",
            r"\operatorname{diag}(y)^{-1} y = y",
        )
    ],
    "products entry by entry": [
        ("", r"y \odot z = \operatorname{diag}(y) z", r"y \odot z = y z^\top"),
        ("", r"\hat{Y} \odot Y = Y \odot \hat{Y}", r"\hat{Y} \odot Y = Y \odot Y"),
    ],
    "matrices": [
        (
            "",
            r"\begin{pmatrix} b & c \\ c & b \end{pmatrix} \begin{pmatrix} 1 \\ 0 \end{pmatrix}"
            r" = \begin{pmatrix} b \\ c \end{pmatrix}",
            r"\begin{pmatrix} b & c \\ c & b \end{pmatrix} \begin{pmatrix} 1 \\ 0 \end{pmatrix}"
            r" = \begin{pmatrix} b & c \end{pmatrix}",
        ),
        (
            "",
            r"\det \begin{pmatrix} b & c \\ w & v \end{pmatrix} = b v - c w",
            r"\det \begin{pmatrix} b & c \\ w & v \end{pmatrix} = b v + c w",
        ),
    ],
    "traces and diagonals": [
        ("", r"\operatorname{tr}(y z^\top) = z^\top y", r"\operatorname{tr}(y z^\top) = z z^\top"),
        (
            "",
            r"\det(\operatorname{diag}(y)) = \prod_{j=1}^{C} y_j",
            r"\det(\operatorname{diag}(y)) = \sum_{j=1}^{C} y_j",
        ),
    ],
    "deltas": [
        ("", r"\sum_{j=1}^{C} \delta_{jk} y_j = y_k", r"\sum_{j=1}^{C} \delta_{jk} y_j = y_1"),
        ("", r"\delta_{jk} = \delta_{kj}", r"\delta_{jk} = 1"),
        ("", r"\delta \delta_{jj} = \delta", r"\delta \delta_{jk} = \delta"),
    ],
    "derivatives as fractions": [
        (
            "$L := b^2 c$",
            r"\frac{\partial L}{\partial b} = 2 b c",
            r"\frac{\partial L}{\partial b} = b c",
        ),
        (
            "",
            r"\frac{\partial Y_{ij}}{\partial Y_{mk}} = \delta_{im} \delta_{jk}",
            r"\frac{\partial Y_{ij}}{\partial Y_{mk}} = \delta_{im}",
        ),
    ],
    "derivatives as operators": [
        (
            "",
            r"\frac{\partial}{\partial b} b^2 c = 2 b c",
            r"\frac{\partial}{\partial b} b^2 c = 2 b",
        ),
        (
            "",
            r"\frac{\partial}{\partial b} \sum_{i=1}^{N} (b - x_i)^2 = 2 \sum_{i=1}^{N} (b - x_i)",
            r"\frac{\partial}{\partial b} \sum_{i=1}^{N} (b - x_i)^2 = 2 \sum_{i=1}^{N} (x_i - b)",
        ),
    ],
    "second derivatives": [
        (
            "$L := b^3 c^2$",
            r"\frac{\partial^2 L}{\partial b^2} = 6 b c^2",
            r"\frac{\partial^2 L}{\partial b^2} = 3 b^2 c^2",
        ),
        (
            "$L := b^3 c^2$",
            r"\frac{\partial^2 L}{\partial b \partial c} = 6 b^2 c",
            r"\frac{\partial^2 L}{\partial b \partial c} = 6 b c",
        ),
        (
            "",
            r"\frac{\partial^2}{\partial b^2} b^3 = 6 b",
            r"\frac{\partial^2}{\partial b^2} b^3 = 3 b^2",
        ),
        (
            r"$L := z_1^2 z_2$, $z \in \mathbb{R}^2$",
            r"\frac{\partial^2 L}{\partial z_1 \partial z_2} = 2 z_1",
            r"\frac{\partial^2 L}{\partial z_1 \partial z_2} = 2 z_2",
        ),
    ],
    "gradients": [
        (
            "$L := y^\\top z$",
            r"\frac{\partial L}{\partial z} = y",
            r"\frac{\partial L}{\partial z} = z",
        ),
        ("", r"\nabla_z y^\top z = y", r"\nabla_z y^\top z = y^\top"),
        ("$L := y^\\top z$", r"\nabla_{z} L = y", r"\nabla_{z} L = z"),
        (
            r"$L := \operatorname{tr}(Y^\top \hat{Y})$",
            r"\frac{\partial L}{\partial \hat{Y}} = Y",
            r"\frac{\partial L}{\partial \hat{Y}} = Y^\top",
        ),
    ],
    "Jacobians": [
        (
            r"$J := z u^\top$, $\hat{y} := J y$",
            r"\frac{\partial \hat{y}}{\partial y} = J",
            r"\frac{\partial \hat{y}}{\partial y} = J^\top",
        )
    ],
    "chains": [
        ("", "b + c = c + b = b + c", "b + c = c + b = b - c"),
        ("", r"0 < v = v \le v + a_i", r"0 < v = v \le v - a_i"),
    ],
    "aligned": [
        (
            "",
            "\\begin{aligned}\n(b + c)^2 &= (b + c)^1 (b + c) \\\\\n"
            "&= b^2 + 2 b c + c^2 .\n\\end{aligned}",
            "\\begin{aligned}\n(b + c)^2 &= (b + c)^1 (b + c) \\\\\n"
            "&= b^2 + b c + c^2 .\n\\end{aligned}",
        ),
        (
            "",
            r"\begin{aligned} b &= b \\ c &= c \\ &= c + 0 , \end{aligned}",
            r"\begin{aligned} b &= b \\ c &= c \\ &= b , \end{aligned}",
        ),
        (
            "",
            r"\begin{aligned} b + c &= c + b \\ b - c &= b + c - 2 c \end{aligned}",
            r"\begin{aligned} b + c &= c + b \\ b - c &= c - b \end{aligned}",
        ),
    ],
    "inequalities": [
        ("", "v > 0", "v < 0"),
        ("", r"\log v \le v - 1", r"\log v \ge v - 1"),
        ("", r"b \ne b + 1", r"b \ne b + 0"),
        ("", r"b \le b", r"b < b"),
        ("", r"\lvert b + c \rvert \le \lvert b \rvert + \lvert c \rvert", r"b + c \ge b - c"),
    ],
    "cases": [
        (
            "",
            r"\lvert b \rvert = "
            r"\begin{cases} b & \text{if } b > 0 \\ - b & \text{otherwise} \end{cases}",
            r"\lvert b \rvert = "
            r"\begin{cases} b & \text{if } b < 0 \\ - b & \text{otherwise} \end{cases}",
        ),
        (
            "",
            r"\delta_{jk} = "
            r"\begin{cases} 1, & \text{if } j = k \\ 0, & \text{if } j \ne k . \end{cases}",
            r"\delta_{jk} = "
            r"\begin{cases} 0, & \text{if } j = k \\ 1, & \text{if } j \ne k . \end{cases}",
        ),
        (
            r"$f(b) := \begin{cases} b^2 & \text{if } b \le \delta \\ "
            r"2 b & \text{else} \end{cases}$",
            r"f(\delta) = \delta^2",
            r"f(\delta) = 2 \delta",
        ),
    ],
    "smallest and largest over a number": [
        ("", r"\operatorname{argmin}_b (b - c)^2 = c", r"\operatorname{argmin}_b (b - c)^2 = - c"),
        ("", r"\min_b ((b - c)^2 + v) = v", r"\min_b ((b - c)^2 + v) = c"),
        (
            "",
            r"\operatorname{argmax}_{b} (- (b - c)^2) = c",
            r"\operatorname{argmax}_{b} (b - c)^2 = c",
        ),
        ("", r"\max_b (v - b^2) = v", r"\max_b (v - b^2) = - v"),
        (
            r"$c \in (0, 1)$, $B := - c \log q - (1 - c) \log (1 - q)$",
            r"\operatorname{argmin}_q B = c",
            r"\operatorname{argmin}_q B = 1 - c",
        ),
    ],
    "smallest and largest over an index": [
        ("", r"\max_j z_j = - \min_j (- z_j)", r"\max_j z_j = \min_j z_j"),
        (
            "",
            r"\operatorname{argmax}_j z_j = \operatorname{argmax}_j e^{z_j}",
            r"\operatorname{argmax}_j z_j = \operatorname{argmin}_j e^{z_j}",
        ),
    ],
    "the larger of two": [
        ("", r"\max(b, c) + \min(b, c) = b + c", r"\max(b, c) = b + c"),
        ("", r"\max(0, b) = \frac{b + \lvert b \rvert}{2}", r"\max(0, b) = \lvert b \rvert"),
    ],
    "function definitions": [
        ("$f(x) := x^2$", "f(b + c) = b^2 + 2 b c + c^2", "f(b + c) = b^2 + c^2"),
        ("$f(c) := c b$", r"f(2 b) = 2 b^2", r"f(2 b) = 2 b c"),
        (
            r"$f(b) := b^2 c$",
            r"\frac{\partial}{\partial b} f(b) = 2 b c",
            r"\frac{\partial}{\partial b} f(b) = f(b)",
        ),
    ],
    "functions of which nothing else is known": [
        ("", r"g(b + c) = g(c + b)", r"g(b + c) = g(b) + g(c)"),
        (
            "",
            r"\frac{\partial}{\partial b} g(b c) = c g'(b c)",
            r"\frac{\partial}{\partial b} g(b c) = g'(b c)",
        ),
        (
            "",
            r"\Phi(b) - \Phi(c) \ge \Phi'(c) (b - c)",
            r"\Phi(b) - \Phi(c) \ge \Phi'(b) (b - c)",
        ),
        (
            "",
            r"\Phi(\frac{y + z}{2}) \le \frac{\Phi(y) + \Phi(z)}{2}",
            r"\Phi(\frac{y + z}{2}) \ge \frac{\Phi(y) + \Phi(z)}{2}",
        ),
        (
            "",
            r"\nabla_z \Phi(z) - y = \nabla_z (\Phi(z) - y^\top z)",
            r"\nabla_z \Phi(z^\top) - y = \nabla_z (\Phi(z) - y^\top z)",
        ),
        ("", r"\phi''(b) > 0", r"\phi'(b) > 0"),
    ],
    "primes": [
        ("", r"\frac{\partial}{\partial b} g'(b) = g''(b)", r"g'(b) = g''(b)"),
        (r"$f(x) := x^3$", r"f''(b) = 6 b", r"f'(b) = 6 b"),
        (
            r"$\rho(r) := \lvert r \rvert$",
            r"\rho'(c) = \operatorname{sign}(c)",
            r"\rho'(c) = 1",
        ),
    ],
    "limits": [
        (
            "",
            r"\lim_{h \to 0} \frac{g(c + h) - g(c)}{h} = g'(c)",
            r"\lim_{h \to 0} \frac{g(c + h) - g(c)}{h} = g(c)",
        ),
        (
            "",
            r"\lim_{h \to 0} \frac{1}{h^2} \left( \frac{g(c + h) - g(c - h)}{2 h} - g'(c) \right)"
            r" = \frac{g'''(c)}{6}",
            r"\lim_{h \to 0} \frac{1}{h^2} \left( \frac{g(c + h) - g(c - h)}{2 h} - g'(c) \right)"
            r" = \frac{g''(c)}{6}",
        ),
        (
            "",
            r"\lim_{\nu \to \infty} (1 + \frac{b}{\nu})^\nu = e^b",
            r"\lim_{\nu \to \infty} (1 + \frac{b}{\nu})^\nu = 1 + b",
        ),
        ("", r"\lim_{b \to -\infty} e^b = 0", r"\lim_{b \to \infty} e^{-b} = 1"),
        (
            "",
            r"\lim_{v \to 0} \operatorname{sign}(v) = 1",
            r"\lim_{b \to 0} \operatorname{sign}(b) = 1",
        ),
    ],
    "expectations": [
        (
            "",
            r"\operatorname{E}_{\varepsilon} \varepsilon^\top \varepsilon = N v",
            r"\operatorname{E}_{\varepsilon} \varepsilon^\top \varepsilon = v",
        ),
        (
            "",
            r"\operatorname{E}_{\varepsilon} (\varepsilon^\top \varepsilon)^2 = N (N + 2) v^2",
            r"\operatorname{E}_{\varepsilon} (\varepsilon^\top \varepsilon)^2 = N^2 v^2",
        ),
        (
            "",
            r"\operatorname{E}_{\varepsilon} x^\top (x + \varepsilon) = x^\top x",
            r"\operatorname{E}_{\varepsilon} x^\top x = x^\top x",
        ),
        (
            "",
            r"\operatorname{E}_{\varepsilon} (b + \varepsilon_i) = b",
            r"\operatorname{E}_{\varepsilon} \exp \varepsilon_i = \exp \frac{v}{2}",
        ),
    ],
    "eigenvalues": [
        (
            r"$q \in \mathbb{R}$",
            r"\lambda_{\max}(\operatorname{diag}(y)) = \max_j y_j",
            r"\lambda_{\min}(\operatorname{diag}(y)) = \max_j y_j",
        ),
        ("", r"\lambda_{\max}(y y^\top) = y^\top y", r"\lambda_{\max}(y z^\top) = y^\top z"),
    ],
    "identities": [
        ("", r"I_N Y I_C = Y", r"I_N Y I_C = I_N"),
        ("", r"\operatorname{tr}(I_p) = p", r"\operatorname{tr}(I_p) = N"),
    ],
    "complex numbers": [
        (
            "",
            r"\operatorname{Im}(e^{\mathrm{i} b}) = \sin b",
            r"\operatorname{Im}(e^{\mathrm{i} b}) = \cos b",
        ),
        ("", r"\mathrm{i}^2 = -1", r"\mathrm{i}^2 = 1"),
        (
            "",
            r"\frac{g(c + \mathrm{i} h) - g(c - \mathrm{i} h)}{2 \mathrm{i}}"
            r" = \operatorname{Im}(g(c + \mathrm{i} h))",
            r"\frac{g(c + \mathrm{i} h) - g(c - \mathrm{i} h)}{2}"
            r" = \operatorname{Im}(g(c + \mathrm{i} h))",
        ),
        (
            "",
            r"\lim_{h \to 0} \frac{\operatorname{Im}(g(c + \mathrm{i} h))}{h} = g'(c)",
            r"\lim_{h \to 0} \frac{\operatorname{Im}(g(c + h))}{h} = g'(c)",
        ),
    ],
    "functions of the book": [
        (
            "",
            r"\mathbf{1}_C^\top \operatorname{softmax}(z) = 1",
            r"\mathbf{1}_C^\top \operatorname{softmax}(z) = C",
        ),
        (
            "",
            r"\frac{\partial}{\partial b} \log (1 + e^b) = \operatorname{sigmoid}(b)",
            r"\frac{\partial}{\partial b} \log (1 + e^b) = \operatorname{sigmoid}(-b)",
        ),
        (
            "",
            r"\operatorname{Beta}(v, 1) = \frac{1}{v}",
            r"\operatorname{Beta}(v, 1) = v",
        ),
    ],
    "Hessians": [
        (
            r"$w \in \mathbb{R}^p$, $L := (X w)^\top X w$",
            r"\frac{\partial^2 L}{\partial w \, \partial w^\top} = 2 X^\top X",
            r"\frac{\partial^2 L}{\partial w \, \partial w^\top} = X^\top X",
        ),
        (
            r"$v \in \mathbb{R}$",
            r"\frac{\partial}{\partial v} v^2 = 2 v",
            r"\frac{\partial}{\partial v^\top} v^2 = 2 v",
        ),
        (
            "",
            r"\frac{\partial}{\partial y} y^\top z = z",
            r"\frac{\partial}{\partial y^\top} y^\top z = z^\top",
        ),
        (
            r"$w \in \mathbb{R}^p$, $L(w) := w^\top w$",
            r"\frac{\partial L}{\partial w} = 2 w",
            r"\frac{\partial L}{\partial w} = L",
        ),
    ],
    "upright and bold names": [
        ("$\\mathrm{AIC} := 2 p$", r"\mathrm{AIC} + 1 = 2 p + 1", r"\mathrm{AIC} = p"),
        (r"$\mathbf{H} := X^\top X$", r"\mathbf{H}^\top = \mathbf{H}", r"\mathbf{H} = X X^\top"),
    ],
    "conditions on sizes": [
        (
            "",
            r"(X^\top X)^{-1} X^\top X = I_p , \qquad p \le N",
            r"(X^\top X)^{-1} X^\top X = I_p , \qquad p > N",
        ),
        ("", r"N - p > 0 , \qquad p < N", r"N - p > 1 , \qquad p < N"),
    ],
    "conditions": [
        ("", r"\delta_{jk} = 0 , \qquad j \ne k", r"\delta_{jk} = 1 , \qquad j \ne k"),
        ("", r"\delta_{jk} = 1 , \qquad j = k", r"\delta_{jk} = 0 , \qquad j = k"),
        ("", r"\delta_{jk} = 1 \qquad k = j", r"\delta_{jk} = 0 \qquad k = j"),
        ("", r"\lvert b \rvert = b , \qquad b > 0", r"\lvert b \rvert = - b , \qquad b > 0"),
        ("", r"\lvert c \rvert = - c , \qquad c < 0", r"\lvert c \rvert = c , \qquad c < 0"),
        (
            r"$y \in (0, \infty)^C$",
            r"\sum_{j=2}^{C} y_j = 1 - y_1 , \qquad \sum_{j=1}^{C} y_j = 1",
            r"\sum_{j=2}^{C} y_j = y_1 - 1 , \qquad \sum_{j=1}^{C} y_j = 1",
        ),
        (
            r"$y \in (0, \infty)^C$",
            r"\begin{aligned} \sum_{j=1}^{C} y_j &= 1 \end{aligned} "
            r", \qquad \sum_{j=1}^{C} y_j = 1",
            r"\begin{aligned} \sum_{j=1}^{C} y_j &= 2 \end{aligned} "
            r", \qquad \sum_{j=1}^{C} y_j = 1",
        ),
        ("", r"b c = 6 , \qquad b := 2, c := 3", r"b c = 5 , \qquad b := 2, c := 3"),
        ("", r"y^\top y > 0 , \qquad y \in \mathbb{R}^N", r"y = X , \qquad y \in \mathbb{R}^N"),
    ],
    "declarations in a sentence": [
        (
            r"$y, z \in \mathbb{R}^N$",
            r"\sum_{i=1}^{N} y_i z_i = y^\top z",
            r"\sum_{i=1}^{N} y_i = y",
        ),
        (r"$y \in \Delta_C$", r"\mathbf{1}_C^\top y = 1", r"\mathbf{1}_C^\top y = C"),
        (
            r"$Y \in \Delta_C^N$",
            r"Y \mathbf{1}_C = \mathbf{1}_N",
            r"Y^\top \mathbf{1}_N = \mathbf{1}_C",
        ),
        (r"$b \in (0, 1)$", "0 < b < 1", "b > 1"),
        (r"$b \in (0, \infty)$", "b > 0", "b < 1"),
        (r"$J \in \mathbb{R}^{C \times C}$", r"y^\top J^\top z = z^\top J y", r"J = J^\top"),
    ],
    "differentials": [
        (
            r"$L := \operatorname{tr}(Y^\top \hat{Y})$",
            r"\mathrm{d}L = \operatorname{tr}(Y^\top \mathrm{d}\hat{Y})",
            r"\mathrm{d}L = \operatorname{tr}(\hat{Y}^\top \mathrm{d}\hat{Y})",
        ),
        (
            r"$L := b^2$",
            r"\mathrm{d}L = 2 b \mathrm{d}b",
            r"\mathrm{d}L = b \mathrm{d}b",
        ),
        (
            r"$R := \hat{Y} - Y$, $L := \operatorname{tr}(R^\top R)$",
            r"\mathrm{d}L = 2 \operatorname{tr}(R^\top \mathrm{d}R)",
            r"\mathrm{d}L = 5 \operatorname{tr}(R^\top \mathrm{d}R)",
        ),
    ],
    "brackets and spaces": [
        (
            "",
            r"\left[ b + c \right] \, v \; = b v \! + \: c v",
            r"\left[ b + c \right] v = b + c v",
        ),
        ("", r"\bigl( b \bigr) \displaystyle = b .", r"\Bigl( b \Bigr) = c ;"),
    ],
}
CASES = [
    pytest.param(*case, id=f"{name}-{number}")
    for name, cases in PAIRS.items()
    for number, case in enumerate(cases, 1)
]


@pytest.mark.parametrize(("before", "true", "false"), CASES)
def test_what_is_true_passes_and_its_false_sibling_does_not(before, true, false):
    assert fault(true, before) == ""
    assert fault(false, before)


# What is false, silly or unreadable, and what an earlier check made of it.
@pytest.mark.parametrize(
    ("before", "false"),
    [
        ("", r"5 \geq 6"),
        ("", r"- 5 \leq - 6"),
        ("$L := 2$", r"L \neq 2"),
        ("$s := 1$", r"q \cdots = q s"),
        ("", r"10\,000 = 0"),
        ("", "1 2 = 2"),
        ("", r"(b] = [b)"),
        ("", r"b = b \quad c"),
        ("", r"b = b, c = 0"),
        ("", r"b = b \text{ or so}"),
        ("", r"b = b % = c"),
        ("", r"b = b \tag{1}"),
        ("", r"b \approx b"),
        ("", r"\frac12 = \frac12"),
        ("", r"\log^2 v = \log^2 v"),
        ("", r"y \hat{y} = y \hat{y}"),
        ("", r"\frac{1}{y} = \frac{1}{y}"),
        ("", r"e^y = e^y"),
        ("", r"\log Y = \log Y"),
        ("", r"b + y = b + y"),
        ("", r"Y_j = Y_j"),
        ("", r"y_i = y_i"),
        ("", r"y_{C + 1} = y_{C + 1}"),
        ("", r"\log b = \log b"),
        ("", r"\frac{b}{c - c} = \frac{b}{c - c}"),
        ("", r"\sqrt{- v} = \sqrt{- v}"),
        ("", r"X^{-1} = X^{-1}"),
        ("", r"b^\top = b"),
        (
            "",
            r"\begin{pmatrix} b & c \\ b \end{pmatrix} = \begin{pmatrix} b & c \\ b \end{pmatrix}",
        ),
        ("", r"\sum_{w=1}^{N} w = \sum_{w=1}^{N} w"),
        ("", r"\sum_{j=1}^{C} y_j = y_j"),
        ("", r"\mathbf{1}^\top y = y^\top \mathbf{1}"),
        ("", r"\begin{aligned} &= b \end{aligned}"),
        ("", r"\begin{cases} 1 & \text{if } b > 9 \end{cases} = 1"),
        ("$L := b$", r"\frac{\partial^2 L}{\partial b} = 0"),
        ("$L := b^2$", r"\frac{\partial L}{\partial b^\top} = 2 b"),
        ("", r"\lVert y \rVert_3 = \lVert y \rVert_2"),
        ("", r"\lvert b \rvert \le 3"),
        ("", r"b^2 \ge \frac{1}{20}"),
        ("$Q := b$", r"Q (\eta) = Q"),
        ("", r"\mathbf{1}_N^\top \mathbf{1}_N = 2 , \qquad b > 0"),
        ("", r"\mathbf{1}_N^\top \mathbf{1}_N = 2 , \qquad c < 0"),
        ("", r"b = c , \qquad b = c"),
        ("", r"b = c , \qquad 1 = 2"),
        ("", r"\delta_{jk} = 7 , \qquad j = 5"),
        (r"$R := \hat{Y} - Y$, $S := R \odot R$", r"\mathrm{d}S = 7 \mathrm{d}S"),
        ("", r"\begin{aligned} H &:= 5 \\ 1 &= 1 \end{aligned}"),
        ("", r"H := 5"),
        (r"$y_j \in (0, 1)$", "y = y"),
    ],
)
def test_what_is_false_or_means_nothing_does_not_pass(before, false):
    assert fault(false, before)


@pytest.mark.parametrize(
    ("before", "latex"),
    [
        ("", r"f(b + c) := 5 = 5"),
        ("", r"f(x) := f(x) + 1 = 3"),
        ("", r"\operatorname{argmin}(c) = c"),
        ("", r"\operatorname{argmax}(b, c) = c"),
        ("", r"\exp(b, c) = c"),
        ("", r"\max(y, \hat{y}) = y"),
        (r"$f(x) := f(x) + 1$", "f(2) = 3"),
    ],
)
def test_what_makes_no_sense_is_a_fault_and_no_crash(before, latex):
    assert "(eq-a)" in fault(latex, before)


def test_a_case_that_does_not_apply_need_not_have_a_value():
    cases = r"\begin{cases} b \log b & \text{if } b > 0 \\ 0 & \text{otherwise} \end{cases}"
    assert fault("f(2) = 2 \\log 2", f"$f(b) := {cases}$") == ""
    assert fault("f(- 2) = 0", f"$f(b) := {cases}$") == ""


@pytest.mark.parametrize("error", [AttributeError, IndexError, KeyError, TypeError, ValueError])
def test_a_fault_of_the_check_is_not_called_one_of_the_author(error, monkeypatch):
    def broken(*_):
        raise error("a fault of the check")

    assert fault("b + c = c + b") == ""
    monkeypatch.setitem(rules(), "plus", broken)
    with pytest.raises(error, match="a fault of the check"):
        fault("b + c = c + b")


@pytest.mark.parametrize(
    ("before", "latex", "why"),
    [
        ("", r"\max(y, \hat{y}) = y", "takes numbers"),
        ("", r"\max(\mathrm{i}, 1) = 1", "only real numbers are compared"),
        ("", r"\max_j (\mathrm{i} z_j) = 1", "not as a real number"),
        ("", r"\min_b \frac{1}{b} = 0", "is not found"),
        ("", r"\min_b \log b = 0", "is not found"),
        ("", r"\lim_{h \to 0} \frac{1}{h} = 1", "there is no limit"),
        ("", r"y_{b} = y_1", "an index must be a whole number"),
        ("", r"y_{\mathrm{i}} = y_1", "an index must be a whole number"),
        ("", r"(y y^\top)^{-1} = 1", "has no inverse"),
        ("", r"(c - c)^{-1} = 1", "division by zero"),
        ("", r"\operatorname{E}_{b} b^2 = 1", "an expectation is over a free vector"),
        (
            "",
            r"c = \begin{cases} 1 & \text{if } \mathrm{i} > 0 \\ 2 & \text{otherwise} \end{cases}",
            "only real numbers are compared",
        ),
        ("", r"c = \begin{cases} y & \text{otherwise} \end{cases}", "not a number"),
        (r"$A^2 := y$", r"A = 1", "a number in the notation"),
    ],
)
def test_what_an_author_can_cause_is_said_in_the_words_of_mathematics(before, latex, why):
    assert why in fault(latex, before)
