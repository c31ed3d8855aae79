// Today: the door as it is, what happens as it happens, the whole why, opening, lockdown and
// evacuation, by mouse and by keys.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export default async ({unit, page}) => {
  await unit.person({name: page.lang === 'zh' ? '王小明' : 'Ada Archer', apartment: '3-101', cards: [1]})
  await page.logIn()
  await page.see('page.door-locked')
  await page.see('page.all-in-order')
  await page.see('page.quiet')
  await page.shot('quiet')

  // A card, the door, and a door that is held open.
  const live = page.raw.getByRole('list', {name: page.say('page.live')}).getByRole('listitem')
  await unit.tap(1)
  await page.see('page.door-released')
  await unit.door(true)
  await page.see('page.door-open')
  await unit.later(40)
  await page.see('page.door-held')
  await page.see('page.alarm')
  await page.shot('held')
  await page.axe()
  await unit.door(false)
  await page.see('page.door-locked')
  assert.ok(await live.count() > 1, 'events are shown')
  await unit.tap(99) // nobody's
  await unit.recorded('decision', (e) => !e.grant)

  // The decisions, and why: by keys, and the focus is where it was.
  await page.click('page.read-again')
  await page.see('page.denied')
  await page.button('page.why', {within: page.raw.getByRole('table')}).first().focus()
  await page.keys('Enter')
  await page.see('page.each-question', {within: page.raw.getByRole('dialog')})
  await page.shot('why')
  await page.axe()
  await page.keys('Escape')
  await page.raw.getByRole('dialog').waitFor({state: 'hidden'})
  assert.equal(await page.focused(), page.say('page.why'))

  // Opened by keys alone, with a reason; without one it is not.
  await page.button('page.open-door').focus()
  await page.keys('Enter')
  await page.see('page.open-door-text')
  await page.keys('Enter')
  await page.see('page.needed')
  await page.shot('open')
  await page.axe()
  assert.equal(await unit.relay(), false)
  await page.keys('Tab', 'Enter') // the summary of what is wrong leads to the field
  await page.raw.keyboard.type(page.lang === 'zh' ? '快递' : 'a parcel')
  await page.keys('Enter')
  await unit.relayIs(true)
  await unit.recorded('decision', (e) => e.reason === 'console' && e.grant)
  await unit.relayIs(false)

  // Lockdown: nobody's card opens, and its end is another act.
  await page.click('page.begin-lockdown')
  await page.see('page.lockdown-text')
  await page.shot('lockdown-asked')
  await page.keys('Escape')
  assert.equal(await page.sees('page.end-lockdown'), false)
  await page.click('page.begin-lockdown')
  await page.click('page.lock-now')
  await page.see('page.end-lockdown')
  await page.shot('lockdown')
  await page.axe()
  await unit.tap(1)
  await unit.recorded('decision', (e) => e.reason === 'lockdown')
  assert.equal(await unit.relay(), false)
  await page.click('page.end-lockdown')
  await page.click('page.end-now')
  await page.gone('page.end-lockdown')

  // Evacuation: the door is unlocked until it is ended.
  await page.click('page.begin-evacuation')
  await page.click('page.unlock-now')
  await unit.relayIs(true)
  await page.see('page.end-evacuation')
  await page.shot('evacuation', {print: true})
  await page.axe()
  await page.click('page.end-evacuation')
  await page.click('page.end-now')
  await unit.relayIs(false)

  // What is broken is told with its remedy.
  await unit.camera('gone')
  await page.see('page.needs-attention')
  await page.shot('camera-gone')
  await unit.camera('ok')
  await page.see('page.all-in-order')

  // The other language, in the middle of the work.
  const other = {en: 'zh', zh: 'en'}[page.lang]
  await page.raw.locator(`.languages [lang=${other}]`).click()
  await page.raw.locator(`html[lang^=${other}]`).waitFor()
  await until('the heading in the other language', async () => await page.raw.getByRole('heading', {level: 1}).textContent() !== page.say('page.today'))
}
