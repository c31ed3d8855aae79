// @ts-check
// The log-out of a session at which nobody works. The unit does it; the page tells the unit that
// somebody works here (a key, a click), and asks a minute before the end whether somebody does.

import {confirm} from "./dialog.js";
import {say} from "./say.js";
import {logOut, onChange, session, touch} from "./session.js";

const sparing = 20000; // milliseconds between two times that the unit is told
const warning = 60000;

let worked = Date.now();
let told = 0;
let asking = false;

/** Begins to watch. */
export function watchIdle() {
  for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, work, {capture: true});
  onChange(() => { worked = Date.now(); });
  setInterval(look, 1000);
}

function work() {
  if (asking || !session().who) return; // the question has an answer of its own
  worked = Date.now();
  if (worked - told < sparing) return;
  told = worked;
  touch();
}

/** How many milliseconds the session has before it ends. */
function left() {
  const {who} = session();
  return who ? who.idleAfter * 1000 - (Date.now() - Math.max(worked, told)) : Infinity;
}

async function look() {
  const {who} = session();
  if (!who || asking || left() > Math.min(warning, who.idleAfter * 500)) return;
  asking = true;
  const stays = await confirm({title: say("page.still-there"), text: say("page.idle-soon"), yes: say("page.stay")});
  asking = false;
  if (stays) work();
  else if (session().who === who) await logOut();
}
