// What makes the pages of the book alive: pictures, guesses and exercises.
"use strict";

const book = {
  /** Functions that answer a picture in the place of a kernel, by the name of the picture (engine.js). */
  kernels: {},
  /** The modules of the widgets that this page has used. */
  modules: {},
};

// -- pictures

/** The ES module of a widget: its text came with the page, so that it also opens from a disk. */
book.load = (name) => {
  const { common, [name]: own } = window.minidlWidgets;
  book.modules[name] ??= import(URL.createObjectURL(new Blob([common, own], { type: "text/javascript" })));
  return book.modules[name];
};

/** What a picture shows: the page keeps it as JSON, and leaves out the SVG where the still picture is the same. */
book.state = (place) => {
  const state = JSON.parse(place.querySelector("script").textContent);
  if (state.svg === null) state.svg = place.querySelector("svg").outerHTML;
  return state;
};

/** A state as a widget reads it: compressed, in letters. */
book.packed = async (state) => {
  const stream = new Blob([JSON.stringify(state)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let letters = "";
  for (let k = 0; k < bytes.length; k += 8192) letters += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(letters);
};

/** What a widget sees of its model: the saved state, and answers where this page can compute them. */
book.model = (name, state, packed) => {
  const model = { get: () => packed };
  const make = book.kernels[name];
  if (!make) return model;
  const listeners = new Set();
  const kernel = make(state);
  model.on = (_, call) => listeners.add(call);
  model.off = (_, call) => listeners.delete(call);
  model.send = ({ ask, number }) => {
    let reply;
    try {
      reply = kernel(ask);
    } catch (error) {
      reply = { error: error.message };
    }
    setTimeout(() => listeners.forEach((call) => call({ number, reply })), 0);
  };
  return model;
};

book.mount = async (place) => {
  const { widget } = place.dataset;
  const state = book.state(place);
  const [module, packed] = await Promise.all([book.load(widget), book.packed(state)]);
  await module.default.render({ model: book.model(widget, state, packed), el: place });
  place.dataset.alive = "yes";
};

book.watch = () => {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      book.mount(target);
    }
  }, { rootMargin: "600px" });
  for (const place of document.querySelectorAll(".md-picture")) seen.observe(place);
};

// -- small things

book.element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** What was kept, or null; a browser may forbid to keep things. */
book.kept = (key) => {
  try { return localStorage.getItem(`minidl:${key}`); } catch { return null; }
};

book.keep = (key, value) => {
  try { localStorage.setItem(`minidl:${key}`, value); } catch { /* then the guess is kept by the page alone */ }
};

// -- guesses: an output opens after those that it answers

/** For each cell the guesses that it still waits for, by their names. */
book.awaited = new Map();

/** Let a cell wait for a guess, or no longer. */
book.wait = (cell, name, waits) => {
  const names = book.awaited.get(cell) ?? new Set();
  if (waits) names.add(name);
  else names.delete(name);
  book.awaited.set(cell, names);
  cell.classList.toggle("md-awaits", names.size > 0);
};

book.guess = (box) => {
  const { name, choices, words, unit } = JSON.parse(box.dataset.guess);
  const cells = document.querySelectorAll(`.tag_awaits-${name.replace(".", "-")}`);
  const said = book.element("p", { className: "md-box-said" });
  said.setAttribute("role", "status");
  const open = (text) => {
    said.textContent = text;
    cells.forEach((cell) => book.wait(cell, name, false));
  };
  let read;
  const row = book.element("p", { className: "md-box-row" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Your guess");
  if (choices.length) {
    const inputs = choices.map((choice) => book.element("input", { type: "radio", name, value: choice }));
    inputs.forEach((input, k) => row.append(book.element("label", {}, input, ` ${choices[k]}`)));
    read = () => inputs.find((input) => input.checked)?.value ?? "";
  } else {
    const input = book.element("input", { type: "text", placeholder: words ? "in a few words" : "a number" });
    input.setAttribute("aria-label", words ? "Your guess in a few words" : "Your guess: a number");
    row.append(input, unit ? ` ${unit}` : "");
    read = () => input.value.trim();
  }
  const keep = book.element("button", { type: "button", textContent: "Keep my guess" });
  const skip = book.element("button", { type: "button", textContent: "Skip" });
  keep.addEventListener("click", () => {
    const guess = read();
    if (!guess) { said.textContent = choices.length ? "Nothing is chosen yet." : "Nothing is written yet."; return; }
    book.keep(name, guess);
    open(`Your guess: ${guess}. What came stands below the next cell.`);
  });
  skip.addEventListener("click", () => open("Skipped."));
  row.append(book.element("span", { className: "md-box-buttons" }, keep, skip));
  box.append(row, said);
  const before = book.kept(name);
  cells.forEach((cell) => book.wait(cell, name, true));
  if (before !== null) open(`Your guess: ${before}.`);
};

// -- exercises: numbers, words and shapes are judged by salted hashes

/** FNV-1a, 64 bits. */
book.hash = (text) => {
  let code = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) code = ((code ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return code.toString(16).padStart(16, "0");
};

/** A number as it is typed: 0.5, 1/2, 50 %, 1,200, −3, 2**5 is none. */
book.number = (text) => {
  let plain = text.replace("−", "-").replace(/\s/g, "");
  const share = plain.endsWith("%") ? 100 : 1;
  plain = plain.replace(/%$/, "");
  plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain.replace(",", ".");
  const [over, under = "1", ...more] = plain.split("/");
  return more.length || !over || !under ? NaN : Number(over) / Number(under) / share;
};

book.spell = (kind, text, digits) => {
  if (kind === "word") return text.trim().toLowerCase();
  if (kind === "shape") return /^[\s\d,()[\]]+$/.test(text) ? (text.match(/\d+/g) ?? []).join(",") : "";
  const value = book.number(text);
  return Number.isFinite(value) ? value.toExponential(digits - 1) : "";
};

book.judge = ({ name, kind, digits, right, wrong, hint, praise }, text) => {
  const spelled = book.spell(kind, text, digits);
  if (!spelled) return [false, kind === "shape" ? "A shape is asked for, such as (2, 3)." : "A number is asked for."];
  const code = book.hash(`${name}${spelled}`);
  return right.includes(code) ? [true, praise] : [false, wrong[code] ?? hint];
};

book.exercise = (box) => {
  const exercise = JSON.parse(box.dataset.exercise);
  if (exercise.kind === "function") return;
  const said = book.element("p", { className: "md-box-said" });
  said.setAttribute("role", "status");
  const input = exercise.choices.length
    ? book.element("select", {}, ...["", ...exercise.choices].map((word) => book.element("option", { textContent: word })))
    : book.element("input", { type: "text", placeholder: exercise.kind === "shape" ? "(2, 3)" : "a number" });
  input.setAttribute("aria-label", `Your answer to ${exercise.name}`);
  const button = book.element("button", { type: "button", textContent: "Check" });
  const check = () => {
    if (!input.value.trim()) { said.textContent = "Not answered yet."; return; }
    const [right, words] = book.judge(exercise, input.value);
    box.classList.toggle("md-right", right);
    said.textContent = right ? `✓ Right. ${words}`.trim() : `✗ Not yet. ${words}`;
  };
  button.addEventListener("click", check);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") check(); });
  box.querySelector("span").replaceWith(book.element("p", { className: "md-box-row" }, input, button), said);
};

/** What a screen reader and the Tab key need, and the theme leaves out: names of the side bars, a way into what scrolls. */
book.name = () => {
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Pages of the book");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "Parts of this page");
  const [main, up] = ["[role=main]", ".back-to-top"].map((part) => document.querySelector(part));
  if (main && up) main.append(up); // fixed on the screen, wherever it stands
  if (main && !document.querySelector("h1")) main.prepend(book.element("h1", {}, document.title.split(" - ")[0])); // of the search
  for (const place of document.querySelectorAll("pre, div.math, .md-wide, .table-wrapper, .md-atlas, .md-still")) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
  }
};

/** Formulas in a line: what is wider than its line is scrolled, and a comma stays with the formula before it. */
book.formulas = () => {
  for (const formula of document.querySelectorAll(":is(p, li, td, summary) > math")) {
    const after = formula.nextSibling;
    const [mark] = (after?.nodeType === Node.TEXT_NODE && /^[.,;:!?)]+/.exec(after.data)) || [""];
    const wide = formula.getBoundingClientRect().width > formula.parentElement.clientWidth;
    if (!mark && !wide) continue;
    if (mark) after.deleteData(0, mark.length);
    const kept = book.element("span", { className: wide ? "md-wide" : "md-kept" });
    formula.replaceWith(kept);
    kept.append(formula, mark);
  }
};

document.addEventListener("DOMContentLoaded", () => {
  book.formulas();
  book.name();
  document.querySelectorAll(".md-guess").forEach(book.guess);
  document.querySelectorAll(".md-exercise").forEach(book.exercise);
  book.watch();
});
