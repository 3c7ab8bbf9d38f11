/* Softmax and cross-entropy: three logits to drag, and where descent would move them. */
{
  const { svg, sum, format } = Explorable;

  const classes = [1, 2, 3];

  const logits = { label: "Logits", x: [0.4, 3.6], y: [-3.5, 3.5], margin: [36, 8, 22, 26] };
  const shares = { label: "Probabilities", x: [0.4, 3.6], y: [0, 1], margin: [36, 8, 22, 26] };

  customElements.define("lossbook-softmax", class extends Explorable {
    heading = "drag a logit up or down.";
    start = { z: [Math.log(2), Math.log(3), Math.log(5)], t: 2, tau: 1 };
    panels = { logits, shares };

    handles = classes.map((k, j) => ({
      label: `logit of class ${k}`,
      panel: "logits",
      mark: `<rect class="full ink" x="-9" y="-4" width="18" height="8"/>`,
      at: (s) => [logits.X(k), logits.Y(s.z[j])],
      text: (s, n) =>
        `${format(s.z[j])}, probability ${format(n.y_hat[j])}, gradient ${format(n.gradient[j])}`,
      y: {
        min: -2.5,
        max: 2.5,
        step: 0.1,
        get: (s) => s.z[j],
        set: (s, value) => (s.z[j] = value),
        from: (pixel) => logits.Y.from(pixel),
      },
    }));

    compute({ z, t, tau }) {
      const scaled = z.map((z_j) => z_j / tau);
      const top = Math.max(...scaled); // subtracted, so that no exponential overflows
      const e = scaled.map((u) => Math.exp(u - top));
      const s = sum(e);
      const y_hat = e.map((e_j) => e_j / s);
      const y = classes.map((k) => (k === t ? 1 : 0));
      const L = top + Math.log(s) - scaled[t - 1]; // -log y_hat[t]
      const gradient = y_hat.map((y_hat_j, j) => (y_hat_j - y[j]) / tau);
      return { y_hat, y, L, gradient };
    }

    draw({ z }, { y_hat, y, gradient }) {
      const bar = ({ X, Y }, k, value, half, of) =>
        `<rect class="${of}" x="${X(k - half)}" y="${Math.min(Y(0), Y(value))}"
          width="${X(2 * half) - X(0)}" height="${Math.abs(Y(value) - Y(0))}"/>`;
      const axis = ({ X, Y, x, y }, ticks, title) =>
        svg.line(X(x[0]), Y(0), X(x[1]), Y(0), "axis") +
        ticks.map((v) => svg.text(X(x[0]) - 6, Y(v), format(v, 0), "quiet end")).join("") +
        classes.map((k) => svg.text(X(k), Y(y[0]) + 13, k, "quiet")).join("") +
        svg.text(0, 9, title, "start");
      const { X, Y } = logits;
      const moves = classes.map((k, j) => {
        const tip = z[j] - gradient[j];
        const beyond = gradient[j] < 0 ? -9 : 9; // the tip; and the axis, which would strike it out
        const at = Y(tip) + beyond;
        const label = Math.max(20, Math.abs(at - Y(0)) < 9 ? Y(0) + beyond : at);
        return (
          bar(logits, k, z[j], 0.14, "area") +
          svg.arrow(X(k + 0.33), Y(z[j]), Y(tip), "orange") +
          svg.text(X(k + 0.33), label, format(-gradient[j], 1, "+"), "orange")
        );
      });
      const bars = classes.map((k, j) =>
        bar(shares, k, y_hat[j], 0.36, "area") + (y[j] ? bar(shares, k, 1, 0.36, "dashed") : ""));
      const math = (letter) => `<tspan class="math">${letter}</tspan>`;
      return {
        logits: axis(logits, [-2, 0, 2], `logit ${math("z")}`) + moves.join(""),
        shares: axis(shares, [0, 1], `probability ${math("ŷ")}`) + bars.join(""),
      };
    }

    controls = `
      <p class="key">
        <span><svg>${svg.arrow(11, 14, 0, "orange")}</svg>step of descent, minus the gradient</span>
        <span><svg><rect class="dashed" x="5" y="1" width="12" height="12"/></svg>target</span>
      </p>
      <div id="below">
        <table>
          <thead><tr>
            <th scope="col">class</th>
            <th scope="col">logit <i>z<sub>j</sub></i></th>
            <th scope="col"><i>ŷ<sub>j</sub></i></th>
            <th scope="col"><i>y<sub>j</sub></i></th>
            <th scope="col">gradient<br>
              (<i>ŷ<sub>j</sub></i> − <i>y<sub>j</sub></i>)/<i>τ</i></th>
          </tr></thead>
          <tbody>${classes.map((k) => `<tr>
            <th scope="row">${k}</th>
            <td><output id="z${k}"></output></td>
            <td><output id="y_hat${k}"></output></td>
            <td><output id="y${k}"></output></td>
            <td><output id="gradient${k}"></output></td></tr>`).join("")}
          </tbody>
        </table>
        <div>
          <p class="row" role="radiogroup" aria-labelledby="class">
            <span id="class">true class</span>
            <span>${classes.map((k) => `<label>
              <input type="radio" name="t" value="${k}">${k}</label>`).join("")}</span></p>
          <p class="row"><label>temperature <i>τ</i>
            <input type="range" name="tau" min="0.5" max="4" step="0.05"><output id="tau"></output>
          </label></p>
          <p class="row"><span>cross-entropy <i>L</i> = −log <i>ŷ<sub>t</sub></i> =
            <output id="L"></output></span></p>
        </div>
      </div>`;

    write({ z, tau }, { y_hat, y, L, gradient }) {
      const cells = classes.flatMap((k, j) => [
        [`z${k}`, format(z[j])],
        [`y_hat${k}`, format(y_hat[j])],
        [`y${k}`, y[j]],
        [`gradient${k}`, format(gradient[j])],
      ]);
      return { ...Object.fromEntries(cells), L: format(L, 3), tau: format(tau) };
    }

    say({ t }, { y_hat, L }) {
      return `Cross-entropy ${format(L, 3)}, probability of the true class ${format(y_hat[t - 1])}`;
    }

    sheet = `
      #panels { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
      #panels svg { height: 260px; }
      #below { display: grid; grid-template-columns: 1fr; gap: 4px 12px; }
      @container (width >= 560px) { #below { grid-template-columns: 1fr 1fr; } }
      #below table { justify-self: start; }
      thead { line-height: 20px; vertical-align: bottom; }
      .key { height: 24px; margin-top: 4px; }
    `;
  });
}
