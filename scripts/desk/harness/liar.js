// A unit that lies: whatever a flow wants at the other end of the cable, in place of the real one.

import {Duplex} from 'node:stream'

/**
 * Gives a dial for the bridge (cable.dial). It greets as a unit does, then answers by a flow's words.
 * @param {(request: {id: number, method: string, params: any}, say: (line: any) => void) => any} answer
 *   gives the result, {error}, or undefined for no answer; say sends any other line, text or JSON
 * @param {any} [hello] in place of a unit's
 */
export function liar(answer, hello = {protocol: 1, release: '1.0', unit: 'Block 4', languages: ['en', 'zh']}) {
  return () => {
    let half = ''
    const say = (line) => {
      if (!unit.destroyed) unit.push((typeof line === 'string' ? line : JSON.stringify(line)) + '\n')
    }
    const unit = new Duplex({
      read() {},
      write(bytes, _, done) {
        const lines = (half + bytes.toString()).replace(/\0/g, '').split(/[\r\n]/)
        half = lines.pop() ?? ''
        for (const line of lines) take(line)
        done()
      },
    })
    const take = (line) => {
      if (line === '?menshen-rpc') return say({jsonrpc: '2.0', method: 'hello', params: hello})
      if (!line.startsWith('{')) return
      const request = JSON.parse(line)
      const result = answer(request, say)
      if (result === undefined || request.id === undefined) return
      say({jsonrpc: '2.0', id: request.id, ...(result?.error ? result : {result})})
    }
    return unit
  }
}

/** A log-in that a unit could give. */
export const who = {operator: '1', name: 'anna', role: {code: 'manager', text: 'manager'}, lang: 'en',
  may: ['keeps-people', 'reads-people', 'reads-records', 'opens-door', 'takes-faces', 'reads-hours', 'sets-hours',
    'orders-site', 'sets-time', 'unlocks-faces', 'ends-faults', 'updates-unit'],
  now: '2026-03-02T16:00:00+08:00', zone: 'Asia/Shanghai', idleAfter: 300}

/** Texts that would do something in a careless page or terminal. */
export const nasty = {
  markup: '<img src=x onerror="document.title=\'had\'"><script>document.title="had"</script>',
  link: 'javascript:document.title="had"',
  bidi: 'Ann\u202Egnp.exe\u2066\u2069\u200F',
  escape: '\u001b[2J\u001b]0;had\u0007\u0000\u0085\u009b31m',
  lines: 'one\r\ntwo\u2028three',
  huge: '门'.repeat(300),
  lone: '\ud800',
  template: '{{constructor.constructor("document.title=1")()}} {1} %s ${1}',
}
