// A loss surface that can be turned: drag, or the arrow keys. The mouse reads it, and so do the arrow keys with Shift.
// A second view shows the contours.

/**
 * @typedef {(number | null)[][]} Heights Rows along y; null where the loss is not a number.
 * @typedef {{ svg: string, text: string, x: number[], y: number[], height: Heights, logarithmic: boolean,
 *   path: Point[] | null }} State
 */

const [WIDE, TALL] = [640, 520];
const SIZE = 168; // of half a side on the screen: however the surface is turned, it fits

class SurfaceWidget {
  /**
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(state, frame) {
    this.state = state;
    this.frame = frame;
    const finite = state.height.flat().filter((h) => h !== null);
    this.low = finite.length ? Math.min(...finite) : 0;
    this.high = finite.length ? Math.max(...finite) : 0;
    this.turn = -0.9;
    this.tilt = 0.55;
    this.centre = [(state.x[0] + state.x[state.x.length - 1]) / 2, (state.y[0] + state.y[state.y.length - 1]) / 2];
    this.read = [Math.floor(state.y.length / 2), Math.floor(state.x.length / 2)]; // row and column: the middle first
    this.reading = false; // by keys
    this.svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, width: "100%", "aria-label": state.text });
    makeReachable(this.svg);
    this.svg.style.maxWidth = `${1.25 * WIDE}px`;
    this.still = element("div");
    grow(placeSvg(this.still, state.svg), frame.root);
    frame.stage.append(this.svg, this.still);
    this.turning = addButton(frame.bar, "Turn", "The surface in space", () => this.show(true));
    this.contours = addButton(frame.bar, "Contours", "Contours, seen from above", () => this.show(false));
    frame.bar.append(element("span", "md-hint", "drag, or the arrow keys, to turn · rest on the surface, or Shift and the arrow keys, to read it"));
    frame.said.textContent = state.text;
    this.listen();
    this.draw();
    this.show(true);
  }

  /** @param {boolean} space Whether the surface is shown, or its contours. */
  show(space) {
    this.svg.style.display = space ? "block" : "none";
    this.still.style.display = space ? "none" : "block";
    this.turning.setAttribute("aria-pressed", String(space));
    this.contours.setAttribute("aria-pressed", String(!space));
  }

  /** A height as a share, 0 for the lowest. @param {number | null} h */
  level(h) { return ((h ?? this.high) - this.low) / (this.high - this.low || 1); }

  /**
   * Where a point of the surface is on the screen, and how far away it is.
   * @param {number} a
   * @param {number} b
   * @param {number | null} h
   */
  project(a, b, h) {
    const { x, y } = this.state;
    const half = (/** @type {number[]} */ side) => (side[side.length - 1] - side[0]) / 2 || 1;
    const [u, v, w] = [(a - this.centre[0]) / half(x), (b - this.centre[1]) / half(y), this.level(h) * 1.1 - 0.5];
    const right = u * Math.cos(this.turn) - v * Math.sin(this.turn);
    const away = u * Math.sin(this.turn) + v * Math.cos(this.turn);
    return { x: WIDE / 2 + right * SIZE, y: TALL / 2 - (w * Math.cos(this.tilt) + away * Math.sin(this.tilt)) * SIZE, depth: away };
  }

  /**
   * The height of the surface at any point, between its grid points.
   * @param {number} a
   * @param {number} b
   */
  heightAt(a, b) {
    const { x, y, height } = this.state;
    /** @type {(side: number[], value: number) => number} */
    const find = (side, value) => {
      const share = (value - side[0]) / (side[side.length - 1] - side[0]);
      return Math.max(0, Math.min(side.length - 2, Math.floor(share * (side.length - 1))));
    };
    const [j, i] = [find(x, a), find(y, b)];
    const [p, q] = [(a - x[j]) / (x[j + 1] - x[j]), (b - y[i]) / (y[i + 1] - y[i])];
    /** @type {(left: number | null, right: number | null, share: number) => number} */
    const mix = (left, right, share) => (left ?? this.high) * (1 - share) + (right ?? this.high) * share;
    return mix(mix(height[i][j], height[i][j + 1], p), mix(height[i + 1][j], height[i + 1][j + 1], p), q);
  }

  /** The faces between neighbouring grid points, the farthest first. */
  faces() {
    const { x, y, height } = this.state;
    const faces = [];
    for (let i = 0; i + 1 < y.length; i += 1) {
      for (let j = 0; j + 1 < x.length; j += 1) {
        const around = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]];
        const corners = around.map(([a, b]) => this.project(x[b], y[a], height[a][b]));
        const mean = (this.level(height[i][j]) + this.level(height[i + 1][j + 1])) / 2;
        const known = around.every(([a, b]) => height[a][b] !== null);
        faces.push({ corners, mean, known, at: `${i},${j}`, depth: corners.reduce((sum, c) => sum + c.depth, 0) });
      }
    }
    return faces.sort((a, b) => b.depth - a.depth);
  }

  draw() {
    const written = (/** @type {{ x: number, y: number }[]} */ points) => points.map((c) => `${c.x.toFixed(1)},${c.y.toFixed(1)}`).join(" ");
    this.svg.replaceChildren();
    for (const { corners, mean, known, at } of this.faces()) {
      const face = svgElement("polygon", { points: written(corners) });
      const strength = Math.round(8 + 82 * mean);
      face.style.fill = known ? `color-mix(in srgb, var(--md-value) ${strength}%, var(--md-ground))` : "var(--md-gradient-soft)";
      face.dataset.at = at;
      if (this.reading && at === this.read.join()) face.classList.add("md-read");
      this.svg.append(face);
    }
    const path = this.state.path ?? [[this.centre[0], this.centre[1]]];
    const line = path.map(([a, b]) => this.project(a, b, this.heightAt(a, b)));
    if (line.length > 1) this.svg.append(svgElement("polyline", { points: written(line), class: "md-path" }));
    const end = line[line.length - 1];
    this.svg.append(svgElement("circle", { cx: end.x, cy: end.y, r: 5, class: "md-end" }));
  }

  /** @param {number} turn @param {number} tilt */
  turnBy(turn, tilt) {
    this.turn += turn;
    this.tilt = Math.max(0.05, Math.min(1.5, this.tilt + tilt));
    this.draw();
  }

  /** @param {string} at The row and the column of a face. */
  say(at) {
    const { x, y, height, logarithmic } = this.state;
    const [i, j] = at.split(",").map(Number);
    const h = height[i][j];
    const loss = h === null ? "not a number" : (logarithmic ? 10 ** h : h).toPrecision(4);
    this.frame.said.textContent = `loss ${loss} at (${x[j].toPrecision(3)}, ${y[i].toPrecision(3)})`;
  }

  /** Read the surface a step further, from the middle on. @param {number} rows @param {number} columns */
  readBy(rows, columns) {
    const { x, y } = this.state;
    const inside = (/** @type {number} */ k, /** @type {number} */ count) => Math.max(0, Math.min(count - 2, k)); // faces
    const [i, j] = this.read;
    this.read = this.reading ? [inside(i + rows, y.length), inside(j + columns, x.length)] : this.read;
    this.reading = true;
    this.draw();
    this.say(this.read.join());
  }

  listen() {
    const { svg } = this;
    /** @type {Point | null} */
    let last = null;
    svg.addEventListener("pointerdown", (event) => { last = [event.clientX, event.clientY]; svg.setPointerCapture(event.pointerId); });
    svg.addEventListener("pointermove", (event) => {
      const { at } = /** @type {SVGElement} */ (event.target).dataset;
      if (at) this.say(at);
      if (!last) return;
      this.turnBy((event.clientX - last[0]) / 150, (event.clientY - last[1]) / 200);
      last = [event.clientX, event.clientY];
    });
    svg.addEventListener("pointerup", () => { last = null; });
    const by = (/** @type {number} */ turn, /** @type {number} */ tilt) => () => this.turnBy(turn, tilt);
    const turns = { ArrowLeft: by(-0.15, 0), ArrowRight: by(0.15, 0), ArrowUp: by(0, 0.1), ArrowDown: by(0, -0.1) };
    const on = (/** @type {number} */ rows, /** @type {number} */ columns) => () => this.readBy(rows, columns);
    const reads = { ArrowLeft: on(0, -1), ArrowRight: on(0, 1), ArrowUp: on(1, 0), ArrowDown: on(-1, 0) };
    listenToKeys(svg, ({ shiftKey }) => (shiftKey ? reads : turns));
    svg.addEventListener("blur", () => { this.reading = false; this.draw(); });
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  return void new SurfaceWidget(await readState(model), makeFrame(el, "surface"));
}

export default { render };
