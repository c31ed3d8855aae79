// @ts-check
// The self-test, step by step: a large picture of what to do, the words for it, what the unit sees
// meanwhile, and how the step went. The unit leads; the page shows and answers.

import {confirm} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {save} from "./file.js";
import {picture} from "./pictures.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {announce, badge, button, note, problem, section} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */
/** @typedef {import("./types.d.ts").Coded} Coded */
/** @typedef {{name: string, text: string}} Value */
/** @typedef {{id: string, title: string, verdict: Coded, notes?: string[], values?: Value[]}} Result */

const kinds = /** @type {Record<string, "good" | "bad" | "warn" | "calm">} */ ({passed: "good",
  "passed with open points": "good", failed: "bad", skipped: "warn", open: "warn", absent: "calm"});

/** @param {Place} place */
export function showCheck(place) {
  place.title(say("page.self-test"));
  const stage = h("div");
  put(place.root, h("p", {class: "back"}, h("a", {href: "#/install"}, "← " + say("page.installer"))), stage);
  begin(stage, place);
}

/** @param {HTMLElement} stage @param {Place} place */
function begin(stage, place) {
  const start = (/** @type {boolean} */ afresh) => { run(stage, place, afresh); };
  fill(stage, section(say("page.self-test"), h("div", {class: "step"}, picture("door"), h("div", null,
    h("p", null, say("page.self-test-text")), h("p", null, say("page.self-test-works")),
    h("div", {class: "buttons"}, button(say("page.self-test-go"), () => start(false), "main"),
      button(say("page.self-test-afresh"), () => start(true), "quiet"))))));
}

/** @param {HTMLElement} stage @param {Place} place @param {boolean} afresh */
async function run(stage, place, afresh) {
  const step = h("section", {class: "card", "aria-live": "off"});
  const seen = h("ol", {class: "seen", "aria-label": say("page.unit-sees")});
  const results = h("ol", {class: "results"});
  fill(stage, step, section(say("page.unit-sees"), seen), section(say("page.check-results"), results));
  const over = new AbortController();
  place.signal.addEventListener("abort", () => over.abort());
  call("door.watch", {}, {signal: over.signal, timeout: 0, onEvent: (e) => see(seen, e)}).catch(() => {});
  const screen = new Screen(step, results);
  try {
    const got = await call("check.run", {afresh}, {signal: place.signal, timeout: 0, onEvent: (e) => screen.take(e)});
    ended(stage, place, got);
  } catch (error) {
    if (!place.signal.aborted) fill(step, problem(error), h("div", {class: "buttons"},
      button(say("page.self-test-go"), () => { run(stage, place, false); }, "main")));
  } finally {
    over.abort();
  }
}

/** What the door's inputs and readers tell, the newest first. @param {HTMLElement} seen @param {any} e */
function see(seen, e) {
  if (!/^(input|reader) /.test(e.source.code)) return;
  seen.prepend(h("li", {class: e.fault && "fault"}, h("time", null, e.at.slice(11, 19)), " ",
    h("b", null, name(e.source.text)), " ", name(e.text)));
  while (seen.children.length > 5) seen.lastElementChild?.remove();
}

/** What is shown of the present step. */
class Screen {
  /** @param {HTMLElement} root @param {HTMLElement} results */
  constructor(root, results) {
    this.results = results;
    this.place = h("p", {class: "hint"});
    this.bar = h("progress", {"aria-label": say("page.self-test")});
    this.drawn = h("div");
    this.heading = h("h2", {tabindex: "-1"});
    this.words = h("div");
    this.task = h("p", {class: "task", role: "status"});
    this.left = h("p", {class: "hint left", "aria-hidden": "true"});
    this.told = h("ul", {class: "told"});
    this.choices = h("div", {class: "buttons"});
    fill(root, this.place, this.bar, h("div", {class: "step"}, this.drawn, h("div", null, this.heading, this.words,
      this.task, this.left, this.told, this.choices)));
  }

  /** @param {any} e an event of check.run */
  take(e) {
    if (e.kind === "waiting") return fill(this.left, say("page.seconds-left", e.left));
    if (e.kind === "told") return put(this.told, h("li", null, name(e.text)));
    fill(this.left);
    fill(this.choices);
    if (e.kind === "step") this.step(e);
    else if (e.kind === "task") this.ask(e.what, e.text);
    else if (e.kind === "ask") this.question(e);
    else if (e.kind === "done") this.done(e);
  }

  /** @param {any} e */
  step({step, number}) {
    this.bar.max = step.of;
    this.bar.value = step.n - 1;
    this.id = step.id;
    fill(this.place, say("page.step-of", step.n, step.of));
    fill(this.drawn, picture(step.id));
    fill(this.heading, name(step.title));
    fill(this.words, h("p", null, step.do), h("p", {class: "hint"}, say("page.step-expected", step.expect)),
      step.safety ? badge("calm", say("page.safety-step")) : null);
    fill(this.told);
    fill(this.task);
    if (!number) return;
    this.heading.focus();
    put(this.choices, this.choice(number, "go", say("page.step-begin"), "main"),
      button(say("page.step-skip"), () => this.skip(number, step), "plain"),
      this.choice(number, "again", say("page.step-before"), "quiet"),
      this.choice(number, "stop", say("page.step-stop"), "quiet"));
  }

  /** What to do, or to look for. @param {string} what @param {string} text */
  ask(what, text) {
    fill(this.drawn, picture(what, this.id));
    fill(this.task, text);
  }

  /** @param {any} e */
  question(e) {
    this.ask(e.what, e.text);
    put(this.choices, this.choice(e.number, "yes", say("page.check-yes"), "main"),
      this.choice(e.number, "no", say("page.check-no"), "plain"));
    this.choices.querySelector("button")?.focus();
  }

  /** @param {any} e */
  done({done, number}) {
    this.results.prepend(resultLine(done));
    announce(done.title + ": " + done.verdict.text);
    fill(this.task);
    if (!number) return;
    fill(this.drawn, picture("failed"));
    put(this.task, note("bad", h("p", null, h("strong", null, done.verdict.text)),
      (done.notes ?? []).map((/** @type {string} */ n) => h("p", null, n))));
    put(this.choices, this.choice(number, "again", say("page.step-again"), "main"),
      this.choice(number, "go", say("page.step-as-failed"), "plain"),
      this.choice(number, "stop", say("page.step-stop"), "quiet"));
    this.choices.querySelector("button")?.focus();
  }

  /** @param {number} number @param {any} step */
  async skip(number, step) {
    const sure = await confirm({title: say("page.step-skip"), yes: say("page.step-skip"), danger: Boolean(step.safety),
      text: step.safety ? say("page.skip-safety") : say("page.skip-text")});
    if (sure) await this.answer(number, "skip");
  }

  /** @param {number} number @param {string} choice @param {string} text @param {"plain" | "main" | "quiet"} kind */
  choice(number, choice, text, kind) { return button(text, () => this.answer(number, choice), kind); }

  /** @param {number} number @param {string} choice */
  async answer(number, choice) {
    try {
      await call("check.answer", {number, choice});
    } catch (error) {
      put(this.choices, problem(error));
    }
  }
}

/** @param {Result} r */
function resultLine(r) {
  return h("li", null, badge(kinds[r.verdict.code] ?? "calm", r.verdict.text), " ", h("strong", null, name(r.title)),
    (r.notes ?? []).map((n) => h("p", null, name(n))),
    (r.values ?? []).length > 0 ? h("p", {class: "hint"},
      (r.values ?? []).map((v) => v.name + ": " + v.text).join(" · ")) : null);
}

/** @param {HTMLElement} stage @param {Place} place @param {any} got */
function ended(stage, place, got) {
  const stopped = !got.ended;
  const report = async () => {
    const file = await call("check.report");
    await save(file.name);
  };
  const told = stopped ? note("warn", h("p", null, h("strong", null, say("page.check-stopped")))) : note(
    got.tested ? "good" : "bad", h("p", null, h("strong", null, got.verdict.text)),
    h("p", null, got.tested ? say("page.check-tested") : say("page.check-untested")));
  const problems = h("div");
  const heading = h("h2", {tabindex: "-1"}, say("page.check-over"));
  fill(stage, h("section", {class: "card"}, heading, told, h("div", {class: "buttons"},
    stopped ? null : button(say("page.report-save"), () => report().catch((e) => fill(problems, problem(e))), "main"),
    button(say("page.install-print"), () => print(), "plain"),
    button(stopped || !got.tested ? say("page.self-test-go") : say("page.self-test-afresh"),
      () => { run(stage, place, got.tested); }, "quiet")), problems),
  section(say("page.check-results"), h("ol", {class: "results all"}, got.steps.map(resultLine))));
  heading.focus();
}
