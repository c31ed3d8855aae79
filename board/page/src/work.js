// @ts-check
// Work at the unit that takes a while: a button begins it, its place shows how far it is and then
// what came of it. What went wrong is shown in the same place.

import {fill, h} from "./dom.js";
import {button, problem, progress} from "./ui.js";

/** @typedef {(p: import("./types.d.ts").Progress) => void} Told */

/**
 * A button, and the place for what it does.
 * @param {string} says
 * @param {string} meanwhile what is shown until it is done
 * @param {(told: Told, signal: AbortSignal) => Promise<import("./dom.js").Child | import("./dom.js").Child[]>} act
 *   gives what is shown afterwards
 * @param {AbortSignal} signal of the view
 * @param {"plain" | "main" | "danger" | "quiet"} [kind]
 * @returns {{button: HTMLButtonElement, place: HTMLElement}}
 */
export function work(says, meanwhile, act, signal, kind = "plain") {
  const place = h("div", {class: "work"});
  const made = button(says, async () => {
    const stop = new AbortController();
    const how = progress(meanwhile, () => stop.abort());
    fill(place, how.element);
    try {
      fill(place, ...[await act(how.take, AbortSignal.any([stop.signal, signal]))].flat());
    } catch (error) {
      fill(place, problem(error));
    }
  }, kind);
  return {button: made, place};
}
