// @ts-check
// Small things that every view shows: headings, notes, problems with their remedy, facts, what is
// going on and how far, and the two live regions: announce() for readers' ears alone, toast() for
// everybody.

import {fill, h, put} from "./dom.js";
import {capital, say} from "./say.js";
import {Refused, codes} from "./wire.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * Says something to a screen reader, after what it is saying now.
 * @param {string} text
 */
export function announce(text) {
  fill(/** @type {Element} */ (document.getElementById("said")), text);
}

/**
 * Shows for a while that something was done.
 * @param {string} text
 */
export function toast(text) {
  const shown = h("p", {class: "toast"}, text);
  document.getElementById("toasts")?.append(shown);
  setTimeout(() => shown.remove(), 6000);
}

/**
 * A note with a mark: "good", "warn", "bad" or "calm".
 * @param {"good" | "warn" | "bad" | "calm"} kind
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function note(kind, ...children) {
  const mark = {good: "✓", warn: "!", bad: "✕", calm: "i"}[kind];
  return h("div", {class: "note " + kind}, h("span", {class: "mark", "aria-hidden": "true"}, mark),
    h("div", null, ...children));
}

/**
 * A short state with a colour; its words alone say it too.
 * @param {"good" | "warn" | "bad" | "calm"} kind
 * @param {string} text
 * @returns {HTMLElement}
 */
export function badge(kind, text) {
  return h("span", {class: "badge " + kind}, text);
}

/**
 * What went wrong and what to do about it, in words. Empty: it was cancelled, which is no problem.
 * @param {unknown} error
 * @returns {{text: string, remedy: string}}
 */
export function words(error) {
  if (error instanceof DOMException && error.name === "AbortError") return {text: "", remedy: ""};
  if (!(error instanceof Refused)) return {text: say("page.broken"), remedy: String(error)};
  if (error.code === codes.cancelled) return {text: "", remedy: ""};
  const text = error.message || say(error.what);
  return {text: capital(text), remedy: capital(error.remedy)};
}

/**
 * A problem as a note that is read out at once; nothing, where it was only cancelled.
 * @param {unknown} error
 * @returns {HTMLElement | null}
 */
export function problem(error) {
  const {text, remedy} = words(error);
  if (!text) return null;
  const shown = note("bad", h("p", null, h("strong", null, text)), remedy ? h("p", null, remedy) : null);
  shown.setAttribute("role", "alert");
  return shown;
}

/**
 * Names and values, one below the other. A value that is null or "" is left out.
 * @param {[string, Child | Child[]][]} rows
 * @returns {HTMLElement}
 */
export function facts(rows) {
  const there = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {class: "facts"}, there.map(([name, value]) =>
    h("div", null, h("dt", null, name), h("dd", null, ...[value].flat()))));
}

/**
 * A part of a view with a heading of its own.
 * @param {string} title
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function section(title, ...children) {
  return h("section", {class: "card"}, h("h2", null, title), ...children);
}

/**
 * A button.
 * @param {string} text
 * @param {() => any} act where it gives a promise, the button is busy until that settles
 * @param {"plain" | "main" | "danger" | "quiet"} [kind]
 * @returns {HTMLButtonElement}
 */
export function button(text, act, kind = "plain") {
  const made = h("button", {type: "button", class: kind}, text);
  made.addEventListener("click", () => busy(made, act()));
  return made;
}

/**
 * Shows an element as busy until a promise settles. A click on it meanwhile does nothing.
 * @template T
 * @param {HTMLElement} element
 * @param {T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function busy(element, work) {
  if (!(work instanceof Promise)) return work;
  element.setAttribute("aria-busy", "true");
  element.setAttribute("aria-disabled", "true");
  try {
    return await work;
  } finally {
    element.removeAttribute("aria-busy");
    element.removeAttribute("aria-disabled");
  }
}

/**
 * Shows how far something is, and what a person is to do meanwhile. take() fits onProgress.
 * @param {string} text
 * @param {(() => void) | null} [cancel]
 * @returns {{element: HTMLElement, take: (p: import("./types.d.ts").Progress) => void}}
 */
export function progress(text, cancel = null) {
  const told = h("p", {role: "status"}, text);
  const bar = h("progress", {"aria-label": text});
  const element = h("div", {class: "progress"}, told, bar);
  if (cancel) put(element, button(say("page.cancel"), cancel, "quiet"));
  return {
    element,
    take(p) {
      if (p.text && p.text !== told.textContent) fill(told, p.text);
      if (p.wanted) {
        bar.max = p.wanted;
        bar.value = p.done ?? 0;
      } else bar.removeAttribute("value");
    },
  };
}

/**
 * What stands where something will stand once the unit has answered.
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function waiting(text = say("page.asking")) {
  return h("p", {class: "waiting", "aria-busy": "true"}, text);
}
