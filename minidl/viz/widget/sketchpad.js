// A pad to draw on. The kernel makes the image from the strokes, says what the model reads, and keeps what is to be kept.

/**
 * @typedef {object} State
 * @property {number} side
 * @property {number} pen
 * @property {string[]} classes
 * @property {boolean} reads Whether there is a model.
 * @property {number[]} counts
 * @property {string} text
 */

const STEP = 0.5; // pixels of the image that the pen moves at least, and that an arrow key moves it

class Sketchpad {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(model, state, frame) {
    this.state = state;
    this.frame = frame;
    this.pen = state.pen;
    /** @type {Point[][]} */
    this.strokes = [];
    this.drawing = false;
    /** @type {Point} */
    this.place = [state.side / 2, state.side / 2]; // of the pen, for those who draw with the keys
    this.page = svgElement("svg", {
      viewBox: `0 0 ${state.side} ${state.side}`, class: "md-page", "aria-label": "a page to draw on",
    });
    this.mark = svgElement("circle", { class: "md-mark", r: 0.5 });
    makeReachable(this.page);
    frame.stage.append(this.page);
    this.asker = makeAsker(model, (reply) => this.receive(reply), (reason) => { frame.said.textContent = reason; });
    this.label = addSelect(frame.bar, "this is", state.classes, state.classes[0], () => {});
    addButton(frame.bar, "Keep", "Keep the drawing as an example", () => this.keep());
    addButton(frame.bar, "Clear", "Clear the page", () => this.clear());
    addButton(frame.bar, "Take back", "Forget the drawing that was kept last", () => this.asker.ask({ do: "forget" }));
    addSlider(frame.bar, {
      label: "pen", min: 1, max: 5, step: 0.5, value: this.pen, show: (value) => value.toFixed(1),
    }, (value) => { this.pen = value; this.changed(); });
    this.listen();
    this.count(state.counts);
    this.draw();
  }

  listen() {
    const { page } = this;
    page.addEventListener("pointerdown", (event) => {
      page.setPointerCapture(event.pointerId);
      this.drawing = true;
      this.strokes.push([this.at(event)]);
      this.draw();
    });
    page.addEventListener("pointermove", (event) => { if (this.drawing) this.lead(this.at(event)); });
    for (const end of ["pointerup", "pointercancel"]) page.addEventListener(end, () => this.lift());
    const by = (/** @type {number} */ x, /** @type {number} */ y) => () => this.step(x, y);
    listenToKeys(page, () => ({
      ArrowLeft: by(-STEP, 0), ArrowRight: by(STEP, 0), ArrowUp: by(0, -STEP), ArrowDown: by(0, STEP),
      " ": () => { if (this.drawing) this.lift(); else { this.drawing = true; this.strokes.push([this.place]); this.draw(); } },
      Enter: () => this.keep(), Escape: () => this.clear(),
      ...Object.fromEntries(this.state.classes.map((name) => [name, () => { this.label.value = name; this.keep(); }])),
    }));
  }

  /** @param {MouseEvent} event @returns {Point} */
  at(event) {
    const [x, y] = pointIn(/** @type {SVGSVGElement} */ (this.page), event);
    return [Number(x.toFixed(2)), Number(y.toFixed(2))];
  }

  /** The pen moves, and leaves ink. @param {Point} to */
  lead(to) {
    const stroke = this.strokes[this.strokes.length - 1];
    const [x, y] = stroke[stroke.length - 1];
    if (Math.hypot(to[0] - x, to[1] - y) < STEP) return;
    stroke.push(to);
    this.draw();
  }

  /** A step with the keys. @param {number} x @param {number} y */
  step(x, y) {
    const inside = (/** @type {number} */ value) => Math.min(this.state.side, Math.max(0, value));
    this.place = [inside(this.place[0] + x), inside(this.place[1] + y)];
    if (this.drawing) this.lead(this.place);
    this.draw();
  }

  lift() {
    if (!this.drawing) return;
    this.drawing = false;
    this.changed();
  }

  /** The drawing is another one: what is it now? */
  changed() {
    this.draw();
    if (this.strokes.length) this.asker.ask({ do: "read", strokes: this.strokes, pen: this.pen });
    else this.frame.panel.replaceChildren();
  }

  clear() {
    this.strokes = [];
    this.drawing = false;
    this.changed();
  }

  keep() {
    if (!this.strokes.length) { this.frame.said.textContent = "The page is empty: draw first."; return; }
    const label = this.state.classes.indexOf(this.label.value);
    this.asker.ask({ do: "keep", strokes: this.strokes, pen: this.pen, label });
    this.clear();
  }

  /** @param {{ counts?: number[], image?: number[][], shares?: number[] | null }} reply */
  receive({ counts, image, shares }) {
    if (counts) this.count(counts);
    if (image && this.strokes.length) this.tell(image, shares ?? null);
  }

  /** How many are kept; the class with the fewest is proposed next. @param {number[]} counts */
  count(counts) {
    const kept = this.state.classes.map((name, k) => `${name}: ${counts[k]}`).join("  ");
    this.frame.said.textContent = `kept  ${kept}`;
    this.label.value = this.state.classes[counts.indexOf(Math.min(...counts))];
  }

  /** What the network sees, and what it makes of it. @param {number[][]} image @param {(number | null)[] | null} shares */
  tell(image, shares) {
    const { panel } = this.frame;
    panel.replaceChildren(element("div", "md-faint", "what the network sees"), drawHeat(image, "var(--md-ink)", 112));
    if (!shares) return;
    const known = shares.map((share) => share ?? 0);
    const best = known.indexOf(Math.max(...known));
    panel.append(element("div", "md-reading", `I read: ${this.state.classes[best]}`));
    this.state.classes.forEach((name, k) => {
      const row = element("div", "md-share");
      const bar = element("span", "md-share-bar");
      bar.style.width = `${100 * known[k]}px`;
      row.append(element("span", "md-share-name", name), bar, element("span", "md-faint", `${Math.round(100 * known[k])} %`));
      panel.append(row);
    });
  }

  draw() {
    const ways = this.strokes.map((stroke) => svgElement("polyline", {
      points: [...stroke, ...stroke.slice(-1)].map((point) => point.join(",")).join(" "), class: "md-way", "stroke-width": this.pen,
    }));
    this.mark.setAttribute("cx", String(this.place[0]));
    this.mark.setAttribute("cy", String(this.place[1]));
    this.page.replaceChildren(...ways, this.mark);
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const state = await readState(model);
  const pad = new Sketchpad(model, state, makeFrame(el, "sketchpad"));
  return () => pad.asker.stop();
}

export default { render };
