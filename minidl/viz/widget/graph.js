// The interactive computation graph: zoom, move, open and close modules, search, follow paths, inspect.
// The picture itself is an SVG that came from Python; this module makes it answer.

/**
 * What a box tells.
 * @typedef {object} Detail
 * @property {string} title
 * @property {string} kind
 * @property {Rows} lines
 * @property {Rows} gradient
 * @property {Rows} formulas Names and MathML.
 * @property {Rows} numbers The same, with numbers put in.
 * @property {Histogram | null} histogram
 * @property {Histogram | null} gradient_histogram
 * @property {(number | null)[][] | null} heat
 * @property {(number | null)[][] | null} gradient_heat
 * @property {[string, string]} source
 * @property {number | null} size Of the gradient, its root mean square.
 *
 * @typedef {{ svg: string, dot: string }} View
 * @typedef {object} State
 * @property {string} text
 * @property {string[]} opened
 * @property {Record<string, View>} views
 * @property {Record<string, Detail>} details
 * @property {Record<string, { parent: string, label: string }>} groups
 * @property {[string, string, string][]} index Id, name and group of every box.
 * @property {string[]} slim Groups that are drawn as their only content.
 *
 * @typedef {{ line: SVGElement, source: string, target: string }} Edge
 * @typedef {ReturnType<typeof makeFrame>} Frame
 */

const ASKING = "asking the kernel …";
const HINT = "drag to move · Ctrl + wheel to zoom · rest on a box, or press Tab, to ask it · click to inspect";

const isBack = (/** @type {string} */ name) => ["passes back", "gets back"].includes(name);
const keyOf = (/** @type {Iterable<string>} */ groups) => [...groups].sort().join(",");

// ---- what a box tells

/** @param {Detail} detail */
function headLine(detail) {
  const head = element("div", "md-head");
  head.append(element("strong", "", detail.title), element("span", "md-faint", detail.kind));
  return head;
}

/** @param {Detail} detail */
function factLines(detail) {
  const table = element("table");
  addRows(table, detail.lines);
  addRows(table, detail.gradient.map(([name, text]) => [`gradient: ${name}`, text]), () => "md-orange");
  return table;
}

/**
 * A thing with its name above it.
 * @param {string} name
 * @param {Element} thing
 */
function named(name, thing, className = "") {
  const box = element("div", className);
  box.append(element("div", "md-faint", name), thing);
  return box;
}

/** @param {Detail} detail */
function histograms(detail) {
  const pair = element("div", "md-pair");
  if (detail.histogram) pair.append(named("values", drawHistogram(detail.histogram, "var(--md-value)")));
  if (detail.gradient_histogram) pair.append(named("gradient", drawHistogram(detail.gradient_histogram, "var(--md-gradient)")));
  return pair;
}

/** @param {Detail} detail */
function heatMaps(detail) {
  const pair = element("div", "md-pair");
  if (detail.heat) pair.append(named("values", drawHeat(detail.heat, "var(--md-value)")));
  if (detail.gradient_heat) pair.append(named("gradient", drawHeat(detail.gradient_heat, "var(--md-gradient)")));
  return pair;
}

/**
 * @param {HTMLElement} panel
 * @param {Detail} detail
 */
function fillInspector(panel, detail) {
  panel.replaceChildren(headLine(detail), factLines(detail));
  for (const [name, mathml] of [...detail.formulas, ...detail.numbers]) panel.append(formulaLine(name, mathml, isBack(name)));
  const [where, code] = detail.source;
  const line = element(where ? "code" : "span", where ? "" : "md-faint", code);
  panel.append(heatMaps(detail), histograms(detail), named(where || "no line", line, "md-source"));
}

// ---- paths

/**
 * Everything that is computed from a box; since all that is drawn leads to the result, these are its paths.
 * @param {Edge[]} edges
 * @param {string} id
 * @returns {{ reached: Set<string>, count: number, end: string }} How many paths there are, and where they end.
 */
function pathsFrom(edges, id) {
  const reached = new Set([id]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { source, target } of edges) if (reached.has(source)) reached.add(target);
  }
  const ways = new Map([[id, 1]]);
  /** @type {(target: string) => number} */
  const count = (target) => {
    if (!ways.has(target)) {
      const incoming = edges.filter((e) => e.target === target && reached.has(e.source));
      ways.set(target, incoming.reduce((sum, e) => sum + count(e.source), 0));
    }
    return ways.get(target) ?? 0;
  };
  const end = [...reached].find((one) => !edges.some((e) => e.source === one)) ?? id;
  return { reached, count: count(end), end };
}

// ---- the widget

class GraphWidget {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {Frame} frame
   */
  constructor(model, state, frame) {
    this.state = state;
    this.frame = frame;
    this.views = { ...state.views };
    this.details = { ...state.details };
    this.opened = new Set(state.opened);
    this.asked = ""; // the view that the kernel was asked for
    this.chosen = ""; // the box that was inspected, or is searched
    this.followed = ""; // the box whose paths are shown
    this.coloured = false;
    /** @type {[number, number] | null} */
    this.last = null; // where the mouse was while it drags
    this.moved = false;
    this.tip = makeTip(frame.root);
    this.inspector = frame.panel;
    this.inspector.className = "md-inspector";
    this.inspector.hidden = true;
    this.asker = makeAsker(model, (reply) => this.receive(reply), (reason) => this.say(reason));
    this.drag = this.drag.bind(this);
    this.drop = this.drop.bind(this);
    this.svg = placeSvg(frame.stage, this.views[keyOf(this.opened)].svg);
    this.view = makeView(this.svg);
    /** @type {Edge[]} */
    this.edges = [];
  }

  start() {
    this.fillBar();
    this.draw();
    window.addEventListener("pointermove", this.drag);
    window.addEventListener("pointerup", this.drop);
  }

  stop() {
    this.asker.stop();
    window.removeEventListener("pointermove", this.drag);
    window.removeEventListener("pointerup", this.drop);
  }

  /** @param {string} text */
  say(text) { this.frame.said.textContent = text; }

  // -- which view is shown

  /** @param {View & { key: string, details: Record<string, Detail> }} reply */
  receive(reply) {
    this.views[reply.key] = reply;
    Object.assign(this.details, reply.details);
    if (this.frame.said.textContent === ASKING) this.say("");
    if (reply.key === this.asked) this.show(reply.key.split(",").filter(Boolean));
  }

  /** @param {Iterable<string>} groups */
  show(groups) {
    this.opened = new Set(groups);
    this.draw();
  }

  /**
   * Show another set of open groups: one that is here, one from the kernel, or the nearest that is here.
   * @param {string[]} groups
   * @param {string[][]} [nearest]
   */
  open(groups, nearest = []) {
    this.asked = keyOf(groups);
    const known = [groups, ...(this.asker.alive ? [] : nearest)].find((one) => this.views[keyOf(one)]);
    if (known) {
      this.show(known);
    } else if (this.asker.alive) {
      this.say(ASKING);
      this.asker.ask({ open: groups });
    } else {
      this.say("only a running notebook looks inside; this is what was saved");
      if (this.chosen && this.find(this.chosen)) this.inspect(this.chosen);
    }
  }

  /**
   * A group and those around it, from the inside out.
   * @param {string} group
   * @returns {string[]}
   */
  around(group) { return group ? [group, ...this.around(this.state.groups[group].parent)] : []; }

  /** @param {string} id */
  toggle(id) {
    this.chosen = id;
    if (this.opened.has(id)) {
      this.open([...this.opened].filter((other) => !this.around(other).includes(id)), [this.state.opened]);
    } else {
      const alone = [...new Set([...this.state.opened, ...this.around(id)])];
      this.open([...new Set([...this.opened, ...this.around(id)])], [alone, Object.keys(this.state.groups)]);
    }
  }

  // -- drawing

  draw() {
    const held = this.svg.matches(":focus-within"); // by a box that goes with the old picture
    this.tip.hide();
    this.svg = placeSvg(this.frame.stage, this.views[keyOf(this.opened)].svg);
    this.fit();
    this.view = makeView(this.svg);
    this.edges = [...this.svg.querySelectorAll("g.edge")].map((line) => {
      const { source = "", target = "" } = /** @type {SVGElement} */ (line).dataset;
      return { line: /** @type {SVGElement} */ (line), source, target };
    });
    this.nameBoxes();
    this.listen();
    if (this.coloured) this.colour();
    if (this.followed) this.follow(this.followed);
    if (this.chosen) this.mark(this.chosen);
    if (held) (this.find(this.chosen) ?? this.svg.querySelector("g"))?.focus({ preventScroll: true });
  }

  /** The picture in its own size where there is room, and never higher than a screen. */
  fit() {
    const [width, height] = ["width", "height"].map((side) => Number(this.svg.getAttribute(side)));
    this.frame.stage.style.maxWidth = `${Math.max(width, 360)}px`;
    this.frame.stage.style.height = `${Math.min(Math.max(height, 180), 640)}px`;
    this.svg.setAttribute("width", "100%");
    this.svg.setAttribute("height", "100%");
    this.svg.style.minWidth = "0"; // here one can zoom
  }

  /** What a screen reader says, and what the Tab key reaches. */
  nameBoxes() {
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", this.state.text);
    /** @type {(box: Element, label: string) => void} */
    const name = (box, label) => {
      for (const [key, value] of Object.entries({ tabindex: "0", role: "button", "aria-label": label })) box.setAttribute(key, value);
    };
    for (const node of this.svg.querySelectorAll("g.node")) {
      const { kind, lines } = this.details[node.id];
      const seen = [...node.querySelectorAll("text")].map((text) => text.textContent?.replace("▸ ", "")).join(" ");
      name(node, [seen, kind, ...this.ways(node.id), ...lines.map(([word, text]) => `${word} ${text}`)].join(", "));
    }
    for (const frame of this.svg.querySelectorAll("g.cluster")) {
      name(frame, `${this.state.groups[frame.id].label}: open, press Enter to close`);
      frame.setAttribute("aria-expanded", "true");
    }
  }

  /**
   * Where the arrows at a box come from and go to, in words.
   * @param {string} id
   */
  ways(id) {
    const names = (/** @type {string[]} */ boxes) => boxes.map((box) => this.details[box].title).join(" and ");
    const from = names(this.edges.filter(({ target }) => target === id).map(({ source }) => source));
    const to = names(this.edges.filter(({ source }) => source === id).map(({ target }) => target));
    return [from && `from ${from}`, to && `to ${to}`].filter(Boolean);
  }

  // -- asking one box

  /**
   * @param {string} id
   * @returns {SVGElement | null}
   */
  find(id) { return this.svg.querySelector(`#${CSS.escape(id)}`); }

  /** @param {string} id */
  mark(id) {
    this.svg.querySelector(".md-chosen")?.classList.remove("md-chosen");
    this.find(id)?.classList.add("md-chosen");
    this.chosen = id;
  }

  /** @param {Element} node */
  showTip(node) {
    const detail = this.details[node.id];
    this.tip.element.replaceChildren(headLine(detail), factLines(detail));
    for (const [name, mathml] of detail.formulas) this.tip.element.append(formulaLine(name, mathml, isBack(name)));
    this.tip.element.append(histograms(detail));
    node.classList.add("md-hover");
    this.tip.show(node.getBoundingClientRect());
  }

  hideTip() {
    this.tip.hide();
    this.svg.querySelector(".md-hover")?.classList.remove("md-hover");
  }

  /** @param {string} id */
  inspect(id) {
    this.mark(id);
    this.inspector.hidden = false;
    fillInspector(this.inspector, this.details[id]);
    const close = () => { this.inspector.hidden = true; this.find(id)?.focus(); };
    addButton(this.inspector, "×", "Close the inspector", close).className = "md-close";
    const paths = () => this.follow(id);
    addButton(this.inspector, "Paths to the result", "Highlight all paths from here to the result", paths).className = "md-follow";
    this.hideTip();
  }

  /**
   * What a click, or Enter, does.
   * @param {Element} target
   */
  act(target) {
    const [frame, node] = [target.closest("g.cluster"), target.closest("g.node")];
    if (node && this.state.groups[node.id]) this.toggle(node.id);
    else if (node) this.inspect(node.id);
    else if (frame && (target === frame || target.closest("text"))) this.toggle(frame.id);
  }

  // -- paths, colours, search

  /** @param {string} id */
  follow(id) {
    if (!this.find(id)) return; // it is inside a module that was closed since
    this.followed = id;
    const { reached, count, end } = pathsFrom(this.edges, id);
    this.svg.classList.add("md-following");
    for (const node of this.svg.querySelectorAll("g.node")) node.classList.toggle("md-on", reached.has(node.id));
    for (const { line, source, target } of this.edges) line.classList.toggle("md-on", reached.has(source) && reached.has(target));
    const [from, to] = [this.details[id].title, this.details[end].title];
    this.say(`${count} path${count === 1 ? "" : "s"} from ${from} to ${to} · Escape ends this`);
  }

  unfollow() {
    this.followed = "";
    this.svg.classList.remove("md-following");
    this.say("");
  }

  /** Fill each box by the size of its gradient, on a logarithmic scale between the smallest and the largest. */
  colour() {
    const nodes = [...this.svg.querySelectorAll("g.node")].map((node) => ({ node, size: this.details[node.id].size ?? 0 }));
    const logs = nodes.filter(({ size }) => size > 0).map(({ size }) => Math.log10(size));
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    for (const { node, size } of nodes) {
      const share = size > 0 && high > low ? (Math.log10(size) - low) / (high - low) : 1;
      const shown = this.coloured && size > 0;
      const shape = /** @type {SVGElement} */ (node.querySelector("rect"));
      shape.style.fill = shown ? "var(--md-gradient)" : "";
      shape.style.fillOpacity = shown ? (0.06 + 0.4 * share).toFixed(3) : "";
    }
    const some = `gradients (root mean square) from ${(10 ** low).toPrecision(3)}, pale, to ${(10 ** high).toPrecision(3)}, strong`;
    const none = "no gradient is known: draw the graph of a loss, a tensor with one element";
    this.say(!this.coloured ? "" : logs.length ? some : none);
  }

  /**
   * Go to the next box whose name holds these letters; modules open on the way.
   * @param {string} text
   */
  search(text) {
    const words = text.trim().toLowerCase();
    if (!words) return;
    const hits = this.state.index.filter(([, name]) => name.toLowerCase().includes(words));
    if (!hits.length) { this.say(`no box is called “${text.trim().slice(0, 40)}”`); return; }
    const next = (hits.findIndex(([id]) => id === this.chosen) + 1) % hits.length;
    const [id, name, group] = hits[next];
    this.chosen = id;
    if (this.find(id)) this.mark(id);
    else this.openUpTo(group);
    this.say(`${next + 1} of ${hits.length}: ${name} · Enter for the next`);
  }

  /** @param {string} group */
  openUpTo(group) {
    const needed = this.around(group).filter((one) => !this.state.slim.includes(one));
    const alone = [...new Set([...this.state.opened, ...needed])];
    this.open([...new Set([...this.opened, ...needed])], [alone, Object.keys(this.state.groups)]);
  }

  // -- mouse and keys

  listen() {
    const { svg } = this;
    const nodeOf = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest("g.node");
    /** @type {(event: Event) => void} */
    const ask = (event) => { const node = nodeOf(event); if (node && !this.last) this.showTip(node); };
    svg.addEventListener("pointerover", ask);
    svg.addEventListener("focusin", ask);
    svg.addEventListener("pointerout", (event) => { if (nodeOf(event)) this.hideTip(); });
    svg.addEventListener("focusout", () => this.hideTip());
    svg.addEventListener("click", (event) => { if (!this.moved) this.act(/** @type {Element} */ (event.target)); });
    svg.addEventListener("pointerdown", (event) => { this.last = [event.clientX, event.clientY]; this.moved = false; });
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    listenToKeys(svg, (event) => this.keys(event.target));
  }

  /**
   * @param {Element} target
   * @returns {Record<string, () => void>}
   */
  keys(target) {
    const { view } = this;
    const [act, node] = [() => this.act(target), target.closest("g.node")];
    return {
      ArrowLeft: () => view.move(0.1, 0), ArrowRight: () => view.move(-0.1, 0),
      ArrowUp: () => view.move(0, 0.1), ArrowDown: () => view.move(0, -0.1),
      "+": () => view.zoom(1.3), "=": () => view.zoom(1.3), "-": () => view.zoom(1 / 1.3), 0: () => view.reset(),
      Enter: act, " ": act,
      Escape: () => { this.hideTip(); this.unfollow(); },
      ...(node ? { p: () => this.follow(node.id) } : {}),
    };
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the notebook
    event.preventDefault();
    const at = this.svg.getBoundingClientRect();
    this.view.zoom(Math.exp(-event.deltaY / 300), (event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (!this.last) return;
    const at = this.svg.getBoundingClientRect();
    const [dx, dy] = [event.clientX - this.last[0], event.clientY - this.last[1]];
    if (Math.hypot(dx, dy) < 3 && !this.moved) return;
    this.moved = true;
    this.hideTip();
    this.view.move(dx / at.width, dy / at.height);
    this.last = [event.clientX, event.clientY];
  }

  drop() { this.last = null; }

  // -- the bar

  fillBar() {
    const { bar } = this.frame;
    addButton(bar, "+", "Zoom in", () => this.view.zoom(1.3));
    addButton(bar, "−", "Zoom out", () => this.view.zoom(1 / 1.3));
    addButton(bar, "Fit", "Show the whole graph", () => this.view.reset());
    const groups = Object.keys(this.state.groups);
    if (groups.some((id) => !this.state.slim.includes(id))) {
      addButton(bar, "Open all", "Open all modules", () => this.open(groups));
      addButton(bar, "Layers", "Close to the layers", () => this.open(this.state.opened));
    }
    const paint = addButton(bar, "Gradients", "Colour by the size of the gradient", () => {
      this.coloured = !this.coloured;
      paint.setAttribute("aria-pressed", String(this.coloured));
      this.colour();
    });
    this.addSearch();
    for (const kind of ["SVG", "PNG", "DOT"]) addButton(bar, kind, `Save as ${kind}`, () => this.save(kind));
    bar.append(element("span", "md-hint", HINT));
  }

  addSearch() {
    const box = element("input");
    Object.assign(box, { type: "search", placeholder: "find by name", size: 12 });
    box.setAttribute("aria-label", "Find a box by its name");
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.search(box.value);
      event.stopPropagation(); // the notebook has shortcuts of its own
    });
    this.frame.bar.append(box);
  }

  /** @param {string} kind */
  save(kind) {
    const picture = this.views[keyOf(this.opened)];
    if (kind === "DOT") download("graph.dot", "text/vnd.graphviz", picture.dot);
    else if (kind === "SVG") download("graph.svg", "image/svg+xml", picture.svg);
    else downloadPng(picture.svg, "graph.png");
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const widget = new GraphWidget(model, await readState(model), makeFrame(el, "graph"));
  widget.start();
  return () => widget.stop();
}

export default { render };
