// Forward and backward, step by step: play, slider, keys; and a mode in which the learner guesses first.

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "steps");
  const bar = element("div", "md-bar");
  const body = element("div", "md-body");
  const stage = element("div", "md-stage");
  const panel = element("div", "md-panel");
  panel.setAttribute("aria-live", "polite");
  body.append(stage, panel);
  root.append(bar, body);
  root.tabIndex = 0;

  const svg = placeSvg(stage, state.svg);
  const width = Number(svg.getAttribute("width"));
  body.classList.toggle("md-wide", width > 560); // then the words stand below the picture
  stage.style.maxWidth = `${Math.max(width, 300)}px`;
  stage.style.maxHeight = "640px";
  svg.removeAttribute("height");
  svg.setAttribute("width", "100%");
  const texts = (id) => [...svg.querySelectorAll(`#${CSS.escape(id)} text`)].slice(-2); // value, gradient
  const written = [...svg.querySelectorAll("g.node")].map((node) => node.id);
  for (const id of written) {
    const still = texts(id)[1].textContent === "no gradient";
    texts(id)[1].classList.add(still ? "md-still-text" : "md-gradient-text");
  }

  const frames = state.frames;
  let at = 0;
  let guessing = state.guess;
  const known = new Set(); // frames whose gradient was guessed or shown

  const hidden = (k) => guessing && frames[k].guess && !known.has(k);

  /** The picture at frame k: every label that was reached, the active box, the edges at work. */
  const paint = (k) => {
    for (const id of written) for (const text of texts(id)) if (text.textContent !== "no gradient") text.textContent = "";
    for (let i = 0; i <= k; i += 1) {
      for (const [id, kind, text] of frames[i].labels) {
        const place = texts(id)[kind === "value" ? 0 : 1];
        place.textContent = kind === "value" ? text : hidden(i) ? "gradient ?" : `gradient ${text}`;
      }
    }
    for (const one of svg.querySelectorAll(".md-active")) one.classList.remove("md-active", "md-back");
    const light = (one) => one?.classList.add("md-active", ...(frames[k].phase === "backward" ? ["md-back"] : []));
    if (frames[k].active) light(svg.querySelector(`#${CSS.escape(frames[k].active)}`));
    for (const [source, target] of frames[k].edges) {
      for (const edge of svg.querySelectorAll(`g.edge[data-source="${source}"][data-target="${target}"]`)) light(edge);
    }
  };

  const tell = (k) => {
    const frame = frames[k];
    const names = { start: "Given", forward: "Forward", backward: "Backward" };
    panel.replaceChildren(element("div", `md-phase md-${frame.phase}`, `${names[frame.phase]} · step ${k + 1} of ${frames.length}`));
    if (hidden(k)) return ask(k);
    panel.append(element("p", "", frame.caption));
    const table = element("table");
    const back = frame.phase === "backward";
    addRows(table, frame.lines, (name) => (back && !["local derivative", "summed over"].includes(name) ? "md-orange" : ""));
    panel.append(table);
    for (const [name, mathml] of frame.formulas) panel.append(formulaLine(name, mathml, back));
    return undefined;
  };

  const ask = (k) => {
    const { guess, lines } = frames[k];
    const byNumbers = Boolean(guess.numbers);
    const summed = lines.some(([name]) => name === "summed over");
    const box = element("input");
    box.type = "text";
    box.setAttribute("aria-label", guess.asks);
    box.placeholder = byNumbers ? (guess.numbers.length > 1 ? `${guess.numbers.length} numbers` : "a number") : "its shape, such as 3, 4";
    const reply = element("div", "md-reply");
    reply.setAttribute("role", "status");
    const solve = () => { known.add(k); go(k); };
    const judge = () => {
      const given = (box.value.match(/-?\d*\.?\d+(e-?\d+)?/gi) ?? []).map(Number);
      const right = byNumbers ? guess.numbers : guess.shape;
      const near = (a, b) => Math.abs(a - b) <= (byNumbers ? 0.01 * Math.abs(b) + 1e-6 : 0);
      if (!given.length) reply.textContent = "type a number";
      else if (given.length !== right.length) reply.textContent = `${right.length} are asked for, ${given.length} came`;
      else if (given.every((a, i) => near(a, right[i]))) solve();
      else if (given.every((a, i) => near(-a, right[i]))) reply.textContent = "the size is right, the sign is not";
      else if (byNumbers) reply.textContent = `not yet: multiply what flows in by the local derivative${summed ? ", and sum over the copies" : ""}`;
      else reply.textContent = "not yet: a gradient has the shape of what it belongs to";
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") judge();
    });
    panel.append(element("p", "", guess.asks), element("p", "md-faint", `flows in: ${lines[0][1]}`));
    panel.append(box);
    addButton(panel, "Check", "Check the guess", judge);
    addButton(panel, "Show", "Show the gradient", solve);
    panel.append(reply);
  };

  const go = (k) => {
    at = Math.max(0, Math.min(k, frames.length - 1));
    slider.set(at);
    paint(at);
    tell(at);
  };

  addButton(bar, "|◀", "First step", () => { play.stop(); go(0); });
  addButton(bar, "◀", "Step back", () => { play.stop(); go(at - 1); });
  const play = addPlay(bar, () => {
    if (at === frames.length - 1) go(0);
    else if (hidden(at)) return false; // a film waits for its guess
    else go(at + 1);
    return at < frames.length - 1 && !hidden(at);
  }, () => 1200);
  addButton(bar, "▶", "Step forward", () => { play.stop(); go(at + 1); });
  addButton(bar, "▶|", "Last step", () => { play.stop(); go(frames.length - 1); });
  const last = frames.length - 1;
  const slider = addSlider(bar, { label: "step", min: 0, max: last, value: 0, show: (k) => `${k + 1} of ${last + 1}` }, (k) => {
    play.stop();
    go(k);
  });
  addCheck(bar, "guess first", guessing, (checked) => { guessing = checked; known.clear(); go(at); });

  root.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    if (event.target.type === "range" || event.target.type === "text") return;
    if (event.key in moves) { play.stop(); go(moves[event.key]); }
    else if (event.key === " " && event.target === root) play.button.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  go(0);
  return () => play.stop();
}

export default { render };
