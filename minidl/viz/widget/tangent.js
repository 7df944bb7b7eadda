// A curve whose tangent follows the mouse, or the arrow keys.

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "tangent");
  const stage = element("div", "md-stage");
  const said = element("div", "md-said");
  said.setAttribute("role", "status");
  root.append(stage, said);
  const svg = placeSvg(stage, state.svg);
  svg.setAttribute("tabindex", "0");
  const [[x0, x1]] = state.limits;
  const { clip, toScreen, toPlane } = makePlane(svg, state);
  const line = svgElement("line", { class: "md-tangent", "clip-path": clip });
  const point = svgElement("circle", { class: "md-point", r: 6 });
  svg.append(line, point);

  let here = state.here;
  const draw = () => {
    const [x, y, slope] = [state.x[here], state.y[here], state.slope[here]];
    if (y === null || slope === null) { said.textContent = `x = ${x}: not a number`; return; }
    const [ax, ay] = toScreen([x0, y + slope * (x0 - x)]);
    const [bx, by] = toScreen([x1, y + slope * (x1 - x)]);
    for (const [name, value] of Object.entries({ x1: ax, y1: ay, x2: bx, y2: by })) line.setAttribute(name, value);
    const [cx, cy] = toScreen([x, y]);
    point.setAttribute("cx", cx);
    point.setAttribute("cy", cy);
    said.textContent = `x = ${x.toPrecision(3)} · value ${y.toPrecision(4)} · slope ${slope.toPrecision(4)}`;
  };
  const move = (k) => { here = Math.max(0, Math.min(state.x.length - 1, k)); draw(); };
  svg.addEventListener("pointermove", (event) => {
    const [x] = toPlane(pointIn(svg, event));
    move(Math.round(((x - x0) / (x1 - x0)) * (state.x.length - 1)));
  });
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 };
    if (!(event.key in steps)) return;
    move(here + steps[event.key]);
    event.preventDefault();
    event.stopPropagation();
  });
  draw();
}

export default { render };
