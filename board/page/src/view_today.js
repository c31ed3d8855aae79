// @ts-check
// Today: the door as it is, what needs attention, what happens as it happens, and the last
// decisions. The list of decisions is read when it is asked for, not by the second: each look at it
// goes on record.

import {fill, h, name, put} from "./dom.js";
import {drawDoor, isDoor} from "./door.js";
import {briefly, duration, say, sayCode, when} from "./say.js";
import {showLive} from "./live.js";
import {standing} from "./orders.js";
import {acts} from "./override.js";
import {call, may, session} from "./session.js";
import {table} from "./table.js";
import {announce, badge, button, facts, note, problem, section, toast, waiting} from "./ui.js";
import {showWhy} from "./why.js";

/** @typedef {import("./types.d.ts").Place} Place */
/** @typedef {{name: import("./types.d.ts").Coded, state: string, fault?: string}} Fact */

/** How often the state is asked for, in milliseconds. */
const every = 5000;

/** @type {import("./types.d.ts").View} */
export const today = {
  id: "today",
  title: "page.today",
  group: "door",
  async show(place) {
    const bell = h("div", {role: "alert"});
    const door = h("div", {class: "door"}, waiting());
    const attention = h("div");
    const parts = section(say("page.parts"));
    const live = may("opens-door") ? section(say("page.live")) : null;
    const decided = may("reads-records") ? section(say("page.last-decisions")) : null;
    put(place.root, h("div", {class: "today"},
      h("div", null, bell, h("section", {class: "card", "aria-label": say("page.the-door")}, door), attention, decided),
      h("div", null, live, parts)));
    const drawParts = partsOf(parts);
    const look = async () => {
      const status = await call("door.status", {}, {signal: place.signal});
      drawBell(bell, status.bell ?? null, look);
      drawState(door, status, look);
      drawAttention(attention, status);
      drawParts(status);
    };
    if (decided) showDecisions(decided, place);
    if (live) showLive(live, place, atMost(look, 200));
    const timer = setInterval(() => look().catch(() => {}), every);
    place.signal.addEventListener("abort", () => clearInterval(timer));
    await look().catch((error) => fill(door, problem(error)));
  },
};

/**
 * A function that does the work once, a little later, however often it is called meanwhile.
 * @param {() => Promise<void>} work @param {number} ms
 */
function atMost(work, ms) {
  /** @type {ReturnType<typeof setTimeout> | null} */
  let due = null;
  return () => {
    due ??= setTimeout(() => {
      due = null;
      work().catch(() => {});
    }, ms);
  };
}

/**
 * Whether what is to be drawn in a place is another than before: else it stays, with its focus.
 * @param {HTMLElement} place @param {any} what
 */
function isNew(place, what) {
  const now = JSON.stringify(what);
  if (place.dataset.now === now) return false;
  place.dataset.now = now;
  return true;
}

/**
 * Who rang and waits, with what can be answered. Ringing on changes nothing here.
 * @param {HTMLElement} place @param {any} bell @param {() => Promise<void>} again
 */
function drawBell(place, bell, again) {
  if (!isNew(place, bell && [bell.at, bell.coming])) return;
  /** @param {string} words @param {string} answer */
  const one = (words, answer) => button(words, async () => {
    try {
      const got = await call("door.bell", {answer});
      if (got.opened) toast(say("page.open-for", duration(got.for)));
      await again();
      if (got.reason && !got.opened) put(place, note("bad", say("page.stays-locked", got.reason.text)));
    } catch (error) {
      await again();
      put(place, problem(error));
    }
  });
  const hadFocus = place.contains(document.activeElement);
  fill(place, bell && note("warn",
    h("p", {tabindex: "-1"},
      bell.coming ? say("page.bell-answered", when(bell.at)) : say("page.bell-waits", when(bell.at))),
    may("opens-door") && h("div", {class: "buttons"}, !bell.coming && one(say("page.bell-coming"), "coming"),
      one(say("page.open-door"), "open"), one(say("page.bell-nobody"), "nobody"))));
  if (hadFocus) { // not on a button that opens at once: Enter may be pressed twice
    const next = place.querySelector("p") ?? place.parentElement?.querySelector("button");
    next?.focus();
  }
}

/**
 * The door with what can be done at it.
 * @param {HTMLElement} door @param {any} s @param {() => Promise<void>} again
 */
function drawState(door, s, again) {
  const first = !door.dataset.now;
  if (!isNew(door, [s.door, s.unlocked, s.lockedDown, s.evacuated, s.own, s.orders])) return;
  const heading = s.unlocked && s.door.code === "locked" ? say("page.unlocked") : stateWords(s.door);
  const hadFocus = door.contains(document.activeElement);
  door.classList.toggle("none", !isDoor(s));
  fill(door, isDoor(s) && drawDoor(s.door.code, s.unlocked), h("div", {class: "door-words"},
    h("p", {class: "door-state"}, heading),
    h("p", {class: "badges"}, isAlarm(s.door) && badge("bad", say("page.alarm")),
      s.unlocked && s.door.code !== "released" && badge("warn", say("page.unlocked")),
      s.lockedDown && badge("bad", say("page.lockdown")), s.evacuated && badge("bad", say("page.evacuation"))),
    standing(s.orders ?? [], again),
    may("opens-door") && acts(s, again)));
  if (hadFocus) door.querySelector("button")?.focus();
  if (!first) announce(say("page.door-is", heading));
}

/** @param {import("./types.d.ts").Coded} door */
const isAlarm = (door) => door.code === "held" || door.code === "forced";

/** @param {import("./types.d.ts").Coded} door */
const stateWords = (door) => sayCode({
  locked: say("page.door-locked"), released: say("page.door-released"), open: say("page.door-open"),
  held: say("page.door-held"), forced: say("page.door-forced"), "no door": say("page.door-seat"),
}, door.code, door.text);

/**
 * What does not work, with the remedy; that all is well, where it is.
 * @param {HTMLElement} place @param {any} s
 */
function drawAttention(place, s) {
  /** @type {[string, string, string?][]} */
  const wrong = [s.camera, s.store, ...s.readers, ...s.others].filter((f) => f.fault)
    .map((f) => [f.name.text, f.fault]);
  if (s.clockDoubt) wrong.unshift([say("page.clock"), s.clockDoubt]);
  if (isAlarm(s.door)) wrong.unshift([say("page.the-door"), stateWords(s.door)]);
  if (s.facesOff) wrong.push([say("page.faces-off"), s.facesOff, s.facesFix]);
  if (!isNew(place, wrong)) return;
  fill(place, wrong.length === 0 ? note("good", h("p", null, say("page.all-in-order")))
    : section(say("page.needs-attention"), h("ul", {class: "attention"}, wrong.map(([part, why, remedy]) =>
      h("li", null, h("strong", null, part), h("p", null, why), remedy ? h("p", null, remedy) : null)))));
}

/**
 * Fills a section with how the unit is, all its parts for who opens that; gives what draws it again.
 * @param {HTMLElement} place
 * @returns {(s: any) => void}
 */
function partsOf(place) {
  const brief = h("div"), all = h("div");
  put(place, brief, h("details", null, h("summary", null, say("page.all-parts")), all));
  return (s) => {
    fill(brief, facts([
      [say("page.time-at-door"), when(s.at)],
      [say("page.people"), String(s.people)],
      [say("page.faces"), isDoor(s) ? (s.facesOff ? say("page.off") : say("page.faces-of", s.withFace)) : ""],
      [say("page.running-for"), duration(s.uptime)],
    ]));
    fill(all, facts([s.camera, s.store, ...s.readers, ...s.others].filter((f) => f.state)
      .map((f) => [f.name.text, f.state])));
  };
}

/** @param {HTMLElement} decided @param {Place} place */
async function showDecisions(decided, place) {
  const body = h("div", null, waiting());
  const again = async () => {
    try {
      const rows = await call("records.decisions", {count: 12}, {signal: place.signal});
      fill(body, decisionTable(rows, place.signal));
    } catch (error) {
      fill(body, problem(error));
    }
  };
  put(decided, body, h("div", {class: "buttons"}, button(say("page.read-again"), again, "quiet")));
  await again();
}

/** @param {any[]} rows @param {AbortSignal} signal */
function decisionTable(rows, signal) {
  const now = session().who?.now ?? "";
  return table({
    caption: say("page.decisions-newest"), rows, empty: say("page.no-decisions"),
    columns: [
      {title: say("page.at"), cell: (d) => h("time", {datetime: d.at, title: when(d.at)}, briefly(d.at, now))},
      {title: say("page.outcome"), cell: (d) => badge(d.granted ? "good" : "bad",
        d.granted ? say("page.granted") : say("page.denied"))},
      {title: say("page.means"), cell: (d) => d.means.text},
      {title: say("page.who"), head: true, cell: (d) => d.who ? name(d.who) : say("page.unknown-person")},
      {title: say("page.reason"), cell: (d) => d.granted ? "" : d.reason.text},
      {title: say("page.more"), cell: (d) => button(say("page.why"), () => showWhy(d.number, signal), "quiet")},
    ],
  });
}
