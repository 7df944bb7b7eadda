// The playground: controls here, training in the kernel; each answer of the kernel is drawn, then the next steps are asked for.

/**
 * @typedef {{ data: string, noise: number, layers: number, units: number, activation: string, optimizer: string, lr: number,
 *   seed: number }} Settings
 * @typedef {object} Report
 * @property {string} field The plane as the network sees it, a PNG.
 * @property {[number, number, number, number]} extent
 * @property {[number, number, number, number][]} points x, y, class, whether it is for training.
 * @property {(number | null)[]} losses
 * @property {[number, number | null][]} held_out
 * @property {number} first The step of the first of the losses.
 * @property {{ train: number, test: number }} right
 * @property {[string, number | null][]} gradients
 *
 * @typedef {Report & { settings: Settings, choices: { data: string[], activation: string[], optimizer: string[] },
 *   largest: { layers: number, units: number }, colours: string[] }} State
 */

const SIDE = 360;
const [LOW, HIGH] = [-6, 1]; // powers of ten of the sizes of gradients that are told apart

/** @param {[number, number | null]} point @returns {point is [number, number]} */
const isFinitePoint = (point) => point[1] !== null;

class Playground {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(model, state, frame) {
    this.state = state;
    this.frame = frame;
    /** @type {Report} */
    this.report = state;
    this.settings = { ...state.settings };
    this.running = false;
    this.anew = false; // the settings changed: begin anew with the next question
    this.waiting = 0; // steps that were asked for while the kernel was busy
    this.plane = svgElement("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "md-plane", role: "img" });
    this.loss = svgElement("svg", { viewBox: "0 0 320 170", role: "img", "aria-label": "the loss" });
    this.flow = svgElement("svg", { viewBox: "0 0 320 170", role: "img", "aria-label": "the gradients, layer by layer" });
    frame.stage.append(this.plane);
    frame.panel.className = "md-side";
    frame.panel.removeAttribute("aria-live"); // it changes with every step; the line below says what happened
    frame.panel.append(element("div", "md-faint", "loss (strong: held out)"), this.loss);
    frame.panel.append(element("div", "md-faint", "size of the gradients, layer by layer"), this.flow);
    this.asker = makeAsker(model, (reply) => this.receive(reply), (reason) => { this.stop(); frame.said.textContent = reason; });
    this.play = addButton(frame.bar, "▶ Train", "Train, or pause", () => this.toggle());
    this.fillBars();
    this.draw();
  }

  // -- the kernel

  /** @param {Report} reply */
  receive(reply) {
    this.report = reply;
    this.draw();
    if (this.running) this.ask(10);
    else if (this.anew || this.waiting) this.ask(this.waiting);
  }

  /** @param {number} steps */
  ask(steps) {
    if (this.asker.busy()) { this.waiting = steps; return; }
    this.waiting = 0;
    const request = this.anew ? { settings: { ...this.settings }, steps } : { steps, lr: this.settings.lr };
    this.anew = false;
    this.asker.ask(request);
  }

  begin() {
    this.anew = true;
    this.ask(0);
  }

  stop() {
    this.running = false;
    this.waiting = 0;
    this.play.textContent = "▶ Train";
  }

  toggle() {
    if (this.running) { this.stop(); return; }
    this.running = true;
    this.play.textContent = "❚❚ Pause";
    this.ask(10);
  }

  // -- the controls

  fillBars() {
    const { choices, largest } = this.state;
    const { settings, frame: { bar, secondBar } } = this;
    addButton(bar, "Step", "One step", () => { this.stop(); this.ask(1); });
    addButton(bar, "Reset", "Begin anew", () => { this.stop(); this.begin(); });
    addButton(bar, "Other start", "Begin anew from other weights", () => { settings.seed += 1; this.begin(); });
    addSelect(bar, "data", choices.data, settings.data, (v) => { settings.data = v; this.begin(); });
    const noise = { label: "noise", min: 0, max: 0.5, step: 0.01, value: settings.noise };
    addSlider(bar, noise, (v) => { settings.noise = v; this.begin(); });
    addSelect(secondBar, "activation", choices.activation, settings.activation, (v) => { settings.activation = v; this.begin(); });
    const layers = { label: "layers", min: 0, max: largest.layers, value: settings.layers };
    addSlider(secondBar, layers, (v) => { settings.layers = v; this.begin(); });
    const units = { label: "units", min: 1, max: largest.units, value: settings.units };
    addSlider(secondBar, units, (v) => { settings.units = v; this.begin(); });
    addSelect(secondBar, "optimiser", choices.optimizer, settings.optimizer, (v) => { settings.optimizer = v; this.begin(); });
    const show = (/** @type {number} */ power) => (10 ** power).toPrecision(2);
    const rate = { label: "learning rate", min: -4, max: 1, step: 0.05, value: Math.log10(settings.lr), show };
    addSlider(secondBar, rate, (power) => { settings.lr = 10 ** power; });
  }

  // -- the pictures

  draw() {
    this.drawPlane();
    this.drawLoss();
    this.drawFlow();
    const { right: { train, test }, first, losses } = this.report;
    const words = `right: ${(100 * train).toFixed(0)} % of training, ${(100 * test).toFixed(0)} % of held-out points`;
    this.frame.said.textContent = `step ${first + losses.length - 1} · ${words}`;
  }

  drawPlane() {
    const { extent: [left, right, bottom, top], field, points, right: shares } = this.report;
    const colour = (/** @type {number} */ k) => `var(--md-${this.state.colours[k % this.state.colours.length]})`;
    this.plane.replaceChildren(svgElement("image", { href: field, width: SIDE, height: SIDE, preserveAspectRatio: "none" }));
    for (const [a, b, k, train] of points) {
      const [cx, cy] = [((a - left) / (right - left)) * SIDE, ((top - b) / (top - bottom)) * SIDE];
      const look = train
        ? { fill: colour(k), stroke: "var(--md-ground)", "stroke-width": 0.8 }
        : { fill: "var(--md-ground)", stroke: colour(k), "stroke-width": 1.6 };
      this.plane.append(svgElement("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 3.5, ...look }));
    }
    const words = `${points.length} points, ${Math.round(shares.test * 100)} % of those held out are right`;
    this.plane.setAttribute("aria-label", words);
  }

  drawLoss() {
    const { losses, held_out: heldOut, first } = this.report;
    this.loss.replaceChildren();
    /** @type {[number, number | null][]} */
    const raw = losses.map((v, i) => [first + i, v]);
    const [curve, judged] = [raw.filter(isFinitePoint), heldOut.filter(isFinitePoint).filter(([s]) => s >= first)];
    const high = Math.max(0.1, ...[...curve, ...judged].map(([, v]) => v));
    const end = first + losses.length;
    const x = (/** @type {number} */ step) => 34 + ((step - first) / Math.max(1, end - first)) * 276;
    const y = (/** @type {number} */ v) => 150 - (v / high) * 140;
    for (const share of [0, 0.5, 1]) {
      const at = { x1: 34, x2: 310, y1: y(high * share), y2: y(high * share), stroke: "var(--md-line)", "stroke-width": 0.6 };
      const words = { x: 30, y: y(high * share) + 4, "text-anchor": "end", "font-size": 10, fill: "var(--md-faint)" };
      this.loss.append(svgElement("line", at), svgElement("text", words, (high * share).toPrecision(2)));
    }
    const line = (/** @type {[number, number][]} */ points) => points.map(([s, v]) => `${x(s).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
    const look = { fill: "none", stroke: "var(--md-value)", "stroke-opacity": 0.5 };
    this.loss.append(svgElement("polyline", { points: line(curve), ...look }));
    this.loss.append(svgElement("polyline", { points: line(judged), fill: "none", stroke: "var(--md-second)", "stroke-width": 2 }));
    const corner = { x: 310, y: 166, "text-anchor": "end", "font-size": 10, fill: "var(--md-faint)" };
    this.loss.append(svgElement("text", corner, `step ${end - 1}`));
  }

  drawFlow() {
    const rows = this.report.gradients;
    const tall = Math.min(26, 160 / Math.max(1, rows.length));
    this.flow.replaceChildren();
    rows.forEach(([name, size], i) => {
      const share = size ? Math.max(0.01, Math.min(1, (Math.log10(size) - LOW) / (HIGH - LOW))) : 0;
      const bar = { x: 70, y: i * tall + 3, width: share * 180, height: tall - 6, fill: "var(--md-gradient)" };
      const words = { y: i * tall + tall / 2 + 4, "font-size": 11, fill: "var(--md-ink)" };
      const text = size === null ? "not a number" : size.toPrecision(2);
      this.flow.append(
        svgElement("rect", bar),
        svgElement("text", { ...words, x: 64, "text-anchor": "end" }, name.replace(".weight", "")),
        svgElement("text", { ...words, x: 76 + share * 180, fill: "var(--md-faint)" }, text),
      );
    });
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const widget = new Playground(model, await readState(model), makeFrame(el, "play"));
  return () => { widget.stop(); widget.asker.stop(); };
}

export default { render };
