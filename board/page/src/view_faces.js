// @ts-check
// Face entry at this door: whether it works and why not, who agreed to a notice that has changed
// since, and the passphrase of the faces. A person's own way to it is in view_face.js.

import {confirm} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {isDoor} from "./door.js";
import {form} from "./form.js";
import {count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {button, note, problem, section, toast, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const faces = {
  id: "faces",
  title: "page.faces",
  group: "people",
  async show(place) {
    const state = h("div", null, waiting());
    const again = async () => {
      const status = await call("door.status", {}, {signal: place.signal});
      fill(state, ...drawState(status, again));
    };
    put(place.root, state);
    await again();
    if (may("reads-people")) put(place.root, renewals(place));
    if (may("takes-faces")) put(place.root, passphrase());
  },
};

/** @param {any} s @param {() => Promise<void>} again */
function drawState(s, again) {
  if (!isDoor(s)) return [note("calm", h("p", null, say("page.faces-seat")))];
  const works = s.facesOff
    ? note("warn", h("p", null, h("strong", null, say("page.faces-off"))), h("p", {class: "reason"}, s.facesOff),
      s.facesFix ? h("p", {class: "reason"}, s.facesFix) : null, h("p", null, say("page.cards-go-on")))
    : note("good", h("p", null, h("strong", null, count("page.faces-work", s.withFace))),
      h("p", null, say("page.cards-too")));
  return [works, s.facesLocked && may("unlocks-faces") ? unlock(again) : null];
}

/** @param {() => Promise<void>} again */
function unlock(again) {
  return section(say("page.faces-locked"), h("p", null, say("page.faces-locked-means")), form({
    fields: [{name: "passphrase", label: say("page.passphrase"), type: "password", required: true}],
    submit: say("page.unlock-faces"),
    async onSubmit({passphrase: text}) {
      await call("faces.unlock", {passphrase: text}, {timeout: 0});
      toast(say("page.faces-unlocked"));
      await again();
    },
  }));
}

/** Those who are to be shown the present notice at their next visit. @param {Place} place */
function renewals(place) {
  const list = h("div", null, waiting());
  call("law.renewals", {}, {signal: place.signal}).then(({people}) => fill(list, table({
    caption: say("page.old-notice-who"), rows: people, empty: say("page.old-notice-nobody"),
    columns: [
      {title: say("page.who"), head: true, cell: ({person: p}) => h("a", {href: "#/face/" + p.person}, name(p.name))},
      {title: say("page.face-apartment"), cell: ({person: p}) => name(p.apartment ?? "")},
      {title: say("page.face-agreed"), cell: (r) => when(r.agreed)},
    ],
  })), (error) => fill(list, problem(error)));
  return section(say("page.old-notice"), h("p", {class: "hint"}, say("page.old-notice-means")), list);
}

function passphrase() {
  const first = () => /** @type {HTMLInputElement} */ (shown.elements.namedItem("passphrase")).value;
  const shown = form({
    fields: [
      {name: "passphrase", label: say("page.new-passphrase"), type: "password", hint: say("page.passphrase-hint"),
        required: true, autocomplete: "new-password"},
      {name: "twice", label: say("page.passphrase-again"), type: "password", required: true,
        autocomplete: "new-password", check: (value) => value === first() ? "" : say("page.secrets-differ")},
    ],
    submit: say("page.set-passphrase"),
    async onSubmit({passphrase: text}) {
      await call("faces.passphrase", {passphrase: text}, {timeout: 0});
      shown.reset();
      toast(say("page.passphrase-set"));
    },
  });
  const away = () => confirm({
    title: say("page.passphrase-away"), text: say("page.passphrase-away-means"), yes: say("page.passphrase-away"),
    danger: true,
    async act() {
      await call("faces.passphrase", {passphrase: ""}, {timeout: 0});
      toast(say("page.passphrase-gone"));
    },
  });
  put(shown.querySelector(".buttons") ?? shown, button(say("page.passphrase-away"), away, "quiet"));
  return section(say("page.faces-passphrase"), h("p", null, say("page.passphrase-means")), shown);
}
