// @ts-check
// The way in, before any view: choose the cable, log in with name and secret and, where the unit
// asks for it, the operator's own card; accept the commitment; or set a new secret with the code
// of the sealed envelope.

import {fill, h, name, put} from "./dom.js";
import {form} from "./form.js";
import {allLanguages, language, say, sayCode} from "./say.js";
import {byCable, canConnect, choosePort} from "./serial.js";
import {call, connect, disconnect, logOut, session, setWho} from "./session.js";
import {announce, button, note, problem, progress, toast, waiting} from "./ui.js";

/** @returns {HTMLElement} what is to be done now to get in */
export function wayIn() {
  const {hello, who} = session();
  const root = h("main", {id: "main", tabindex: "-1", class: "way-in"});
  if (who?.commitment) commitment(root, who);
  else if (hello) logIn(root, hello);
  else cable(root);
  return root;
}

/** Greets a unit where the page waits for one. @type {((port: any, tries?: number) => void) | null} */
let greet = null;

/** A port that was chosen before is plugged in again; its unit may still be starting. @param {any} port */
export function plugged(port) {
  if (session().port && !session().wire) greet?.(port, 25);
}

/** @returns {HTMLElement | null} why the last session ended, where its operator did not end it */
function whyEnded() {
  const {ended} = session();
  if (!ended || ended === "asked") return null;
  const said = sayCode({idle: say("page.ended-idle"), "account changed": say("page.ended-account"),
    line: say("page.ended-line"), stale: say("page.stale")}, ended, say("page.ended-unit"));
  const shown = note("warn", h("p", null, said));
  shown.setAttribute("role", "alert");
  return shown;
}

/** @param {HTMLElement} root */
function cable(root) {
  put(root, h("h1", {tabindex: "-1"}, say("page.connect-heading")), whyEnded());
  if (!canConnect()) {
    put(root, note("bad", h("p", null, h("strong", null, say("page.no-serial"))),
      h("p", null, say("page.which-browser"))));
    return;
  }
  const trouble = h("div");
  const again = session().port;
  const go = async (/** @type {any} */ port, /** @type {number} */ tries = 6) => {
    try {
      port ??= await choosePort();
      if (!port) return;
      fill(trouble, waiting(say("page.greeting")));
      announce(say("page.greeting"));
      await connect(port, tries);
    } catch (error) {
      fill(trouble, portProblem(error));
    }
  };
  greet = go;
  const first = again ? button(say("page.connect-again"), () => go(again), "main")
    : button(say(byCable ? "page.choose-port" : "page.connect"), () => go(null), "main");
  if (!byCable) {
    put(root, h("p", {class: "lead"}, say("page.served-lead")), h("div", {class: "buttons"}, first), trouble,
      h("p", {class: "hint"}, say("page.served-leaves")));
    return;
  }
  put(root, h("p", {class: "lead"}, say("page.connect-lead")),
    h("ol", {class: "steps"}, h("li", null, say("page.step-plug")), h("li", null, say("page.step-choose")),
      h("li", null, say("page.step-log-in"))),
    h("div", {class: "buttons"}, first, again ? button(say("page.another-port"), () => go(null), "quiet") : null),
    trouble, h("p", {class: "hint"}, say("page.nothing-leaves")));
}

/** @param {unknown} error */
function portProblem(error) {
  if (error instanceof DOMException && (error.name === "InvalidStateError" || error.name === "NetworkError")) {
    return note("bad", h("p", null, h("strong", null, say("page.port-in-use"))),
      h("p", null, say("page.port-in-use-fix")));
  }
  return problem(error);
}

/** @param {HTMLElement} root @param {import("./types.d.ts").Hello} hello */
function logIn(root, hello) {
  const waits = h("div");
  const shown = form({
    submit: say("page.log-in"),
    fields: [
      {name: "name", label: say("page.name-of-account"), required: true, max: 64, autocomplete: "off"},
      {name: "secret", label: say("page.secret"), type: "password", required: true, autocomplete: "off"},
    ],
    async onSubmit(values) {
      const stop = new AbortController();
      const how = progress(say("page.checking"), () => stop.abort());
      fill(waits, how.element);
      try {
        const who = await call("session.login", {name: values.name, secret: values.secret, lang: language()},
          {signal: stop.signal, timeout: 0, onProgress: how.take});
        setWho(who);
      } finally {
        fill(waits);
        /** @type {HTMLInputElement} */ (shown.elements.namedItem("secret")).value = "";
      }
    },
  });
  put(root, h("h1", {tabindex: "-1"}, say("page.log-in-heading")), whyEnded(),
    h("p", {class: "lead"}, name(hello.unit)), shown, waits,
    h("div", {class: "buttons aside"}, button(say("page.forgot"), () => recover(root), "quiet"),
      button(say("page.disconnect"), disconnect, "quiet")),
    hello.release && h("p", {class: "hint"}, say("page.release", hello.release)));
}

/** @param {HTMLElement} root */
function recover(root) {
  const back = () => root.replaceWith(wayIn());
  fill(root, h("h1", {tabindex: "-1"}, say("page.forgot")), h("p", {class: "lead"}, say("page.recover-lead")), form({
    submit: say("page.set-secret"),
    fields: [
      {name: "name", label: say("page.name-of-account"), required: true, max: 64},
      {name: "code", label: say("page.envelope-code"), required: true},
      {name: "secret", label: say("page.new-secret"), type: "password", required: true, autocomplete: "new-password"},
      {name: "again", label: say("page.secret-again"), type: "password", required: true, autocomplete: "new-password",
        check: (value) => value === field(root, "secret") ? "" : say("page.secrets-differ")},
    ],
    onCancel: back,
    async onSubmit({name: account, code, secret}) {
      await call("session.recover", {name: account, code, secret, lang: language()});
      toast(say("page.secret-is-set"));
      back();
    },
  }));
  root.querySelector("h1")?.focus();
}

/** @param {HTMLElement} root @param {string} of */
const field = (root, of) => /** @type {HTMLInputElement} */ (root.querySelector(`[name=${of}]`)).value;

/** @param {HTMLElement} root @param {import("./types.d.ts").Who} who */
function commitment(root, who) {
  const trouble = h("div");
  const yes = async () => {
    try {
      await call("session.acknowledge");
      setWho({...who, commitment: undefined});
    } catch (error) {
      fill(trouble, problem(error));
    }
  };
  put(root, h("h1", {tabindex: "-1"}, say("page.commitment")), h("p", {class: "lead"}, say("page.commitment-lead")),
    h("div", {class: "paper", tabindex: "0", role: "region", "aria-label": say("page.commitment")},
      (who.commitment?.text ?? "").split(/\n\n+/).map((text) => h("p", null, text))),
    h("div", {class: "buttons"}, button(say("page.accept"), yes, "main"), button(say("page.decline"), logOut, "quiet")),
    trouble, h("p", {class: "hint"}, say("page.version", who.commitment?.version ?? "")));
}

/**
 * The switch of languages: each in its own words.
 * @param {(code: string) => void | Promise<void>} choose
 * @returns {HTMLElement}
 */
export function languageSwitch(choose) {
  const all = allLanguages().map((code) => {
    const own = new Intl.DisplayNames([code], {type: "language"}).of(code) ?? code;
    const one = button(own, () => choose(code), "quiet");
    one.lang = code;
    one.setAttribute("aria-pressed", String(code === language()));
    return one;
  });
  return h("div", {class: "languages", role: "group", "aria-label": say("page.language")}, all);
}
