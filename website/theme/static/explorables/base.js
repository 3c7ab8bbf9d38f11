/* What the explorables share: panels to draw in, handles that are dragged or moved with the
   arrow keys, numbers, and a voice that says them. A picture is a subclass that names

     heading, start    what to do, and the state at first
     panels            {name: {label, x, y, margin}}: the limits of the axes, and the room around
     handles           what can be moved (see #handle)
     controls          HTML below the panels; an input's name is a key of the state
     compute(s)        the numbers that follow from the state: the formulae of the page
     draw(s, n)        {name: SVG} for the panels
     write(s, n)       {id: text} for the outputs
     say(s, n)         a sentence with the main numbers                                        */

class Explorable extends HTMLElement {
  #state;
  #speaking;

  get state() {
    return structuredClone(this.#state);
  }
  set state(changes) {
    Object.assign(this.#state, structuredClone(changes));
    this.#render();
  }
  get numbers() {
    return this.compute(this.#state);
  }

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const panels = Object.entries(this.panels);
    root.innerHTML = `<style>${Explorable.style}${this.sheet ?? ""}</style>
      <div role="group" aria-labelledby="heading">
        <header>
          <p id="heading"><b>Try it:</b> ${this.heading}</p><button type="button">Reset</button>
        </header>
        <div id="panels">${panels
          .map(([name, { label }]) => `<svg id="${name}" role="group" aria-label="${label}">
            <g aria-hidden="true"></g></svg>`)
          .join("")}</div>
        ${this.controls}
        <p role="status"></p>
      </div>`;
    for (const [name, panel] of panels) {
      panel.svg = root.getElementById(name);
      panel.svg.onclick = (event) => this.#click(panel, event);
    }
    for (const handle of this.handles) this.#handle(handle);
    for (const output of root.querySelectorAll("output")) output.setAttribute("aria-live", "off");
    root.querySelector("button").onclick = () => this.#change((s) => this.#reset(s));
    root.addEventListener("input", ({ target: { name, value } }) =>
      this.#change((s) => (s[name] = +value)));
    this.#reset((this.#state = {}));
    this.#setValues(this.state, this.numbers);
    new ResizeObserver(() => this.#render()).observe(this); // at first when the page has its shape
  }

  #reset(s) {
    Object.assign(s, structuredClone(this.start));
  }

  #change(edit) {
    edit(this.#state);
    this.#render();
    this.#speaking ??= setTimeout(() => {
      const voice = this.shadowRoot.querySelector("[role=status]");
      voice.textContent = this.say(this.state, this.numbers);
      this.#speaking = undefined;
    }, 500);
  }

  #render() {
    if (!this.clientWidth) return; // not shown now, as on paper
    const [s, n, root] = [this.state, this.numbers, this.shadowRoot];
    for (const panel of Object.values(this.panels)) {
      const { clientWidth: width, clientHeight: height } = panel.svg;
      const [top, right, bottom, left] = panel.margin ?? [0, 0, 0, 0];
      panel.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      panel.X = Explorable.scale(panel.x, [left, width - right]);
      panel.Y = Explorable.scale(panel.y, [height - bottom, top]);
    }
    for (const [name, drawing] of Object.entries(this.draw(s, n))) {
      root.getElementById(name).firstElementChild.innerHTML = drawing;
    }
    for (const [id, text] of Object.entries(this.write(s, n))) {
      root.getElementById(id).value = text;
    }
    for (const input of root.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = +input.value === s[input.name];
      else input.value = s[input.name];
    }
    for (const handle of this.handles) {
      handle.node.setAttribute("transform", `translate(${handle.at(s)})`);
    }
    this.#setValues(s, n);
  }

  #setValues(s, n) {
    for (const { node, y, text } of this.handles) {
      node.setAttribute("aria-valuenow", +y.get(s).toFixed(3));
      node.setAttribute("aria-valuetext", text(s, n));
    }
  }

  /* A handle has a label, a panel, a mark (SVG), at(s): its place in pixels, text(s, n): its value
     in words, and for up and down (y), perhaps also for left and right (x), an axis: {min, max,
     step, get(s), set(s, value), from(pixels, s): the value at that place of the panel}. */
  #handle(handle) {
    const { label, panel, x, y, mark } = handle;
    const node = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const set = (axis, s, v) => axis.set(s, Math.min(axis.max, Math.max(axis.min, v)));
    const attributes = {
      role: "slider", tabindex: 0, class: x ? "free" : "", "aria-label": label,
      "aria-orientation": "vertical", "aria-valuemin": y.min, "aria-valuemax": y.max,
    };
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    node.innerHTML = `<circle class="touch" r="16"/><circle class="ring" r="11"/>${mark}`;
    this.panels[panel].svg.append(node);
    handle.node = node;
    handle.move = ([px, py]) => this.#change((s) => {
      if (x) set(x, s, x.from(px, s));
      set(y, s, y.from(py, s));
    });

    let grip; // from where it was taken to its centre
    node.onpointerdown = (event) => {
      if (event.button) return;
      const [px, py] = this.#place(this.panels[panel], event);
      const [cx, cy] = handle.at(this.#state);
      grip = [cx - px, cy - py];
      node.setPointerCapture(event.pointerId);
    };
    // A finger on a handle does not scroll; "touch-action" would say so, but not inside a drawing.
    node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    node.onpointermove = (event) => {
      if (!node.hasPointerCapture(event.pointerId)) return;
      const [px, py] = this.#place(this.panels[panel], event);
      handle.move([px + grip[0], py + grip[1]]);
    };
    node.onkeydown = ({ key, shiftKey }) => {
      const steps = { ArrowUp: [y, 1], ArrowDown: [y, -1], ArrowRight: [x ?? y, 1],
        ArrowLeft: [x ?? y, -1], Home: [y, -Infinity], End: [y, Infinity] };
      if (!(key in steps)) return true;
      const [axis, by] = steps[key];
      this.#change((s) => set(axis, s, axis.get(s) + by * axis.step * (shiftKey ? 10 : 1)));
      return false; // the page does not scroll
    };
  }

  /* A click beside the handles moves the nearest one there: nobody has to drag. */
  #click(panel, event) {
    if (event.target.closest("[role=slider]")) return;
    const place = this.#place(panel, event);
    const distance = (handle) => Math.abs(handle.at(this.#state)[0] - place[0]);
    const own = this.handles.filter((handle) => this.panels[handle.panel] === panel);
    own.sort((a, b) => distance(a) - distance(b))[0]?.move(place);
  }

  #place({ svg }, { clientX, clientY }) {
    const { left, top } = svg.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  /* From data to pixels; `from` leads back. */
  static scale([a, b], [p, q]) {
    const scale = (value) => p + ((value - a) / (b - a)) * (q - p);
    scale.from = (pixel) => a + ((pixel - p) / (q - p)) * (b - a);
    return scale;
  }

  static sum = (values) => values.reduce((total, value) => total + value, 0);

  static format(value, digits = 2, plus = "") {
    const text = Math.abs(value).toFixed(digits);
    return (+text === 0 ? "" : value < 0 ? "−" : plus) + text;
  }

  /* SVG as text. The classes are those of the style below. */
  static svg = {
    line: (x1, y1, x2, y2, of) => `<path class="${of}" d="M${x1} ${y1}L${x2} ${y2}"/>`,
    path: (points, of) => `<path class="${of}" d="M${points.map((p) => p.join(" ")).join("L")}"/>`,
    dot: (x, y, of, r = 4) => `<circle class="${of}" cx="${x}" cy="${y}" r="${r}"/>`,
    text: (x, y, words, of = "") => `<text class="${of}" x="${x}" y="${y}">${words}</text>`,
    arrow(x, y1, y2, of) {
      const [way, head] = [Math.sign(y2 - y1), Math.min(8, 0.6 * Math.abs(y2 - y1))];
      return `<path class="${of}" d="M${x} ${y1}V${y2 - way * head}"/>
        <path class="${of} full" d="M${x} ${y2}l${-head / 2} ${-way * head}h${head}z"/>`;
    },
  };

  static style = `
    :host {
      --blue: var(--figure-blue, #0a3f85);
      --orange: var(--figure-orange, #c04a14);
      --green: var(--figure-green, #0a6254);
      --quiet: var(--muted);
      --paper: var(--ground);
      --link: var(--accent, #1b5a9c);
      display: block;
      container-type: inline-size;
      color: var(--ink);
      font: 14px/20px var(--sans, system-ui, sans-serif);
      font-variant-numeric: lining-nums tabular-nums;
      text-align: left;
      accent-color: var(--link);
    }
    p { margin: 0; }
    header { display: flex; justify-content: space-between; height: 32px; line-height: 32px; }
    button { padding: 0; border: 0; background: none; color: var(--link); font: inherit; }
    button { cursor: pointer; }
    button:hover { text-decoration: underline; }
    :is(button, input):focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    [role="status"] { position: absolute; width: 1px; height: 1px; overflow: hidden; }

    svg { display: block; width: 100%; user-select: none; -webkit-user-select: none; }
    .ink { --c: var(--ink); }
    .blue { --c: var(--blue); }
    .orange { --c: var(--orange); }
    .green { --c: var(--green); }
    .quiet, .axis { --c: var(--quiet); }
    path { fill: none; stroke: var(--c); stroke-width: 2; }
    .thin, .axis { stroke-width: 1.2; }
    .dashed { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 6 4; }
    .dotted { stroke-dasharray: 1.5 3.5; }
    .dashdot { stroke-dasharray: 7 3 1.5 3; }
    .full { fill: var(--c); }
    .area { fill: var(--blue); fill-opacity: 0.18; stroke: var(--blue); stroke-width: 1; }
    text { fill: var(--c, var(--ink)); font-size: 12px; }
    text { dominant-baseline: central; text-anchor: middle; }
    text:is(.orange, .green) { stroke: var(--paper); stroke-width: 3; paint-order: stroke; }
    .start { text-anchor: start; }
    .end { text-anchor: end; }

    g[role="slider"] { cursor: ns-resize; outline: 0; }
    g.free { cursor: move; }
    .touch { fill: transparent; }
    .ring { fill: none; stroke-width: 2; }
    g:hover > .ring { stroke: var(--rule); }
    g:focus-visible > .ring { stroke: var(--link); }

    i, .math { font: italic 1.1em/1 var(--serif, Georgia, serif); }
    sub { font-size: 0.75em; line-height: 0; }
    .key, .row { display: flex; flex-wrap: wrap; gap: 0 20px; align-items: center; }
    .key { color: var(--quiet); font-size: 13px; }
    :is(p, table) svg { display: inline-block; width: 22px; height: 14px; }
    :is(p, table) svg { margin-right: 6px; vertical-align: -2px; }
    .row { line-height: 28px; }
    .key > *, .row > *, th, td { white-space: nowrap; }
    label input { margin: 0 4px; vertical-align: middle; }
    input[type="range"] { width: 150px; height: 24px; }
    input[type="radio"] { width: 18px; height: 18px; }
    output { font-weight: 600; }
    table { border-collapse: collapse; line-height: 24px; }
    th, td { padding: 0 0 0 12px; font-weight: 400; text-align: right; }
    :is(th, td):first-child { padding: 0; text-align: left; }
    td output { display: inline-block; min-width: 3.2em; }
    thead { border-bottom: 1px solid var(--rule); color: var(--quiet); }
  `;
}
