// @ts-check
// Why the door decided so: one decision with every question that was asked, in their order, shown
// in a dialog. Any view may show it by the decision's number; the look-up goes on record.

import {fill, h, name} from "./dom.js";
import {say, when} from "./say.js";
import {call} from "./session.js";
import {badge, button, facts, problem, waiting} from "./ui.js";

/**
 * Shows one decision.
 * @param {number} number
 * @param {AbortSignal} [signal] of the view: the dialog closes with it
 */
export async function showWhy(number, signal) {
  const body = h("div", null, waiting());
  const dialog = h("dialog", {"aria-labelledby": "why-title", class: "wide"},
    h("h2", {id: "why-title", tabindex: "-1"}, say("page.why-number", number)), body,
    h("div", {class: "buttons"}, button(say("page.close"), () => dialog.close())));
  const close = () => dialog.close();
  signal?.addEventListener("abort", close);
  dialog.addEventListener("close", () => {
    signal?.removeEventListener("abort", close);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("h2")?.focus();
  try {
    fill(body, ...drawWhy(await call("records.why", {number}, {signal})));
  } catch (error) {
    fill(body, problem(error));
  }
}

/** @param {any} d @returns {HTMLElement[]} */
function drawWhy(d) {
  const outcome = badge(d.granted ? "good" : "bad", d.granted ? say("page.granted") : say("page.denied"));
  const sentence = h("p", {class: "lead"}, outcome, " ", d.granted ? d.means.text : d.reason.text);
  const shown = facts([
    [say("page.at"), when(d.at)],
    [say("page.means"), d.granted ? "" : d.means.text],
    [say("page.who"), d.who ? name(d.who) : say("page.unknown-person")],
    [say("page.door-said"), d.granted ? "" : d.words],
    [say("page.door-showed"), d.told],
  ]);
  return [sentence, shown, h("h3", null, say("page.each-question")), checks(d.trace ?? [])];
}

/**
 * Each question that the door asked, in their order.
 * @param {any[]} trace
 * @returns {HTMLElement}
 */
export function checks(trace) {
  return h("ol", {class: "checks"}, trace.map((c) => h("li", {class: c.pass ? "" : "no"},
    h("span", {class: "mark", role: "img", "aria-label": c.pass ? say("page.passed") : say("page.not-passed")},
      c.pass ? "✓" : "✕"),
    h("span", null, h("b", null, c.rule.text), c.detail ? [" ", h("span", {class: "detail"}, c.detail)] : null))));
}
