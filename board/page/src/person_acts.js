// @ts-check
// Acts on a person that are asked for once more: to block their entry, to revoke a card or PIN, to
// erase them. What an erasure has proved is shown as its receipt.

import {ask, confirm} from "./dialog.js";
import {fill, h} from "./dom.js";
import {say, when} from "./say.js";
import {call} from "./session.js";
import {facts, note, section, toast} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * Blocks somebody's entry, or lets them in again.
 * @param {string} person @param {any} details @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether it was done
 */
export function block(person, details, signal) {
  const blocked = !details.blocked;
  return confirm({
    title: blocked ? say("page.block") : say("page.unblock"), danger: blocked,
    text: blocked ? say("page.block-text") : say("page.unblock-text"),
    yes: blocked ? say("page.block-now") : say("page.unblock"),
    async act() {
      await call("people.change", {person, details: {...details, blocked}}, {signal});
      toast(say("page.done"));
    },
  });
}

/**
 * Revokes a card or PIN. With the last one face entry ends, too.
 * @param {any} got the person's page @param {any} credential @param {boolean} last @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether it was done
 */
export async function revoke(got, credential, last, signal) {
  const hasFace = ["enrolled", "consented"].includes(got.face.state.code);
  /** @type {any} */
  let receipt = null;
  const done = await confirm({
    title: say("page.revoke-what", credential.kind.text, credential.id.slice(0, 8)), danger: true,
    text: last && hasFace ? say("page.revoke-last") : say("page.revoke-text"), yes: say("page.revoke"),
    async act() {
      receipt = await call("cards.revoke", {person: got.person, credential: credential.id}, {signal});
    },
  });
  if (done && receipt.number) {
    await ask({title: say("page.receipt"), text: receiptOf(receipt), yes: say("page.close")});
  } else if (done) toast(say("page.done"));
  return done;
}

/**
 * Erases a person with all that is stored about them.
 * @param {Place} place @param {string} person @param {string} name
 */
export async function remove(place, person, name) {
  await ask({
    title: say("page.remove-whom", name), text: say("page.remove-text"), yes: say("page.erase"), danger: true,
    fields: [{name: "reason", label: say("page.reason"), type: "radio", required: true, options: [
      ["lease end", say("page.reason-lease")], ["own request", say("page.reason-request")],
      ["mistake", say("page.reason-mistake")]]}],
    async act({reason}) {
      const receipt = await call("people.remove", {person, reason}, {signal: place.signal, timeout: 0});
      place.title(say("page.erased"));
      fill(place.root, receiptOf(receipt), h("p", null, h("a", {href: "#/people"}, say("page.all-people"))));
      document.querySelector("main h1")?.setAttribute("tabindex", "-1");
    },
  });
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
}

/** What an erasure, or a revocation, has proved. @param {any} r @returns {HTMLElement} */
export function receiptOf(r) {
  return section(say("page.receipt"),
    note("good", h("p", null, r.number ? say("page.erasure-receipt", r.number) : say("page.nothing-to-erase"))),
    facts([[say("page.at"), when(r.at)], [say("page.what"), r.what.text],
      [say("page.faces"), r.faceGone && say("page.face-gone")], [say("page.proof"), r.detail]]));
}
