// The interactive computation graph: zoom, move, open and close modules, search, follow paths, inspect.
// The picture itself is the SVG that Graphviz laid out; this module only makes it answer.

const ASKING = "asking the kernel …";

/** The lines of a tooltip or of the inspector. */
function factLines(detail) {
  const table = element("table");
  addRows(table, detail.lines);
  addRows(table, detail.gradient.map(([name, text]) => [`gradient: ${name}`, text]), () => "md-orange");
  return table;
}

const isBack = (name) => ["passes back", "gets back"].includes(name);

function headLine(detail) {
  const head = element("div", "md-head");
  head.append(element("strong", "", detail.title), element("span", "md-faint", detail.kind));
  return head;
}

const named = (name, thing, className = "") => {
  const box = element("div", className);
  box.append(element("div", "md-faint", name), thing);
  return box;
};

function histograms(detail) {
  const pair = element("div", "md-pair");
  if (detail.histogram) pair.append(named("values", drawHistogram(detail.histogram, "var(--md-value)")));
  if (detail.gradient_histogram) pair.append(named("gradient", drawHistogram(detail.gradient_histogram, "var(--md-gradient)")));
  return pair;
}

function fillInspector(panel, detail) {
  panel.replaceChildren(headLine(detail), factLines(detail));
  for (const [name, mathml] of [...detail.formulas, ...detail.numbers]) panel.append(formulaLine(name, mathml, isBack(name)));
  const heats = element("div", "md-pair");
  if (detail.heat) heats.append(named("values", drawHeat(detail.heat, "var(--md-value)")));
  if (detail.gradient_heat) heats.append(named("gradient", drawHeat(detail.gradient_heat, "var(--md-gradient)")));
  panel.append(heats, histograms(detail));
  const [where, code] = detail.source;
  const line = named(where || "no line", element(where ? "code" : "span", where ? "" : "md-faint", code), "md-source");
  panel.append(line);
}

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "graph");
  const bar = element("div", "md-bar");
  const body = element("div", "md-body");
  const stage = element("div", "md-stage");
  const inspector = element("div", "md-inspector");
  const said = element("div", "md-said md-hint");
  inspector.hidden = true;
  inspector.setAttribute("aria-live", "polite");
  said.setAttribute("role", "status");
  body.append(stage, inspector);
  root.append(bar, body, said);
  const tip = makeTip(root);
  const views = { ...state.views };
  const details = { ...state.details };
  let opened = new Set(state.opened);
  let svg, view, edges, wantedId = null, path = null, coloured = false, asked = null;

  const keyOf = (groups) => [...groups].sort().join(",");
  const around = (group) => (group ? [group, ...around(state.groups[group].parent)] : []);

  // ---- views

  const asker = makeAsker(model, (reply) => {
    views[reply.key] = reply;
    Object.assign(details, reply.details);
    if (said.textContent === ASKING) said.textContent = "";
    if (reply.key === asked) { opened = new Set(reply.key.split(",").filter(Boolean)); draw(); }
  }, (reason) => { said.textContent = reason; });

  /** Show another set of open groups: one that is here, one from the kernel, or the nearest that is here. */
  const open = (groups, nearest = []) => {
    const key = keyOf(groups);
    if (views[key]) { opened = new Set(groups); draw(); return; }
    asked = key;
    if (asker.alive) { said.textContent = ASKING; asker.ask({ open: [...groups] }); return; }
    const known = nearest.find((other) => views[keyOf(other)]);
    if (known) { opened = new Set(known); draw(); } else said.textContent = "in a running notebook this module opens too";
  };
  const toggle = (id) => {
    if (opened.has(id)) {
      open([...opened].filter((other) => !around(other).includes(id)), [state.opened]);
    } else {
      const alone = [...new Set([...state.opened, ...around(id)])];
      open([...new Set([...opened, ...around(id)])], [alone, Object.keys(state.groups)]);
    }
    wantedId = id;
  };

  const draw = () => {
    tip.hide();
    svg = placeSvg(stage, views[keyOf(opened)].svg);
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", state.text);
    const height = Number(svg.getAttribute("height"));
    stage.style.maxWidth = `${Math.max(Number(svg.getAttribute("width")), 360)}px`;
    stage.style.height = `${Math.min(Math.max(height, 180), 640)}px`;
    svg.setAttribute("width", "100%");
    svg.setAttribute("height", "100%");
    edges = [...svg.querySelectorAll("g.edge")].map((line) => ({ line, ...line.dataset }));
    view = makeView(svg);
    for (const node of svg.querySelectorAll("g.node")) {
      const d = details[node.id];
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", [d.title, d.kind, ...d.lines.map(([name, text]) => `${name} ${text}`)].join(", "));
    }
    for (const frame of svg.querySelectorAll("g.cluster")) {
      frame.setAttribute("tabindex", "0");
      frame.setAttribute("role", "button");
      frame.setAttribute("aria-expanded", "true");
      frame.setAttribute("aria-label", `${state.groups[frame.id].label}: open, press Enter to close`);
    }
    listen();
    if (coloured) colour();
    if (path) follow(path);
    if (wantedId) mark(wantedId);
  };

  // ---- asking one box

  const nodeOf = (event) => event.target.closest?.("g.node");
  const find = (id) => svg.querySelector(`#${CSS.escape(id)}`);
  const mark = (id) => {
    svg.querySelector(".md-chosen")?.classList.remove("md-chosen");
    find(id)?.classList.add("md-chosen");
    wantedId = id;
  };
  const show = (node) => {
    const detail = details[node.id];
    tip.element.replaceChildren(headLine(detail), factLines(detail));
    for (const [name, mathml] of detail.formulas) tip.element.append(formulaLine(name, mathml, isBack(name)));
    tip.element.append(histograms(detail));
    node.classList.add("md-hover");
    tip.show(node.getBoundingClientRect());
  };
  const hide = () => {
    tip.hide();
    svg.querySelector(".md-hover")?.classList.remove("md-hover");
  };
  const inspect = (id) => {
    mark(id);
    inspector.hidden = false;
    fillInspector(inspector, details[id]);
    const close = addButton(inspector, "×", "Close the inspector", () => { inspector.hidden = true; find(id)?.focus(); });
    close.className = "md-close";
    const follows = addButton(inspector, "Paths to the result", "Highlight all paths from here to the result", () => follow(id));
    follows.className = "md-follow";
    hide();
  };
  const act = (target) => {
    const frame = target.closest?.("g.cluster");
    const node = target.closest?.("g.node");
    if (node && state.groups[node.id]) toggle(node.id);
    else if (node) inspect(node.id);
    else if (frame && (target === frame || target.closest("text"))) toggle(frame.id);
  };

  // ---- paths, colours, search

  /** Everything that is computed from `id`; since all that is drawn leads to the result, these are its paths. */
  const follow = (id) => {
    path = id;
    const reached = new Set([id]);
    const ways = new Map([[id, 1]]);
    const waiting = [...edges];
    for (let changed = true; changed;) {
      changed = false;
      for (const { source, target } of waiting) {
        if (reached.has(source) && !reached.has(target)) { reached.add(target); changed = true; }
      }
    }
    const incoming = (target) => edges.filter((e) => e.target === target && reached.has(e.source));
    const count = (target) => {
      if (!ways.has(target)) ways.set(target, incoming(target).reduce((sum, e) => sum + count(e.source), 0));
      return ways.get(target);
    };
    const end = [...reached].find((one) => !edges.some((e) => e.source === one && e.target !== one));
    svg.classList.add("md-following");
    for (const node of svg.querySelectorAll("g.node")) node.classList.toggle("md-on", reached.has(node.id));
    for (const { line, source, target } of edges) line.classList.toggle("md-on", reached.has(source) && reached.has(target));
    const total = count(end);
    const start = details[id].title;
    said.textContent = `${total} path${total === 1 ? "" : "s"} from ${start} to ${details[end].title} · Escape ends this`;
  };
  const unfollow = () => {
    path = null;
    svg.classList.remove("md-following");
    said.textContent = "";
  };

  /** Fill each box by the size of its gradient, on a logarithmic scale between the smallest and the largest. */
  const colour = () => {
    const nodes = [...svg.querySelectorAll("g.node")].map((node) => [node, details[node.id].size]);
    const logs = nodes.filter(([, size]) => size > 0).map(([, size]) => Math.log10(size));
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    for (const [node, size] of nodes) {
      const share = size > 0 ? (high > low ? (Math.log10(size) - low) / (high - low) : 1) : 0;
      const shape = node.querySelector("rect");
      shape.style.fill = coloured && size > 0 ? "var(--md-gradient)" : "";
      shape.style.fillOpacity = coloured && size > 0 ? (0.06 + 0.4 * share).toFixed(3) : "";
    }
    if (!coloured) { said.textContent = ""; return; }
    said.textContent = logs.length
      ? `gradients (root mean square) from ${(10 ** low).toPrecision(3)}, pale, to ${(10 ** high).toPrecision(3)}, strong`
      : "no gradient is known: draw the graph of a loss, a tensor with one element";
  };

  const search = (text) => {
    const words = text.trim().toLowerCase();
    if (!words) return;
    const hits = state.index.filter(([, name]) => name.toLowerCase().includes(words));
    if (!hits.length) { said.textContent = `no box is called “${text.trim().slice(0, 40)}”`; return; }
    const at = hits.findIndex(([id]) => id === wantedId);
    const [id, name, group] = hits[(at + 1) % hits.length];
    wantedId = id;
    const needed = around(group).filter((one) => !state.slim.includes(one));
    if (find(id)) mark(id);
    else open([...new Set([...opened, ...needed])], [[...new Set([...state.opened, ...needed])], Object.keys(state.groups)]);
    said.textContent = `${(at + 1) % hits.length + 1} of ${hits.length}: ${name} · Enter for the next`;
  };

  // ---- mouse and keys

  let last = null, moved = false;
  const listen = () => {
    svg.addEventListener("pointerover", (event) => nodeOf(event) && !last && show(nodeOf(event)));
    svg.addEventListener("pointerout", (event) => nodeOf(event) && hide());
    svg.addEventListener("focusin", (event) => nodeOf(event) && show(nodeOf(event)));
    svg.addEventListener("focusout", hide);
    svg.addEventListener("click", (event) => moved || act(event.target));
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the notebook
      event.preventDefault();
      const at = svg.getBoundingClientRect();
      view.zoom(Math.exp(-event.deltaY / 300), (event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => { last = [event.clientX, event.clientY]; moved = false; });
    svg.addEventListener("keydown", keys);
  };
  const keys = (event) => {
    const steps = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (event.key in steps) view.move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") view.zoom(1.3);
    else if (event.key === "-") view.zoom(1 / 1.3);
    else if (event.key === "0") view.reset();
    else if (event.key === "Enter" || event.key === " ") act(event.target);
    else if (event.key === "p" && nodeOf(event)) follow(nodeOf(event).id);
    else if (event.key === "Escape") { hide(); unfollow(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const drag = (event) => {
    if (!last) return;
    const at = svg.getBoundingClientRect();
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    if (Math.hypot(dx, dy) < 3 && !moved) return;
    moved = true;
    hide();
    view.move(dx / at.width, dy / at.height);
    last = [event.clientX, event.clientY];
  };
  const drop = () => { last = null; };
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", drop);

  // ---- the bar

  addButton(bar, "+", "Zoom in", () => view.zoom(1.3));
  addButton(bar, "−", "Zoom out", () => view.zoom(1 / 1.3));
  addButton(bar, "Fit", "Show the whole graph", () => view.reset());
  if (Object.keys(state.groups).some((id) => !state.slim.includes(id))) {
    addButton(bar, "Open all", "Open all modules", () => open(Object.keys(state.groups)));
    addButton(bar, "Layers", "Close to the layers", () => open(state.opened));
  }
  const paint = addButton(bar, "Gradients", "Colour by the size of the gradient", () => {
    coloured = !coloured;
    paint.setAttribute("aria-pressed", coloured);
    colour();
  });
  const box = element("input");
  Object.assign(box, { type: "search", placeholder: "find by name", size: 12 });
  box.setAttribute("aria-label", "Find a box by its name");
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") search(box.value);
    event.stopPropagation(); // the notebook has shortcuts of its own
  });
  bar.append(box);
  const file = (kind) => {
    const picture = views[keyOf(opened)];
    if (kind === "DOT") download("graph.dot", "text/vnd.graphviz", picture.dot);
    else if (kind === "SVG") download("graph.svg", "image/svg+xml", picture.svg);
    else downloadPng(picture.svg, "graph.png");
  };
  for (const kind of ["SVG", "PNG", "DOT"]) addButton(bar, kind, `Save as ${kind}`, () => file(kind));
  bar.append(element("span", "md-hint", "drag to move · Ctrl + wheel to zoom · rest on a box, or press Tab, to ask it · click to inspect"));

  draw();
  return () => {
    asker.stop();
    window.removeEventListener("pointermove", drag);
    window.removeEventListener("pointerup", drop);
  };
}

export default { render };
