// The installer: the wiring drawing with a wire that may not be there, counters and pulses of a
// reader; and the self-test from its first step to the signed report, with the deeds at the door.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export const options = {
  wires: true,
  signals: ['alarm'],
  config: '[unit]\nboard = "rpi4"\n[relay]\npin = "GPIO14"',
  seconds: 240,
}

export default async ({unit, page}) => {
  await unit.operator('ivan', 'installer')
  await unit.person({name: 'Ada Archer', cards: [1]})
  await page.logIn('ivan')
  const links = await page.raw.getByRole('navigation').getByRole('link').allTextContents()
  assert.ok(links.includes(page.say('page.installer')))
  assert.ok(!links.includes(page.say('page.people')), links.join(', '))

  await page.go('page.installer')
  await page.see('Raspberry Pi 4 Model B')
  await page.see('page.wiring-refused')
  await page.see('page.no-frames')
  await unit.frame(4242)
  await unit.frame(4242, 24)
  await page.see('desk.frame-card')
  await page.see('desk.frame-length')
  assert.equal(await page.raw.locator('.pulses .odd').count(), 0)
  await page.shot('installer', {print: true})
  await page.axe()

  await page.click('page.self-test-begin')
  await page.heading('page.self-test')
  await page.shot('self-test-begin', {dark: false})
  await page.click('page.self-test-go')
  const raw = page.raw
  const shots = {clock: true, rex: true, fire: true}
  const deeds = {
    'check.hold-exit-button': () => unit.input('rex', true), 'check.let-go': () => unit.input('rex', false),
    'check.open-door': () => unit.input('contact', true), 'check.close-door': () => unit.input('contact', false),
    'check.raise-fire': () => unit.input('fire', true), 'check.clear-fire': () => unit.input('fire', false),
  }
  let step = '', task = '', failed = false
  await until('the end of the self-test', async () => {
    if (await page.sees('page.check-over')) return true
    const now = await raw.locator('.step h2').textContent().catch(() => '')
    const asked = await raw.locator('.task').textContent().catch(() => '')
    if (asked !== task) {
      task = asked
      for (const [id, deed] of Object.entries(deeds)) {
        if (task !== page.say(id)) continue
        await page.shot('task-' + id.slice(6), {dark: false})
        await deed()
      }
      if (/[1-5].*5/.test(task) && await raw.locator('.deed .card-held').count()) {
        if (task.includes('1')) await page.shot('task-card', {dark: false})
        await (now.includes('garage') ? unit.frame(7) : unit.tap(7))
      }
    }
    if (now !== step) {
      step = now
      if (step === page.say('check.clock-step')) {
        await page.shot('step')
        await page.axe()
        await unit.tap(1) // the door works on meanwhile
        await unit.relayIs(true)
        await unit.relayIs(false)
      }
    }
    const press = (id) => raw.locator('.step').getByRole('button', {name: page.say(id), exact: true})
    if (step === page.say('check.camera-step') && await press('page.step-skip').count()) {
      await page.click('page.step-skip')
      await page.click('page.step-skip', {within: raw.getByRole('dialog')})
      await until('the next step', async () => await raw.locator('.step h2').textContent().catch(() => '') !== step)
      return false
    }
    if (step === page.say('check.lock-at-rest') && !failed && await press('page.check-no').count()) {
      failed = true
      await press('page.check-no').click()
      await press('page.step-again').waitFor()
      await page.shot('failed')
      await page.axe()
      await press('page.step-again').click()
      return false
    }
    for (const id of ['page.step-begin', 'page.check-yes']) {
      if (await press(id).count()) await press(id).click({timeout: 1000}).catch(() => {})
    }
    return false
  }, 200)
  await page.see('page.check-tested')
  await page.shot('report', {print: true})
  await page.axe()
  const {name, bytes} = await page.saves(() => page.click('page.report-save'))
  assert.match(name, /^report-.*\.html$/)
  assert.match(bytes.toString(), /menshen signature [0-9a-f]{128}/)
  await unit.recorded('self-test ended')
}
