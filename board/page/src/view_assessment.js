// @ts-check
// The impact assessment: the one in force, and a new one written part by part, kept as a draft
// while it is typed. The parts and the guide to each are the unit's; the console asks the same.

import {confirm} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {forget, keepDraft, unkept} from "./draft.js";
import {offer, send} from "./file.js";
import {form} from "./form.js";
import {say, when} from "./say.js";
import {call, may} from "./session.js";
import {button, facts, note, problem, section, toast, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const assessment = {
  id: "assessment",
  title: "page.assessment",
  group: "law",
  may: "reads-people",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    const again = async () => {
      const got = await call("assessment.get", {}, {signal: place.signal});
      const draft = unkept("assessment") ?? got.draft;
      if (draft && may("keeps-people")) write(body, got, draft, place, again);
      else fill(body, ...show(body, got, place, again));
    };
    await again();
  },
};

/**
 * The one that is on file.
 * @param {HTMLElement} body @param {any} got @param {Place} place @param {() => Promise<void>} again
 */
function show(body, got, place, again) {
  const a = got.assessment;
  const until = Number(got.earliest.slice(0, 4)) + 1 + got.earliest.slice(4); // in a year
  const begin = may("keeps-people") && h("div", {class: "buttons"}, button(a ? say("page.assess-anew")
    : say("page.assess"), () => write(body, got, {...a, until}, place, again), "main"));
  if (!a) {
    return [note("bad", h("p", null, h("strong", null, say("page.no-assessment"))),
      h("p", null, say("page.no-assessment-text"))), begin];
  }
  return [
    got.changed?.length ? note("warn", h("p", null, say("page.assessment-outdated", got.changed.join(", ")))) : null,
    section(say("page.in-force"), facts([
      [say("page.answers-for-it"), a.author],
      [say("page.filed-at"), when(got.filed)],
      [say("page.valid-until"), a.until],
    ]), got.questions.flatMap((/** @type {any} */ q) => [h("h3", null, q.title),
      h("p", {class: "written"}, a[q.name])])),
    begin,
  ];
}

/**
 * The form of a new one.
 * @param {HTMLElement} body @param {any} got @param {any} draft @param {Place} place
 * @param {() => Promise<void>} again
 */
function write(body, got, draft, place, again) {
  const names = [...got.questions.map((/** @type {any} */ q) => q.name), "author", "until"];
  const shown = form({
    submit: say("page.put-on-file"),
    fields: [
      ...got.questions.map((/** @type {any} */ q) => ({name: q.name, label: q.title, hint: q.guide, type: "textarea",
        required: true, value: draft[q.name] ?? ""})),
      {name: "author", label: say("page.answers-for-it"), hint: say("page.author-hint"), required: true,
        value: draft.author ?? ""},
      {name: "until", label: say("page.valid-until"), hint: say("page.until-hint", got.earliest, got.latest),
        type: "date", required: true, value: draft.until ?? ""},
    ],
    async onSubmit(values) {
      const yes = say("page.put-on-file");
      await confirm({title: say("page.put-on-file-ask"), text: say("page.assess-sure"), yes, async act() {
        kept.stop();
        await call("assessment.put", values);
        forget();
        toast(say("page.done"));
        await again();
      }});
    },
  });
  const read = () => Object.fromEntries(names.map((n) => [n, /** @type {any} */ (shown.elements.namedItem(n)).value]));
  const keep = (/** @type {any} */ values) => call("assessment.keep", {draft: values}, {signal: place.signal});
  const kept = keepDraft(shown, "assessment", read, keep, place.signal);
  const away = async () => {
    kept.stop();
    forget();
    await call("assessment.keep", {}, {signal: place.signal});
    await again();
  };
  fill(body, section(say("page.assess"), h("p", null, say("page.assess-lead")), kept.element, shown,
    h("div", {class: "buttons"}, button(say("page.throw-away"), away, "quiet"))),
  elsewhere(place, async (values) => {
    await keep({...read(), ...Object.fromEntries(Object.entries(values).filter(([, text]) => text))});
    forget();
    await again();
  }));
  if (unkept("assessment")) keep(draft).then(forget, () => {});
  body.querySelector("textarea")?.focus();
}

/**
 * The form as a file, for whoever writes it with an editor.
 * @param {Place} place @param {(values: any) => Promise<void>} take
 */
function elsewhere(place, take) {
  const trouble = h("div");
  const input = h("input", {type: "file", accept: ".txt,text/plain"});
  input.addEventListener("change", async () => {
    if (!input.files?.length) return;
    try {
      await send(input.files[0], undefined, place.signal);
      await take(await call("assessment.read", {}, {signal: place.signal}));
    } catch (error) {
      fill(trouble, problem(error));
    }
    input.value = "";
  });
  const text = say("page.write-elsewhere-text");
  return section(say("page.write-elsewhere"), h("p", null, text), h("div", {class: "buttons"},
    button(say("page.save-form"), async () => {
      const {text} = await call("assessment.form", {}, {signal: place.signal});
      offer(new Blob([text], {type: "text/plain"}), "assessment.txt");
    })), h("label", {class: "field"}, h("b", null, say("page.read-form")), input), trouble);
}
