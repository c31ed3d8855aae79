// @ts-check
// Takes a list along: the unit writes it into its memory, and the page saves it as a file. Nothing
// of it stays on the unit's disk.

import {fill} from "./dom.js";
import {save} from "./file.js";
import {count, say} from "./say.js";
import {call} from "./session.js";
import {problem, progress, toast} from "./ui.js";

/**
 * @param {string} list as export.list names it @param {HTMLElement} told where to tell how far it is
 * @param {import("./types.d.ts").Place} place
 */
export async function takeList(list, told, place) {
  const how = progress(say("page.writing-list"));
  fill(told, how.element);
  try {
    const got = await call("export.list", {list}, {signal: place.signal, timeout: 120000});
    await save(got.file.name, how.take, place.signal);
    fill(told);
    toast(count("page.list-saved", got.rows, got.file.name));
  } catch (error) {
    fill(told, problem(error));
  }
}
