// The loss while a model trains: new points arrive as messages, and only the lines are redrawn.

const [WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM] = [640, 320, 56, 12, 34, 36];

/** Round numbers between low and high. */
function ticks(low, high, count = 5) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough);
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-6; t += step) found.push(Number(t.toPrecision(6)));
  return found;
}

/** The mean of each point and its neighbours on both sides, so that the line does not lag behind. */
function smoothed(points) {
  const half = Math.max(1, Math.floor(points.length * 0.025));
  return points.map(([x], i) => {
    const near = points.slice(Math.max(0, i - half), i + half + 1).map(([, y]) => y).filter((y) => y !== null);
    return [x, near.length ? near.reduce((sum, y) => sum + y, 0) / near.length : null];
  });
}

async function render({ model, el }) {
  const { log } = await readState(model);
  const root = makeRoot(el, "live");
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, width: "100%", role: "img" });
  root.append(svg);
  const points = [];
  let [val, lr, waiting] = [[], null, false];

  const path = (data, x, y, look) => {
    let d = "";
    let pen = "M";
    for (const [a, b] of data) {
      if (b === null || (log && b <= 0)) { pen = "M"; continue; }
      d += `${pen}${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
      pen = "L";
    }
    svg.append(svgElement("path", { d, fill: "none", ...look }));
  };

  const draw = () => {
    waiting = false;
    svg.replaceChildren();
    const all = [...points, ...val].map(([, b]) => b).filter((b) => b !== null && (!log || b > 0));
    if (!all.length) return;
    const grow = log ? Math.log10 : (v) => v;
    const high = grow(Math.max(...all));
    const low = log ? grow(Math.min(...all)) : Math.min(0, ...all);
    const end = points.length ? points[points.length - 1][0] : 1;
    const x = (a) => LEFT + ((a - 1) / Math.max(1, end - 1)) * (WIDE - LEFT - RIGHT);
    const y = (b) => HIGH - BOTTOM - ((grow(b) - low) / (high - low || 1)) * (HIGH - TOP - BOTTOM);
    for (const t of ticks(low, high)) {
      const value = log ? 10 ** t : t;
      svg.append(svgElement("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), stroke: "var(--md-line)", "stroke-width": 0.6 }));
      const words = { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", "font-size": 11, fill: "var(--md-faint)" };
      svg.append(svgElement("text", words, Number(value.toPrecision(3))));
    }
    for (const t of ticks(1, end).filter((t) => t >= 1 && Number.isInteger(t))) {
      svg.append(svgElement("text", { x: x(t), y: HIGH - 20, "text-anchor": "middle", "font-size": 11, fill: "var(--md-faint)" }, t));
    }
    svg.append(svgElement("text", { x: (LEFT + WIDE) / 2, y: HIGH - 4, "text-anchor": "middle", "font-size": 12, fill: "var(--md-ink)" }, "step"));
    const thin = points.length > 30;
    path(points, x, y, { stroke: "var(--md-value)", "stroke-width": thin ? 0.8 : 2, "stroke-opacity": thin ? 0.35 : 1 });
    if (thin) path(smoothed(points), x, y, { stroke: "var(--md-value)", "stroke-width": 2 });
    path(val, x, y, { stroke: "var(--md-second)", "stroke-width": 2 });
    for (const [a, b] of val) if (b !== null) svg.append(svgElement("circle", { cx: x(a), cy: y(b), r: 3.5, fill: "var(--md-second)" }));
    const now = points.length ? points[points.length - 1][1] : null;
    const words = [`step ${end}`, `loss ${now === null ? "is not a number" : now.toPrecision(4)}`];
    if (val.length) words.push(`validation ${(val[val.length - 1][1] ?? NaN).toPrecision(4)}`);
    if (lr !== null) words.push(`learning rate ${lr}`);
    svg.append(svgElement("text", { x: LEFT, y: 20, "font-size": 13, fill: "var(--md-ink)" }, words.join(" · ")));
    svg.setAttribute("aria-label", words.join(", "));
  };

  const listen = (message) => {
    points.push(...message.points);
    val = message.val;
    lr = message.lr;
    if (points.length > 4000) points.splice(0, points.length, ...points.filter((_, i) => i % 2));
    if (!waiting) { waiting = true; requestAnimationFrame(draw); }
  };
  model.on?.("msg:custom", listen);
  return () => model.off?.("msg:custom", listen);
}

export default { render };
