// What answers the playground and the race in the place of a kernel: a small network and optimisers, in JavaScript.
"use strict";

/** Random numbers from 0 to 1 that depend on a seed alone (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number from the normal distribution (Box & Muller 1958). */
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const CLOUDS = {
  moons: (share, k) => (k === 0
    ? [Math.cos(Math.PI * share), Math.sin(Math.PI * share)]
    : [1 - Math.cos(Math.PI * share), 0.5 - Math.sin(Math.PI * share)]),
  circles: (share, k) => [Math.cos(2 * Math.PI * share), Math.sin(2 * Math.PI * share)].map((v) => v * (k ? 0.5 : 1)),
  spirals: (share, k) => {
    const radius = 0.05 + 0.95 * share;
    const angle = radius * 3 * Math.PI + Math.PI * k;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
};

const ACTIVATIONS = { // value, and slope from input and value
  "ReLU": [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],
  "Tanh": [Math.tanh, (x, y) => 1 - y * y],
  "Sigmoid": [(x) => 1 / (1 + Math.exp(-x)), (x, y) => y * (1 - y)],
  "none (linear)": [(x) => x, () => 1],
};

/** Layers of weights: `weights[j]` holds the weights of unit j, and its bias last. */
class Network {
  constructor(sizes, activation, random) {
    [this.value, this.slope] = ACTIVATIONS[activation];
    const between = (inputs) => (2 * random() - 1) / Math.sqrt(inputs);
    this.layers = sizes.slice(1).map((units, l) =>
      Array.from({ length: units }, () => Float64Array.from({ length: sizes[l] + 1 }, () => between(sizes[l]))));
  }

  /** The sums and values of every layer; the last values are the logits. */
  forward(point) {
    const sums = [];
    const values = [point];
    this.layers.forEach((units, l) => {
      const before = values[l];
      const z = units.map((w) => before.reduce((sum, v, i) => sum + w[i] * v, w[before.length]));
      sums.push(z);
      values.push(l + 1 < this.layers.length ? z.map(this.value) : z);
    });
    return { sums, values };
  }

  probabilities(point) {
    const logits = this.forward(point).values.at(-1);
    const high = Math.max(...logits);
    const powers = logits.map((v) => Math.exp(v - high));
    const whole = powers.reduce((a, b) => a + b, 0);
    return powers.map((v) => v / whole);
  }

  /** The mean loss of a batch, and its gradient in the form of `layers`. */
  gradient(points, labels) {
    const gradient = this.layers.map((units) => units.map((w) => new Float64Array(w.length)));
    let loss = 0;
    points.forEach((point, n) => {
      const { sums, values } = this.forward(point);
      const p = this.probabilities(point);
      loss -= Math.log(Math.max(p[labels[n]], 1e-12)) / points.length;
      let d = p.map((v, k) => (v - (k === labels[n] ? 1 : 0)) / points.length);
      for (let l = this.layers.length - 1; l >= 0; l -= 1) {
        const before = values[l];
        d.forEach((slope, j) => {
          before.forEach((v, i) => { gradient[l][j][i] += slope * v; });
          gradient[l][j][before.length] += slope;
        });
        if (l === 0) break;
        d = before.map((y, i) => this.slope(sums[l - 1][i], y) * d.reduce((sum, slope, j) => sum + slope * this.layers[l][j][i], 0));
      }
    });
    return { loss, gradient };
  }
}

const OPTIMIZERS = { // a step of one row of weights w, with gradient g, memory m and number t
  SGD: (w, g, m, t, lr) => g.forEach((v, i) => { w[i] -= lr * v; }),
  Adam: (w, g, m, t, lr) => {
    m.first ??= new Float64Array(w.length);
    m.second ??= new Float64Array(w.length);
    g.forEach((v, i) => {
      m.first[i] = 0.9 * m.first[i] + 0.1 * v;
      m.second[i] = 0.999 * m.second[i] + 0.001 * v * v;
      w[i] -= lr * (m.first[i] / (1 - 0.9 ** t)) / (Math.sqrt(m.second[i] / (1 - 0.999 ** t)) + 1e-8);
    });
  },
};

const [POINTS, BATCH, FINE] = [180, 30, 48];

/** A network on a plane of points, as minidl/viz/planes/play.py has it. */
class Experiment {
  constructor(settings, points) {
    this.settings = settings;
    this.random = randomNumbers(settings.seed + 1);
    this.points = points ?? this.cloud();
    const hidden = Array.from({ length: settings.layers }, () => settings.units);
    this.network = new Network([2, ...hidden, 2], settings.activation, this.random);
    this.memory = this.network.layers.map((units) => units.map(() => ({})));
    this.losses = [];
    this.heldOut = [];
    this.sizes = [];
  }

  cloud() {
    const { data, noise } = this.settings;
    const points = Array.from({ length: POINTS }, (_, n) => {
      const [k, half] = [n % 2, POINTS / 2];
      const [x, y] = CLOUDS[data](Math.floor(n / 2) / (half - 1), k);
      return [x + noise * normal(this.random), y + noise * normal(this.random), k];
    });
    for (let i = points.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.random() * (i + 1));
      [points[i], points[j]] = [points[j], points[i]];
    }
    return points.map((point, i) => [...point, i % 2 ? 0 : 1]);
  }

  train(steps, lr) {
    const inside = this.points.filter((point) => point[3]);
    for (let s = 0; s < steps; s += 1) {
      const batch = Array.from({ length: BATCH }, () => inside[Math.floor(this.random() * inside.length)]);
      const { loss, gradient } = this.network.gradient(batch.map((p) => p.slice(0, 2)), batch.map((p) => p[2]));
      this.losses.push(loss);
      this.network.layers.forEach((units, l) => units.forEach((w, j) => {
        OPTIMIZERS[this.settings.optimizer](w, gradient[l][j], this.memory[l][j], this.losses.length, lr);
      }));
      this.sizes = gradient.map((rows, l) => {
        const numbers = rows.flatMap((row) => [...row.slice(0, -1)]);
        return [`${2 * l}.weight`, Math.sqrt(numbers.reduce((sum, v) => sum + v * v, 0) / numbers.length)];
      });
    }
    const judged = this.points.map((point) => this.network.probabilities(point.slice(0, 2)));
    const share = (kind) => {
      const all = this.points.map((point, i) => [point, judged[i]]).filter(([point]) => point[3] === kind);
      return all.filter(([point, p]) => p[point[2]] >= 0.5).length / all.length;
    };
    const surprises = this.points.map((p, i) => [p[3], -Math.log(Math.max(judged[i][p[2]], 1e-12))]).filter(([t]) => !t);
    this.heldOut.push([this.losses.length, surprises.reduce((sum, [, v]) => sum + v, 0) / surprises.length]);
    return { train: share(1), test: share(0) };
  }

  extent() {
    const sides = [0, 1].map((axis) => {
      const numbers = this.points.map((point) => point[axis]);
      const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
      return [low - 0.12 * (high - low), high + 0.12 * (high - low)];
    });
    return sides.flat();
  }

  /** The plane as the network sees it, as an image: each place in the colour of the likelier class, paler where it is unsure. */
  field(colours) {
    const canvas = Object.assign(document.createElement("canvas"), { width: FINE, height: FINE });
    const paper = canvas.getContext("2d");
    const [left, right, bottom, top] = this.extent();
    const style = getComputedStyle(document.querySelector(".md-widget"));
    for (let i = 0; i < FINE; i += 1) {
      for (let j = 0; j < FINE; j += 1) {
        const p = this.network.probabilities([left + ((right - left) * j) / (FINE - 1), top - ((top - bottom) * i) / (FINE - 1)]);
        const winner = p[0] >= p[1] ? 0 : 1;
        paper.globalAlpha = 0.1 + 0.9 * (p[winner] - 0.5);
        paper.fillStyle = style.getPropertyValue(`--md-${colours[winner]}`);
        paper.fillRect(j, i, 1, 1);
      }
    }
    return canvas.toDataURL();
  }

  report(right, colours) {
    const finite = (v) => (Number.isFinite(v) ? v : null);
    return {
      settings: this.settings,
      field: this.field(colours),
      extent: this.extent(),
      points: this.points,
      losses: this.losses.slice(-2000).map(finite),
      held_out: this.heldOut.slice(-400).map(([step, v]) => [step, finite(v)]),
      first: Math.max(1, this.losses.length - 1999),
      right,
      gradients: this.sizes.map(([name, size]) => [name, finite(size)]),
    };
  }
}

/** The playground's kernel: it begins with the points that were saved. */
function playKernel(saved) {
  let experiment = null;
  return (request) => {
    if (request.settings) experiment = new Experiment(request.settings);
    experiment ??= new Experiment({ ...saved.settings }, saved.points);
    const right = experiment.train(request.steps, request.lr ?? experiment.settings.lr);
    return experiment.report(right, saved.colours);
  };
}

// -- the race

const SURFACES = { // height and slopes, as minidl/viz/planes/race.py has them
  banana: (x, y) => [(1 - x) ** 2 + 20 * (y - x * x) ** 2, -2 * (1 - x) - 80 * x * (y - x * x), 40 * (y - x * x)],
  bowl: (x, y) => [0.5 * x * x + 10 * y * y, x, 20 * y],
  saddle: (x, y) => [x * x - y * y + 0.2 * y ** 4, 2 * x, -2 * y + 0.8 * y ** 3],
  himmelblau: (x, y) => {
    const [a, b] = [x * x + y - 11, x + y * y - 7];
    return [(a * a + b * b) / 20, (4 * x * a + 2 * b) / 20, (2 * a + 4 * y * b) / 20];
  },
};

const RULES = { // a step from the slopes g, with memory m and number t
  SGD: ({ momentum }, g, m, t, lr) => {
    m.way = g.map((v, i) => (m.way ? momentum * m.way[i] + v : v));
    return m.way.map((v) => -lr * v);
  },
  Adam: ({ betas: [b1, b2], eps }, g, m, t, lr) => {
    m.first = g.map((v, i) => b1 * (m.first?.[i] ?? 0) + (1 - b1) * v);
    m.second = g.map((v, i) => b2 * (m.second?.[i] ?? 0) + (1 - b2) * v * v);
    return g.map((_, i) => (-lr * (m.first[i] / (1 - b1 ** t))) / (Math.sqrt(m.second[i] / (1 - b2 ** t)) + eps));
  },
};

/** Where an optimiser goes: x, y and height of every step; it ends where a number gets too large. */
function run(surface, rule, start, lr, steps) {
  const [rows, memory] = [[], {}];
  let point = start;
  for (let t = 1; t <= steps + 1; t += 1) {
    const [height, ...slopes] = surface(...point);
    const row = [...point, height];
    if (!row.every((v) => Math.abs(v) <= 1e6)) break;
    rows.push(row);
    const way = RULES[rule.kind](rule, slopes, memory, t, lr);
    point = point.map((v, i) => v + way[i]);
  }
  return rows;
}

/** The race's kernel: it knows the surfaces that have names, SGD and Adam. */
function raceKernel({ surface, rules, steps }) {
  return ({ start, rates }) => {
    if (!rules) throw new Error("this needs a running notebook");
    const paths = Object.entries(rules).map(([name, rule]) => [name, run(SURFACES[surface], rule, start, rates[name], steps)]);
    return { paths: Object.fromEntries(paths) };
  };
}

book.kernels.play = playKernel;
book.kernels.race = raceKernel;
