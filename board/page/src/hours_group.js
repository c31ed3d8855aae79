// @ts-check
// The hours of one group: each of its rules drawn and as a list, edited in both. What is edited
// stays here until it is put in force or discarded, also when the view is left or the line is lost.

import {ask} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {putInForce} from "./hours_force.js";
import {editList} from "./hours_list.js";
import {count, say} from "./say.js";
import {call, may, session} from "./session.js";
import {days, pieces, blocks, textOf} from "./spans.js";
import {badge, button, note, problem, section, waiting} from "./ui.js";
import {dayName, drawWeek, spanText} from "./week.js";
import {editWeek} from "./week_edit.js";

/** @typedef {import("./types.d.ts").Place} Place */
/** @typedef {{spans: import("./spans.js").Span[], until?: string, over?: boolean}} Rule */
/** @typedef {{operator: string, version: string, rules: Rule[]}} Draft */

/** What was edited and is not in force yet, by group. @type {Map<string, Draft>} */
const drafts = new Map();

/** @returns {import("./types.d.ts").Field} */
export const nameField = () => ({name: "name", label: say("page.group-name"), hint: say("page.group-name-hint"),
  required: true, max: 40});

/** Begins a group that has no hours yet with those of another. @param {string} group @param {Rule[]} rules */
export function begin(group, rules, version = "") {
  drafts.set(group, {operator: session().who?.operator ?? "", version, rules});
}

/** @param {Place} place @param {string} group */
export async function showGroup(place, group) {
  place.title(group === "*" ? say("page.everybody") : group);
  const body = h("div", {class: "stack"}, waiting());
  put(place.root, h("p", null, h("a", {href: "#/hours"}, say("page.back-to-groups"))), body);
  const look = async () => {
    const [state, has] = await Promise.all([call("hours.get", {}, {signal: place.signal}),
      call("hours.group", {group}, {signal: place.signal})]);
    draw(state, has);
  };
  /** @param {any} state @param {any} has */
  function draw(state, has) {
    if (!may("keeps-people")) return fill(body, people(has), has.rules.map((/** @type {Rule} */ r) => seen(r)));
    let draft = drafts.get(group);
    if (draft?.operator !== session().who?.operator) draft = undefined;
    const stale = draft && draft.version && draft.version !== state.version;
    fill(body, people(has), stale && note("warn", h("p", null, say("page.changed-meanwhile"))));
    put(body, new GroupEditor(place, group, state, draft?.rules ?? has.rules, has, look).element);
  }
  await look();
}

/** @param {any} has */
const people = (has) => (has.group === "*" ? h("p", {class: "lead"}, say("page.everybody-lead"))
  : h("p", {class: "lead"}, count("page.people-in-group", has.people)));

/** @param {Rule} r */
const ruleTitle = (r) => (r.until ? say("page.hours-until", r.until) : say("page.hours"));

/** A rule that may not be changed. @param {Rule} r */
function seen(r) {
  const all = blocks(r.spans);
  const {element} = drawWeek(days.map((d, i) => ({title: dayName(d, "short"), apart: d === "holiday",
    pieces: pieces(all, i)})));
  element.setAttribute("aria-hidden", "true");
  return section(ruleTitle(r), element, h("ul", null, r.spans.map((s) => h("li", null, spanText(s)))));
}

class GroupEditor {
  /**
   * @param {Place} place @param {string} group @param {any} state @param {Rule[]} rules as they are edited
   * @param {any} has what is in force @param {() => Promise<void>} again
   */
  constructor(place, group, state, rules, has, again) {
    this.place = place;
    this.group = group;
    this.state = state;
    this.has = has;
    this.again = again;
    this.rules = rules.map((r) => ({...r}));
    /** @type {(() => boolean)[]} */
    this.sound = [];
    this.element = h("div", {class: "stack"});
    this.trouble = h("div");
    this.bar = h("div", {class: "force-bar"});
    this.draw();
  }

  draw() {
    this.sound = [];
    fill(this.element, this.rules.length === 0 ? h("p", {class: "empty"}, say("page.group-without")) : null,
      this.rules.map((r) => this.rule(r)), this.trouble, this.bar,
      h("div", {class: "buttons"},
        this.rules.length === 0 && button(say("page.give-hours"), () => this.more({spans: []})),
        button(say("page.temporary-hours"), () => this.more({spans: [], until: this.inAMonth()})),
        this.has.rules.length > 0 && [button(say("page.copy-group"), () => this.copy(), "quiet"),
          button(say("page.end-group"), () => this.force([{of: this.group, now: ""}]), "quiet")]));
    this.changed(false);
  }

  /** @param {Rule} r */
  rule(r) {
    const list = editList(r.spans, (spans) => {
      r.spans = spans;
      week.draw(spans);
      this.changed();
    });
    const week = editWeek(r.spans, (spans) => {
      r.spans = spans;
      list.draw(spans);
      this.changed();
    });
    this.sound.push(list.sound);
    const last = h("input", {type: "date", value: r.until ?? "", min: this.state.now.slice(0, 10)});
    last.addEventListener("change", () => {
      r.until = last.value;
      this.changed();
    });
    return section(ruleTitle(r), r.over && badge("warn", say("page.hours-over")),
      h("div", {class: "rule"}, week.element, h("div", null, h("h3", null, say("page.as-list")), list.element,
        h("label", {class: "last-day"}, say("page.last-day"), " ",
          h("span", {class: "optional"}, say("page.optional")), last),
        this.rules.length > 1 && h("div", {class: "buttons"}, button(say("page.remove-rule"), () => {
          this.rules.splice(this.rules.indexOf(r), 1);
          this.keep();
          this.draw();
        }, "quiet")))));
  }

  /** @param {Rule} r */
  more(r) {
    this.rules.push(r);
    this.keep();
    this.draw();
    /** @type {HTMLElement | null} */ (this.element.querySelector("section:nth-last-of-type(1) .week"))?.focus();
  }

  inAMonth() {
    const now = new Date(this.state.now.slice(0, 10) + "T00:00:00Z");
    now.setUTCMonth(now.getUTCMonth() + 1);
    return now.toISOString().slice(0, 10);
  }

  keep() { begin(this.group, this.rules, this.state.version); }

  /** Whether each row of the lists can be read. */
  isSound() { return this.sound.every((ok) => ok()); }

  /** Whether what is edited differs from what is in force. */
  differs() { return textOf(this.rules) !== textOf(this.has.rules); }

  /** @param {boolean} [keep] */
  changed(keep = true) {
    if (keep) this.keep();
    if (!this.differs()) drafts.delete(this.group);
    fill(this.trouble);
    const open = this.differs() || !this.isSound();
    fill(this.bar, open && [h("p", null, h("strong", null, say("page.not-in-force"))),
      h("div", {class: "buttons"}, button(say("page.see-effect"), () => this.see(), "main"),
        button(say("page.discard"), () => {
          drafts.delete(this.group);
          return this.again();
        }))]);
  }

  async see() {
    if (this.isSound()) return this.force([{of: this.group, now: textOf(this.rules)}]);
    fill(this.trouble, problem(new Error(say("page.mend-hours"))));
  }

  /** @param {import("./hours_force.js").Edit[]} edits */
  async force(edits) {
    fill(this.trouble);
    try {
      const done = await putInForce({version: this.state.version, edits, signal: this.place.signal});
      if (!done) return;
      drafts.delete(this.group);
      await this.again();
    } catch (error) {
      fill(this.trouble, problem(error));
    }
  }

  async copy() {
    const answer = await ask({title: say("page.copy-group"), text: say("page.copy-group-text"), yes: say("page.go-on"),
      fields: [nameField()]});
    if (!answer) return;
    begin(answer.name, this.rules.filter((r) => !r.over).map((r) => ({...r, spans: r.spans.map((s) => ({...s}))})));
    location.hash = "#/hours/" + encodeURIComponent(answer.name);
  }
}
