// A loss surface that can be turned: drag, or the arrow keys. A second view shows the contours.

const [WIDE, TALL] = [640, 420];

async function render({ model, el }) {
  const state = await readState(model);
  const root = makeRoot(el, "surface");
  const bar = element("div", "md-bar");
  const stage = element("div", "md-stage");
  const said = element("div", "md-said md-hint");
  said.setAttribute("role", "status");
  root.append(bar, stage, said);
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, width: "100%", tabindex: 0, role: "img", "aria-label": state.text });
  svg.style.maxWidth = `${WIDE}px`;
  const still = element("div");
  placeSvg(still, state.svg);
  stage.append(svg, still);

  const [x, y, height] = [state.x, state.y, state.height];
  const finite = height.flat().filter((h) => h !== null);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const [cx, cy] = [(x[0] + x[x.length - 1]) / 2, (y[0] + y[y.length - 1]) / 2];
  const [sx, sy] = [2 / (x[x.length - 1] - x[0]), 2 / (y[y.length - 1] - y[0])];
  let [turn, tilt] = [-0.9, 0.55];

  const level = (h) => ((h ?? high) - low) / (high - low || 1);
  /** Where a point of the surface is on the screen, and how near it is. */
  const project = (a, b, h) => {
    const [u, v, w] = [(a - cx) * sx, (b - cy) * sy, level(h) * 1.1 - 0.5];
    const right = u * Math.cos(turn) - v * Math.sin(turn);
    const away = u * Math.sin(turn) + v * Math.cos(turn);
    return { x: WIDE / 2 + right * 190, y: TALL / 2 - (w * Math.cos(tilt) + away * Math.sin(tilt)) * 190, depth: away };
  };
  /** The height of the surface at any point, between its grid points. */
  const heightAt = (a, b) => {
    const find = (side, value) => Math.max(0, Math.min(side.length - 2, Math.floor(((value - side[0]) / (side[side.length - 1] - side[0])) * (side.length - 1))));
    const [j, i] = [find(x, a), find(y, b)];
    const [p, q] = [(a - x[j]) / (x[j + 1] - x[j]), (b - y[i]) / (y[i + 1] - y[i])];
    const mix = (left, right, share) => (left ?? high) * (1 - share) + (right ?? high) * share;
    return mix(mix(height[i][j], height[i][j + 1], p), mix(height[i + 1][j], height[i + 1][j + 1], p), q);
  };

  const loss = (h) => (h === null ? "not a number" : (state.logarithmic ? 10 ** h : h).toPrecision(4));
  const draw = () => {
    const faces = [];
    for (let i = 0; i + 1 < y.length; i += 1) {
      for (let j = 0; j + 1 < x.length; j += 1) {
        const corners = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]].map(([a, b]) => project(x[b], y[a], height[a][b]));
        const mean = (level(height[i][j]) + level(height[i + 1][j + 1])) / 2;
        faces.push({ corners, mean, i, j, depth: corners.reduce((sum, c) => sum + c.depth, 0) });
      }
    }
    faces.sort((a, b) => b.depth - a.depth);
    svg.replaceChildren();
    for (const { corners, mean, i, j } of faces) {
      const face = svgElement("polygon", { points: corners.map((c) => `${c.x.toFixed(1)},${c.y.toFixed(1)}`).join(" ") });
      face.style.fill = `color-mix(in srgb, var(--md-value) ${Math.round(8 + 82 * mean)}%, var(--md-ground))`;
      face.dataset.at = `${i},${j}`;
      svg.append(face);
    }
    if (state.path) {
      const line = state.path.map(([a, b]) => project(a, b, heightAt(a, b)));
      svg.append(svgElement("polyline", { points: line.map((c) => `${c.x.toFixed(1)},${c.y.toFixed(1)}`).join(" "), class: "md-path" }));
      const end = line[line.length - 1];
      svg.append(svgElement("circle", { cx: end.x, cy: end.y, r: 5, class: "md-end" }));
    } else {
      const here = project(cx, cy, heightAt(cx, cy));
      svg.append(svgElement("circle", { cx: here.x, cy: here.y, r: 5, class: "md-end" }));
    }
  };

  let last = null;
  svg.addEventListener("pointerdown", (event) => { last = [event.clientX, event.clientY]; svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", (event) => {
    const at = event.target.dataset?.at?.split(",").map(Number);
    if (at) said.textContent = `loss ${loss(height[at[0]][at[1]])} at (${x[at[1]].toPrecision(3)}, ${y[at[0]].toPrecision(3)})`;
    if (!last) return;
    turn += (event.clientX - last[0]) / 150;
    tilt = Math.max(0.05, Math.min(1.5, tilt + (event.clientY - last[1]) / 200));
    last = [event.clientX, event.clientY];
    draw();
  });
  svg.addEventListener("pointerup", () => { last = null; });
  svg.addEventListener("keydown", (event) => {
    const turns = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (!(event.key in turns)) return;
    turn += turns[event.key][0];
    tilt = Math.max(0.05, Math.min(1.5, tilt + turns[event.key][1]));
    event.preventDefault();
    event.stopPropagation();
    draw();
  });

  const show = (space) => {
    svg.style.display = space ? "block" : "none";
    still.style.display = space ? "none" : "block";
    turning.setAttribute("aria-pressed", space);
    contours.setAttribute("aria-pressed", !space);
  };
  const turning = addButton(bar, "Turn", "The surface in space", () => show(true));
  const contours = addButton(bar, "Contours", "Contours, seen from above", () => show(false));
  bar.append(element("span", "md-hint", "drag to turn, or the arrow keys · rest on the surface to read it"));
  said.textContent = state.text;
  draw();
  show(true);
}

export default { render };
