// The types that several modules share. A View is one page of the desk: its module exports one,
// and src/views.js names it.

/** What a role may do, by the names of package rpc; left out: what every role may do. */
export type Right = "keeps-people" | "reads-people" | "reads-records" | "opens-door" | "takes-faces" | "reads-hours" |
  "sets-hours" | "orders-site" | "sets-time" | "unlocks-faces" | "ends-faults" | "updates-unit";

export interface View {
  /** Its place in the address: "people" is shown at #/people. */
  id: string;
  /** The word of its name in the navigation, and of its heading. */
  title: string;
  /** The group of the navigation it stands in; left out: it stands in none. */
  group?: "door" | "people" | "law" | "unit";
  /** The right that it needs; without it, it is not shown. The unit checks each call again. */
  may?: Right;
  /**
   * Fills the place. It is called again when the address or the language changes; what it shows
   * first should stand there before it waits for the unit. An error that it throws is shown.
   */
  show(place: Place): void | Promise<void>;
}

/** Where a view is shown. */
export interface Place {
  /** Empty; the heading stands above it. */
  root: HTMLElement;
  /** What follows the view's id in the address: #/people/1204 gives ["1204"]. */
  path: string[];
  /** Aborted when the view is left. Give it to every call. */
  signal: AbortSignal;
  /** Sets the heading to a name that came later, such as a person's. */
  title(text: string): void;
}

/** A word that the unit says in the session's language. */
export interface Coded {
  code: string;
  text: string;
}

/** Who is logged in. */
export interface Who {
  operator: string;
  name: string;
  role: Coded;
  may: Right[];
  lang: string;
  /** The unit's time, and the zone of all times. */
  now: string;
  zone: string;
  /** Seconds without a sign of life after which the unit logs out. */
  idleAfter: number;
  /** To be accepted before all else. */
  commitment?: {version: string; text: string};
}

/** What the unit says when it is greeted. */
export interface Hello {
  protocol: number;
  release: string;
  unit: string;
  languages: string[];
}

/** How far a request is, or what the unit waits for a person to do. */
export interface Progress {
  text: string;
  done?: number;
  wanted?: number;
  trial?: boolean;
}

/** What a request may be given. */
export interface CallOptions {
  /** Ends the request at the unit, too. */
  signal?: AbortSignal;
  /** Milliseconds without an answer or news of it; 0 waits for ever. */
  timeout?: number;
  onProgress?: (progress: Progress) => void;
  onEvent?: (event: any) => void;
  onPicture?: (picture: any) => void;
}

/** A line to a unit. A serial port is one; tests make others. */
export interface Transport {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  /** Brings the unit's console back to its log-in. */
  sendBreak(): Promise<void>;
  close(): Promise<void>;
}

/** A file that a request made at the unit. */
export interface UnitFile {
  name: string;
  size: number;
}

/** A field of a form. */
export interface Field {
  name: string;
  label: string;
  hint?: string;
  type?: string;
  required?: boolean;
  value?: string | boolean | string[];
  /** Of a select, of radio buttons, or of checks (several of them): value and what it says. */
  options?: [string, string][];
  /** Which keyboard a phone shows: "numeric". */
  inputmode?: string;
  autocomplete?: string;
  max?: number;
  /** What is wrong with a value that was given; empty: nothing. */
  check?: (value: string) => string;
}

/** What a form gives: texts, a boolean of a checkbox, a File of a file. */
export type Values = Record<string, any>;
