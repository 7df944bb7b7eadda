// Optimisers racing down a surface: played step by step; the start is dragged, the learning rates slide.

/**
 * @typedef {Record<string, [number, number, number][]>} Paths x, y and height of every step, for each optimiser.
 * @typedef {object} State
 * @property {string} svg
 * @property {[Point, Point]} corners
 * @property {[Point, Point]} limits
 * @property {Point} start
 * @property {Record<string, number>} rates
 * @property {[number, number]} ends Of the sliders.
 * @property {number} steps
 * @property {Paths} paths
 * @property {string[]} colours
 */

class RaceWidget {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(model, state, frame) {
    this.state = state;
    this.frame = frame;
    this.paths = state.paths;
    /** @type {Point} */
    this.start = state.start;
    this.rates = { ...state.rates };
    this.names = Object.keys(state.paths);
    this.at = state.steps;
    this.again = false; // something changed while the kernel was busy
    this.svg = placeSvg(frame.stage, state.svg);
    grow(this.svg, frame.root);
    this.plane = makePlane(this.svg, state);
    this.layer = svgElement("g", { "clip-path": this.plane.clip });
    this.svg.setAttribute("role", "group"); // there is something in it to be reached
    this.handle = svgElement("rect", {
      width: 14, height: 14, class: "md-start", tabindex: 0, role: "slider", "aria-label": "start; move it with the arrow keys",
      "aria-valuemin": state.limits[0][0], "aria-valuemax": state.limits[0][1],
    });
    this.svg.append(this.layer, this.handle);
    this.asker = makeAsker(model, ({ paths }) => this.receive(paths), (reason) => { frame.said.textContent = reason; });
    this.play = addPlay(frame.bar, () => this.advance(), () => Math.max(15, 4000 / state.steps));
    this.slider = addSlider(frame.bar, { label: "step", min: 0, max: state.steps, value: this.at }, (k) => {
      this.play.stop();
      this.at = k;
      this.draw();
    });
    frame.bar.append(element("span", "md-hint", "drag the square to start elsewhere · arrow keys move it too"));
    this.addRates();
    this.listen();
    this.draw();
  }

  stop() {
    this.play.stop();
    this.asker.stop();
  }

  /** @param {number} k */
  colour(k) { return `var(--md-${this.state.colours[k % this.state.colours.length]})`; }

  /** @param {Paths} paths */
  receive(paths) {
    this.paths = paths;
    this.draw();
    if (this.again) { this.again = false; this.ask(); }
  }

  ask() {
    if (this.asker.busy()) this.again = true;
    else this.asker.ask({ start: this.start, rates: this.rates });
  }

  advance() {
    this.at = this.at >= this.state.steps ? 0 : this.at + 1;
    this.slider.set(this.at);
    this.draw();
    return this.at < this.state.steps;
  }

  draw() {
    this.layer.replaceChildren();
    const words = this.names.map((name, k) => this.drawPath(name, k)).filter(Boolean);
    this.frame.said.textContent = `step ${this.at} · height ${words.join(" · ")}`;
    const [x, y] = this.plane.toScreen(this.start);
    const text = this.start.map((n) => n.toFixed(2)).join(", ");
    const place = { x: x - 7, y: y - 7, "aria-valuenow": this.start[0], "aria-valuetext": text };
    for (const [key, value] of Object.entries(place)) this.handle.setAttribute(key, String(value));
  }

  /**
   * Where one optimiser has been, and in words where it is.
   * @param {string} name
   * @param {number} k
   */
  drawPath(name, k) {
    const rows = this.paths[name].slice(0, this.at + 1);
    const line = rows.map((row) => this.plane.toScreen(row).map((n) => n.toFixed(1)).join(","));
    const look = { fill: "none", stroke: this.colour(k), "stroke-width": 2 };
    this.layer.append(svgElement("polyline", { points: line.join(" "), ...look }));
    const end = rows.at(-1);
    if (!end) return "";
    const [cx, cy] = this.plane.toScreen(end);
    this.layer.append(svgElement("circle", { cx, cy, r: 5, fill: this.colour(k), stroke: "var(--md-ground)" }));
    const gone = rows.length <= this.at && this.paths[name].length <= this.state.steps;
    return `${name}: ${gone ? "flew away" : end[2].toPrecision(4)}`;
  }

  addRates() {
    const [min, max] = this.state.ends.map(Math.log10);
    const show = (/** @type {number} */ power) => (10 ** power).toPrecision(3);
    this.names.forEach((name, k) => {
      const options = { label: `${name}: learning rate`, min, max, step: 0.02, value: Math.log10(this.rates[name]), show };
      const slider = addSlider(this.frame.secondBar, options, (power) => {
        this.rates[name] = 10 ** power;
        this.ask();
      });
      slider.input.style.accentColor = this.colour(k);
    });
  }

  /** @param {Point} next */
  move(next) {
    const inside = (/** @type {number} */ v, /** @type {Point} */ [low, high]) => Math.max(low, Math.min(high, v));
    this.start = [inside(next[0], this.state.limits[0]), inside(next[1], this.state.limits[1])];
    this.draw();
    this.ask();
  }

  listen() {
    const { handle } = this;
    let dragging = false;
    handle.addEventListener("pointerdown", (event) => {
      dragging = true;
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => { if (dragging) this.move(this.plane.toPlane(pointIn(this.svg, event))); });
    handle.addEventListener("pointerup", () => { dragging = false; });
    const [[x0, x1], [y0, y1]] = this.state.limits;
    const step = (/** @type {number} */ dx, /** @type {number} */ dy) => () => (
      this.move([this.start[0] + (dx * (x1 - x0)) / 40, this.start[1] + (dy * (y1 - y0)) / 40])
    );
    const keys = { ArrowLeft: step(-1, 0), ArrowRight: step(1, 0), ArrowUp: step(0, 1), ArrowDown: step(0, -1) };
    listenToKeys(handle, () => keys);
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const widget = new RaceWidget(model, await readState(model), makeFrame(el, "race"));
  return () => widget.stop();
}

export default { render };
