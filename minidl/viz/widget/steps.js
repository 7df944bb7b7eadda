// Forward and backward, step by step: play, slider, keys; and a mode in which the learner guesses first.

/**
 * @typedef {object} Step
 * @property {"start" | "forward" | "backward"} phase
 * @property {string} active The id of the box at work.
 * @property {string} caption
 * @property {[string, string][]} edges
 * @property {Rows} lines
 * @property {Rows} formulas Names and MathML.
 * @property {[string, "value" | "gradient", string][]} labels
 * @property {{ asks: string, numbers?: number[], shape: number[] } | null} guess
 *
 * @typedef {{ svg: string, text: string, frames: Step[], guess: boolean }} State
 * @typedef {ReturnType<typeof makeFrame>} Frame
 */

const PHASES = { start: "Given", forward: "Forward", backward: "Backward" };
const [LEAST, MOST] = [0.8, 1.2]; // how much a picture is made smaller or larger: its letters can always be read
const PANEL = 330; // the width of the words beside the picture

/**
 * What is wrong with a guess, "" if it is right.
 * @param {string} text
 * @param {Step} step
 */
function verdict(text, { guess, lines }) {
  const given = (text.match(/-?\d*\.?\d+(e-?\d+)?/gi) ?? []).map(Number);
  const right = guess?.numbers ?? guess?.shape ?? [];
  const tolerance = (/** @type {number} */ b) => (guess?.numbers ? 0.01 * Math.abs(b) + 1e-6 : 0);
  const alike = (/** @type {number} */ sign) => given.every((a, i) => Math.abs(sign * a - right[i]) <= tolerance(right[i]));
  if (!given.length) return "type a number";
  if (given.length !== right.length) return `${right.length} are asked for, ${given.length} came`;
  if (alike(1)) return "";
  if (alike(-1)) return "the size is right, the sign is not";
  if (!guess?.numbers) return "not yet: a gradient has the shape of what it belongs to";
  const summed = lines.some(([name]) => name === "summed over");
  return `not yet: multiply what flows in by the local derivative${summed ? ", and sum over the copies" : ""}`;
}

class StepsWidget {
  /**
   * @param {State} state
   * @param {Frame} frame
   */
  constructor(state, frame) {
    this.text = state.text;
    this.steps = state.frames;
    this.guessing = state.guess;
    this.at = 0;
    /** @type {Set<number>} */
    this.known = new Set(); // steps whose gradient was guessed or shown
    this.frame = frame;
    this.svg = placeSvg(frame.stage, state.svg);
    this.size = { width: Number(this.svg.getAttribute("width")), height: Number(this.svg.getAttribute("height")) };
    this.boxes = [...this.svg.querySelectorAll("g.node")].map((node) => node.id);
    this.resized = new ResizeObserver(() => this.fit());
    this.last = this.steps.length - 1;
    this.play = this.fillBar();
    this.slider = this.addStepSlider();
  }

  start() {
    for (const id of this.boxes) {
      const [, gradient] = this.texts(id);
      gradient.classList.add(gradient.textContent === "no gradient" ? "md-still-text" : "md-gradient-text");
    }
    const { root } = this.frame;
    root.tabIndex = 0;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", this.text);
    this.listen();
    this.resized.observe(this.frame.root);
    this.fit();
    this.go(0);
  }

  stop() {
    this.play.stop();
    this.resized.disconnect();
  }

  /** The picture at a size at which it is read, whole if it can be; the words beside it where there is room, and else below. */
  fit() {
    const room = this.frame.root.clientWidth;
    if (!room) return; // not seen yet
    const beside = this.size.width * LEAST <= room - PANEL;
    this.frame.body.classList.toggle("md-stacked", !beside);
    const [wide, high] = [room - (beside ? PANEL : 0) - 20, parseFloat(getComputedStyle(this.frame.stage).maxHeight)];
    const scale = Math.max(LEAST, Math.min(MOST, wide / this.size.width, high / this.size.height));
    this.svg.setAttribute("width", String(this.size.width * scale));
    this.svg.setAttribute("height", String(this.size.height * scale));
    this.scrollTo(this.steps[this.at].active);
  }

  /**
   * Bring a box into the visible part of the stage, without moving the notebook.
   * @param {string} id
   */
  scrollTo(id) {
    const { stage } = this.frame;
    const node = id ? this.svg.querySelector(`#${CSS.escape(id)}`) : null;
    if (!node) { stage.scrollTo(0, 0); return; }
    const [box, seen] = [node.getBoundingClientRect(), stage.getBoundingClientRect()];
    stage.scrollBy({
      left: box.left + box.width / 2 - seen.left - seen.width / 2,
      top: box.top + box.height / 2 - seen.top - seen.height / 2,
      behavior: "smooth",
    });
  }

  /** @param {number} k */
  hidden(k) { return this.guessing && Boolean(this.steps[k].guess) && !this.known.has(k); }

  /**
   * The elements with the value and the gradient of a box: its last two lines.
   * @param {string} id
   */
  texts(id) { return [...this.svg.querySelectorAll(`#${CSS.escape(id)} text`)].slice(-2); }

  /**
   * The picture at step k: every label that was reached, the active box, the edges at work.
   * @param {number} k
   */
  paint(k) {
    for (const id of this.boxes) {
      for (const text of this.texts(id)) if (text.textContent !== "no gradient") text.textContent = "";
    }
    this.steps.slice(0, k + 1).forEach(({ labels }, i) => {
      for (const [id, kind, text] of labels) {
        const [value, gradient] = this.texts(id);
        if (kind === "value") value.textContent = text;
        else gradient.textContent = `gradient ${this.hidden(i) ? "?" : text}`;
      }
    });
    this.light(this.steps[k]);
  }

  /** @param {Step} step */
  light({ active, edges, phase }) {
    for (const one of this.svg.querySelectorAll(".md-active")) one.classList.remove("md-active", "md-back");
    const looks = ["md-active", ...(phase === "backward" ? ["md-back"] : [])];
    if (active) this.svg.querySelector(`#${CSS.escape(active)}`)?.classList.add(...looks);
    for (const [source, target] of edges) {
      const lines = this.svg.querySelectorAll(`g.edge[data-source="${source}"][data-target="${target}"]`);
      for (const line of lines) line.classList.add(...looks);
    }
  }

  /**
   * The words of step k.
   * @param {number} k
   */
  tell(k) {
    const { phase, caption, lines, formulas } = this.steps[k];
    const { panel } = this.frame;
    panel.replaceChildren(element("div", `md-phase md-${phase}`, `${PHASES[phase]} · step ${k + 1} of ${this.steps.length}`));
    if (this.hidden(k)) { this.ask(k); return; }
    const table = element("table");
    const back = phase === "backward";
    addRows(table, lines, (name) => (back && !["local derivative", "summed over"].includes(name) ? "md-orange" : ""));
    panel.append(element("p", "", caption), table);
    for (const [name, mathml] of formulas) panel.append(formulaLine(name, mathml, back));
  }

  /**
   * Ask for the gradient of step k before it is shown.
   * @param {number} k
   */
  ask(k) {
    const { guess, lines } = this.steps[k];
    if (!guess) return;
    const { panel } = this.frame;
    const box = element("input");
    box.type = "text";
    box.setAttribute("aria-label", guess.asks);
    const many = guess.numbers && guess.numbers.length > 1;
    box.placeholder = many ? `${guess.numbers?.length} numbers` : guess.numbers ? "a number" : "its shape, such as 3, 4";
    const reply = element("div", "md-reply");
    reply.setAttribute("role", "status");
    const solve = () => {
      this.known.add(k);
      this.go(k);
      this.frame.root.focus({ preventScroll: true }); // the box has gone, and the arrow keys go on from here
    };
    const judge = () => {
      reply.textContent = verdict(box.value, this.steps[k]);
      if (!reply.textContent) solve();
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") judge();
    });
    panel.append(element("p", "", guess.asks), element("p", "md-faint", `flows in: ${lines[0][1]}`), box);
    addButton(panel, "Check", "Check the guess", judge);
    addButton(panel, "Show", "Show the gradient", solve);
    panel.append(reply);
  }

  /** @param {number} k */
  go(k) {
    this.at = Math.max(0, Math.min(k, this.last));
    this.slider.set(this.at);
    this.paint(this.at);
    this.tell(this.at);
    this.scrollTo(this.steps[this.at].active);
  }

  /**
   * Stop the film, and go.
   * @param {number} k
   */
  jump(k) {
    this.play.stop();
    this.go(k);
  }

  /** One more step of the film; false at its end, and where it waits for a guess. */
  advance() {
    if (this.at === this.last) this.go(0);
    else if (this.hidden(this.at)) return false;
    else this.go(this.at + 1);
    return this.at < this.last && !this.hidden(this.at);
  }

  fillBar() {
    const { bar } = this.frame;
    addButton(bar, "|◀", "First step", () => this.jump(0));
    addButton(bar, "◀", "Step back", () => this.jump(this.at - 1));
    const play = addPlay(bar, () => this.advance(), () => 1200);
    addButton(bar, "▶", "Step forward", () => this.jump(this.at + 1));
    addButton(bar, "▶|", "Last step", () => this.jump(this.last));
    return play;
  }

  addStepSlider() {
    const show = (/** @type {number} */ k) => `${k + 1} of ${this.last + 1}`;
    const slider = addSlider(this.frame.bar, { label: "step", min: 0, max: this.last, value: 0, show }, (k) => this.jump(k));
    addCheck(this.frame.bar, "guess first", this.guessing, (checked) => {
      this.guessing = checked;
      this.known.clear();
      this.go(this.at);
    });
    return slider;
  }

  /** A picture larger than its stage is moved by dragging; a plain wheel scrolls the notebook. */
  listenToDrags() {
    const { stage } = this.frame;
    stage.addEventListener("pointermove", (event) => {
      if (event.buttons === 1) stage.scrollBy(-event.movementX, -event.movementY);
    });
  }

  listen() {
    const { root } = this.frame;
    this.listenToDrags();
    listenToKeys(root, ({ target }) => {
      if (["range", "text"].includes(target.type)) return {};
      return {
        ArrowRight: () => this.jump(this.at + 1), ArrowLeft: () => this.jump(this.at - 1),
        Home: () => this.jump(0), End: () => this.jump(this.last),
        ...(target === root ? { " ": () => this.play.button.click() } : {}),
      };
    });
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  const widget = new StepsWidget(await readState(model), makeFrame(el, "steps"));
  widget.start();
  return () => widget.stop();
}

export default { render };
