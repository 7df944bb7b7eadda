// A sound and its picture: play it, and a line moves along; click into the picture to listen from there.

/**
 * @typedef {{ box: [number, number, number, number], limits: [number, number] }} Plane
 * @typedef {object} State
 * @property {string} svg
 * @property {Plane[]} planes
 * @property {string} sound A WAV file as data URI; "" when it is too long.
 * @property {number} seconds
 * @property {string[]} readings
 * @property {number} step
 */

class SoundWidget {
  /**
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(state, frame) {
    this.state = state;
    this.frame = frame;
    this.time = 0;
    this.timer = 0; // 0: nothing is heard
    this.audio = new Audio(state.sound);
    this.svg = placeSvg(frame.stage, state.svg);
    grow(this.svg, frame.root);
    makeReachable(this.svg);
    this.lines = state.planes.map(({ box }) => svgElement("line", {
      y1: box[1], y2: box[3], stroke: "var(--md-gradient)", "stroke-width": 1.5, class: "md-cursor",
    }));
    this.svg.append(...this.lines);
    this.play = addButton(frame.bar, "▶ Listen", "Listen to the sound", () => this.toggle());
    this.play.disabled = !state.sound;
    addSelect(frame.bar, "speed", ["1", "1/2", "1/4"], "1", (value) => {
      this.audio.playbackRate = { "1": 1, "1/2": 0.5 }[value] ?? 0.25;
      this.audio.preservesPitch = false; // slower and lower, as a tape
    });
    this.svg.addEventListener("click", (event) => this.moveTo(this.timeAt(pointIn(this.svg, event)[0])));
    listenToKeys(this.svg, () => ({
      ArrowRight: () => this.moveTo(this.time + 0.02), ArrowLeft: () => this.moveTo(this.time - 0.02),
      Enter: () => this.toggle(),
    }));
    this.audio.addEventListener("ended", () => { this.stop(); this.moveTo(0); });
    this.moveTo(0);
  }

  /** @param {number} x In the units of the SVG. */
  timeAt(x) {
    const { box: [left, , right], limits: [from, to] } = this.state.planes[0];
    return from + ((x - left) / (right - left)) * (to - from);
  }

  toggle() {
    if (this.timer) { this.stop(); return; }
    this.audio.play().then(() => this.follow(), () => {
      this.stop();
      this.frame.said.textContent = "This browser does not play the sound.";
    });
    nameButton(this.play, "❚❚ Pause", "Pause the sound");
  }

  follow() {
    this.show(this.audio.currentTime);
    this.timer = requestAnimationFrame(() => this.follow());
  }

  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.audio.pause();
    nameButton(this.play, "▶ Listen", "Listen to the sound");
  }

  /** @param {number} time */
  moveTo(time) {
    const inside = Math.min(this.state.seconds, Math.max(0, time));
    if (this.state.sound) this.audio.currentTime = inside;
    this.show(inside);
  }

  /** @param {number} time */
  show(time) {
    this.time = time;
    this.state.planes.forEach(({ box: [left, , right], limits: [from, to] }, k) => {
      const x = left + ((time - from) / (to - from)) * (right - left);
      this.lines[k].setAttribute("x1", x.toFixed(1));
      this.lines[k].setAttribute("x2", x.toFixed(1));
    });
    const { readings, step } = this.state;
    const reading = readings[Math.min(readings.length - 1, Math.round(time / step))];
    this.frame.said.textContent = `${time.toFixed(2)} s${reading ? `: ${reading}` : ""}`;
  }
}

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const state = await readState(model);
  const widget = new SoundWidget(state, makeFrame(el, "sound"));
  return () => widget.stop();
}

export default { render };
