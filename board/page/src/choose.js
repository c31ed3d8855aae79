// @ts-check
// Which person is meant by a name, an apartment or the beginning of a handle: the one who fits, or
// who fits exactly; of a few the one that is chosen. Each look-up goes on record.

import {ask} from "./dialog.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {Refused} from "./wire.js";

/** Among how many one can be chosen. */
const few = 9;

/**
 * Finds the person. Errors: nobody fits; too many do.
 * @param {string} words
 * @param {AbortSignal} signal
 * @returns {Promise<any>} null: nobody was chosen
 */
export async function choosePerson(words, signal) {
  const {people, all} = await call("people.find", {words, count: few + 1}, {signal});
  if (all === 0) throw new Refused(0, "", "page.nobody-is-meant");
  const exact = people.filter((/** @type {any} */ p) => p.name === words || p.apartment === words);
  if (all === 1) return people[0];
  if (exact.length === 1) return exact[0];
  if (all > few) throw new Refused(0, say("page.too-many-fit", all));
  const got = await ask({title: say("page.which-person"), yes: say("page.choose"), fields: [
    {name: "person", label: say("page.which-person"), type: "radio", required: true,
      options: people.map((/** @type {any} */ p) => [p.person, [p.apartment, p.name].filter(Boolean).join(" · ")])}]});
  return got && people.find((/** @type {any} */ p) => p.person === got.person);
}
