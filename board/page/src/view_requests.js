// @ts-check
// What people asked about their data: the open ones first, each with its last day. A person on
// record is put down by their handle, so that a paper needs no name.

import {ask} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {badge, button, section, toast, waiting} from "./ui.js";

/** @type {import("./types.d.ts").View} */
export const requests = {
  id: "requests",
  title: "page.requests",
  group: "law",
  may: "reads-people",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    const step = 50;
    const look = async (from = 0) => {
      const got = await call("requests.list", {from, count: step}, {signal: place.signal});
      fill(body, h("p", {class: "lead"}, say("page.requests-lead", got.days)),
        may("keeps-people") ? h("div", {class: "buttons"},
          button(say("page.add-request"), () => add(got, look), "main")) : null,
        section(say("page.requests"), list(got, look),
          from + step < got.all ? button(say("page.next-ones"), () => look(from + step), "quiet") : null));
    };
    await look();
  },
};

/** @param {any} got @param {() => Promise<void>} again */
function list(got, again) {
  return table({
    caption: say("page.open-first"), rows: got.requests, empty: say("page.no-requests"),
    columns: [
      {title: say("page.who"), head: true, cell: (r) => name(r.who)},
      {title: say("page.asks-to"), cell: (r) => r.asks.text},
      {title: say("page.asked"), cell: (r) => when(r.asked).slice(0, 10)},
      {title: say("page.answer-by"), cell: (r) => r.done ? badge("good", say("page.answered")) : badge("warn", r.due)},
      {title: say("page.answer"), cell: (r) => r.done ? name(r.answer ?? "")
        : may("keeps-people") ? button(say("page.answer-it"), () => answer(r, again), "quiet") : say("page.not-yet")},
    ],
  });
}

/** @param {any} got @param {() => Promise<void>} again */
async function add(got, again) {
  await ask({
    title: say("page.add-request"), yes: say("page.put-on-file"),
    fields: [
      {name: "who", label: say("page.who-asks"), hint: say("page.who-asks-hint"), required: true, max: 200},
      {name: "asks", label: say("page.asks-to"), type: "select", required: true, value: got.asks[0].code,
        options: got.asks.map((/** @type {any} */ a) => [a.code, a.text])},
    ],
    async act({who, asks}) {
      const found = await call("people.find", {words: who, count: 2});
      const r = await call("requests.add", {asks, who: found.all === 1 ? found.people[0].person.slice(0, 8) : who});
      toast(say("page.request-added", r.due));
      await again();
    },
  });
}

/** @param {any} r @param {() => Promise<void>} again */
async function answer(r, again) {
  await ask({
    title: say("page.answer-it"), text: say("page.answer-text"), yes: say("page.put-on-file"),
    fields: [{name: "answer", label: say("page.answer"), hint: say("page.answer-hint"), type: "textarea",
      required: true}],
    async act(values) {
      await call("requests.answer", {id: r.id, answer: values.answer});
      toast(say("page.done"));
      await again();
    },
  });
}
