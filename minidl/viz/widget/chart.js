// A chart that answers: rest on a point or a cell to read it, move with the arrow keys, click for examples;
// a film of the chart has a slider and a play button. The chart itself is the SVG that matplotlib drew.

async function render({ model, el }) {
  const root = makeRoot(el, "chart");
  const bar = element("div", "md-bar");
  const stage = element("div", "md-stage");
  const shelf = element("div", "md-shelf");
  const said = element("div", "md-unseen");
  said.setAttribute("aria-live", "polite");
  root.append(bar, stage, shelf, said);
  const tip = makeTip(root);
  let state, svg, mark, targets, chosen;

  /** Everything that can be asked: points, then the cells of grids. Positions are in the SVG's units. */
  const listTargets = () => {
    const points = (state.points ?? []).map(([x, y, text, image]) => ({ x, y, text, image }));
    const cells = (state.grids ?? []).flatMap((grid) => {
      const [left, top, right, bottom] = grid.box;
      const [tall, wide] = [grid.texts.length, grid.texts[0].length];
      const [w, h] = [(right - left) / wide, (bottom - top) / tall];
      return grid.texts.flatMap((row, i) => row.map((text, j) => ({
        x: left + (j + 0.5) * w, y: top + (i + 0.5) * h, w, h, text, shown: grid.examples?.[`${i},${j}`],
      })));
    });
    return [...points, ...cells];
  };

  const draw = async () => {
    state = await readState(model);
    svg = placeSvg(stage, state.svg);
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "group");
    mark = svgElement("rect", { class: "md-mark", fill: "none", stroke: "var(--md-ink)", "stroke-width": 1.5, visibility: "hidden" });
    svg.append(mark);
    targets = listTargets();
    chosen = -1;
    svg.addEventListener("pointermove", (event) => choose(nearest(event)));
    svg.addEventListener("pointerleave", () => choose(-1));
    svg.addEventListener("blur", () => choose(-1));
    svg.addEventListener("click", (event) => { choose(nearest(event)); openShelf(); });
    svg.addEventListener("keydown", keys);
  };

  const nearest = (event) => {
    const [u, v] = pointIn(svg, event);
    let [best, least] = [-1, 20];
    targets.forEach(({ x, y, w, h }, i) => {
      const [dx, dy] = [Math.abs(u - x), Math.abs(v - y)];
      const distance = w ? (dx <= w / 2 && dy <= h / 2 ? 0 : Infinity) : Math.hypot(dx, dy);
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  };

  const choose = (i) => {
    chosen = i;
    mark.setAttribute("visibility", i < 0 ? "hidden" : "visible");
    if (i < 0) return tip.hide();
    const { x, y, w = 9, h = 9, text, image } = targets[i];
    for (const [name, value] of Object.entries({ x: x - w / 2, y: y - h / 2, width: w, height: h, rx: targets[i].w ? 0 : 5 })) {
      mark.setAttribute(name, value);
    }
    tip.element.replaceChildren(element("div", "", text));
    if (image) tip.element.append(picture(image));
    if (targets[i].shown) tip.element.append(element("div", "md-faint", "click for examples"));
    tip.show(mark.getBoundingClientRect());
    said.textContent = text;
  };

  const picture = (source, text = "") => {
    const image = element("img", "md-example");
    Object.assign(image, { src: source, alt: text, title: text });
    return image;
  };

  const openShelf = () => {
    shelf.replaceChildren();
    const shown = targets[chosen]?.shown;
    if (!shown) return;
    shelf.append(element("span", "md-faint", targets[chosen].text), ...shown.map(([image, text]) => picture(image, text)));
  };

  const keys = (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in steps && targets.length) choose((chosen + steps[event.key] + targets.length) % targets.length);
    else if (event.key === "Enter") openShelf();
    else if (event.key === "Escape") choose(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** The film: every frame gives pictures for the images of the SVG, in their order, and a text. */
  const { frames = [], film: filmName } = await readState(model);
  const words = element("span", "md-faint");
  const showFrame = ({ images, text }) => {
    stage.querySelectorAll("image").forEach((image, i) => {
      if (!images[i]) return;
      image.removeAttributeNS("http://www.w3.org/1999/xlink", "href");
      image.setAttribute("href", images[i]);
    });
    words.textContent = text;
  };
  let film;
  let play;
  if (frames.length > 1) {
    play = addPlay(bar, () => {
      const next = (Number(film.input.value) + 1) % frames.length;
      film.set(next);
      showFrame(frames[next]);
      return next < frames.length - 1;
    }, () => 250);
    const last = frames.length - 1;
    film = addSlider(bar, { label: filmName, min: 0, max: last, value: last, show: (k) => frames[k].name }, (k) => {
      play.stop();
      showFrame(frames[k]);
    });
    bar.append(words);
  }
  bar.hidden = !film;
  const listen = ({ frame }) => { // a picture that changes while a model trains
    if (!frame) return;
    bar.hidden = false;
    if (!words.parentNode) bar.append(words);
    showFrame(frame);
  };
  model.on?.("msg:custom", listen);
  await draw();
  if (film) showFrame(frames[frames.length - 1]);
  model.on?.("change:state", draw);
  return () => { play?.stop(); model.off?.("change:state", draw); model.off?.("msg:custom", listen); };
}

export default { render };
