// Boxes on an image: the slider on the score shows and hides them, and counts what is found, doubled, wrong and missed.
// The mouse, and the arrow keys up and down, ask one of them.

/**
 * @typedef {object} State
 * @property {string} svg
 * @property {[Point, Point]} corners
 * @property {[Point, Point]} limits
 * @property {number[][]} boxes Rows x1, y1, x2, y2.
 * @property {number[]} scores
 * @property {string[]} fates Whether each is "found", "doubled" or "wrong".
 * @property {string[]} told
 * @property {number[][]} targets
 * @property {(number | null)[]} finders The score of the box that found each target.
 * @property {number} threshold
 * @property {boolean} scored Whether there are scores to choose by.
 */

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const state = await readState(model);
  const { root, bar, stage, said } = makeFrame(el, "boxes");
  const svg = placeSvg(stage, state.svg);
  grow(svg, root);
  makeReachable(svg);
  const { toScreen } = makePlane(svg, state);
  const tip = makeTip(root);

  /**
   * @param {number[]} corners
   * @param {string} fate
   */
  const frame = ([x1, y1, x2, y2], fate) => {
    const [[left, top], [right, bottom]] = [toScreen([x1, y1]), toScreen([x2, y2])];
    const place = { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
    const made = svgElement("rect", { class: `md-box md-${fate}`, ...place });
    svg.append(made);
    return made;
  };
  const missed = state.targets.map((target) => frame(target, "missed"));
  const drawn = state.boxes.map((box, k) => frame(box, state.fates[k]));
  const visible = (/** @type {SVGElement} */ mark, /** @type {boolean} */ yes) => (
    mark.setAttribute("visibility", yes ? "visible" : "hidden")
  );
  let { threshold } = state;

  const draw = () => {
    /** @type {Record<string, number>} */
    const counts = { found: 0, doubled: 0, wrong: 0, missed: 0 };
    drawn.forEach((mark, k) => {
      const yes = state.scores[k] >= threshold;
      visible(mark, yes);
      if (yes) counts[state.fates[k]] += 1;
    });
    missed.forEach((mark, k) => {
      const score = state.finders[k];
      const lost = score === null || score < threshold;
      visible(mark, lost);
      if (lost) counts.missed += 1;
    });
    said.textContent = words(counts);
  };
  /** @param {Record<string, number>} counts */
  const words = (counts) => {
    const all = counts.found + counts.doubled + counts.wrong;
    if (!missed.length) return `${all} boxes`;
    const percent = (/** @type {number} */ of) => (of ? `${Math.round((100 * counts.found) / of)} %` : "–");
    const numbers = Object.entries(counts).map(([fate, count]) => `${count} ${fate}`).join(" · ");
    return `${numbers} · precision ${percent(all)} · recall ${percent(missed.length)}`;
  };
  const show = (/** @type {number} */ value) => value.toFixed(2);
  const options = { label: "score from", min: 0, max: 1, step: 0.01, value: threshold, show };
  const slider = state.scored ? addSlider(bar, options, (value) => { threshold = value; draw(); }) : undefined;

  const told = [
    ...drawn.map((mark, k) => ({ mark, text: state.told[k] })),
    ...missed.map((mark) => ({ mark, text: "missed: no box from this score on overlaps it enough" })),
  ];
  /** @type {SVGElement | null} */
  let asked = null;
  const leave = () => {
    asked?.classList.remove("md-asked");
    asked = null;
    tip.hide();
  };
  /** @param {{ mark: SVGElement, text: string }} one */
  const tell = ({ mark, text }) => {
    leave();
    asked = mark;
    mark.classList.add("md-asked");
    tip.element.textContent = text;
    tip.show(mark.getBoundingClientRect());
  };
  for (const one of told) {
    one.mark.addEventListener("pointerenter", () => tell(one));
    one.mark.addEventListener("pointerleave", leave);
  }
  svg.addEventListener("blur", leave);
  const ask = (/** @type {number} */ step) => () => {
    const shown = told.filter(({ mark }) => mark.getAttribute("visibility") === "visible");
    if (!shown.length) return;
    const now = shown.findIndex(({ mark }) => mark === asked);
    const next = shown[now < 0 && step < 0 ? shown.length - 1 : (now + step + shown.length) % shown.length];
    tell(next);
    said.textContent = next.text;
  };
  const by = (/** @type {number} */ step) => () => {
    if (!slider) return;
    threshold = Math.max(0, Math.min(1, Math.round(100 * (threshold + step)) / 100));
    leave();
    slider.set(threshold);
    draw();
  };
  listenToKeys(svg, () => ({
    ArrowLeft: by(-0.01), ArrowRight: by(0.01), PageUp: by(0.1), PageDown: by(-0.1),
    ArrowDown: ask(1), ArrowUp: ask(-1), Escape: () => { leave(); draw(); },
  }));
  draw();
}

export default { render };
