// navigator.serial of the page under test, at a cable that the test holds. In the page it behaves
// as Chromium's own (Web Serial API, https://wicg.github.io/serial/): streams, locks, errors,
// events; bytes and signals go through here to the cable.

import net from 'node:net'

/**
 * Gives every page of a browser context the bridged navigator.serial.
 * @param {import('playwright-core').BrowserContext} context
 * @param {() => import('node:stream').Duplex} dial opens the port: a stream that ends with the cable
 * @returns {Promise<Bridge>}
 */
export async function bridge(context, dial) {
  const made = new Bridge(dial)
  await context.exposeBinding('__cable', ({page}, act, text) => made.serve(page, act, text))
  await context.addInitScript(inPage)
  return made
}

/** @param {string} socket */
export const cableAt = (socket) => () => net.connect(socket)

class Bridge {
  /** @param {() => import('node:stream').Duplex} dial */
  constructor(dial) {
    this.dial = dial
    /** The port that a page has open. */
    this.port = null
    this.there = true
    this.calls = 0
    this.asked = new Map()
    this.half = '' // a line that has not ended
    this.sent = 0 // bytes, to the unit
    this.received = 0
  }

  /** Tells the pages that the device is gone, or there again. */
  async plugged(there) {
    this.there = there
    if (!there) this.port?.stream.destroy()
    for (const page of this.pages ?? []) {
      if (!page.isClosed()) await page.evaluate((there) => window.__cableSays('plugged', there), there).catch(() => {})
    }
  }

  /**
   * Asks the unit something within the session of the page that has the port, as a page that was
   * tampered with could. It gives the whole answer: {result} or {error}.
   * @param {string} method
   * @param {object} [params]
   */
  call(method, params = {}) {
    const id = `flow-${++this.calls}`
    return new Promise((resolve) => {
      this.asked.set(id, resolve)
      this.port.stream.write(JSON.stringify({jsonrpc: '2.0', id, method, params}) + '\n')
    })
  }

  /** Gives the answers to call(). */
  heard(bytes) {
    const lines = (this.half + bytes.toString('latin1')).split('\n')
    this.half = /** @type {string} */ (lines.pop()).slice(-40_000)
    for (const line of lines.filter((l) => l.includes('"id":"flow-'))) {
      const answer = JSON.parse(Buffer.from(line, 'latin1').toString())
      this.asked.get(answer.id)?.(answer)
      this.asked.delete(answer.id)
    }
  }

  /** What the script in the page asks for. @returns {Promise<any>} */
  async serve(page, act, text) {
    (this.pages ??= new Set()).add(page)
    switch (act) {
      case 'loaded': // a new document: the old one's port is closed
        if (this.port?.page === page) this.hangUp()
        return this.there
      case 'open':
        return this.open(page)
      case 'write':
        return this.write(page, Buffer.from(text, 'base64'))
      case 'break': // what a serial line makes of a BREAK for its reader (termios(3), without BRKINT)
        return this.write(page, Buffer.from([0]))
      case 'close':
        if (this.port?.page === page) this.hangUp()
    }
  }

  hangUp() {
    this.port.stream.destroy()
    this.port = null
  }

  async open(page) {
    if (this.port || !this.there) return false
    const stream = this.dial()
    const port = this.port = {page, stream}
    this.carry(port)
    return true
  }

  /** Carries what comes from the cable into the page, as fast as the page takes it. */
  async carry(port) {
    try {
      for await (const bytes of port.stream) {
        this.received += bytes.length
        this.heard(bytes)
        const taken = await port.page.evaluate((b) => window.__cableSays('bytes', b), bytes.toString('base64'))
        if (!taken) break
      }
    } catch {
      // the page or the cable is gone
    }
    if (this.port === port) {
      this.port = null
      port.stream.destroy()
      if (!port.page.isClosed()) await port.page.evaluate(() => window.__cableSays('lost')).catch(() => {})
    }
  }

  write(page, bytes) {
    if (this.port?.page !== page) return false
    this.sent += bytes.length
    const {stream} = this.port
    return new Promise((done) => stream.write(bytes, (error) => done(!error)))
  }
}

/** Runs in the page, before its own scripts. It can use nothing of this file. */
function inPage() {
  if (window !== window.top) return // a frame has no port, and is no new page
  const cable = window.__cable
  const lost = () => new DOMException('The device has been lost.', 'NetworkError')
  const toText = (bytes) => {
    let s = ''
    for (let i = 0; i < bytes.length; i += 4096) s += String.fromCharCode(...bytes.subarray(i, i + 4096))
    return btoa(s)
  }
  const toBytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

  class SerialPort extends EventTarget {
    #open = false
    #readable = null
    #writable = null
    #controller = null
    #wanted = () => {}
    connected = true
    ondisconnect = null
    onconnect = null

    get readable() { return this.#readable }
    get writable() { return this.#writable }
    getInfo() { return {usbVendorId: 0x1d6b, usbProductId: 0x0104} }
    async forget() { if (this.#open) await this.close(); granted = false }

    async open(options) {
      if (!(options?.baudRate > 0)) throw new TypeError('baudRate is required')
      if (this.#open) throw new DOMException('The port is already open.', 'InvalidStateError')
      if (!await cable('open')) throw new DOMException('Failed to open serial port.', 'NetworkError')
      this.#open = true
      this.#readable = new ReadableStream({
        start: (controller) => { this.#controller = controller },
        pull: () => this.#wanted(),
        cancel: () => { this.#controller = this.#readable = null },
      }, {highWaterMark: options.bufferSize ?? 255, size: (chunk) => chunk.length})
      this.#writable = new WritableStream({
        write: async (chunk) => {
          const bytes = chunk instanceof ArrayBuffer ? new Uint8Array(chunk)
            : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          if (!await cable('write', toText(bytes))) throw lost()
        },
        abort: () => { this.#writable = null },
        close: () => { this.#writable = null },
      })
    }

    async close() {
      if (!this.#open) throw new DOMException('The port is already closed.', 'InvalidStateError')
      if (this.#readable) await this.#readable.cancel()
      if (this.#writable) await this.#writable.abort()
      this.#open = false
      this.#readable = this.#writable = null
      this.#wanted()
      await cable('close')
    }

    async setSignals(signals) {
      if (!this.#open) throw new DOMException('The port is closed.', 'InvalidStateError')
      if (!Object.keys(signals).length) throw new TypeError('no signals')
      if (signals.break && !await cable('break')) throw new DOMException('Failed to set signals.', 'NetworkError')
    }

    async getSignals() {
      if (!this.#open) throw new DOMException('The port is closed.', 'InvalidStateError')
      return {dataCarrierDetect: true, clearToSend: true, ringIndicator: false, dataSetReady: true}
    }

    /** Bytes came. It ends when the page can take more; false: the port was closed. */
    async bytes(text) {
      if (!this.#controller) return this.#open // nobody reads, until the page opens the port again
      this.#controller.enqueue(toBytes(text))
      while (this.#controller && this.#controller.desiredSize <= 0) await new Promise((go) => { this.#wanted = go })
      return this.#open
    }

    /** The cable is gone. */
    lose() {
      if (!this.#open) return
      this.#controller?.error(lost())
      this.#controller = this.#readable = this.#writable = null
      this.#wanted()
    }

    tell(type) {
      this.connected = type === 'connect'
      const event = new Event(type, {bubbles: true})
      this.dispatchEvent(event)
      this['on' + type]?.(event)
      const bubbled = new Event(type)
      Object.defineProperty(bubbled, 'target', {value: this})
      serial.dispatchEvent(bubbled)
      serial['on' + type]?.(bubbled)
    }
  }

  class Serial extends EventTarget {
    onconnect = null
    ondisconnect = null
    async getPorts() { return granted && port.connected ? [port] : [] }
    async requestPort() {
      if (!navigator.userActivation.isActive) {
        throw new DOMException('Must be handling a user gesture to show a permission request.', 'SecurityError')
      }
      if (!port.connected) throw new DOMException('No port selected by the user.', 'NotFoundError')
      granted = true
      return port
    }
  }

  let granted = false
  let port = new SerialPort()
  const serial = new Serial()
  Object.defineProperty(Navigator.prototype, 'serial', {get: () => serial, configurable: true})
  Object.defineProperty(window, '__cableSays', {value: (what, value) => {
    if (what === 'bytes') return port.bytes(value)
    if (what === 'lost') return port.lose()
    if (what === 'plugged' && value !== port.connected) {
      port.lose()
      if (value && !port.connected) port = new SerialPort()
      port.tell(value ? 'connect' : 'disconnect')
    }
  }})
  cable('loaded').then((there) => { if (!there) port.connected = false })
}
