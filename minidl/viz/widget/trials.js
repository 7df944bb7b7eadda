// The trials of a search: the line under the mouse is traced and tells its setting; the arrow keys go from the best line on.

/**
 * A trial, the best first, in the SVG's units.
 * @typedef {{ points: Point[], text: string }} Line
 * @typedef {{ svg: string, lines: Line[] }} State
 */

/**
 * How far a point lies from a piece of a line.
 * @param {Point} point
 * @param {Point} start
 * @param {Point} end
 */
function distance([u, v], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const share = ((u - x0) * dx + (v - y0) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(Math.max(share, 0), 1);
  return Math.hypot(u - x0 - t * dx, v - y0 - t * dy);
}

/**
 * The number of the line at a point, or near it; -1 for none.
 * @param {Line[]} lines
 * @param {Point} point
 */
function nearestLine(lines, point) {
  let [best, least] = [-1, 8];
  lines.forEach(({ points }, k) => points.slice(1).forEach((end, i) => {
    const away = distance(point, points[i], end);
    if (away < least) [best, least] = [k, away];
  }));
  return best;
}

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const { svg: source, lines } = await readState(model);
  const frame = makeFrame(el, "trials");
  const svg = placeSvg(frame.stage, source);
  const tip = makeTip(frame.root);
  const hint = "rest on a line, or press the arrow keys, to read a trial";
  const trace = svgElement("polyline", { class: "md-trace", fill: "none", stroke: "var(--md-ink)", "stroke-width": 3 });
  const end = svgElement("circle", { class: "md-trace", r: 4, fill: "var(--md-ink)" });
  let chosen = -1;
  grow(svg, frame.root);
  makeReachable(svg);
  svg.append(trace, end);

  /** @param {number} k */
  const choose = (k) => {
    chosen = k;
    for (const mark of [trace, end]) mark.setAttribute("visibility", k < 0 ? "hidden" : "visible");
    frame.said.textContent = k < 0 ? hint : lines[k].text.replaceAll("\n", ", ");
    if (k < 0) { tip.hide(); return; }
    const { points, text } = lines[k];
    const [x, y] = points[points.length - 1];
    trace.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    end.setAttribute("cx", String(x));
    end.setAttribute("cy", String(y));
    tip.element.replaceChildren(element("div", "", text));
    tip.show(end.getBoundingClientRect());
  };
  const move = (/** @type {number} */ step) => () => choose((chosen + step + lines.length) % lines.length);
  const [next, last] = [move(1), () => choose(chosen < 1 ? lines.length - 1 : chosen - 1)];
  const keys = { ArrowRight: next, ArrowDown: next, ArrowLeft: last, ArrowUp: last, Escape: () => choose(-1) };
  choose(-1);
  svg.addEventListener("pointermove", (event) => choose(nearestLine(lines, pointIn(svg, event))));
  svg.addEventListener("pointerdown", (event) => choose(nearestLine(lines, pointIn(svg, event))));
  svg.addEventListener("pointerleave", () => choose(-1));
  svg.addEventListener("blur", () => choose(-1));
  listenToKeys(svg, () => keys);
}

export default { render };
