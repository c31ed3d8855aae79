// @ts-check
// Who works at the unit, over which line: connect(), logIn(), call(), logOut(). The views call();
// the shell listens by onChange and draws itself again. Nothing of it is kept when the page closes.

import {Refused, Wire} from "./wire.js";
import {openPort} from "./serial.js";
import {language} from "./say.js";

/**
 * @typedef {object} State
 * @property {Wire | null} wire
 * @property {any} port the port that was chosen, also when its cable was pulled
 * @property {import("./types.d.ts").Hello | null} hello
 * @property {import("./types.d.ts").Who | null} who
 * @property {string} ended why the last session ended: "line", "idle", "account changed", …
 */

/** @type {State} */
const state = {wire: null, port: null, hello: null, who: null, ended: ""};

/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Readonly<State>} */
export const session = () => state;

/** @param {() => void} listener called when who works, or the line, has changed */
export function onChange(listener) {
  listeners.add(listener);
}

function changed() {
  for (const listener of listeners) listener();
}

/** @type {Promise<void> | null} */
let connecting = null;

/**
 * Opens a port and greets the unit at its other end. Errors: {@link Refused}, and the browser's.
 * @param {any} port
 * @param {number} [tries] as Wire.enter
 * @returns {Promise<void>}
 */
export function connect(port, tries) {
  connecting ??= greet(port, tries).finally(() => { connecting = null; });
  return connecting;
}

/** @param {any} port @param {number} [tries] */
async function greet(port, tries) {
  state.port = port;
  let ended = "";
  const wire = new Wire(await openPort(port), (why) => {
    ended = why;
    if (state.wire === wire) lost(wire, why);
  });
  try {
    const hello = await wire.enter(tries);
    Object.assign(state, {wire, hello, who: null});
  } catch (error) {
    await wire.close();
    throw ended === "stale" ? new Refused(0, "", "page.stale") : error;
  }
  await wire.call("session.language", {lang: language()}).catch(() => {});
  changed();
}

/**
 * The wire has ended. What the unit ended leaves the line as it was: the page greets it again.
 * @param {Wire} wire
 * @param {string} why
 */
function lost(wire, why) {
  Object.assign(state, {wire: null, hello: null, who: null, ended: why});
  changed();
  greetAgain(wire, why).catch(() => {}); // then a person is asked to connect again
}

/** @param {Wire} wire that has ended @param {string} why */
async function greetAgain(wire, why) {
  await wire.close();
  if (why === "line" || why === "stale") return;
  await connect(state.port);
}

/** Frees the line. */
export async function disconnect() {
  const {wire} = state;
  Object.assign(state, {wire: null, port: null, hello: null, who: null, ended: ""});
  changed();
  await wire?.close();
}

/**
 * Asks the unit, as {@link Wire.call}.
 * @param {string} method
 * @param {object} [params]
 * @param {import("./types.d.ts").CallOptions} [options]
 * @returns {Promise<any>}
 */
export async function call(method, params = {}, options = {}) {
  if (!state.wire) throw new Refused(0, "", "page.line-gone");
  return state.wire.call(method, params, options);
}

/**
 * Says who works here; null: nobody any more.
 * @param {import("./types.d.ts").Who | null} who
 */
export function setWho(who) {
  state.who = who;
  state.ended = "";
  changed();
}

/** Logs out, and greets the unit again for whoever comes next. */
export async function logOut() {
  await call("session.logout").catch(() => {});
}

/** Tells the unit that somebody works at the page. */
export async function touch() {
  await call("session.touch").catch(() => {});
}

/**
 * Whether who works here may do something. The unit checks each act by itself.
 * @param {import("./types.d.ts").Right | undefined} right
 * @returns {boolean}
 */
export const may = (right) => Boolean(state.who && (!right || state.who.may.includes(right)));
