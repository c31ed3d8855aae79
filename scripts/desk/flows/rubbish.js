// A page, or a program in its place, that does not behave: rubbish, floods, half lines, endless
// lines, guesses, a page that does not read. The door works meanwhile, and the line is there again.

import assert from 'node:assert/strict'
import {fileURLToPath} from 'node:url'
import {secret, until} from '../harness/unit.js'

const terminal = fileURLToPath(new URL('../harness/terminal.html', import.meta.url))

export const options = {languages: ['en'], seconds: 180}

export default async ({unit, page, cable}) => {
  await unit.person({name: 'Ada Archer', cards: [1]})
  await page.open(terminal)
  await page.click('Open')
  const send = (text) => page.raw.evaluate((t) => window.type(t), text)
  const screen = () => page.raw.locator('#screen').textContent()
  const clear = () => page.raw.evaluate(() => { document.querySelector('#screen').textContent = '' })
  const says = (what) => until(`the line says ${what}`, async () => new RegExp(what).test(await screen() ?? ''), 30)
  const ask = (id, method, params = {}) => send(JSON.stringify({jsonrpc: '2.0', id, method, params}) + '\n')
  const enter = async () => { // as the page does: until there is a greeting
    await clear()
    for (let i = 0; i < 20 && !/"method":"hello"/.test(await screen() ?? ''); i++) {
      await page.raw.evaluate(() => window.port.setSignals({break: true}))
      await send('\r?menshen-rpc\r')
      await page.raw.waitForTimeout(1000)
    }
    await says('"method":"hello"')
  }
  const doorWorks = async () => {
    await unit.relayIs(false)
    const begun = performance.now()
    await unit.tap(1)
    await unit.relayIs(true)
    page.figure('from card to relay meanwhile', Math.round(performance.now() - begun), 'ms')
    await unit.later(10)
  }

  // Noise on the line: no log-in attempt comes of it, and the protocol begins after it.
  const tries = (await unit.log()).length
  await send(Array.from({length: 60_000}, (_, i) => String.fromCharCode(32 + (i * 7919) % 200)).join(''))
  await enter()
  assert.equal((await unit.log('log-in failed') ?? []).length, 0)
  assert.ok((await unit.log()).length <= tries + 2)

  // Nobody is logged in: every method that acts is refused, whatever comes with it.
  for (const method of ['door.open', 'door.status', 'people.find', 'records.decisions', 'file.read', 'session.acknowledge']) {
    await ask(method, method)
    await says(`"id":"${method}","error":\\{"code":-32003`)
  }
  assert.equal(await unit.relay(), false)

  // What is no request.
  for (const [line, code] of [
    ['{"half":', -32700], ['{}', -32600], ['{"jsonrpc":"1.0","id":1,"method":"door.status"}', -32600],
    ['{"jsonrpc":"2.0","id":2,"method":"door.destroy"}', -32601],
    ['{"jsonrpc":"2.0","id":3,"method":"session.language","params":{"lang":"en","evil":1}}', -32602],
    ['{"jsonrpc":"2.0","id":4,"method":"session.language","params":[1]}', -32602],
    ['{"a":'.repeat(5000), -32700], ['{"jsonrpc":"2.0","id":5,"method":"' + 'x'.repeat(40_000) + '"}', -32600],
  ]) {
    await clear()
    await send(line + '\n')
    await says(`"code":${code}`)
  }

  // Thousands of requests at once: each is answered or refused, and the door hears its reader.
  await enter()
  const flood = Array.from({length: 3000}, (_, i) => JSON.stringify({jsonrpc: '2.0', id: i, method: 'door.status'}) + '\n').join('')
  const sent = send(flood)
  await doorWorks()
  await sent
  await doorWorks()
  await enter()

  // Half a line, and silence; then somebody else.
  await send('{"jsonrpc":"2.0","id":1,"method":"session.lo')
  await enter()

  // Guesses: the account is locked after five, for the right secret too.
  for (let i = 0; i < 5; i++) {
    await clear()
    await ask(i, 'session.login', {name: 'anna', secret: 'wrong horse ' + i})
    await says('"what":"desk.(login-denied|locked-out)"')
  }
  await clear()
  await ask('right', 'session.login', {name: 'anna', secret})
  await says('"what":"desk.locked-out"')
  await unit.later(900)
  await enter()
  await ask('later', 'session.login', {name: 'anna', secret})
  await says('"id":"later","result"')

  // A page that asks for all that happens and then reads nothing: nobody waits for it.
  await ask('watch', 'door.watch')
  await page.raw.evaluate(() => window.stopReading())
  for (let i = 0; i < 5; i++) await doorWorks()
  await ask('again', 'door.status').catch(() => {})
  await unit.pull()
  await unit.recorded('log-out')
  await unit.plug()
  await doorWorks()
  assert.ok(cable.sent > 100_000)
}
