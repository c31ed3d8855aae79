// The page at the loopback of the manager's own computer: an address opens one page, once; the two
// factors are the unit's; other pages in the same browser get nothing.

import assert from 'node:assert/strict'
import http from 'node:http'

export const options = {served: true, short: true}

export default async ({unit, page}) => {
  const {raw} = page
  await unit.operator('ben', 'manager', {card: 7})
  await unit.person({name: page.lang === 'zh' ? '王小明' : 'Ada Archer', apartment: '3-101', cards: [1]})
  const first = await unit.address()
  await page.open(first)
  await page.heading('page.connect-heading')
  assert.equal(raw.url(), new URL('/#/', first).href, 'the token is not left in the address')
  await page.shot('connect')
  await page.axe()
  await page.click('page.connect')
  await page.heading('page.log-in-heading')
  await page.logIn('ben', {card: 7})

  // What goes over the line both ways: events as they happen, long lists, an act at the door.
  await unit.tap(1)
  await page.see('page.door-released')
  await page.go('page.people')
  await page.see(page.lang === 'zh' ? '王小明' : 'Ada Archer')
  await page.shot('people')
  await page.axe()

  await hostile(page, first)
  await page.go('page.today') // nobody has noticed

  // By another name that leads here it is not served.
  const named = await raw.request.get(first.replace('127.0.0.1', 'localhost'))
  assert.equal(named.status(), 403)

  // A second page, with the next address: the first has lost the line, and cannot take it back.
  const second = await raw.context().newPage()
  const next = await unit.address()
  await second.goto(next)
  await second.getByRole('button', {name: page.say('page.connect'), exact: true}).click()
  await second.getByRole('heading', {name: page.say('page.log-in-heading')}).waitFor()
  await page.see('page.ended-line')
  await page.click('page.connect-again')
  await page.see('page.served-used')
  await page.shot('used')
  await page.axe()
  await second.close()

  // Loaded again, with an address that was used: refused. The one that is told now, in the same tab, opens it.
  await page.open(next)
  await page.click('page.connect')
  await page.see('page.served-used')
  await page.open(await unit.address())
  await page.gone('page.served-used')
  await page.click('page.connect')
  await page.heading('page.log-in-heading')
  await page.logIn('ben', {card: 7})
  page.faults = page.faults.filter((f) => !f.includes('401')) // the browser notes what was refused
}

/** A page of somebody else in the same browser, which knows even the address. */
async function hostile(page, address) {
  const server = http.createServer((_, answer) => answer.end('<!DOCTYPE html><title>evil</title>'))
  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)))
  const context = await page.raw.context().browser().newContext()
  const evil = await context.newPage()
  await evil.goto(`http://127.0.0.1:${/** @type {any} */ (server.address()).port}/`)
  const got = await evil.evaluate(async (to) => {
    const tries = {
      page: () => fetch(to),
      blind: () => fetch(to + 'line', {mode: 'no-cors'}).then((a) => { if (a.type === 'opaque') throw Error('opaque') }),
      enter: () => fetch(to + 'enter', {method: 'POST', headers: {Authorization: 'Bearer x'}}),
      write: () => fetch(to + 'line', {method: 'POST', body: 'x'}),
      socket: () => new Promise((yes, no) => {
        const s = new WebSocket(to.replace('http', 'ws') + 'line')
        s.onopen = yes
        s.onerror = () => no(Error('closed'))
      }),
      frame: () => new Promise((yes, no) => {
        const f = document.createElement('iframe')
        f.src = to
        f.onload = () => { try { no(Error(String(f.contentDocument?.title))) } catch (e) { no(e) } }
        document.body.append(f)
      }),
      script: () => new Promise((yes, no) => {
        const s = document.createElement('script')
        s.src = to
        s.onload = yes
        s.onerror = () => no(Error('refused'))
        document.body.append(s)
      }),
    }
    const got = []
    for (const [name, go] of Object.entries(tries)) await go().then(() => got.push(name), () => {})
    return got
  }, new URL('/', address).href)
  assert.deepEqual(got, [], 'what a page of somebody else gets')
  await context.close()
  server.close()
}
