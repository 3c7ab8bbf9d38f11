/* Three losses and one wild point: drag it, and see which fitted line follows. */
{
  const { svg, sum, format } = Explorable;

  const x = Array.from({ length: 15 }, (_, i) => (5 * i) / 14);
  const y = [
    0.6122757364155548, -0.4095566522513973, 0.839715368303448, 0.9010976895901924,
    1.2927766409382948, 1.721035136787356, 1.5368613041129675, 2.430420286706743,
    2.597578934260375, 4.211185569279179, 3.639164555396948, 3.82278219026895,
    4.201328060268881, 11.442443239024458, 4.6834548346384635,
  ];
  const N = y.length;
  const ODD = 13; // the point to drag
  const delta = 0.4;

  const clamp = (v, most) => Math.max(-most, Math.min(v, most));
  const losses = {
    squared: { title: "squared", psi: (r) => r, of: "ink dotted" },
    absolute: { title: "absolute", psi: Math.sign, of: "green dashdot" },
    huber: { title: "Huber", psi: (r) => clamp(r, delta), of: "blue" },
  };
  const names = Object.keys(losses);

  /* The line [w, b] where the sum of a_i (w x_i + b - y_i)^2 / 2 is smallest. */
  function weighted(x, y, a) {
    const total = sum(a);
    const x_bar = sum(a.map((a_i, i) => a_i * x[i])) / total;
    const y_bar = sum(a.map((a_i, i) => a_i * y[i])) / total;
    const w =
      sum(a.map((a_i, i) => a_i * (x[i] - x_bar) * (y[i] - y_bar))) /
      sum(a.map((a_i, i) => a_i * (x[i] - x_bar) ** 2));
    return [w, y_bar - w * x_bar];
  }

  const residuals = ([w, b], x, y) => x.map((x_i, i) => w * x_i + b - y[i]);

  const fits = {
    squared: (x, y) => weighted(x, y, x.map(() => 1)),

    /* One of the best lines goes through two of the points: try all pairs. */
    absolute(x, y) {
      let [least, best] = [Infinity];
      for (let j = 0; j < N; j++) {
        for (let i = 0; i < j; i++) {
          if (x[i] === x[j]) continue;
          const w = (y[j] - y[i]) / (x[j] - x[i]);
          const line = [w, y[i] - w * x[i]];
          const loss = sum(residuals(line, x, y).map(Math.abs));
          if (loss < least) [least, best] = [loss, line];
        }
      }
      return best;
    },

    /* Reweight until the set of clipped points no longer changes. With that set known the loss is
       quadratic, and its minimum exact: a clipped point pulls like one that lies delta away. */
    huber(x, y) {
      let line = fits.squared(x, y);
      for (let round = 0; round < 2000; round++) {
        const r = residuals(line, x, y);
        const side = (r_i) => (Math.abs(r_i) <= delta ? 0 : Math.sign(r_i));
        const exact = finish(x, y, r.map(side));
        if (residuals(exact, x, y).every((r_i, i) => side(r_i) === side(r[i]))) return exact;
        line = weighted(x, y, r.map((r_i) => Math.min(1, delta / Math.abs(r_i))));
      }
      return line;
    },
  };

  /* The sum of psi(r_i) and of psi(r_i) x_i are zero, with psi = +-delta where a side is given. */
  function finish(x, y, sides) {
    const inside = sides.map((side) => (side ? 0 : 1));
    const sums = (f) => sum(inside.map((a_i, i) => a_i * f(i)));
    const [n, sx, sxx] = [sums(() => 1), sums((i) => x[i]), sums((i) => x[i] ** 2)];
    const sy = sums((i) => y[i]) - delta * sum(sides);
    const sxy = sums((i) => x[i] * y[i]) - delta * sum(sides.map((side, i) => side * x[i]));
    const w = (n * sxy - sx * sy) / (n * sxx - sx ** 2);
    return [w, (sy - w * sx) / n];
  }

  const plane = { label: "Fifteen points and three fitted lines", x: [-1.4, 17], y: [-3, 13] };
  const pulls = {
    label: "The pull of the point under each loss, against its residual",
    x: [-10, 10],
    y: [-6, 6],
    margin: [24, 8, 34, 22],
  };

  customElements.define("lossbook-outlier", class extends Explorable {
    heading = "drag the orange point anywhere.";
    start = { x: x[ODD], y: y[ODD] };
    panels = { plane, pulls };

    handles = [
      {
        label: "target of the wild point",
        panel: "plane",
        mark: `<circle class="full orange" r="7"/>`,
        at: (s) => [plane.X(s.x), plane.Y(s.y)],
        text: (s) => `${format(s.y)}, input ${format(s.x)}`,
        x: {
          min: -1,
          max: 16.5,
          step: 0.1,
          get: (s) => s.x,
          set: (s, value) => (s.x = value),
          from: (pixel) => plane.X.from(pixel),
        },
        y: {
          min: -2.5,
          max: 12.5,
          step: 0.1,
          get: (s) => s.y,
          set: (s, value) => (s.y = value),
          from: (pixel) => plane.Y.from(pixel),
        },
      },
    ];

    compute(s) {
      const [inputs, targets] = [x.with(ODD, s.x), y.with(ODD, s.y)];
      return Object.fromEntries(names.map((name) => {
        const [w, b] = fits[name](inputs, targets);
        const r = w * s.x + b - s.y;
        const psi = Math.abs(r) < 1e-12 ? 0 : losses[name].psi(r); // 0 for a point on the line
        return [name, { w, b, r, psi }];
      }));
    }

    draw(s, n) {
      const { X, Y } = plane;
      const points = x.map((x_i, i) =>
        i === ODD ? "" : svg.dot(X(x_i), Y(y[i]), "full quiet", 3));
      const lines = names.map((name) => {
        const { w, b } = n[name];
        const [from, to] = plane.x;
        return svg.line(X(from), Y(w * from + b), X(to), Y(w * to + b), losses[name].of);
      });
      return { plane: points.join("") + lines.join(""), pulls: this.influence(n) };
    }

    /* psi of each loss, and on each curve the place of the point. */
    influence(n) {
      const { X, Y } = pulls;
      const ends = {
        squared: [[-6, 6]],
        absolute: [[-10, -1e-9], [1e-9, 10]],
        huber: [[-10, -delta, delta, 10]],
      };
      const curves = names.flatMap((name) => {
        const { psi, of } = losses[name];
        return ends[name].map((part) => svg.path(part.map((r) => [X(r), Y(psi(r))]), of));
      });
      const marks = names.map((name) => {
        const { r, psi } = n[name];
        const of = `full ${losses[name].of.split(" ")[0]}`;
        const most = ends[name].at(-1).at(-1);
        if (Math.abs(r) <= most) return svg.dot(X(r), Y(psi), of, 5);
        const turn = (name === "squared" ? 30 : 90) + (r > 0 ? 0 : 180); // off the panel: an arrow
        return `<path class="${of}" d="M-5 10h10l-5 -10z"
          transform="translate(${X(clamp(r, most))} ${Y(clamp(psi, 6))}) rotate(${turn})"/>`;
      });
      const math = (letter) => `<tspan class="math">${letter}</tspan>`;
      return [
        svg.line(X(-10), Y(0), X(10), Y(0), "axis"),
        svg.line(X(0), Y(-6), X(0), Y(6), "axis"),
        ...[-8, -4, 0, 4, 8].map((r) => svg.text(X(r), Y(-6) + 11, format(r, 0), "quiet")),
        ...[-6, -3, 0, 3, 6].map((v) => svg.text(X(-10) - 5, Y(v), format(v, 0), "quiet end")),
        svg.text(0, 9, `pull ${math("ψ")}(${math("r")})`, "start"),
        svg.text(X(10), Y(-6) + 26, `residual ${math("r")}`, "end"),
        ...curves,
        ...marks,
      ].join("");
    }

    controls = `
      <table>
        <thead><tr><th scope="col">loss</th><th scope="col">slope</th><th scope="col">intercept</th>
          <th scope="col">pull <i>ψ</i>(<i>r</i>)</th></tr></thead>
        <tbody>${names.map((name) => `<tr>
          <th scope="row"><svg>${svg.line(0, 7, 32, 7, losses[name].of)}</svg>${
            losses[name].title}${name === "huber" ? `, <i>δ</i> = ${delta}` : ""}</th>
          <td><output id="${name}_w"></output></td>
          <td><output id="${name}_b"></output></td>
          <td><output id="${name}_psi"></output></td></tr>`).join("")}
        </tbody>
      </table>`;

    write(s, n) {
      const cells = names.flatMap((name) =>
        ["w", "b", "psi"].map((key) => [`${name}_${key}`, format(n[name][key])]));
      return Object.fromEntries(cells);
    }

    say(s, n) {
      return `Slopes: ${names.map((name) => `${losses[name].title} ${format(n[name].w)}`).join(", ")}`;
    }

    sheet = `
      #panels { display: grid; grid-template-columns: 1fr; gap: 12px; }
      #plane { aspect-ratio: 18.4 / 15; }
      #pulls { height: 190px; }
      @container (width >= 560px) {
        #panels { grid-template-columns: 1.7fr 1fr; }
        #pulls { height: 100%; }
      }
      table svg { width: 32px; }
      th { white-space: normal; }
      @container (width < 340px) {
        table { font-size: 12px; }
        table svg { width: 18px; }
      }
    `;
  });
}
