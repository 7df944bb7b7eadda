// A chart that answers: rest on a point or a cell to read it, move with the arrow keys, click for examples;
// a film of the chart has a slider and a play button. The chart itself is the SVG that matplotlib drew.

/**
 * Something that can be asked, in the SVG's units; cells have a size.
 * @typedef {[number, number, number, number]} Box Left, top, right, bottom.
 * @typedef {{ x: number, y: number, w?: number, h?: number, text: string, image?: string, shown?: [string, string][],
 *   region?: Box }} Target
 * @typedef {{ box: Box, texts: string[][], examples?: Record<string, [string, string][]>, regions?: Record<string, Box> }} Grid
 * @typedef {{ name?: string, text: string, images: string[] }} FilmFrame
 * @typedef {object} State
 * @property {string} svg
 * @property {[number, number, string, string?][]} [points]
 * @property {Grid[]} [grids]
 * @property {FilmFrame[]} [frames]
 * @property {string} [film]
 */

/**
 * The cells of a grid.
 * @param {Grid} grid
 * @returns {Target[]}
 */
function cells({ box: [left, top, right, bottom], texts, examples, regions }) {
  const [w, h] = [(right - left) / texts[0].length, (bottom - top) / texts.length];
  return texts.flatMap((row, i) => row.map((text, j) => (
    { x: left + (j + 0.5) * w, y: top + (i + 0.5) * h, w, h, text, shown: examples?.[`${i},${j}`], region: regions?.[`${i},${j}`] }
  )));
}

/**
 * The frame around what is asked.
 * @param {Target} target
 */
function frameOf({ x, y, w, h, region }) {
  if (region) return { x: region[0], y: region[1], width: region[2] - region[0], height: region[3] - region[1], rx: 0 };
  const [width, height] = [w ?? 9, h ?? 9];
  return { x: x - width / 2, y: y - height / 2, width, height, rx: w ? 0 : 5 };
}

/**
 * @param {string} source
 * @param {string} [text]
 */
function example(source, text = "") {
  return Object.assign(element("img", "md-example"), { src: source, alt: text, title: text });
}

class ChartWidget {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(model, state, frame) {
    this.model = model;
    this.frame = frame;
    this.tip = makeTip(frame.root);
    this.shelf = frame.panel; // examples, after a click
    this.shelf.className = "md-shelf";
    frame.said.className = "md-unseen"; // the tooltip shows it
    this.words = element("span", "md-faint");
    this.chosen = -1;
    this.svg = placeSvg(frame.stage, state.svg);
    /** @type {Target[]} */
    this.targets = [];
    this.mark = svgElement("rect");
    this.redraw = async () => this.draw(await readState(this.model));
    /** A picture that changes while a model trains. @type {(message: { frame?: FilmFrame }) => void} */
    this.listen = ({ frame: one }) => { if (one) this.showFrame(one); };
    this.draw(state);
    this.play = this.addFilm(state);
    model.on?.("msg:custom", this.listen);
    model.on?.("change:state", this.redraw);
  }

  stop() {
    this.play?.stop();
    this.model.off?.("msg:custom", this.listen);
    this.model.off?.("change:state", this.redraw);
  }

  /** @param {State} state */
  draw(state) {
    const svg = placeSvg(this.frame.stage, state.svg);
    this.svg = svg;
    grow(svg, this.frame.root);
    makeReachable(svg);
    this.mark = svgElement("rect", {
      class: "md-mark", fill: "none", stroke: "var(--md-ink)", "stroke-width": 1.5, visibility: "hidden",
    });
    svg.append(this.mark);
    const points = (state.points ?? []).map(([x, y, text, image]) => ({ x, y, text, image }));
    this.targets = [...points, ...(state.grids ?? []).flatMap(cells)];
    this.choose(-1);
    svg.addEventListener("pointermove", (event) => this.choose(this.nearest(event)));
    svg.addEventListener("pointerleave", () => this.choose(-1));
    svg.addEventListener("blur", () => this.choose(-1));
    svg.addEventListener("click", (event) => { this.choose(this.nearest(event)); this.openShelf(); });
    listenToKeys(svg, () => this.keys());
  }

  /**
   * The number of the target that the mouse is on, or near; -1 for none.
   * @param {MouseEvent} event
   */
  nearest(event) {
    const [u, v] = pointIn(this.svg, event);
    let [best, least] = [-1, 20];
    this.targets.forEach(({ x, y, w, h }, i) => {
      const [dx, dy] = [Math.abs(u - x), Math.abs(v - y)];
      const distance = w && h ? (dx <= w / 2 && dy <= h / 2 ? 0 : Infinity) : Math.hypot(dx, dy);
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }

  /** @param {number} i */
  choose(i) {
    this.chosen = i;
    this.mark.setAttribute("visibility", i < 0 ? "hidden" : "visible");
    if (i < 0) { this.tip.hide(); return; }
    const { text, image, shown } = this.targets[i];
    for (const [name, value] of Object.entries(frameOf(this.targets[i]))) this.mark.setAttribute(name, String(value));
    this.tip.element.replaceChildren(element("div", "", text));
    if (image) this.tip.element.append(example(image));
    if (shown) this.tip.element.append(element("div", "md-faint", "click for examples"));
    this.tip.show(this.mark.getBoundingClientRect());
    this.frame.said.textContent = text;
  }

  openShelf() {
    this.shelf.replaceChildren();
    const target = this.targets[this.chosen];
    if (!target?.shown) return;
    this.shelf.append(element("span", "md-faint", target.text), ...target.shown.map(([image, text]) => example(image, text)));
  }

  /** @returns {Record<string, () => void>} */
  keys() {
    const n = this.targets.length;
    const move = (/** @type {number} */ step) => () => { if (n) this.choose((this.chosen + step + n) % n); };
    const [next, last] = [move(1), move(-1)];
    return {
      ArrowRight: next, ArrowDown: next, ArrowLeft: last, ArrowUp: last,
      Enter: () => this.openShelf(), Escape: () => this.choose(-1),
    };
  }

  /**
   * A frame of the film gives pictures for the images of the SVG, in their order, and a text.
   * @param {FilmFrame} frame
   */
  showFrame({ images, text }) {
    this.frame.stage.querySelectorAll("image").forEach((image, i) => {
      if (!images[i]) return;
      image.removeAttributeNS("http://www.w3.org/1999/xlink", "href");
      image.setAttribute("href", images[i]);
    });
    if (!this.words.parentNode) this.frame.bar.append(this.words);
    this.words.textContent = text;
  }

  /** @param {State} state */
  addFilm({ frames = [], film: counts = "" }) {
    if (frames.length < 2) return null;
    const last = frames.length - 1;
    let at = last;
    const play = addPlay(this.frame.bar, () => {
      at = (at + 1) % frames.length;
      slider.set(at);
      this.showFrame(frames[at]);
      return at < last;
    }, () => 250);
    const show = (/** @type {number} */ k) => frames[k].name ?? "";
    const slider = addSlider(this.frame.bar, { label: counts, min: 0, max: last, value: last, show }, (k) => {
      at = k;
      play.stop();
      this.showFrame(frames[k]);
    });
    this.showFrame(frames[last]);
    return play;
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const state = await readState(model);
  const widget = new ChartWidget(model, state, makeFrame(el, "chart"));
  return () => widget.stop();
}

export default { render };
