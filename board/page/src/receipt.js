// @ts-check
// The receipt of an erasure: what was destroyed, and the proof of it, signed by the unit. It is
// shown, printed for the person, and saved as the line that "menshen receipt verify" takes.

import {fill, h} from "./dom.js";
import {offer} from "./file.js";
import {say, when} from "./say.js";
import {call, session} from "./session.js";
import {badge, button, facts, note, problem, waiting} from "./ui.js";

/**
 * What proves that something was erased.
 * @param {any} receipt as faces.withdraw gives it
 * @returns {HTMLElement}
 */
export function receiptOf(receipt) {
  if (!receipt.number) return note("good", h("p", null, say("page.receipt-none")));
  const body = h("div", {class: "sheet receipt"}, waiting());
  call("faces.receipt", {number: receipt.number}).then((r) => fill(body, ...draw(r, receipt)),
    (error) => fill(body, problem(error)));
  return body;
}

/** @param {any} r @param {any} receipt */
function draw(r, receipt) {
  const save = () => offer(new Blob([r.json + "\n"], {type: "application/json"}), `receipt-${r.number}.jsonl`);
  return [
    h("h2", null, say("page.receipt-title")), h("p", {class: "lead"}, say("page.receipt-lead")),
    facts([
      [say("page.receipt-number"), r.number],
      [say("page.receipt-unit"), session().hello?.unit ?? ""],
      [say("page.at"), when(r.at)],
      [say("page.receipt-what"), r.what.text],
      [say("page.receipt-why"), r.why.text],
      [say("page.receipt-sought"), receipt.detail ?? ""],
      [say("page.receipt-signature"), r.signed ? badge("good", say("page.receipt-signed"))
        : badge("bad", say("page.receipt-unsigned"))],
    ]),
    h("p", {class: "hint"}, say("page.receipt-verify")),
    h("pre", {class: "line", tabindex: "0", "aria-label": say("page.receipt-line"), role: "region"}, r.json),
    h("div", {class: "buttons"}, button(say("page.print"), () => window.print(), "main"),
      button(say("page.receipt-save"), save)),
  ];
}
