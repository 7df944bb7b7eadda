// Speak into the microphone or open a file. The browser brings the sound to the rate that is asked for and gives it to the
// kernel, which shows the wave and says what the model makes of it.

/**
 * @typedef {object} State
 * @property {number} rate
 * @property {number} longest In seconds.
 * @property {string[]} classes
 * @property {string} text
 */

class Recorder {
  /**
   * @param {Model} model
   * @param {State} state
   * @param {ReturnType<typeof makeFrame>} frame
   */
  constructor(model, state, frame) {
    this.state = state;
    this.frame = frame;
    /** @type {MediaRecorder | null} */
    this.recording = null;
    this.timer = 0;
    this.asker = makeAsker(model, (reply) => this.receive(reply), (reason) => this.say(reason));
    this.button = addButton(frame.bar, "● Record", "Record your voice", () => this.toggle());
    this.button.disabled = !navigator.mediaDevices?.getUserMedia;
    const label = element("label", "md-slider");
    const file = element("input");
    Object.assign(file, { type: "file", accept: "audio/*" });
    file.addEventListener("change", async () => { if (file.files?.[0]) this.take(await file.files[0].arrayBuffer()); });
    label.append(element("span", "md-faint", "or open a file"), file);
    frame.bar.append(label);
    this.say(this.button.disabled ? "The browser gives this page no microphone; open a file instead." : state.text);
  }

  /** @param {string} text */
  say(text) { this.frame.said.textContent = text; }

  async toggle() {
    if (this.recording) { this.recording.stop(); return; }
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.say(`There is no microphone, or it may not be used (${/** @type {Error} */ (error).name}); open a file instead.`);
      return;
    }
    /** @type {Blob[]} */
    const pieces = [];
    const recording = new MediaRecorder(stream);
    this.recording = recording;
    recording.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recording.addEventListener("stop", async () => {
      this.finish();
      stream.getTracks().forEach((track) => track.stop()); // the microphone is off
      this.take(await new Blob(pieces, { type: recording.mimeType }).arrayBuffer());
    });
    recording.start();
    this.timer = window.setTimeout(() => recording.stop(), 1000 * this.state.longest);
    nameButton(this.button, "■ Stop", "Stop recording");
    this.say("I am listening.");
  }

  finish() {
    clearTimeout(this.timer);
    this.recording = null;
    nameButton(this.button, "● Record", "Record your voice");
  }

  stop() {
    this.recording?.stop();
    this.asker.stop();
  }

  /** A file of any kind that the browser can play. @param {ArrayBuffer} content */
  async take(content) {
    try {
      const { rate, longest } = this.state;
      const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(content); // brought to the rate, too
      const samples = new Int16Array(Math.min(sound.length, rate * longest));
      for (let k = 0; k < samples.length; k++) {
        let sum = 0;
        for (let channel = 0; channel < sound.numberOfChannels; channel++) sum += sound.getChannelData(channel)[k];
        samples[k] = Math.max(-32768, Math.min(32767, Math.round((32768 * sum) / sound.numberOfChannels)));
      }
      this.asker.ask({ samples: inLetters(new Uint8Array(samples.buffer)) });
    } catch {
      this.say("This is no sound that the browser can read.");
    }
  }

  /** @param {{ svg: string, shares: (number | null)[] | null }} reply */
  receive({ svg, shares }) {
    placeSvg(this.frame.stage, svg);
    this.say("");
    this.frame.panel.replaceChildren();
    if (!shares) return;
    const order = shares.map((share, k) => ({ name: this.state.classes[k], share: share ?? 0 }));
    order.sort((a, b) => b.share - a.share);
    this.frame.panel.append(element("div", "md-reading", `I hear: ${order[0].name}`));
    for (const { name, share } of order.slice(0, 4)) {
      this.frame.panel.append(element("div", "md-faint", `${name}: ${Math.round(100 * share)} %`));
    }
  }
}

/** Bytes as base64. @param {Uint8Array} bytes */
function inLetters(bytes) {
  let letters = "";
  for (let k = 0; k < bytes.length; k += 8192) letters += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(letters);
}

/** @param {Context} context */
async function render({ model, el }) {
  /** @type {State} */
  const state = await readState(model);
  const recorder = new Recorder(model, state, makeFrame(el, "recorder"));
  return () => recorder.stop();
}

export default { render };
