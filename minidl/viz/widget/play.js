// The playground: controls here, training in the kernel; each answer of the kernel is drawn, then the next steps are asked for.

const SIDE = 360;

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "play");
  const bar = element("div", "md-bar");
  const second = element("div", "md-bar");
  const body = element("div", "md-body");
  const said = element("div", "md-said md-hint");
  said.setAttribute("role", "status");
  root.append(bar, second, body, said);

  const plane = svgElement("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "md-plane", role: "img" });
  const side = element("div", "md-side");
  const loss = svgElement("svg", { viewBox: "0 0 320 170", role: "img", "aria-label": "the loss" });
  const flow = svgElement("svg", { viewBox: "0 0 320 170", role: "img", "aria-label": "the gradients, layer by layer" });
  side.append(element("div", "md-faint", "loss (strong: held out)"), loss, element("div", "md-faint", "size of the gradients, layer by layer"), flow);
  body.append(plane, side);

  const settings = { ...state.settings };
  let report = state;
  let running = false;
  let reset = false; // the settings changed: begin anew with the next question

  const colour = (k) => `var(--md-${state.colours[k % state.colours.length]})`;
  const drawPlane = () => {
    const [left, right, bottom, top] = report.extent;
    plane.replaceChildren(svgElement("image", { href: report.field, width: SIDE, height: SIDE, preserveAspectRatio: "none" }));
    for (const [a, b, k, train] of report.points) {
      plane.append(svgElement("circle", {
        cx: (((a - left) / (right - left)) * SIDE).toFixed(1), cy: (((top - b) / (top - bottom)) * SIDE).toFixed(1), r: 3.5,
        fill: train ? colour(k) : "var(--md-ground)", stroke: train ? "var(--md-ground)" : colour(k), "stroke-width": train ? 0.8 : 1.6,
      }));
    }
    plane.setAttribute("aria-label", `${report.points.length} points, ${Math.round(report.right.test * 100)} % of those held out are right`);
  };
  const drawLoss = () => {
    loss.replaceChildren();
    const all = [...report.losses, ...report.held_out.map(([, v]) => v)].filter((v) => v !== null);
    const high = Math.max(0.1, ...all);
    const end = report.first + report.losses.length;
    const x = (step) => 34 + ((step - report.first) / Math.max(1, end - report.first)) * 276;
    const y = (v) => 150 - (v / high) * 140;
    for (const share of [0, 0.5, 1]) {
      const at = { x1: 34, x2: 310, y1: y(high * share), y2: y(high * share), stroke: "var(--md-line)", "stroke-width": 0.6 };
      const words = { x: 30, y: y(high * share) + 4, "text-anchor": "end", "font-size": 10, fill: "var(--md-faint)" };
      loss.append(svgElement("line", at), svgElement("text", words, (high * share).toPrecision(2)));
    }
    const line = (points) => points.filter(([, v]) => v !== null).map(([s, v]) => `${x(s).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
    const raw = report.losses.map((v, i) => [report.first + i, v]);
    const inside = report.held_out.filter(([s]) => s >= report.first);
    loss.append(svgElement("polyline", { points: line(raw), fill: "none", stroke: "var(--md-value)", "stroke-opacity": 0.5 }));
    loss.append(svgElement("polyline", { points: line(inside), fill: "none", stroke: "var(--md-second)", "stroke-width": 2 }));
    loss.append(svgElement("text", { x: 310, y: 166, "text-anchor": "end", "font-size": 10, fill: "var(--md-faint)" }, `step ${end - 1}`));
  };
  const drawFlow = () => {
    flow.replaceChildren();
    const rows = report.gradients;
    const [low, high] = [-6, 1]; // powers of ten
    const tall = Math.min(26, 160 / Math.max(1, rows.length));
    rows.forEach(([name, size], i) => {
      const share = size > 0 ? Math.max(0.01, Math.min(1, (Math.log10(size) - low) / (high - low))) : 0;
      flow.append(svgElement("rect", { x: 70, y: i * tall + 3, width: share * 180, height: tall - 6, fill: "var(--md-gradient)" }));
      const words = { y: i * tall + tall / 2 + 4, "font-size": 11, fill: "var(--md-ink)" };
      flow.append(svgElement("text", { ...words, x: 64, "text-anchor": "end" }, name.replace(".weight", "")));
      flow.append(svgElement("text", { ...words, x: 76 + share * 180, fill: "var(--md-faint)" }, size === null ? "not a number" : size.toPrecision(2)));
    });
  };
  const draw = () => {
    drawPlane();
    drawLoss();
    drawFlow();
    const { train, test } = report.right;
    const step = report.first + report.losses.length - 1;
    said.textContent = `step ${step} · right: ${(100 * train).toFixed(0)} % of training, ${(100 * test).toFixed(0)} % of held-out points`;
  };

  const asker = makeAsker(model, (reply) => { report = reply; draw(); if (running) ask(10); else if (reset) ask(0); },
    (reason) => { said.textContent = reason; stop(); });
  const ask = (steps) => {
    if (asker.busy()) return;
    const request = reset ? { settings: { ...settings }, steps } : { steps, lr: settings.lr };
    reset = false;
    asker.ask(request);
  };
  const change = (name, value) => {
    settings[name] = value;
    if (name !== "lr") { reset = true; ask(0); }
  };

  const stop = () => { running = false; play.textContent = "▶ Train"; };
  const play = addButton(bar, "▶ Train", "Train, or pause", () => {
    running = !running;
    play.textContent = running ? "❚❚ Pause" : "▶ Train";
    if (running) ask(10);
  });
  addButton(bar, "Step", "One step", () => { stop(); ask(1); });
  addButton(bar, "Reset", "Begin anew", () => { stop(); reset = true; ask(0); });
  addButton(bar, "Other start", "Begin anew from other weights", () => { settings.seed += 1; reset = true; ask(0); });
  addSelect(bar, "data", state.choices.data, settings.data, (v) => change("data", v));
  addSlider(bar, { label: "noise", min: 0, max: 0.5, step: 0.01, value: settings.noise }, (v) => change("noise", v));
  addSelect(second, "activation", state.choices.activation, settings.activation, (v) => change("activation", v));
  addSlider(second, { label: "layers", min: 0, max: state.largest.layers, value: settings.layers }, (v) => change("layers", v));
  addSlider(second, { label: "units", min: 1, max: state.largest.units, value: settings.units }, (v) => change("units", v));
  addSelect(second, "optimiser", state.choices.optimizer, settings.optimizer, (v) => change("optimizer", v));
  const rate = { label: "learning rate", min: -4, max: 1, step: 0.05, value: Math.log10(settings.lr), show: (p) => (10 ** p).toPrecision(2) };
  addSlider(second, rate, (power) => change("lr", 10 ** power));
  draw();
  return () => { stop(); asker.stop(); };
}

export default { render };
