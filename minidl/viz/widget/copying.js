// Copied or written: a text that was read, what was written from it, and a slider from written word to written word.

/**
 * @typedef {object} State
 * @property {string} title
 * @property {string[]} read
 * @property {string[]} written
 * @property {number[][]} looks For each written word how strongly it looks at each word that was read.
 * @property {(number | null)[]} copied The share that was copied; null where it is not known.
 */

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;

/**
 * @param {HTMLElement} word
 * @param {"value" | "gradient"} colour
 * @param {number} strength
 */
function tint(word, colour, strength) {
  word.style.background = `color-mix(in srgb, var(--md-${colour}) ${Math.round(60 * strength)}%, transparent)`;
}

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const { title, read, written, looks, copied } = await readState(model);
  const { bar, stage, said } = makeFrame(el, "copying");
  stage.append(element("div", "md-copying-title", title));

  /**
   * @param {string} name
   * @param {string[]} words
   * @param {"span" | "button"} tag
   */
  const line = (name, words, tag) => {
    const box = element("div", "md-copying-words");
    stage.append(element("div", "md-faint", name), box);
    return words.map((word) => {
      const made = element(tag, "md-copying-word", word);
      box.append(made);
      return made;
    });
  };
  const sources = line("read", read, "span");
  const targets = line("written: orange is copied, blue is written freely", written, "button");
  targets.forEach((word, k) => {
    const share = copied[k];
    if (share !== null) tint(word, share > 0.5 ? "gradient" : "value", Math.abs(2 * share - 1));
  });

  const show = (/** @type {number} */ k) => {
    const share = copied[k];
    const orange = share !== null && share > 0.5;
    sources.forEach((word, j) => tint(word, orange ? "gradient" : "value", looks[k][j]));
    targets.forEach((word, j) => word.setAttribute("aria-pressed", String(j === k)));
    const most = looks[k].indexOf(Math.max(...looks[k]));
    const how = share === null ? "not known" : `${percent(share)} copied, ${percent(1 - share)} written freely`;
    said.textContent = `“${written[k]}”: ${how}; it looks most at “${read[most]}” (${percent(looks[k][most])})`;
  };
  let now = 0;
  const last = written.length - 1;
  const slider = addSlider(bar, {
    label: "word", min: 0, max: last, value: 0, show: (k) => `${k + 1} of ${written.length}`,
  }, (k) => { now = k; show(k); });
  const go = (/** @type {number} */ k) => { now = k; slider.set(k); show(k); };
  addPlay(bar, () => { go(now < last ? now + 1 : 0); return now < last; });
  targets.forEach((word, k) => word.addEventListener("click", () => go(k)));
  show(0);
}

export default { render };
