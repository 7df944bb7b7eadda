// What all widgets of minidl use: elements, buttons, sliders, the tooltip, zooming, and asking the kernel.

/**
 * What the notebook gives a widget; on a page of its own only `get` is there.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(event: string, call: (message: any) => void) => void} [on]
 * @property {(event: string, call: (message: any) => void) => void} [off]
 * @property {(message: object) => void} [send]
 *
 * @typedef {{ model: Model, el: HTMLElement }} Context
 * @typedef {[string, string][]} Rows Names and texts.
 * @typedef {[number, number]} Point
 * @typedef {{ left: number, right: number, top: number }} Place
 * @typedef {{ counts: number[], low: string, high: string }} Histogram
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text; // never as HTML: names come from the user
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {string | number} [text]
 * @returns {SVGElement}
 */
function svgElement(tag, attributes = {}, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = String(text);
  return made;
}

/**
 * What the kernel gave the widget to show: JSON, compressed.
 * @param {Model} model
 */
async function readState(model) {
  const bytes = Uint8Array.from(atob(model.get("state")), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

/**
 * The frame of a widget inside the element that the notebook gives: bars of controls, the stage with the picture, a panel
 * beside it, and a line that says what happened. What stays empty takes no room.
 * @param {HTMLElement} el
 * @param {string} name
 */
function makeFrame(el, name) {
  const root = element("div", `md-widget md-${name}-widget`);
  const [bar, secondBar] = [element("div", "md-bar"), element("div", "md-bar")];
  const [body, stage, panel] = [element("div", "md-body"), element("div", "md-stage"), element("div", "md-panel")];
  const said = element("div", "md-said md-hint");
  said.setAttribute("role", "status");
  panel.setAttribute("aria-live", "polite");
  body.append(stage, panel);
  root.append(bar, secondBar, body, said);
  el.replaceChildren(root); // on a page of its own the still picture stood there
  return { root, bar, secondBar, body, stage, panel, said };
}

/**
 * What is seen on a button, and its name: whoever speaks to the computer says the word that is seen, so the name has it.
 * @param {HTMLButtonElement} button
 * @param {string} label
 * @param {string} title What it does: for the mouse and for a screen reader.
 */
function nameButton(button, label, title) {
  const word = label.replace(/[^\p{L} ]/gu, "").trim();
  const has = title.toLowerCase().includes(word.toLowerCase());
  button.textContent = label;
  button.title = title;
  button.setAttribute("aria-label", has ? title : `${word}: ${title}`);
}

/**
 * @param {HTMLElement} bar
 * @param {string} label
 * @param {string} title
 * @param {() => void} action
 */
function addButton(bar, label, title, action) {
  const made = element("button");
  made.type = "button";
  nameButton(made, label, title);
  made.addEventListener("click", action);
  bar.append(made);
  return made;
}

/**
 * A slider with its name before it and its value after it; `show` writes the value.
 * @param {HTMLElement} bar
 * @param {{ label: string, min: number, max: number, step?: number, value: number, show?: (value: number) => string }} options
 * @param {(value: number) => void} onInput
 */
function addSlider(bar, { label, min, max, step = 1, value, show = String }, onInput) {
  const box = element("label", "md-slider");
  const input = element("input");
  Object.assign(input, { type: "range", min, max, step, value: String(value) });
  input.setAttribute("aria-label", label);
  const text = element("span", "md-slider-value");
  const tell = (/** @type {number} */ now) => {
    text.textContent = show(now);
    input.setAttribute("aria-valuetext", text.textContent); // "0.03", not the power of ten
  };
  tell(value);
  input.addEventListener("input", () => { tell(Number(input.value)); onInput(Number(input.value)); });
  box.append(element("span", "md-faint", label), input, text);
  bar.append(box);
  const set = (/** @type {number} */ next) => { input.value = String(next); tell(next); };
  return { input, set };
}

/**
 * @param {HTMLElement} bar
 * @param {string} label
 * @param {string[]} options
 * @param {string} value
 * @param {(value: string) => void} onChange
 */
function addSelect(bar, label, options, value, onChange) {
  const box = element("label", "md-slider");
  const select = element("select");
  select.setAttribute("aria-label", label);
  for (const option of options) select.append(element("option", "", option));
  select.value = value;
  select.addEventListener("change", () => onChange(select.value));
  box.append(element("span", "md-faint", label), select);
  bar.append(box);
  return select;
}

/**
 * @param {HTMLElement} bar
 * @param {string} label
 * @param {boolean} checked
 * @param {(checked: boolean) => void} onChange
 */
function addCheck(bar, label, checked, onChange) {
  const box = element("label", "md-slider");
  const input = element("input");
  input.type = "checkbox";
  input.checked = checked;
  input.addEventListener("change", () => onChange(input.checked));
  box.append(input, element("span", "", label));
  bar.append(box);
  return input;
}

/**
 * A play button that calls `advance` every `pause` milliseconds until it returns false.
 * @param {HTMLElement} bar
 * @param {() => boolean} advance
 * @param {() => number} [pause]
 */
function addPlay(bar, advance, pause = () => 700) {
  let timer = 0; // 0: it stands
  const stop = () => { clearTimeout(timer); timer = 0; nameButton(play, "▶ Play", "Play"); };
  const tick = () => { if (advance()) timer = window.setTimeout(tick, pause()); else stop(); };
  const play = addButton(bar, "▶ Play", "Play", () => {
    if (timer) return stop();
    nameButton(play, "❚❚ Pause", "Pause");
    timer = window.setTimeout(tick, 0);
    return undefined;
  });
  return { button: play, stop };
}

/**
 * A tooltip that stays inside the widget.
 * @param {HTMLElement} root
 */
function makeTip(root) {
  const tip = element("div", "md-tip");
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  root.append(tip);
  return {
    element: tip,
    /** @param {Place} at A rectangle in the page's coordinates. */
    show(at) {
      tip.hidden = false;
      const frame = root.getBoundingClientRect();
      const right = at.right - frame.left + 12;
      const fits = right + tip.offsetWidth <= frame.width;
      tip.style.left = `${fits ? right : Math.max(0, at.left - frame.left - tip.offsetWidth - 12)}px`;
      const lowest = frame.height - tip.offsetHeight - 4;
      tip.style.top = `${Math.max(4, Math.min(at.top - frame.top, lowest))}px`;
    },
    hide() { tip.hidden = true; },
  };
}

/**
 * Put a picture made by minidl, in which every name is escaped, into the page.
 * @param {HTMLElement} stage
 * @param {string} source
 */
function placeSvg(stage, source) {
  stage.innerHTML = source;
  const svg = stage.querySelector("svg");
  if (!svg) throw new Error("this picture has no SVG");
  return svg;
}

/**
 * Let the Tab key reach a picture that is used with keys; a screen reader then passes them on.
 * @param {SVGElement} svg
 */
function makeReachable(svg) {
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "application");
}

/**
 * Let a chart use the width that there is, until its letters would get too large; its frame is no wider than that.
 * @param {SVGSVGElement} svg
 * @param {HTMLElement} root
 */
function grow(svg, root, most = 1.25) {
  root.style.maxWidth = `${Math.round(most * svg.width.baseVal.value) + 18}px`;
  svg.setAttribute("width", "100%");
  svg.removeAttribute("height");
}

/**
 * Rows of name and text in a table; `looks(name)` gives a row's class.
 * @param {HTMLElement} table
 * @param {Rows} rows
 * @param {(name: string) => string} [looks]
 */
function addRows(table, rows, looks = () => "") {
  for (const [name, text] of rows) {
    const row = element("tr", looks(name));
    row.append(element("th", "", name), element("td", "", text));
    table.append(row);
  }
}

/**
 * A formula, MathML rebuilt by minidl from a fixed list of elements, and its name before it.
 * @param {string} name
 * @param {string} mathml
 * @param {boolean} back Whether it belongs to the way back.
 */
function formulaLine(name, mathml, back) {
  const line = element("div", back ? "md-formula md-orange" : "md-formula");
  const formula = element("span");
  formula.innerHTML = mathml;
  line.append(element("span", "md-faint", name), formula);
  return line;
}

/**
 * The part of a chart inside its axes: from its units to the screen's and back, and a clip path.
 * @param {SVGElement} svg
 * @param {{ corners: [Point, Point], limits: [Point, Point] }} place
 */
function makePlane(svg, { corners: [[left, bottom], [right, top]], limits: [[x0, x1], [y0, y1]] }) {
  const id = `clip-${Math.random().toString(36).slice(2)}`;
  const clip = svgElement("clipPath", { id });
  clip.append(svgElement("rect", { x: left, y: top, width: right - left, height: bottom - top }));
  svg.append(clip);
  return {
    clip: `url(#${id})`,
    /** @type {(point: number[]) => Point} */
    toScreen: ([x, y]) => [left + ((x - x0) / (x1 - x0)) * (right - left), bottom + ((y - y0) / (y1 - y0)) * (top - bottom)],
    /** @type {(point: Point) => Point} */
    toPlane: ([u, v]) => [x0 + ((u - left) / (right - left)) * (x1 - x0), y0 + ((v - bottom) / (top - bottom)) * (y1 - y0)],
  };
}

/**
 * Where the mouse is, in the units of an SVG.
 * @param {SVGSVGElement} svg
 * @param {MouseEvent} event
 * @returns {Point}
 */
function pointIn(svg, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
  return [at.x, at.y];
}

/**
 * A small histogram as bars.
 * @param {Histogram} data
 * @param {string} colour
 */
function drawHistogram(data, colour, width = 150, height = 40) {
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height + 12}`, width, height: height + 12, role: "img" });
  svg.setAttribute("aria-label", `histogram from ${data.low} to ${data.high}`);
  const top = Math.max(...data.counts);
  const step = width / data.counts.length;
  data.counts.forEach((count, i) => {
    const tall = top ? (count / top) * height : 0;
    svg.append(svgElement("rect", { x: i * step, y: height - tall, width: step * 0.9, height: tall, fill: colour }));
  });
  const words = { y: height + 10, "font-size": 9, fill: "var(--md-faint)" };
  svg.append(svgElement("text", words, data.low), svgElement("text", { ...words, x: width, "text-anchor": "end" }, data.high));
  return svg;
}

/**
 * Rows of numbers as coloured squares: `colour` above 0, grey below, an empty orange square where it is not finite.
 * @param {(number | null)[][]} rows
 * @param {string} colour
 */
function drawHeat(rows, colour, side = 150) {
  const [tall, wide] = [rows.length, Math.max(...rows.map((row) => row.length))];
  const cell = Math.max(3, Math.min(18, side / Math.max(tall, wide)));
  const svg = svgElement("svg", { width: wide * cell, height: tall * cell, role: "img", "aria-label": "heat map" });
  const most = Math.max(...rows.flat().map((v) => Math.abs(v ?? 0))) || 1;
  rows.forEach((row, i) => row.forEach((v, j) => {
    const place = { x: j * cell, y: i * cell, width: cell, height: cell };
    if (v === null) {
      svg.append(svgElement("rect", { ...place, fill: "none", stroke: "var(--md-gradient)" }));
    } else {
      const fill = v >= 0 ? colour : "var(--md-faint)";
      svg.append(svgElement("rect", { ...place, fill, "fill-opacity": (Math.abs(v) / most).toFixed(3) }));
    }
  }));
  svg.append(svgElement("rect", { width: wide * cell, height: tall * cell, fill: "none", stroke: "var(--md-line)" }));
  return svg;
}

/**
 * Zoom and move by changing the viewBox, so that lines and letters stay sharp.
 * @param {SVGElement} svg
 */
function makeView(svg) {
  const whole = (svg.getAttribute("viewBox") ?? "0 0 1 1").split(/\s+/).map(Number);
  let box = [...whole];
  const show = () => svg.setAttribute("viewBox", box.map((n) => n.toFixed(2)).join(" "));
  const scale = () => whole[2] / box[2];
  return {
    reset() { box = [...whole]; show(); },
    /**
     * Zoom by a factor around a point given as shares (0 to 1) of the visible part.
     * @param {number} factor
     */
    zoom(factor, fx = 0.5, fy = 0.5) {
      const bounded = Math.min(Math.max(scale() * factor, 0.5), 40) / scale();
      const [x, y, w, h] = box;
      box = [x + fx * w * (1 - 1 / bounded), y + fy * h * (1 - 1 / bounded), w / bounded, h / bounded];
      show();
    },
    /**
     * Move by shares of the visible part.
     * @param {number} fx
     * @param {number} fy
     */
    move(fx, fy) { box[0] -= fx * box[2]; box[1] -= fy * box[3]; show(); },
  };
}

/**
 * Ask the kernel; `onReply` gets the answer. Where no kernel listens, `onSilence` says so after a while.
 * @param {Model} model
 * @param {(reply: any) => void} onReply
 * @param {(reason: string) => void} onSilence
 */
function makeAsker(model, onReply, onSilence) {
  let asked = 0;
  /** @type {Map<number, number>} */
  const waiting = new Map(); // the number of a question -> its timer
  const listen = (/** @type {{ number: number, reply: any }} */ { number, reply }) => {
    if (!waiting.has(number)) return;
    clearTimeout(waiting.get(number));
    waiting.delete(number);
    if (reply?.error) onSilence(reply.error);
    else onReply(reply);
  };
  model.on?.("msg:custom", listen);
  return {
    alive: Boolean(model.send),
    busy: () => waiting.size > 0,
    /** @param {object} request */
    ask(request) {
      if (!model.send) { onSilence("this needs a running notebook"); return; }
      asked += 1;
      const late = () => onSilence("the kernel does not answer: it is busy, or it has gone; then run the cell again");
      waiting.set(asked, window.setTimeout(late, 5000));
      model.send({ ask: request, number: asked });
    },
    stop() {
      model.off?.("msg:custom", listen);
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}

/**
 * Keys of a picture: those named in `actions` are ours, and the notebook does not see them.
 * @param {SVGElement | HTMLElement} place
 * @param {(event: any) => Record<string, () => void>} actions
 */
function listenToKeys(place, actions) {
  place.addEventListener("keydown", (event) => {
    const action = actions(event)[/** @type {KeyboardEvent} */ (event).key];
    if (!action) return;
    action();
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * Offer `content` as a file.
 * @param {string} name
 * @param {string} kind
 * @param {string | Blob} content
 */
function download(name, kind, content) {
  const link = element("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * Offer an SVG as PNG, twice as large.
 * @param {string} svg
 * @param {string} name
 */
function downloadPng(svg, name) {
  const image = new Image();
  image.onload = () => {
    const canvas = element("canvas");
    [canvas.width, canvas.height] = [image.width * 2, image.height * 2];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => { if (blob) download(name, "image/png", blob); });
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

