// @ts-check
// The shell: the bar with the unit and who works at it, the navigation by role, and the view that
// the address names (#/people/1204). The focus goes to the heading of what is newly shown, and a
// view that is left is told so by its signal.

import {fill, h, name, put} from "./dom.js";
import {language, onLanguage, say, sayCode, speak, useWords} from "./say.js";
import {call, disconnect, logOut, may, onChange, session} from "./session.js";
import {announce, button, problem} from "./ui.js";
import {watchIdle} from "./idle.js";
import {onPlugged} from "./serial.js";
import {languageSwitch, plugged, wayIn} from "./view_login.js";
import {views} from "./views.js";

/** @typedef {import("./types.d.ts").View} View */

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
let leave = new AbortController();

const groups = /** @type {const} */ (["door", "people", "law", "unit"]);
/** @type {() => Record<string, string>} */
const groupNames = () => ({door: say("page.group-door"), people: say("page.group-people"), law: say("page.group-law"),
  unit: say("page.group-unit")});

/** Draws everything again. */
function draw() {
  leave.abort();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : language();
  const {who} = session();
  const inside = who && !who.commitment;
  fill(app, h("a", {class: "skip", href: "#main", onclick: skip}, say("page.skip")), bar(),
    inside ? h("div", {class: "desk"}, navigation(), h("main", {id: "main", tabindex: "-1"})) : wayIn());
  if (inside) show();
  else settle(say("page.desk"));
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function bar() {
  const {hello, who} = session();
  return h("header", {class: "bar"},
    h("p", {class: "brand"}, h("span", {class: "seal", "aria-hidden": "true", lang: "zh-Hans"}, "门"),
      h("span", null, "Menshen"), hello && h("span", {class: "unit"}, name(hello.unit))),
    languageSwitch(choose),
    who && h("p", {class: "who"}, name(who.name), h("span", null, roleName(who.role))),
    who && button(say("page.log-out"), goOut, "quiet"));
}

/** @param {import("./types.d.ts").Coded} role whose words are of the language at the log-in */
const roleName = (role) => sayCode({installer: say("page.role-installer"), technician: say("page.role-technician"),
  manager: say("page.role-manager"), auditor: say("page.role-auditor")}, role.code, role.text);

/** @param {string} code */
async function choose(code) {
  await call("session.language", {lang: code}).catch(() => {}); // not connected: the page alone speaks it
  speak(code);
}

/** Logs out. Whoever comes next does not begin where this one was. */
async function goOut() {
  await logOut();
  location.hash = "#/";
}

function navigation() {
  const shown = views.filter((v) => v.group && may(v.may));
  const names = groupNames();
  const list = h("div", {class: "groups"}, groups.map((g) => {
    const of = shown.filter((v) => v.group === g);
    return of.length > 0 && h("section", {"aria-labelledby": "nav-" + g}, h("h2", {id: "nav-" + g}, names[g]),
      h("ul", null, of.map((v) => h("li", null, h("a", {href: "#/" + v.id}, say(v.title))))));
  }));
  const menu = h("button", {type: "button", class: "menu", "aria-expanded": "false"}, say("page.menu"));
  const nav = h("nav", {"aria-label": say("page.menu")}, menu, list);
  const open = (/** @type {boolean} */ on) => menu.setAttribute("aria-expanded", String(on));
  menu.addEventListener("click", () => open(menu.getAttribute("aria-expanded") !== "true"));
  nav.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => {
    if (e.key !== "Escape") return;
    open(false);
    menu.focus();
  });
  list.addEventListener("click", (/** @type {Event} */ e) => {
    if (!(e.target instanceof HTMLAnchorElement)) return;
    open(false);
    if (e.target.hash === location.hash) show(); // anew, which the browser does not
  });
  return nav;
}

/** Shows the view that the address names, or the first that the role may see. */
async function show() {
  leave.abort();
  const left = leave = new AbortController();
  const [id, ...path] = location.hash.replace(/^#\//, "").split("/").map(decoded);
  const view = views.find((v) => v.id === id && may(v.may)) ?? views[0];
  for (const a of app.querySelectorAll("nav a")) {
    if (a.getAttribute("href") === "#/" + view.id) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  const heading = h("h1", {tabindex: "-1"}, say(view.title));
  const root = h("div", {class: "view view-" + view.id});
  fill(/** @type {Element} */ (document.getElementById("main")), heading, root);
  const title = (/** @type {string} */ text) => {
    fill(heading, name(text));
    document.title = text + " · " + (session().hello?.unit ?? "");
  };
  title(say(view.title));
  settle(document.title);
  try {
    await view.show({root, path, signal: left.signal, title});
  } catch (error) {
    if (!left.signal.aborted) put(root, problem(error));
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Begins at the heading of what is shown. @param {string} title */
function settle(title) {
  document.title = title;
  window.scrollTo(0, 0);
  /** @type {HTMLElement | null} */ (app.querySelector("main h1"))?.focus();
}

useWords(JSON.parse(document.getElementById("words")?.textContent ?? "{}"), navigator.languages);
onChange(draw);
onLanguage(draw);
addEventListener("hashchange", () => session().who && show());
addEventListener("pagehide", () => { disconnect(); });
onPlugged(plugged);
watchIdle();
addEventListener("error", (event) => announce(event.message));
draw();
