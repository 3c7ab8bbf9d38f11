/* The Gaussian negative log-likelihood: a line with a bell over every input. */
{
  const { svg, sum, format } = Explorable;

  const x = [1, 3, 5, 7];
  const y = [1.9, 2.0, 4.1, 3.6];
  const N = y.length;
  const END = 9; // where the line is held to be turned

  const plane = {
    label: "Targets, the line, and a bell over every input",
    x: [-0.5, 10],
    y: [-0.9, 7.4],
    margin: [4, 4, 20, 4],
  };
  const losses = {
    label: "Negative log-likelihood against mean squared error",
    x: [0, 2],
    y: [-2, 12],
    margin: [24, 14, 34, 26],
  };

  customElements.define("lossbook-likelihood", class extends Explorable {
    heading = "drag an end of the line.";
    start = { w: 0.5, b: 1, sigma: 0.75 };
    panels = { plane, losses };

    handles = [
      {
        label: "intercept b",
        panel: "plane",
        mark: `<rect class="full ink" x="-5" y="-5" width="10" height="10"/>`,
        at: ({ b }) => [plane.X(0), plane.Y(b)],
        text: ({ b }) => format(b),
        y: {
          min: 0,
          max: 3,
          step: 0.05,
          get: (s) => s.b,
          set: (s, value) => (s.b = value),
          from: (pixel) => plane.Y.from(pixel),
        },
      },
      {
        label: "slope w",
        panel: "plane",
        mark: `<rect class="full ink" x="-5" y="-5" width="10" height="10"/>`,
        at: ({ w, b }) => [plane.X(END), plane.Y(w * END + b)],
        text: ({ w }) => format(w, 3),
        y: {
          min: 0,
          max: 0.6,
          step: 0.01,
          get: (s) => s.w,
          set: (s, value) => (s.w = value),
          from: (pixel, { b }) => (plane.Y.from(pixel) - b) / END,
        },
      },
    ];

    compute({ w, b, sigma }) {
      const v = sigma ** 2;
      const y_hat = x.map((x_i) => w * x_i + b);
      const L = sum(y_hat.map((y_hat_i, i) => (y_hat_i - y[i]) ** 2)) / N;
      const slope = N / (2 * v);
      const nll = slope * L + (N / 2) * Math.log(2 * Math.PI * v);
      return { y_hat, L, slope, nll, sigma_hat: Math.sqrt(L) };
    }

    draw({ w, b, sigma }, { y_hat, L, slope, nll }) {
      const v = sigma ** 2;
      const density = (r) => Math.exp(-(r ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v);
      const { X, Y } = plane;
      const wide = (x_i, r) => X(x_i + 2.7 * density(r)); // drawn as in the figure
      const steps = Array.from({ length: 61 }, (_, k) => ((k - 30) / 10) * sigma);
      const bells = x.map((x_i, i) =>
        svg.path(steps.map((r) => [wide(x_i, r), Y(y_hat[i] + r)]), "area") +
        svg.line(X(x_i), Y(y[i]), wide(x_i, y[i] - y_hat[i]), Y(y[i]), "orange") +
        svg.dot(X(x_i), Y(y[i]), "full orange", 5));
      const line = svg.line(X(0), Y(b), X(END), Y(w * END + b), "ink thin");
      return { plane: bells.join("") + line, losses: this.affine(L, slope, nll) };
    }

    /* The straight line of all models with this sigma, the point of this one, and below it the
       curve that the best sigma for each L gives. */
    affine(L, slope, nll) {
      const { X, Y } = losses;
      const constant = nll - slope * L;
      const last = Math.min(2, (12 - constant) / slope); // where the line leaves the panel
      const [px, py] = [X(last), Y(constant + slope * last)];
      const best = Array.from({ length: 80 }, (_, k) => 2 * ((k + 1) / 80) ** 2)
        .map((mse) => [mse, (N / 2) * (1 + Math.log(2 * Math.PI * mse))])
        .filter(([, least]) => least > -2);
      return (
        svg.line(X(0), Y(-2), X(2), Y(-2), "axis") +
        svg.line(X(0), Y(-2), X(0), Y(12), "axis") +
        [0, 1, 2].map((mse) => svg.text(X(mse), Y(-2) + 11, mse, "quiet")).join("") +
        [0, 4, 8, 12].map((value) => svg.text(X(0) - 6, Y(value), value, "quiet end")).join("") +
        svg.text(0, 9, "negative log-likelihood Λ", "start") +
        svg.text(X(2), Y(-2) + 26, `mean squared error <tspan class="math">L</tspan>`, "end") +
        svg.path(best.map(([mse, least]) => [X(mse), Y(least)]), "green dotted") +
        svg.line(X(0), Y(constant), px, py, "blue") +
        (L <= last
          ? svg.dot(X(L), Y(nll), "full blue", 6)
          : `<path class="full blue" d="M${px - 5} ${py + 12}h10l-5 -10z"/>`)
      );
    }

    controls = `
      <p class="key">
        <span><svg>${svg.dot(11, 7, "full orange", 5)}</svg>target</span>
        <span><svg>${svg.line(1, 7, 21, 7, "orange")}</svg>its density</span>
        <span><svg>${svg.line(1, 13, 21, 1, "blue")}</svg>slope <i>N</i>/2<i>σ</i>²</span>
        <span><svg><path class="green dotted" d="M1 13Q5 3 21 2"/></svg>least over
          all <i>σ</i></span>
      </p>
      <p class="row"><label>noise <i>σ</i>
        <input type="range" name="sigma" min="0.4" max="2" step="0.01"><output id="sigma"></output>
      </label></p>
      <p class="row" id="shown">
        <span><i>w</i> = <output id="w"></output></span>
        <span><i>b</i> = <output id="b"></output></span>
        <span><i>L</i> = <output id="L"></output></span>
        <span>Λ = <output id="nll"></output></span>
        <span>best <i>σ̂</i> = √<i>L</i> = <output id="sigma_hat"></output></span>
      </p>`;

    write({ w, b, sigma }, { L, nll, sigma_hat }) {
      return {
        w: format(w),
        b: format(b),
        sigma: format(sigma),
        L: format(L, 3),
        nll: format(nll, 3),
        sigma_hat: format(sigma_hat, 3),
      };
    }

    say({ sigma }, { L, nll, sigma_hat }) {
      return `Mean squared error ${format(L, 3)}, negative log-likelihood ${format(nll, 3)},
        sigma ${format(sigma)}, best sigma ${format(sigma_hat, 3)}`;
    }

    sheet = `
      #panels { display: grid; grid-template-columns: 1fr; gap: 12px; }
      #plane { aspect-ratio: 10.5 / 8.3; }
      #losses { height: 220px; }
      @container (width >= 560px) {
        #panels { grid-template-columns: 1.7fr 1fr; }
        #losses { height: 100%; }
      }
      .key { height: 24px; margin-top: 4px; }
      @container (width < 560px) {
        .key { height: 44px; }
        #shown { height: 56px; }
      }
    `;
  });
}
