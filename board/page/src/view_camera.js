// @ts-check
// Aiming the camera. It shows people who pass, so it says first what that means, and begins only
// when somebody asks for it; it ends with the view, or by itself.

import {camera} from "./camera.js";
import {fill, h, put} from "./dom.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {badge, button, note, problem, section} from "./ui.js";

/** @type {import("./types.d.ts").View} */
export const aiming = {
  id: "camera",
  title: "page.camera",
  group: "unit",
  may: "opens-door",
  async show(place) {
    const stage = h("div", {class: "stage"});
    put(place.root, section(say("page.camera-aim"),
      h("p", null, say("page.camera-means")), h("p", {class: "hint"}, say("page.camera-ends")), stage));
    rest(stage, place.signal);
    const {camera: part} = await call("door.status", {}, {signal: place.signal});
    put(place.root, section(say("page.camera-state"), part.fault ? note("warn", h("p", null, part.fault))
      : h("p", null, badge("good", say("page.camera-works")), " ", part.state)));
  },
};

/** @param {HTMLElement} stage @param {AbortSignal} left @param {Node | null} [trouble] */
function rest(stage, left, trouble = null) {
  const begin = button(say("page.camera-show"), () => { look(stage, left); }, "main");
  fill(stage, trouble, h("div", {class: "buttons"}, begin));
}

/** @param {HTMLElement} stage @param {AbortSignal} left */
async function look(stage, left) {
  const until = new AbortController();
  const window = camera();
  const stop = button(say("page.camera-stop"), () => until.abort());
  fill(stage, window.element, h("div", {class: "buttons"}, stop));
  stop.focus();
  try {
    await window.look(AbortSignal.any([until.signal, left]));
    rest(stage, left);
  } catch (error) {
    rest(stage, left, problem(error));
  }
  if (!left.aborted) stage.querySelector("button")?.focus();
}
