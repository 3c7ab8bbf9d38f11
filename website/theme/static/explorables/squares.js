/* The squared error as area: five targets, and five predictions to drag. */
{
  const { svg, sum, format } = Explorable;

  const x = [0, 2.4, 4.6, 7.2, 9.8];
  const y = [1.8, 1.2, 4.8, 2.6, 6.8];
  const N = y.length;

  const plane = {
    label: "Targets, predictions, and the square of each residual",
    x: [-1.6, 13.7],
    y: [-1.1, 8.6],
  };

  customElements.define("lossbook-squares", class extends Explorable {
    heading = "drag a prediction up or down.";
    start = { y_hat: x.map((x_i) => 1 + 0.5 * x_i) };
    panels = { plane };

    handles = x.map((x_i, i) => ({
      label: `prediction ${i + 1}`,
      panel: "plane",
      mark: `<rect class="full ink" x="-5" y="-5" width="10" height="10"/>`,
      at: (s) => [plane.X(x_i), plane.Y(s.y_hat[i])],
      text: (s, n) => `${format(s.y_hat[i])}, target ${y[i]}, gradient ${format(n.gradient[i])}`,
      y: {
        min: Math.max(0, y[i] - 3),
        max: Math.min(7, y[i] + 3),
        step: 0.1,
        get: (s) => s.y_hat[i],
        set: (s, value) => (s.y_hat[i] = value),
        from: (pixel) => plane.Y.from(pixel),
      },
    }));

    compute({ y_hat }) {
      const r = y_hat.map((y_hat_i, i) => y_hat_i - y[i]);
      const squares = r.map((r_i) => r_i ** 2);
      const L = sum(squares) / N;
      const gradient = r.map((r_i) => (2 / N) * r_i);
      return { squares, L, side: Math.sqrt(L), gradient };
    }

    draw({ y_hat }, { squares, L, side, gradient }) {
      const { X, Y } = plane;
      const unit = X(1) - X(0);
      const square = (left, top, side, of) =>
        `<rect class="${of}" x="${X(left)}" y="${Y(top)}"
          width="${side * unit}" height="${side * unit}"/>`;
      const areas = x.map((x_i, i) =>
        square(x_i, Math.max(y_hat[i], y[i]), Math.abs(y_hat[i] - y[i]), "area"));
      const points = x.map((x_i, i) => {
        const half = Math.abs(y_hat[i] - y[i]) / 2;
        const middle = (y_hat[i] + y[i]) / 2;
        const tip = y_hat[i] + gradient[i];
        const room = Math.max(9, 15 - Math.abs(gradient[i]) * unit); // not on the point
        const label = Y(tip) + (gradient[i] < 0 ? room : -room);
        return (
          svg.line(X(x_i), Y(y[i]), X(x_i), Y(y_hat[i]), "blue") +
          (half * unit > 14 ? svg.text(X(x_i + half), Y(middle), format(squares[i])) : "") +
          svg.dot(X(x_i), Y(y[i]), "full orange", 5) +
          svg.arrow(X(x_i) - 11, Y(y_hat[i]), Y(tip), "green") +
          svg.text(X(x_i) - 11, label, format(gradient[i], 2, "+"), "green")
        );
      });
      const mean =
        square(10.6, 0.4 + side, side, "dashed") +
        svg.text(X(10.6 + side / 2), Y(0.4 + side / 2), format(L)) +
        svg.text(X(10.6), Y(0) + 2, "mean area", "start");
      return { plane: areas.join("") + points.join("") + mean };
    }

    controls = `
      <p class="key">
        <span><svg>${svg.dot(11, 7, "full orange", 5)}</svg>target</span>
        <span><svg><path class="full ink" d="M6 2h10v10h-10z"/></svg>prediction</span>
        <span><svg>${svg.arrow(11, 14, 0, "green")}</svg>gradient
          <i>∂L</i>/<i>∂ŷ<sub>i</sub></i>; descent goes against it</span>
      </p>
      <p class="row"><span>mean squared error <i>L</i> = <output id="L"></output></span></p>`;

    write(s, { L }) {
      return { L: format(L, 4) };
    }

    say(s, { L }) {
      return `Mean squared error ${format(L, 4)}`;
    }

    sheet = `
      #panels { max-width: 600px; margin: 0 auto; }
      #plane { aspect-ratio: 15.3 / 9.7; }
      .key { height: 20px; }
      @container (width < 560px) { .key { height: 40px; } }
    `;
  });
}
