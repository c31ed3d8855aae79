// @ts-check
// The page of one incident: by when to tell of it, then the five steps, each with what is done
// already. What is written is kept as a draft, in the language that the page speaks.

import {confirm} from "./dialog.js";
import {fill, h} from "./dom.js";
import {forget, keepDraft, unkept} from "./draft.js";
import {form} from "./form.js";
import {showPaper} from "./framed.js";
import {language, say, when} from "./say.js";
import {call, may} from "./session.js";
import {button, facts, note, problem, toast} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * Shows an incident.
 * @param {HTMLElement} body @param {string} id @param {Place} place
 */
export async function showIncident(body, id, place) {
  const again = async () => draw(await call("incidents.get", {id}, {signal: place.signal}));
  const draw = (/** @type {any} */ got) => {
    const i = got.incident;
    const mine = may("keeps-people") && !i.closed;
    place.title(say("page.incident-of", when(i.noticed)));
    /** @type {(method: string, params: object, title: string, text: string, yes: string) => HTMLElement | null} */
    const act = (method, params, title, text, yes) => mine ? h("div", {class: "buttons"}, button(title, () =>
      confirm({title, text, yes, act: async () => {
        draw(await call(method, {id, ...params}));
        toast(say("page.done"));
      }}))) : null;
    fill(body, deadline(got), h("ol", {class: "incident"},
      step(say("page.write-up"), say("page.write-up-text"), null, account(got, mine, place, again)),
      step(say("page.letters"), say("page.letters-text"), null, mine ? letters(id, place) : null),
      step(say("page.tell-people"), say("page.tell-people-text"), i.toldPeople, act("incidents.told", {whom: "people"},
        say("page.letter-sent"), say("page.was-letter-sent"), say("page.yes-sent"))),
      step(say("page.tell-authority"), say("page.tell-authority-text"), i.toldAuthority, act("incidents.told",
        {whom: "authority"}, say("page.report-sent"), say("page.was-letter-sent"), say("page.yes-sent"))),
      step(say("page.close-incident"), say("page.close-text"), i.closed, act("incidents.close", {},
        say("page.close-incident"), say("page.close-sure"), say("page.close-incident")))));
  };
  await again();
}

/** By when people and authority must be told. @param {any} got */
function deadline(got) {
  const i = got.incident;
  if (i.closed) return note("good", h("p", null, say("page.closed-at", when(i.closed))));
  if (i.toldPeople && i.toldAuthority) return note("calm", h("p", null, say("page.told-both")));
  return note("bad", h("p", null, h("strong", null,
    got.hours ? say("page.tell-by", when(i.due)) : say("page.tell-now"))), h("p", null, say("page.assess-too")));
}

/**
 * @param {string} title @param {string} text @param {string | null | undefined} done when
 * @param {HTMLElement | null} more shown until it is done
 */
function step(title, text, done, more) {
  return h("li", {class: "card" + (done ? " done" : "")}, h("h2", null, title),
    done ? h("p", null, "✓ ", say("page.done-at", when(done))) : [h("p", null, text), more]);
}

/**
 * What is on file of it, and the form that changes that.
 * @param {any} got @param {boolean} mine @param {Place} place @param {() => Promise<void>} again
 */
function account(got, mine, place, again) {
  const of = "incident " + got.incident.id;
  const draft = unkept(of) ?? got.draft;
  const body = h("div");
  const edit = (/** @type {any} */ a) => fill(body, ...write(got, a, of, place, again));
  if (draft && mine) edit(draft);
  else {
    const a = got.account;
    fill(body, facts([
      ...got.questions.map((/** @type {any} */ q) => [q.title, written(a[q.name])]),
      [say("page.people-affected"), String(a.people)],
      [say("page.happened"), when(a.happened)],
      [say("page.kinds"), got.kinds.filter((/** @type {any} */ k) => a.kinds.includes(k.code))
        .map((/** @type {any} */ k) => k.text).join(say("page.comma"))],
    ]), mine ? h("div", {class: "buttons"}, button(say("page.write-it"), () => {
      edit(a);
      body.querySelector("textarea")?.focus();
    })) : null);
  }
  return body;
}

/** What was written, in each language. @param {{en?: string, zh?: string}} said */
const written = ({en, zh}) => en || zh ? [en, zh].map((text) => text && h("p", {class: "written"}, text))
  : h("span", {class: "hint"}, say("page.not-written"));

/** @param {any} got @param {any} a @param {string} of @param {Place} place @param {() => Promise<void>} again */
function write(got, a, of, place, again) {
  const lang = language(), other = lang === "zh" ? "en" : "zh";
  const id = got.incident.id;
  const shown = form({
    submit: say("page.put-on-file"),
    fields: [
      ...got.questions.map((/** @type {any} */ q) => ({name: q.name, label: q.title, type: "textarea",
        required: q.name !== "planned" && !a[q.name][other], value: a[q.name][lang] ?? "",
        hint: a[q.name][other] && say("page.in-other-language", a[q.name][other])})),
      {name: "people", label: say("page.people-affected"), hint: say("page.people-affected-hint"), type: "number",
        required: true, value: String(a.people)},
      {name: "happened", label: say("page.happened"), hint: say("page.happened-hint"), type: "datetime-local",
        value: (a.happened ?? "").slice(0, 16)},
      ...got.kinds.map((/** @type {any} */ k) => ({name: "kind-" + k.code, label: say("page.kind-of", k.text),
        type: "checkbox", value: a.kinds.includes(k.code)})),
    ],
    async onSubmit() {
      kept.stop();
      await call("incidents.write", {id, account: read()});
      forget();
      toast(say("page.done"));
      await again();
    },
  });
  const at = (/** @type {string} */ n) => /** @type {any} */ (shown.elements.namedItem(n));
  const read = () => ({
    ...Object.fromEntries(got.questions.map((/** @type {any} */ q) =>
      [q.name, {...a[q.name], [lang]: at(q.name).value.trim()}])),
    people: Math.max(0, Math.round(Number(at("people").value) || 0)), happened: at("happened").value,
    kinds: got.kinds.map((/** @type {any} */ k) => k.code).filter((/** @type {string} */ k) => at("kind-" + k).checked),
  });
  const keep = (/** @type {any} */ draft) => call("incidents.keep", {id, draft}, {signal: place.signal});
  const kept = keepDraft(shown, of, read, keep, place.signal);
  if (unkept(of)) keep(a).then(forget, () => {});
  const away = async () => {
    kept.stop();
    forget();
    await keep(undefined);
    await again();
  };
  return [h("p", {class: "hint"}, say("page.one-or-both")), kept.element, shown,
    h("div", {class: "buttons"}, button(say("page.throw-away"), away, "quiet"))];
}

/** @param {string} id @param {Place} place */
function letters(id, place) {
  const shown = h("div");
  const make = async () => {
    try {
      const {files} = await call("incidents.letters", {id}, {signal: place.signal});
      fill(shown, h("ul", {class: "files"}, files.filter((/** @type {any} */ f) => f.name.endsWith(".html"))
        .map((/** @type {any} */ f) => {
          const chinese = f.name.includes("-zh"), people = f.name.includes("-people");
          const title = people ? (chinese ? say("page.letter-people-zh") : say("page.letter-people-en"))
            : (chinese ? say("page.letter-authority-zh") : say("page.letter-authority-en"));
          const open = button(say("page.open"), () => showPaper(f.name, title, place.signal));
          open.setAttribute("aria-label", title + ": " + say("page.open"));
          return h("li", null, h("span", null, title), open);
        })));
    } catch (error) {
      fill(shown, problem(error));
    }
  };
  return h("div", null, shown, h("div", {class: "buttons"}, button(say("page.make-letters"), make)));
}
