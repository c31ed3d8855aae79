// A unit of the tests: it has a console, enters the protocol by its line, and answers as it is told.

import {Wire} from "../src/wire.js";

export class Unit {
  /** @param {Record<string, (params: any, id: number) => any>} methods */
  constructor(methods = {}) {
    this.methods = methods;
    this.heard = []; // lines
    this.breaks = 0;
    this.deaf = 0; // how many times the line that enters is not heard
    this.inside = false;
    this.text = "";
    const unit = this;
    this.transport = {
      readable: new ReadableStream({start(c) { unit.out = c; }}),
      writable: new WritableStream({write(bytes) { unit.take(new TextDecoder().decode(bytes)); }}),
      async sendBreak() { unit.breaks++; unit.inside = false; unit.print("\r\nlog-in: "); },
      async close() {},
    };
  }

  /** Sends bytes as they are. */
  print(text) { this.out.enqueue(new TextEncoder().encode(text)); }

  /** Sends a message. */
  tell(message) { this.print(JSON.stringify({jsonrpc: "2.0", ...message}) + "\n"); }

  hello(more = {}) { this.tell({method: "hello", params: {protocol: 1, release: "test", unit: "East gate", ...more}}); }

  take(text) {
    this.text += text;
    for (let i; (i = this.text.search(/[\r\n]/)) >= 0;) {
      const line = this.text.slice(0, i);
      this.text = this.text.slice(i + 1);
      if (line) this.line(line);
    }
  }

  line(line) {
    this.heard.push(line);
    if (line === "?menshen-rpc") {
      if (this.deaf-- > 0) return;
      this.inside = true;
      this.print("\r\n");
      return this.hello();
    }
    const {id, method, params} = JSON.parse(line);
    const answer = this.methods[method]?.(params, id);
    if (id && answer !== undefined) this.tell({id, ...(answer.error ? answer : {result: answer})});
  }
}

/** A wire that is inside the protocol, with why it ended. */
export async function entered(unit) {
  const wire = new Wire(unit.transport, (why) => { wire.why = why; });
  await wire.enter();
  return wire;
}

/** Lets everything happen that is due. */
export const settle = () => new Promise((go) => setTimeout(go, 5));
