// The interactive computation graph: zoom, move, and a tooltip for each box.
// The picture itself is the SVG that Graphviz laid out; this module only makes it answer.


function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text; // never as HTML: names come from the user
  return made;
}

/** The tooltip of one box. Formulas are MathML made by minidl from its own formulas. */
function fillTip(tip, detail) {
  tip.replaceChildren();
  const head = element("div", "md-tip-head");
  head.append(element("strong", "", detail.title), element("span", "md-tip-kind", detail.kind));
  tip.append(head);
  const table = element("table");
  const addRows = (rows, className) => {
    for (const [name, text] of rows) {
      const row = element("tr", className);
      row.append(element("th", "", name), element("td", "", text));
      table.append(row);
    }
  };
  addRows(detail.lines, "");
  addRows(detail.gradient.map(([name, text]) => [`gradient: ${name}`, text]), "md-tip-gradient");
  tip.append(table);
  for (const [name, mathml] of detail.formulas) {
    const line = element("div", name === "passes back" ? "md-tip-formula md-tip-gradient" : "md-tip-formula");
    line.append(element("span", "md-tip-name", name));
    const formula = element("span");
    formula.innerHTML = mathml;
    line.append(formula);
    tip.append(line);
  }
}

/** Zoom and move by changing the viewBox, so that lines and letters stay sharp. */
function makeView(svg) {
  const whole = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  let box = [...whole];
  const show = () => svg.setAttribute("viewBox", box.map((n) => n.toFixed(2)).join(" "));
  const scale = () => whole[2] / box[2];
  return {
    reset() { box = [...whole]; show(); },
    scale,
    /** Zoom by a factor around a point given as shares (0 to 1) of the visible part. */
    zoom(factor, fx = 0.5, fy = 0.5) {
      const bounded = Math.min(Math.max(scale() * factor, 0.5), 40) / scale();
      const [x, y, w, h] = box;
      box = [x + fx * w * (1 - 1 / bounded), y + fy * h * (1 - 1 / bounded), w / bounded, h / bounded];
      show();
    },
    /** Move by shares of the visible part. */
    move(fx, fy) { box[0] -= fx * box[2]; box[1] -= fy * box[3]; show(); },
  };
}

function render({ model, el }) {
  const root = element("div", "md-graph-widget");
  const stage = element("div", "md-stage");
  const tip = element("div", "md-tip");
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  const bar = element("div", "md-bar");
  root.append(bar, stage, tip);
  el.append(root);

  stage.innerHTML = model.get("svg"); // made by minidl, with every name escaped
  const svg = stage.querySelector("svg");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", model.get("text"));
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  svg.setAttribute("width", "100%");
  stage.style.maxWidth = `${Math.max(width, 360)}px`;
  stage.style.height = `${Math.min(height, 640)}px`;
  svg.setAttribute("height", "100%");
  for (const title of svg.querySelectorAll("title")) title.remove(); // the browser's own tooltips would cover ours
  const view = makeView(svg);

  const details = model.get("details");
  const shortDescription = (d) => [d.title, d.kind, ...d.lines.map(([name, text]) => `${name} ${text}`)].join(", ");
  const nodes = [...svg.querySelectorAll("g.node")];
  for (const node of nodes) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", shortDescription(details[node.id]));
  }

  const show = (node) => {
    svg.querySelector(".md-chosen")?.classList.remove("md-chosen");
    node.classList.add("md-chosen");
    fillTip(tip, details[node.id]);
    tip.hidden = false;
    const at = node.getBoundingClientRect();
    const frame = root.getBoundingClientRect();
    const right = at.right - frame.left + 12;
    const fits = right + tip.offsetWidth <= frame.width;
    tip.style.left = `${fits ? right : Math.max(0, at.left - frame.left - tip.offsetWidth - 12)}px`;
    const lowest = frame.height - tip.offsetHeight - 4;
    tip.style.top = `${Math.max(4, Math.min(at.top - frame.top, lowest))}px`;
  };
  const hide = () => {
    tip.hidden = true;
    svg.querySelector(".md-chosen")?.classList.remove("md-chosen");
  };
  const nodeOf = (event) => event.target.closest?.("g.node");
  svg.addEventListener("pointerover", (event) => nodeOf(event) && show(nodeOf(event)));
  svg.addEventListener("pointerout", (event) => nodeOf(event) && hide());
  svg.addEventListener("focusin", (event) => nodeOf(event) && show(nodeOf(event)));
  svg.addEventListener("focusout", hide);

  const button = (label, title, action) => {
    const made = element("button", "", label);
    made.type = "button";
    made.title = title;
    made.setAttribute("aria-label", title);
    made.addEventListener("click", action);
    bar.append(made);
  };
  button("+", "Zoom in", () => view.zoom(1.3));
  button("−", "Zoom out", () => view.zoom(1 / 1.3));
  button("Fit", "Show the whole graph", () => view.reset());
  bar.append(element("span", "md-hint", "drag to move · Ctrl + wheel to zoom · rest on a box, or press Tab, to ask it"));

  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the notebook
    event.preventDefault();
    const at = svg.getBoundingClientRect();
    view.zoom(Math.exp(-event.deltaY / 300), (event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
  }, { passive: false });

  let last = null;
  svg.addEventListener("pointerdown", (event) => { last = [event.clientX, event.clientY]; });
  const drag = (event) => {
    if (!last) return;
    hide();
    const at = svg.getBoundingClientRect();
    view.move((event.clientX - last[0]) / at.width, (event.clientY - last[1]) / at.height);
    last = [event.clientX, event.clientY];
  };
  const drop = () => { last = null; };
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", drop);

  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (event.key in steps) view.move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") view.zoom(1.3);
    else if (event.key === "-") view.zoom(1 / 1.3);
    else if (event.key === "0") view.reset();
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return () => {
    window.removeEventListener("pointermove", drag);
    window.removeEventListener("pointerup", drop);
  };
}

export default { render };
