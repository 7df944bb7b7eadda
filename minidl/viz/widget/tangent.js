// A curve whose tangent follows the mouse, or the arrow keys.

/**
 * @typedef {object} State
 * @property {string} svg
 * @property {[Point, Point]} corners
 * @property {[Point, Point]} limits
 * @property {number} here The place of the tangent.
 * @property {number[]} x
 * @property {(number | null)[]} y
 * @property {(number | null)[]} slope
 */

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const state = await readState(model);
  const { root, stage, said } = makeFrame(el, "tangent");
  const svg = placeSvg(stage, state.svg);
  grow(svg, root);
  makeReachable(svg);
  const [[x0, x1]] = state.limits;
  const { clip, toScreen, toPlane } = makePlane(svg, state);
  const line = svgElement("line", { class: "md-tangent", "clip-path": clip });
  const point = svgElement("circle", { class: "md-point", r: 6 });
  svg.append(line, point);
  let { here } = state;

  const draw = () => {
    const [x, y, slope] = [state.x[here], state.y[here], state.slope[here]];
    const shown = y !== null && slope !== null;
    for (const mark of [line, point]) mark.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown) { said.textContent = `x = ${x.toPrecision(3)}: the value or the slope is not a number`; return; }
    const [ax, ay] = toScreen([x0, y + slope * (x0 - x)]);
    const [bx, by] = toScreen([x1, y + slope * (x1 - x)]);
    const [cx, cy] = toScreen([x, y]);
    for (const [name, value] of Object.entries({ x1: ax, y1: ay, x2: bx, y2: by })) line.setAttribute(name, String(value));
    for (const [name, value] of Object.entries({ cx, cy })) point.setAttribute(name, String(value));
    said.textContent = `x = ${x.toPrecision(3)} · value ${y.toPrecision(4)} · slope ${slope.toPrecision(4)}`;
  };
  const move = (/** @type {number} */ k) => {
    here = Math.max(0, Math.min(state.x.length - 1, k));
    draw();
  };
  svg.addEventListener("pointermove", (event) => {
    const [x] = toPlane(pointIn(svg, event));
    move(Math.round(((x - x0) / (x1 - x0)) * (state.x.length - 1)));
  });
  const by = (/** @type {number} */ step) => () => move(here + step);
  const keys = { ArrowLeft: by(-1), ArrowRight: by(1), PageUp: by(10), PageDown: by(-10) };
  listenToKeys(svg, () => keys);
  draw();
}

export default { render };
