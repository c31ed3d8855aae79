// The simulated unit, as a flow asks for what happens at its door and cable.

import net from 'node:net'
import readline from 'node:readline'

/** The secret of every account. */
export const secret = 'correct horse'

export class Unit {
  /** @param {import('./serial.js').Bridge} bridge */
  constructor(bridge) {
    this.bridge = bridge
    this.line = new net.Socket({fd: 3})
    this.asked = new Map()
    this.last = 0
    readline.createInterface({input: this.line}).on('line', (text) => {
      const {id, result, error} = JSON.parse(text)
      const {resolve, reject} = this.asked.get(id)
      this.asked.delete(id)
      if (error) reject(new Error(error))
      else resolve(result)
    })
  }

  /** @returns {Promise<any>} */
  ask(act, params = {}) {
    const id = ++this.last
    return new Promise((resolve, reject) => {
      this.asked.set(id, {resolve, reject})
      this.line.write(JSON.stringify({id, act, params}) + '\n')
    })
  }

  /**
   * The door becomes one of a site: gate. There are also lobby, which has all in order, garage, which
   * fares as is said, and cellar, which was sent away.
   * @param {{version: string, raised: string[], faults: string[]}} garage
   */
  site(garage) { return this.ask('site', garage) }

  /** The address that the seat told last, with the option served. @returns {Promise<string>} */
  address() { return this.ask('address') }

  /**
   * How the reader gate is from now on, with the option osdp; card: one is tapped there.
   * @param {{opened?: boolean, away?: boolean, card?: number}} is
   */
  gate(is) { return this.ask('gate', is) }

  /** Somebody taps a card at the reader. The cards of people(n) are 100000, 100001, … */
  tap(card) { return this.ask('tap', {card}) }

  /** A card is held to the reader garage, of which so many of 26 pulses come; with the option wires. */
  frame(card, bits = 26) { return this.ask('frame', {card, bits}) }

  /** The AES card 0, 1 or 2 is held to the reader lobby, and stays there; with the option aes. */
  hold(card) { return this.ask('hold', {card}) }

  /** It is taken away, long enough for the next to be another tap. */
  lift() { return this.ask('lift') }

  /** An input changes: "rex", "contact", "fire". */
  input(role, active) { return this.ask('input', {role, active}) }

  /** Somebody presses keys at the reader: "123456#". */
  type(keys) { return this.ask('type', {keys}) }

  /** The door is opened, or closed (the door contact). */
  door(open) { return this.ask('input', {role: 'contact', active: open}) }

  /** The exit button is pressed and let go. */
  async exit() {
    await this.ask('input', {role: 'rex', active: true})
    await this.ask('input', {role: 'rex', active: false})
  }

  /** The bell is rung; with the option inputs. */
  async ring() {
    await this.ask('input', {role: 'bell', active: true})
    await this.ask('input', {role: 'bell', active: false})
  }

  /** The fire alarm's line. */
  fire(on) { return this.ask('input', {role: 'fire', active: on}) }

  /** Person number n stands before the camera; 0: nobody. Each number has a made-up face of its own. */
  face(number) { return this.ask('face', {number}) }

  /** How the camera is: "ok", "gone", "silent", "frozen", "black". */
  camera(state) { return this.ask('camera', {state}) }

  /** The unit's clock goes on by so many seconds. Log-outs of idle sessions go by real time. */
  later(seconds) { return this.ask('later', {seconds}) }

  /** So many openings are recorded now, by a means that waited so many seconds each. */
  opened(by, waited, times, retried = false) { return this.ask('opened', {by, waited, times, retried}) }

  /** The unit's time, RFC 3339 in the site's zone. */
  now() { return this.ask('now') }

  /** Whether the relay is on. */
  relay() { return this.ask('relay') }

  /** Adds a person, and gives their id. @param {{name: string, apartment?: string, lang?: string, groups?: string[], cards?: number[]}} person */
  person(person) { return this.ask('person', {lang: 'en', ...person}) }

  /** Adds n made-up people in flats, each with a card. */
  people(count) { return this.ask('people', {count}) }

  /** Adds "Tenant n" with card n and face n, who consented, and gives their id. */
  enrolled(card) { return this.ask('enrolled', {card}) }

  /** The notice changes: it names another contact. */
  notice(contact) { return this.ask('notice', {contact}) }

  /**
   * Makes an account; its secret is {@link secret}. anna, a manager, is there already.
   * @param {string} name
   * @param {'installer'|'technician'|'manager'|'auditor'} role
   * @param {{card?: number, new?: boolean}} [more] card: its second factor; new: the commitment is not accepted yet
   */
  operator(name, role, more = {}) { return this.ask('operator', {name, role, ...more}) }

  /** Entries of the audit log, newest first: {kind, actor, detail, grant, reason}. Without a kind, all. */
  log(kind = '') { return this.ask('log', {kind}) }

  /** Waits until the log has an entry of a kind, which a test may narrow, and gives it. */
  async recorded(kind, test = (_) => true) {
    let all = []
    try {
      return await until('a record', async () => (all = await this.log(kind) ?? []).find(test))
    } catch {
      throw new Error(`waited in vain for "${kind}" in the log, which has ${JSON.stringify(all)}`)
    }
  }

  /** Waits until the relay is on, or off. */
  relayIs(on) { return until(`the relay ${on ? 'on' : 'off'}`, async () => await this.relay() === on) }

  /** Pulls the cable. With unit: false the unit does not notice, as behind a serial adapter. */
  async pull({unit = true} = {}) {
    await this.ask('pull', {unit})
    await this.bridge.plugged(false)
  }

  /** Plugs it in again. */
  async plug({unit = true} = {}) {
    if (unit) await this.ask('plug')
    await this.bridge.plugged(true)
  }

  /** Waits until the unit's console is at the line again, after plug(); it looks every 3 s. */
  listening() { return until('a console at the line', () => this.ask('listens')) }

  /** Opens a backup with the key that it was made for, and gives its size. @param {string} key @param {Buffer} sealed */
  unseal(key, sealed) { return this.ask('unseal', {key, sealed: sealed.toString('base64')}) }

  close() { this.line.destroy() }
}

/**
 * Waits until f gives something true, and gives that.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} f
 * @returns {Promise<T>}
 */
export async function until(what, f, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const got = await f()
    if (got) return got
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((go) => setTimeout(go, 25))
  }
}
