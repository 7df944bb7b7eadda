// Optimisers racing down a surface: played step by step; the start is dragged, the learning rates slide.

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "race");
  const bar = element("div", "md-bar");
  const rates = element("div", "md-bar");
  const stage = element("div", "md-stage");
  const said = element("div", "md-said md-hint");
  said.setAttribute("role", "status");
  root.append(bar, rates, stage, said);
  const svg = placeSvg(stage, state.svg);
  const [[x0, x1], [y0, y1]] = state.limits;
  const { clip, toScreen, toPlane } = makePlane(svg, state);

  let { paths } = state;
  let start = [...state.start];
  const chosen = { ...state.rates };
  const names = Object.keys(paths);
  let at = state.steps;

  const layer = svgElement("g", { "clip-path": clip });
  const handle = svgElement("rect", { width: 14, height: 14, class: "md-start", tabindex: 0, role: "slider" });
  svg.append(layer, handle);

  const draw = () => {
    layer.replaceChildren();
    const words = [];
    names.forEach((name, k) => {
      const colour = `var(--md-${state.colours[k % state.colours.length]})`;
      const rows = paths[name].slice(0, at + 1);
      const line = rows.map((row) => toScreen(row).map((n) => n.toFixed(1)).join(","));
      layer.append(svgElement("polyline", { points: line.join(" "), fill: "none", stroke: colour, "stroke-width": 2 }));
      const end = rows[rows.length - 1];
      if (!end) return;
      const [cx, cy] = toScreen(end);
      layer.append(svgElement("circle", { cx, cy, r: 5, fill: colour, stroke: "var(--md-ground)" }));
      const gone = rows.length <= at && paths[name].length <= state.steps;
      words.push(`${name}: ${gone ? "flew away" : end[2].toPrecision(4)}`);
    });
    said.textContent = `step ${at} · height ${words.join(" · ")}`;
    const [x, y] = toScreen(start);
    handle.setAttribute("x", x - 7);
    handle.setAttribute("y", y - 7);
    const text = `start at ${start.map((n) => n.toFixed(2)).join(", ")}`;
    handle.setAttribute("aria-label", `${text}; move with the arrow keys`);
    handle.setAttribute("aria-valuetext", text);
  };

  const asker = makeAsker(model, (reply) => { paths = reply.paths; draw(); if (again) { again = false; ask(); } },
    (reason) => { said.textContent = reason; });
  let again = false;
  const ask = () => {
    if (asker.busy()) { again = true; return; }
    asker.ask({ start, rates: chosen });
  };

  const play = addPlay(bar, () => {
    const next = at >= state.steps ? 0 : at + 1;
    step.set(next);
    at = next;
    draw();
    return at < state.steps;
  }, () => Math.max(15, 4000 / state.steps));
  const step = addSlider(bar, { label: "step", min: 0, max: state.steps, value: at }, (k) => { play.stop(); at = k; draw(); });
  bar.append(element("span", "md-hint", "drag the square to start elsewhere · arrow keys move it too"));
  const [low, high] = state.ends.map(Math.log10);
  names.forEach((name, k) => {
    const show = (power) => (10 ** power).toPrecision(2);
    const value = Math.log10(chosen[name]);
    const box = addSlider(rates, { label: `${name}: learning rate`, min: low, max: high, step: 0.02, value, show }, (power) => {
      chosen[name] = 10 ** power;
      ask();
    });
    box.input.style.accentColor = `var(--md-${state.colours[k % state.colours.length]})`;
  });

  const move = (next) => {
    start = [Math.max(x0, Math.min(x1, next[0])), Math.max(y0, Math.min(y1, next[1]))];
    draw();
    ask();
  };
  let dragging = false;
  handle.addEventListener("pointerdown", (event) => { dragging = true; handle.setPointerCapture(event.pointerId); event.preventDefault(); });
  handle.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    move(toPlane(pointIn(svg, event)));
  });
  handle.addEventListener("pointerup", () => { dragging = false; });
  handle.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    event.stopPropagation();
    move([start[0] + (dx * (x1 - x0)) / 40, start[1] + (dy * (y1 - y0)) / 40]);
  });
  draw();
  return () => { play.stop(); asker.stop(); };
}

export default { render };
