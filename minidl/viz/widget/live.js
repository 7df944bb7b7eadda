// The loss while a model trains: new points arrive as messages, and only the lines are redrawn.

/**
 * @typedef {[number, number | null]} Measured A step and a loss; null where it is not a number.
 * @typedef {{ points: Measured[], val: Measured[], lr: number | null }} News
 */

const [WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM] = [640, 320, 56, 12, 34, 36];
const MOST_POINTS = 4000;

/**
 * Round numbers between low and high.
 * @param {number} low
 * @param {number} high
 */
function ticks(low, high, count = 5) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough) ?? rough;
  const first = Math.ceil(low / step);
  const found = [];
  for (let k = 0; k <= 2 * count && (first + k) * step <= high + step * 1e-6; k += 1) {
    found.push(Number(((first + k) * step).toPrecision(6)));
  }
  return found;
}

/**
 * The mean of each point and its neighbours on both sides, so that the line does not lag behind.
 * @param {Measured[]} points
 * @returns {Measured[]}
 */
function smoothed(points) {
  const half = Math.max(1, Math.floor(points.length * 0.025));
  return points.map(([x], i) => {
    const near = points.slice(Math.max(0, i - half), i + half + 1).flatMap(([, y]) => (y === null ? [] : [y]));
    return [x, near.length ? near.reduce((sum, y) => sum + y, 0) / near.length : null];
  });
}

class LiveWidget {
  /**
   * @param {boolean} log
   * @param {HTMLElement} stage
   */
  constructor(log, stage) {
    this.log = log;
    this.svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, width: "100%", role: "img" });
    stage.append(this.svg);
    /** @type {Measured[]} */
    this.points = [];
    /** @type {Measured[]} */
    this.val = [];
    /** @type {number | null} */
    this.lr = null;
    this.waiting = false;
  }

  /** @param {News} news */
  take({ points, val, lr }) {
    this.points.push(...points);
    [this.val, this.lr] = [val, lr];
    if (this.points.length > MOST_POINTS) this.points = this.points.filter((_, i) => i % 2);
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  /** From a loss to a height; on a logarithmic axis only of what is above 0. @param {number} b */
  grow(b) { return this.log ? Math.log10(b) : b; }

  /** @param {number | null} b @returns {b is number} */
  drawn(b) { return b !== null && (!this.log || b > 0); }

  /** The axes: from steps and losses to the screen. */
  scale() {
    const all = [...this.points, ...this.val].map(([, b]) => b).filter((b) => this.drawn(b)).map((b) => this.grow(Number(b)));
    const [high, low] = [Math.max(...all), this.log ? Math.min(...all) : Math.min(0, ...all)];
    const end = this.points.at(-1)?.[0] ?? 1;
    return {
      low, high, end, some: all.length > 0,
      x: (/** @type {number} */ a) => LEFT + ((a - 1) / Math.max(1, end - 1)) * (WIDE - LEFT - RIGHT),
      y: (/** @type {number} */ v) => HIGH - BOTTOM - ((v - low) / (high - low || 1)) * (HIGH - TOP - BOTTOM),
    };
  }

  draw() {
    const scale = this.scale();
    this.svg.replaceChildren();
    if (!scale.some) return;
    this.drawAxes(scale);
    const thin = this.points.length > 30;
    this.line(this.points, scale, { stroke: "var(--md-value)", "stroke-width": thin ? 0.8 : 2, "stroke-opacity": thin ? 0.35 : 1 });
    if (thin) this.line(smoothed(this.points), scale, { stroke: "var(--md-value)", "stroke-width": 2 });
    this.line(this.val, scale, { stroke: "var(--md-second)", "stroke-width": 2 });
    for (const [a, b] of this.val) {
      const at = this.drawn(b) ? { cx: scale.x(a), cy: scale.y(this.grow(b)) } : null;
      if (at) this.svg.append(svgElement("circle", { ...at, r: 3.5, fill: "var(--md-second)" }));
    }
    this.say(scale.end);
  }

  /** @param {ReturnType<LiveWidget["scale"]>} scale */
  drawAxes({ low, high, end, x, y }) {
    const words = { "font-size": 11, fill: "var(--md-faint)" };
    for (const t of ticks(low, high)) {
      const value = Number((this.log ? 10 ** t : t).toPrecision(3));
      const grid = { x1: LEFT, x2: WIDE - RIGHT, y1: y(t), y2: y(t), stroke: "var(--md-line)", "stroke-width": 0.6 };
      this.svg.append(svgElement("line", grid));
      this.svg.append(svgElement("text", { ...words, x: LEFT - 6, y: y(t) + 4, "text-anchor": "end" }, value));
    }
    for (const t of ticks(1, end).filter((one) => one >= 1 && Number.isInteger(one))) {
      this.svg.append(svgElement("text", { ...words, x: x(t), y: HIGH - 20, "text-anchor": "middle" }, t));
    }
    const middle = { x: (LEFT + WIDE) / 2, y: HIGH - 4, "text-anchor": "middle", "font-size": 12, fill: "var(--md-ink)" };
    this.svg.append(svgElement("text", middle, "step"));
  }

  /**
   * A line with gaps where there is no number.
   * @param {Measured[]} data
   * @param {ReturnType<LiveWidget["scale"]>} scale
   * @param {Record<string, string | number>} look
   */
  line(data, { x, y }, look) {
    let [d, pen] = ["", "M"];
    for (const [a, b] of data) {
      if (this.drawn(b)) d += `${pen}${x(a).toFixed(1)} ${y(this.grow(b)).toFixed(1)}`;
      pen = this.drawn(b) ? "L" : "M";
    }
    this.svg.append(svgElement("path", { d, fill: "none", ...look }));
  }

  /** @param {number} end */
  say(end) {
    const [now, checked] = [this.points.at(-1)?.[1] ?? null, this.val.at(-1)];
    const words = [`step ${end}`, `loss ${now === null ? "is not a number" : now.toPrecision(4)}`];
    if (checked) words.push(`validation ${(checked[1] ?? NaN).toPrecision(4)}`);
    if (this.lr !== null) words.push(`learning rate ${this.lr}`);
    this.svg.append(svgElement("text", { x: LEFT, y: 20, "font-size": 13, fill: "var(--md-ink)" }, words.join(" · ")));
    this.svg.setAttribute("aria-label", words.join(", "));
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const { log } = await readState(model);
  const widget = new LiveWidget(log, makeFrame(el, "live").stage);
  const listen = (/** @type {News} */ news) => widget.take(news);
  model.on?.("msg:custom", listen);
  return () => model.off?.("msg:custom", listen);
}

export default { render };
