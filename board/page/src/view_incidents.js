// @ts-check
// Suspected leaks. Opening one starts the clock; its page then leads through what the law asks, in
// order: write it up, make the letters, tell people and authority, close it.

import {ask} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {showIncident} from "./incident.js";
import {say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {badge, button, section, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const incidents = {
  id: "incidents",
  title: "page.incidents",
  group: "law",
  may: "reads-people",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    if (place.path[0]) return showIncident(body, place.path[0], place);
    fill(body, ...list(await call("incidents.list", {count: 50}, {signal: place.signal})));
  },
};

/** @param {any} got */
function list(got) {
  return [
    h("p", {class: "lead"}, say("page.incidents-lead")),
    may("keeps-people") ? h("div", {class: "buttons"}, button(say("page.open-incident"), open, "main")) : null,
    section(say("page.incidents"), table({
      caption: say("page.newest-first"), rows: got.incidents, empty: say("page.no-incidents"),
      columns: [
        {title: say("page.what-happened"), head: true, cell: (i) =>
          h("a", {href: "#/incidents/" + i.id}, name(i.what))},
        {title: say("page.noticed"), cell: (i) => h("time", {datetime: i.noticed}, when(i.noticed))},
        {title: say("page.people"), number: true, cell: (i) => String(i.people)},
        {title: say("page.state"), cell: state},
      ],
    })),
  ];
}

/** @param {any} i */
const state = (i) => i.closed ? badge("good", say("page.closed"))
  : i.toldPeople && i.toldAuthority ? badge("calm", say("page.told")) : badge("bad", say("page.not-told"));

async function open() {
  await ask({
    title: say("page.open-incident"), text: say("page.open-incident-text"), yes: say("page.open-incident"),
    fields: [{name: "what", label: say("page.what-was-seen"), type: "textarea", required: true}],
    async act({what}) {
      const got = await call("incidents.open", {what});
      location.hash = "#/incidents/" + got.incident.id;
    },
  });
}
