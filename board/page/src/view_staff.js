// @ts-check
// The accounts of staff: role, card, block, and the code for a sealed envelope, which is shown once.
// Everybody changes their own secret and card here.

import {ask, confirm} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {say, when} from "./say.js";
import {call, logOut, may, session} from "./session.js";
import {table} from "./table.js";
import {badge, button, problem, progress, section, toast, waiting} from "./ui.js";
import {Refused} from "./wire.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const staff = {
  id: "staff",
  title: "page.staff-accounts",
  group: "unit",
  async show(place) {
    const cards = h("div");
    put(place.root, cards);
    const body = h("div", null, waiting());
    const again = async () => fill(body, ...list(await call("staff.list", {}, {signal: place.signal}), again, place));
    if (may("reads-people")) put(place.root, section(say("page.accounts"), body));
    put(place.root, own(cards, again, place));
    if (may("reads-people")) await again();
  },
};

/** @param {any} got @param {() => Promise<void>} again @param {Place} place */
function list(got, again, place) {
  const waits = h("div");
  return [
    table({
      caption: say("page.accounts-text"), rows: got.operators, empty: "",
      columns: [
        {title: say("page.name-of-account"), head: true, cell: (o) => name(o.name)},
        {title: say("page.role"), cell: (o) => o.role.text},
        {title: say("page.second-factor"), cell: (o) => o.card ? badge("good", say("page.has-card"))
          : badge("warn", say("page.no-card"))},
        {title: say("page.commitment"), cell: (o) => o.commitment ? say("page.accepted") : say("page.not-accepted")},
        {title: say("page.last-log-in"), cell: (o) => o.lastLogIn ? when(o.lastLogIn) : say("page.never")},
        {title: say("page.state"), cell: (o) => o.blocked ? badge("bad", say("page.account-blocked"))
          : o.lockedTill ? badge("warn", say("page.locked-till", when(o.lockedTill)))
            : badge("good", say("page.account-works"))},
        ...may("keeps-people") ? [{title: say("page.more"), cell: (/** @type {any} */ o) =>
          acts(o, got, again, waits, place)}] : [],
      ],
    }),
    waits,
    may("keeps-people") ? h("div", {class: "buttons"},
      button(say("page.add-account"), () => add(got, again), "main")) : null,
  ];
}

/**
 * @param {any} o @param {any} got @param {() => Promise<void>} again
 * @param {HTMLElement} waits @param {Place} place
 */
function acts(o, got, again, waits, place) {
  const self = o.name === session().who?.name;
  const all = [
    self ? null : button(say("page.change-role"), () => change(o, got, again), "quiet"),
    self ? null : button(say("page.staff-card"), () => card(waits, o.name, again, place), "quiet"),
    button(say("page.envelope"), () => envelope(o.name), "quiet"),
  ];
  for (const one of all) one?.setAttribute("aria-label", one.textContent + ": " + o.name);
  return h("div", {class: "acts"}, all);
}

/** @param {any} got @param {string} value */
const roles = (got, value) => ({name: "role", label: say("page.role"), type: "select", required: true, value,
  options: got.roles.map((/** @type {any} */ r) => [r.code, r.text])});

/** @param {any} got @param {() => Promise<void>} again */
async function add(got, again) {
  await ask({
    title: say("page.add-account"), text: say("page.add-account-text"), yes: say("page.add-account"),
    fields: [{name: "name", label: say("page.name-of-account"), required: true, max: 64}, roles(got, "technician"),
      ...secrets()],
    async act({name: account, role, secret, again: other}) {
      if (secret !== other) throw differ();
      await call("staff.add", {name: account, role, secret}, {timeout: 0});
      toast(say("page.account-added"));
      await again();
    },
  });
}

const secrets = () => [["secret", say("page.new-secret")], ["again", say("page.secret-again")]].map(([name, label]) =>
  ({name, label, type: "password", required: true, autocomplete: "new-password"}));

const differ = () => new Refused(0, "", "page.secrets-differ");

/** @param {any} o @param {any} got @param {() => Promise<void>} again */
async function change(o, got, again) {
  await ask({
    title: say("page.change-account", o.name), text: say("page.change-account-text"), yes: say("page.change-role"),
    fields: [roles(got, o.role.code),
      {name: "blocked", label: say("page.block-account"), type: "checkbox", value: Boolean(o.blocked)}],
    async act({role, blocked}) {
      await call("staff.change", {name: o.name, role, blocked});
      toast(say("page.done"));
      await again();
    },
  });
}

/**
 * The next card at the door becomes somebody's second factor.
 * @param {HTMLElement} waits @param {string} account @param {() => Promise<void>} again @param {Place} place
 */
async function card(waits, account, again, place) {
  const stop = new AbortController();
  const how = progress(say("page.asking"), () => stop.abort());
  fill(waits, how.element);
  try {
    await call("staff.card", {name: account}, {timeout: 0, onProgress: how.take,
      signal: AbortSignal.any([stop.signal, place.signal])});
    fill(waits);
    toast(say("page.card-needed-now"));
    if (may("reads-people")) await again();
  } catch (error) {
    fill(waits, problem(error));
  }
}

/** @param {string} account */
async function envelope(account) {
  let code = "";
  const sure = await confirm({title: say("page.envelope"), text: say("page.envelope-sure"), yes: say("page.show-code"),
    async act() { ({code} = await call("staff.code", {name: account}, {timeout: 0})); }});
  if (!sure) return;
  const print = button(say("page.print"), () => window.print());
  await ask({title: say("page.envelope-of", account), text: [h("p", {class: "code"}, h("code", null, code)),
    say("page.envelope-text"), h("div", {class: "buttons"}, print)], yes: say("page.sealed")});
}

/** One's own secret and card. @param {HTMLElement} waits @param {() => Promise<void>} again @param {Place} place */
function own(waits, again, place) {
  const secret = () => ask({
    title: say("page.change-secret"), text: say("page.change-secret-text"), yes: say("page.change-secret"),
    fields: [{name: "present", label: say("page.present-secret"), type: "password", required: true,
      autocomplete: "current-password"}, ...secrets()],
    async act({present, secret: fresh, again: other}) {
      if (fresh !== other) throw differ();
      await call("session.secret", {present, secret: fresh}, {timeout: 0});
      toast(say("page.secret-is-set"));
      await logOut();
    },
  });
  return section(say("page.own-account"), h("div", {class: "buttons"}, button(say("page.change-secret"), secret),
    button(say("page.own-card"), () => card(waits, session().who?.name ?? "", again, place))));
}
