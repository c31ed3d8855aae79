// A unit that lies: markup, marks that turn the reading direction, escapes, endless texts and
// lists, values of the wrong kind, answers to nobody. Nothing of it becomes an element, and the
// page stays usable.

import assert from 'node:assert/strict'
import {liar, nasty, who} from '../harness/liar.js'

export const options = {languages: ['en'], seconds: 480}

const moment = '2026-03-02T16:00:00+08:00'

const coded = (t) => ({code: t, text: t})

/** A status all of whose words are a text. */
const status = (t) => ({at: t, door: coded(t), unlocked: false, lockedDown: true, people: t, withFace: t,
  uptime: t, facesOff: t, facesFix: t, clockDoubt: t, camera: {name: coded(t), state: t, fault: t},
  store: {name: coded(t), state: t, fault: t}, readers: [{name: coded(t), state: t, fault: t}],
  others: [{name: coded(t), state: t, fault: t}]})

const decision = (t) => ({number: 1, at: t, granted: false, means: coded(t), reason: coded(t), who: t, words: t})

/** Answers each method with a text wherever there is one. */
const told = (t) => ({method, id}, say) => {
  switch (method) {
    case 'session.login': return {...who, name: t, role: coded(t), zone: t}
    case 'door.status': return status(t)
    case 'records.decisions': return [decision(t), decision(t)]
    case 'records.why': return {...decision(t), checks: [{question: t, text: t, passed: true}], trace: [{name: t, text: t, passed: t}], shown: t}
    case 'door.watch':
      for (const more of [{part: true}, {record: coded(t), reason: coded(t)}, {record: coded('alarm'), reason: coded(t)},
        {decision: {number: t, means: coded(t), granted: t, reason: coded(t)}}]) {
        say({jsonrpc: '2.0', method: 'event', params: {id, at: t, source: coded(t), text: t, fault: true, lost: t, ...more}})
      }
      return undefined
    default: return {}
  }
}

/** Values of the wrong kind, in place of each answer. */
const wrong = [null, 0, true, '', 'text', [], [[[[]]]], [null, 1, 'x'], {}, {at: 5, door: 7, readers: 'no', others: null},
  {door: {code: {}, text: []}, readers: {length: 1e9}, others: [null]}, {__proto__: {polluted: 1}, constructor: 1, length: -1},
  JSON.parse('{"__proto__": {"polluted": true}, "toString": 1}'), 1e308, {id: {}, method: 5}]

export default async ({page, cable}) => {
  /** Logs in at a unit that answers so, and looks around. */
  const at = async (answer, hello) => {
    cable.dial = liar(answer, hello)
    await page.open()
    await page.click('page.choose-port')
  }
  const logIn = async () => {
    await page.fill('page.name-of-account', 'anna')
    await page.fill('page.secret', 'whatever it is')
    await page.click('page.log-in')
  }

  for (const [kind, text] of Object.entries(nasty)) {
    await at(told(text), {protocol: 1, release: text, unit: text, languages: [text]})
    await page.heading('page.log-in-heading')
    await clean(page, kind)
    await logIn()
    await page.heading('page.today')
    for (const link of await page.raw.getByRole('navigation').getByRole('link').all()) {
      await link.click()
      await page.raw.waitForTimeout(200)
      await clean(page, kind)
    }
    await page.shot(`lies-${kind}`, {widths: [390], dark: false})
    await usable(page)
  }

  // Values of the wrong kind. The page may say that something went wrong with it, not fall silent.
  for (const value of wrong) {
    await at(({method}) => method === 'session.login' ? who : method === 'session.language' ? {} : value)
    await page.heading('page.log-in-heading')
    await logIn()
    await page.heading('page.today')
    for (const link of await page.raw.getByRole('navigation').getByRole('link').all()) {
      await link.click()
      await page.raw.waitForTimeout(100)
    }
    await clean(page, JSON.stringify(value))
    assert.equal(await page.raw.evaluate(() => Object.prototype['polluted']), undefined)
    await usable(page)
  }
  page.faults = page.faults.filter((f) => !/an error: (TypeError|RangeError)/.test(f)) // told to the user, above
  for (const value of wrong) {
    await at(({method}) => method.startsWith('session.') && method !== 'session.language' ? value : {})
    await page.heading('page.log-in-heading')
    await logIn()
    await page.raw.waitForTimeout(100)
    await clean(page, JSON.stringify(value))
  }

  // Another version; a greeting of another shape; none.
  await at(() => ({}), {protocol: 2, release: '9', unit: 'x', languages: []})
  await page.see('page.stale', {seconds: 15})
  await page.shot('stale')

  // Answers to nobody, thousands of events, lines without an end, text that is no JSON.
  let flood = true
  await at((request, say) => {
    if (request.method === 'session.login') return who
    if (request.method !== 'door.watch' || !flood) return told('calm')(request, say)
    for (let i = 0; i < 20_000; i++) {
      say({jsonrpc: '2.0', method: 'event', params: {id: request.id, at: moment, source: coded('part'), text: 'event ' + i, part: true}})
    }
    say({jsonrpc: '2.0', id: 999, result: {}})
    say({jsonrpc: '2.0', id: null, error: {code: 'x', message: 7}})
    say({jsonrpc: '2.0', method: 'progress', params: null})
    say('{"half": ' + 'x'.repeat(200_000) + '}')
    flood = false
    return undefined
  })
  await page.heading('page.log-in-heading')
  await logIn()
  await page.timed('20,000 events at once, until the page shows the last', () => page.see('event 19999', {seconds: 60}))
  const shown = await page.raw.getByRole('list', {name: page.say('page.live')}).getByRole('listitem').count()
  assert.ok(shown <= 100, `${shown} events are kept`)
  assert.equal(flood, false)
  await usable(page)
}

/** Nothing that the unit said is an element, or has run. */
async function clean(page, kind) {
  const found = await page.raw.evaluate(() => ({
    title: document.title,
    foreign: [...document.querySelectorAll('img:not([src^="blob:"]):not([src^="data:image/png"]), iframe, object, embed, base, ' +
      'a[href]:not([href^="#"]):not([href^="blob:"]), :not(body) > script')].map((e) => e.outerHTML.slice(0, 200)),
    scripts: document.scripts.length,
    controls: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(document.body.innerText),
  }))
  assert.deepEqual(found.foreign, [], `${kind}: an element came from the unit`)
  assert.equal(found.scripts, 2, kind)
  assert.notEqual(found.title, 'had', kind)
  assert.equal(found.controls, false, `${kind}: a control character is shown as it is`)
}

/** The page can still be worked with: another language, and out. */
async function usable(page) {
  await page.raw.locator('.languages [lang=zh]').click()
  await page.raw.locator('html[lang^=zh]').waitFor()
  await page.raw.locator('.languages [lang=en]').click()
  await page.raw.locator('html[lang^=en]').waitFor()
}
