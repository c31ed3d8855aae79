// @ts-check
// Drafts: what is being written is kept at the unit while it is typed, so that a pulled cable, an
// idle log-out or another day loses nothing. What the unit had no time to take is kept here until
// the same operator comes back; closing the page forgets it.

import {fill, h} from "./dom.js";
import {say} from "./say.js";
import {session} from "./session.js";
import {words} from "./ui.js";

/** How long after the last key a draft is sent, in milliseconds. */
const rest = 700;

/** What was typed and not yet kept. @type {{operator: string, of: string, draft: any} | null} */
let typed = null;

/**
 * What an operator typed of a paper that the unit does not have yet.
 * @param {string} of the paper
 * @returns {any} null: nothing
 */
export function unkept(of) {
  return typed?.of === of && typed.operator === session().who?.operator ? typed.draft : null;
}

/** Forgets it: the paper is filed, or thrown away. */
export function forget() {
  typed = null;
}

/**
 * Keeps what a form has while it is typed, and shows that it is kept.
 * @param {HTMLFormElement} form
 * @param {string} of the paper
 * @param {() => any} read gives the draft
 * @param {(draft: any) => Promise<any>} keep sends it to the unit
 * @param {AbortSignal} signal of the view
 * @returns {{element: HTMLElement, stop: () => void}} where it says so; stop before it is filed
 */
export function keepDraft(form, of, read, keep, signal) {
  const element = h("p", {class: "hint", role: "status"}, say("page.draft-will-be-kept"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const send = async () => {
    const sent = typed;
    try {
      await keep(sent?.draft);
      if (typed === sent) typed = null;
      fill(element, say("page.draft-kept"));
    } catch (error) {
      fill(element, words(error).text);
    }
  };
  const changed = () => {
    typed = {operator: session().who?.operator ?? "", of, draft: read()};
    clearTimeout(timer);
    timer = setTimeout(send, rest);
  };
  form.addEventListener("input", changed);
  const stop = () => {
    clearTimeout(timer);
    form.removeEventListener("input", changed);
  };
  signal.addEventListener("abort", stop, {once: true});
  return {element, stop};
}
