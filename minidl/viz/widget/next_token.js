// What may come next: sliders for temperature, top-k and top-p, and a bar for each of the likeliest tokens.

/**
 * @typedef {object} State
 * @property {string} title What the reader should see; "" for none.
 * @property {number[]} logits Falling, the first is 0.
 * @property {string[]} names Of the first ones.
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 */

/**
 * The probabilities that are left, as minidl.text.filtered gives them.
 * @param {number[]} logits
 * @param {{ temperature: number, topK: number, topP: number }} how
 */
function filtered(logits, { temperature, topK, topP }) {
  const normalised = (/** @type {number[]} */ parts) => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => part / total);
  };
  let chances = normalised(logits.map((logit) => Math.exp((logit - logits[0]) / temperature)));
  chances = normalised(chances.map((chance, k) => (k < topK ? chance : 0)));
  let before = 0;
  return normalised(chances.map((chance) => {
    const enough = before >= topP; // what came before it is already enough
    before += chance;
    return enough ? 0 : chance;
  }));
}

/**
 * The steps of the slider for top-k: 1, 2, 3, 5, 10, 20, 30, 50 and so on, and all.
 * @param {number} all
 */
function counts(all) {
  const steps = [1, 2, 3, 5];
  for (let k = 10; k < all; k *= 10) steps.push(k, 2 * k, 3 * k, 5 * k);
  return [...steps.filter((k) => k < all), all];
}

/** @param {number[]} chances */
const bits = (chances) => chances.reduce((sum, p) => sum - (p > 0 ? p * Math.log2(p) : 0), 0);

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const { title, logits, names, ...start } = await readState(model);
  const { bar, secondBar, stage, said } = makeFrame(el, "next-token");
  const how = { temperature: start.temperature, topK: start.top_k, topP: start.top_p };
  const plain = filtered(logits, { temperature: 1, topK: logits.length, topP: 1 });

  if (title) stage.append(element("div", "md-token-title", title));
  const rows = [...names, logits.length > names.length ? "all others" : ""].filter(Boolean).map((name) => {
    const [row, track] = [element("div", "md-token-row"), element("div", "md-token-track")];
    const [before, after] = [element("div", "md-token-before"), element("div", "md-token-after")];
    const number = element("span", "md-token-number");
    track.append(before, after);
    row.append(element("span", "md-token-name", name), track, number);
    stage.append(row);
    return { row, before, after, number };
  });

  /**
   * The first probabilities, and the sum of the others.
   * @param {number[]} chances
   */
  const shown = (chances) => {
    const first = chances.slice(0, names.length);
    return [...first, Math.max(0, 1 - first.reduce((sum, p) => sum + p, 0))].slice(0, rows.length);
  };
  const draw = () => {
    const chances = filtered(logits, how);
    const [were, are] = [shown(plain), shown(chances)];
    const longest = Math.max(...were, ...are);
    rows.forEach(({ row, before, after, number }, k) => {
      before.style.width = `${(100 * were[k]) / longest}%`;
      after.style.width = `${(100 * are[k]) / longest}%`;
      number.textContent = percent(are[k]);
      row.classList.toggle("md-token-gone", k < names.length && chances[k] === 0);
    });
    const kept = chances.filter((chance) => chance > 0).length;
    said.textContent = `${kept} of ${logits.length} tokens may come; ${bits(chances).toFixed(2)} bits (pale: as the network says)`;
  };

  const two = (/** @type {number} */ value) => value.toFixed(2);
  const { temperature, topP } = how;
  addSlider(bar, { label: "temperature", min: 0.05, max: 3, step: 0.05, value: temperature, show: two }, (value) => {
    how.temperature = value;
    draw();
  });
  const steps = counts(logits.length);
  const place = Math.max(0, steps.findIndex((k) => k >= how.topK));
  const showCount = (/** @type {number} */ k) => (k === steps.length - 1 ? "all" : String(steps[k]));
  addSlider(secondBar, { label: "top-k", min: 0, max: steps.length - 1, value: place, show: showCount }, (k) => {
    how.topK = steps[k];
    draw();
  });
  addSlider(secondBar, { label: "top-p", min: 0.01, max: 1, step: 0.01, value: topP, show: two }, (value) => {
    how.topP = value;
    draw();
  });
  draw();
}

export default { render };
