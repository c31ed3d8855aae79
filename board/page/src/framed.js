// @ts-check
// The unit's papers, which are HTML: shown as they are, printed, or saved. Nothing of them runs
// here, whatever a unit sends: the frame allows no script, and by the page's policy nothing is
// loaded into it and nothing else is shown in it. Only its style, as text, is applied by the page.

import {fill, h, put} from "./dom.js";
import {offer, take} from "./file.js";
import {say} from "./say.js";
import {button, problem, progress} from "./ui.js";
import {Refused} from "./wire.js";

/** The one way from a text to HTML in this page: into a frame in which no script runs. */
const toFrame = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("paper",
  {createHTML: (/** @type {string} */ html) => html}) ?? {createHTML: (/** @type {string} */ html) => html};

/** How each paper of a unit begins: what follows is under a policy that lets nothing run or load. */
const head = new RegExp("^<!DOCTYPE html>\\s*<html lang=\"[\\w-]+\">\\s*<head>\\s*<meta charset=\"utf-8\">\\s*" +
  "<meta name=\"viewport\" content=\"[\\w=, -]+\">\\s*<meta http-equiv=\"Content-Security-Policy\" " +
  "content=\"default-src 'none'; style-src 'unsafe-inline'\">");

/** What that policy does not hold: ways that lead elsewhere. */
const leads = /http-equiv|href|action\s*=|<\s*(a|area|base|form|frame|iframe|object|embed)\b/i;

/**
 * Whether a paper can do nothing where it is opened from the disk.
 * @param {string} html
 * @returns {boolean}
 */
export const harmless = (html) => head.test(html) && !leads.test(html.replace(head, ""));

/**
 * Takes a paper of the unit and shows it, to be printed or saved.
 * @param {string} file as a result gave it: result.file.name
 * @param {string} title
 * @param {AbortSignal} [signal] of the view: the dialog closes with it
 */
export async function showPaper(file, title, signal) {
  const stop = new AbortController();
  const how = progress(say("page.reading-file", file));
  const place = h("div", {class: "framed"}, how.element);
  const buttons = h("div", {class: "buttons"}, button(say("page.close"), () => dialog.close()));
  const dialog = h("dialog", {class: "paper-dialog", "aria-labelledby": "paper-title"},
    h("h2", {id: "paper-title", tabindex: "-1"}, title), buttons, place);
  const close = () => dialog.close();
  signal?.addEventListener("abort", close);
  dialog.addEventListener("close", () => {
    signal?.removeEventListener("abort", close);
    stop.abort();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("h2")?.focus();
  try {
    const blob = await take(file, how.take, stop.signal);
    const html = await blob.text();
    const sheet = await frame(place, html, title);
    const trouble = h("div");
    put(dialog, trouble);
    buttons.prepend(button(say("page.print"), () => sheet.print(), "main"), button(say("page.save-file"), () => {
      if (harmless(html)) offer(blob, file);
      else fill(trouble, problem(new Refused(0, "", "page.paper-strange")));
    }));
  } catch (error) {
    fill(place, problem(error));
  }
}

/**
 * Puts a paper into a frame, and gives its window.
 * @param {HTMLElement} place @param {string} html @param {string} title
 * @returns {Promise<any>}
 */
async function frame(place, html, title) {
  /** @type {string[]} */
  const styles = [];
  const bare = html.replace(/<style>([^]*?)<\/style>/g, (_, css) => {
    styles.push(css);
    return "";
  });
  const made = h("iframe", {sandbox: "allow-same-origin allow-modals", title, tabindex: "0"});
  made.srcdoc = toFrame.createHTML(bare);
  fill(place, made);
  await new Promise((resolve) => made.addEventListener("load", resolve, {once: true}));
  const look = made.contentWindow;
  look.document.adoptedStyleSheets = styles.map((css) => {
    const sheet = new look.CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  return look;
}
