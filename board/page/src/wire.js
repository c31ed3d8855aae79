// @ts-check
// One conversation with a unit: JSON-RPC 2.0, a line a message, over any transport. It begins by
// enter(), which waits for the unit's hello; call() asks; at most four requests are under way, the
// others wait here. When the line is gone, or the unit ends the session, onEnd says why, once.

import {Lines, maxLine} from "./lines.js";

const atOnce = 4;
const magic = "?menshen-rpc";

/** The codes of errors that the page tells apart; as in package rpc. */
export const codes = {busy: -32001, cancelled: -32002, noSession: -32003, params: -32602, refused: 1};

/** What the unit, or the line to it, refused. The message is one line in the operator's language. */
export class Refused extends Error {
  /**
   * @param {number} code
   * @param {string} message
   * @param {string} [what] the id of the message: "desk.not-allowed"
   * @param {string} [remedy]
   */
  constructor(code, message, what = "", remedy = "") {
    super(message);
    this.code = code;
    this.what = what;
    this.remedy = remedy;
  }
}

/**
 * @typedef {object} Request
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {import("./types.d.ts").CallOptions} options
 * @property {() => void} heard puts off the time-out
 */

export class Wire {
  /**
   * @param {import("./types.d.ts").Transport} transport
   * @param {(why: string) => void} onEnd "line", "idle", "account changed", "asked", "stale"
   */
  constructor(transport, onEnd) {
    this.transport = transport;
    this.onEnd = onEnd;
    this.writer = transport.writable.getWriter();
    this.reader = transport.readable.getReader();
    this.encoder = new TextEncoder();
    this.lines = new Lines();
    /** @type {Map<number, Request>} */
    this.requests = new Map();
    /** @type {(() => void)[]} */
    this.waiting = [];
    this.running = 0;
    /** How long the unit has to end what was cancelled, in milliseconds; then its place is free. */
    this.grace = 5000;
    this.last = 0;
    this.inside = false; // the unit has said hello
    this.over = false;
    this.heard = 0; // lines
    /** @type {import("./types.d.ts").Hello | null} */
    this.hello = null;
    this.greeted = (/** @type {undefined} */ _) => {};
    this.listen();
  }

  /**
   * Leaves whatever the line was doing and enters the protocol. What a unit that was slow hears of
   * earlier tries would end it again: so it is greeted once the line is quiet.
   * @param {number} [tries] how often
   * @param {number} [each] milliseconds between them
   * @returns {Promise<import("./types.d.ts").Hello>}
   */
  async enter(tries = 8, each = 1500) {
    for (let i = 0; i < tries && !this.over; i++) {
      await this.transport.sendBreak();
      const greeted = new Promise((resolve) => { this.greeted = resolve; }); // not by what was before the BREAK
      await this.send("\r" + magic + "\r");
      await Promise.race([greeted, pause(each)]);
      for (let n = -1, k = 0; this.inside && n !== this.heard && k < 50; await pause(each / 10), k++) {
        n = this.heard;
      }
      if (this.inside && this.hello && !this.over) return this.hello;
    }
    throw new Refused(0, "", "page.no-hello");
  }

  /**
   * Asks the unit. Errors: {@link Refused}; the signal's reason.
   * @param {string} method
   * @param {object} [params]
   * @param {import("./types.d.ts").CallOptions} [options]
   * @returns {Promise<any>}
   */
  async call(method, params = {}, options = {}) {
    if (this.running < atOnce) this.running++;
    else await new Promise((go) => this.waiting.push(() => go(undefined))); // for another's place
    try {
      options.signal?.throwIfAborted();
      if (this.over) throw new Refused(codes.noSession, "", "page.line-gone");
      return await this.ask(method, params, options);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  /**
   * @param {string} method
   * @param {object} params
   * @param {import("./types.d.ts").CallOptions} options
   */
  ask(method, params, options) {
    const id = ++this.last;
    const {signal, timeout = 30000} = options;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const stop = () => {
      this.notify("cancel", {id});
      clearTimeout(timer);
      timer = setTimeout(() => this.requests.get(id)?.reject(new Refused(codes.cancelled, "")), this.grace);
    };
    return new Promise((resolve, reject) => {
      const heard = () => {
        if (signal?.aborted) return;
        clearTimeout(timer);
        if (timeout > 0) timer = setTimeout(() => { stop(); reject(new Refused(0, "", "page.no-answer")); }, timeout);
      };
      this.requests.set(id, {resolve, reject, options, heard});
      signal?.addEventListener("abort", stop, {once: true});
      heard();
      this.send(JSON.stringify({jsonrpc: "2.0", id, method, params}) + "\n").catch(reject);
    }).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      this.requests.delete(id);
    });
  }

  /**
   * Tells the unit what needs no answer.
   * @param {string} method
   * @param {object} params
   */
  notify(method, params) {
    this.send(JSON.stringify({jsonrpc: "2.0", method, params}) + "\n").catch(() => {});
  }

  /**
   * Ends the conversation and frees the line. Whoever is logged in is so no longer, also where the
   * unit does not notice that a line is closed.
   */
  async close() {
    if (!this.over) this.send("\0\r").catch(() => {});
    this.end("asked");
    await Promise.race([this.writer.close(), pause(500)]).catch(() => {});
    await this.writer.abort().catch(() => {});
    this.writer.releaseLock();
    await this.reader.cancel().catch(() => {});
    this.reader.releaseLock();
    await this.transport.close().catch(() => {});
  }

  /** @param {string} text */
  async send(text) {
    const bytes = this.encoder.encode(text);
    if (bytes.length > maxLine) throw new Refused(codes.params, "", "page.too-long");
    await this.writer.write(bytes);
  }

  async listen() {
    try {
      for (;;) {
        const {value, done} = await this.reader.read();
        if (done) break;
        for (const line of this.lines.take(value)) this.take(line);
      }
    } catch {
      // the cable was pulled: the stream ends with an error
    }
    this.end("line");
  }

  /** @param {string} line */
  take(line) {
    this.heard++;
    const m = parsed(line);
    if (m?.method === "hello") return this.begin(m.params);
    if (this.last === 0) this.inside = false; // the console's words, before the protocol begins
    if (!this.inside || this.over) return;
    if (!m) return this.end("line"); // or after it has ended
    if (m.method === "ended") return this.end(String(m.params?.why ?? ""));
    const of = this.requests.get(m.id ?? m.params?.id);
    try {
      if (of) answer(of, m);
    } catch (error) { // a view could not take it: that is not the line's trouble
      of?.reject(/** @type {Error} */ (error));
    }
  }

  /** @param {any} hello */
  begin(hello) {
    if (hello?.protocol !== 1) return this.end("stale");
    if (this.last > 0) return this.end("line"); // it began anew: whoever was logged in is no longer
    this.inside = true;
    this.hello = hello;
    this.greeted(undefined);
  }

  /** @param {string} why */
  end(why) {
    if (this.over) return;
    this.over = true;
    for (const request of this.requests.values()) request.reject(new Refused(codes.noSession, "", "page.line-gone"));
    this.onEnd(why);
  }
}

/** @param {Request} of @param {any} m */
function answer(of, m) {
  of.heard();
  if (m.method === "progress") of.options.onProgress?.(m.params);
  else if (m.method === "event") of.options.onEvent?.(m.params);
  else if (m.method === "picture") of.options.onPicture?.(m.params);
  else if (m.error) of.reject(refusal(m.error));
  else if (!m.method) of.resolve(m.result);
}

/** @param {any} error */
function refusal(error) {
  const remedy = String(error.data?.remedy ?? "");
  let text = String(error.message ?? "");
  if (remedy && text.endsWith(remedy)) text = text.slice(0, -remedy.length).replace(/[\s;；:：,，]+$/, "");
  return new Refused(Number(error.code), text, String(error.data?.what ?? ""), remedy);
}

/** @param {string} line @returns {any} null: it is no message */
function parsed(line) {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line); // an object, as it begins like one
  } catch {
    return null;
  }
}

/** @param {number} ms @returns {Promise<undefined>} */
const pause = (ms) => new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
