// @ts-check
// What a card at the door's reader is waited for with: give a card, replace a lost one, tell whose
// one is. A dialog says what to do, and stays until the unit has answered; closing it ends the
// waiting at the unit, which then has done nothing.

import {fill, h, name, put} from "./dom.js";
import {form} from "./form.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {announce, badge, button, facts, note, problem} from "./ui.js";

/** The picture of a card before a reader; the words beside it say the same. @returns {SVGElement} */
export function drawTap() {
  return h("svg", {viewBox: "0 0 120 120", class: "tap", "aria-hidden": "true", focusable: "false"},
    h("rect", {class: "reader", x: 66, y: 14, width: 42, height: 92, rx: 8}),
    h("path", {class: "waves", d: "M80 46q7 14 0 28M88 40q10 20 0 40"}),
    h("circle", {class: "lamp", cx: 87, cy: 27, r: 3}),
    h("g", {class: "held"}, h("rect", {class: "plastic", x: 8, y: 42, width: 50, height: 34, rx: 5}),
      h("path", {class: "stripe", d: "M8 52h50"})));
}

/**
 * Shows what the unit waits for, while work goes on. It is what a dialog or a view has in it.
 * @param {string} text
 * @returns {{element: HTMLElement, take: (p: import("./types.d.ts").Progress) => void}}
 */
export function tapPlace(text) {
  const told = h("p", {class: "lead", role: "status"}, text);
  return {element: h("div", {class: "tap-place"}, drawTap(), told), take(p) {
    if (p.text && p.text !== told.textContent) fill(told, p.text.slice(0, 1).toUpperCase() + p.text.slice(1));
  }};
}

/**
 * A dialog that asks for what is needed, waits for a tap, and shows what came of it.
 * @param {object} of
 * @param {string} of.title
 * @param {string} [of.text] stands above the fields
 * @param {import("./types.d.ts").Field[]} [of.fields] asked for before; none: it begins to wait at once
 * @param {(values: any, options: import("./types.d.ts").CallOptions) => Promise<any>} of.wait
 * @param {(result: any) => import("./dom.js").Child[]} of.shown
 * @param {AbortSignal} of.signal of the view
 * @returns {Promise<any>} the result; null: nothing was done
 */
export function tapDialog({title, text = "", fields = [], wait, shown, signal}) {
  return new Promise((resolve) => {
    /** @type {any} */
    let result = null;
    const stop = new AbortController();
    const body = h("div");
    const heading = h("h2", {id: "tap-title", tabindex: "-1"}, title);
    const dialog = h("dialog", {"aria-labelledby": "tap-title"}, heading, text && h("p", null, text), body);
    const close = () => dialog.close();
    const begin = async (/** @type {any} */ values) => {
      const place = tapPlace(say("page.asking"));
      fill(body, place.element, h("div", {class: "buttons"}, button(say("page.cancel"), close)));
      heading.focus();
      try {
        result = await wait(values, {signal: stop.signal, timeout: 0, onProgress: place.take});
        if (stop.signal.aborted) return;
        fill(body, ...shown(result), h("div", {class: "buttons"}, button(say("page.close"), close, "main")));
        announce(body.querySelector(".note")?.textContent ?? "");
      } catch (error) {
        if (stop.signal.aborted) return;
        fill(body, problem(error), h("div", {class: "buttons"},
          button(say("page.try-again"), () => begin(values), "main"), button(say("page.cancel"), close, "quiet")));
      }
      body.querySelector("button")?.focus();
    };
    signal.addEventListener("abort", close, {signal: stop.signal});
    dialog.addEventListener("close", () => {
      stop.abort();
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    if (fields.length === 0) begin({});
    else put(body, form({fields, submit: say("page.wait-for-tap"), onCancel: close, onSubmit: (v) => void begin(v)}));
  });
}

/** Tells whose the next card is. @param {AbortSignal} signal */
export async function whoseCard(signal) {
  const wait = (/** @type {any} */ _, /** @type {any} */ o) => call("cards.whose", {}, o);
  await tapDialog({title: say("page.whose-card"), signal, wait, shown: (found) => [
    note(found.card.revoked ? "warn" : "good", h("p", null, h("strong", null, name(found.person.name)))),
    facts([
      [say("page.apartment"), name(found.person.apartment ?? "")],
      [say("page.card"), cardName(found.card)],
      [say("page.state"), found.card.revoked ? say("page.revoked") : say("page.works")],
      [say("page.card-copying"), copyBadge(found.card)],
      [say("page.last-used"), found.card.lastUsed?.slice(0, 16).replace("T", " ")],
    ]),
    h("p", null, h("a", {href: "#/people/" + found.person.person}, say("page.to-their-page"))),
  ]});
}

/** Makes the next AES card one as from the factory. @param {AbortSignal} signal */
export async function retireCard(signal) {
  const wait = (/** @type {any} */ _, /** @type {any} */ o) => call("cards.retire", {}, o);
  await tapDialog({title: say("page.retire-card"), text: say("page.retire-text"), signal, wait, shown: (done) => [
    note("good", h("p", null, h("strong", null, say("page.card-retired"))), h("p", null, done.person
      ? [say("page.card-retired-of"), " ", name(done.person.name)] : say("page.card-of-nobody"))),
    done.faceGone && note("warn", h("p", null, say("page.retired-face-gone"))),
    done.person && h("p", null, h("a", {href: "#/people/" + done.person.person}, say("page.to-their-page"))),
  ]});
}

/** Enough of a credential to tell a person's few apart. @param {any} card @returns {string} */
export const cardName = (card) => [card.label, card.id.slice(0, 8)].filter(Boolean).join(" · ");

/**
 * Gives a person the next card.
 * @param {string} person
 * @param {AbortSignal} signal
 */
export function giveCard(person, signal) {
  return tapDialog({title: say("page.give-card"), signal, fields: cardFields(),
    wait: ({label, write}, o) => call("cards.give", {person, label, write}, o), shown: given});
}

/** What is asked for before cards are given. @returns {import("./types.d.ts").Field[]} */
export const cardFields = () => [
  {name: "label", label: say("page.label"), hint: say("page.label-hint"), max: 60},
  {name: "write", label: say("page.write-card"), hint: say("page.write-card-hint"), type: "checkbox"},
];

/** @param {any} card @returns {import("./dom.js").Child[]} */
const given = (card) => [note("good", h("p", null, h("strong", null, say("page.card-given", card.id.slice(0, 8)))),
  h("p", null, say(copying(card).told)))];

/**
 * Who can copy a card or a pass, as a label and told.
 * @param {any} card
 * @returns {{short: string, told: string}}
 */
function copying(card) {
  if (card.aes) return {short: "page.aes-card", told: "page.card-aes"};
  if (card.clonable) return {short: "page.clonable", told: "page.card-clonable"};
  return {short: "page.by-expert", told: "page.card-expert"};
}

/** The label of who can copy a card or a pass; a PIN has none. @param {any} card @returns {HTMLElement | null} */
export function copyBadge(card) {
  if (card.kind.code === "pin") return null;
  return badge(card.aes ? "good" : "calm", say(copying(card).short));
}

/**
 * Gives a person the next card in the place of one that is lost.
 * @param {string} person
 * @param {any} old
 * @param {AbortSignal} signal
 */
export function replaceCard(person, old, signal) {
  return tapDialog({title: say("page.replace-card"), text: say("page.replace-text", cardName(old)), signal,
    fields: cardFields().slice(1), wait: ({write}, o) => call("cards.replace", {person, old: old.id, write}, o),
    shown: (card) => [...given(card), h("p", {class: "hint"}, say("page.old-card-revoked", cardName(old)))]});
}
