// The bell: who rings is seen in Today at once, and is told that somebody comes, let in, or told
// that nobody can come. Who may not open the door sees that somebody waits, and no more.

import assert from 'node:assert/strict'

export const options = {inputs: ['bell'], seconds: 120}

export default async ({unit, page}) => {
  const waits = /Somebody rang at .* and waits|有人按门铃，正在门外等候/
  const answered = (answer) => unit.recorded('bell answered', (e) => e.detail.answer === answer)
  const call = page.raw.getByRole('alert').filter({hasText: /rang|门铃/})

  await page.logIn()
  await page.see('page.door-locked')
  assert.equal(await page.sees(waits), false, 'nobody rang')

  // Somebody comes, and opens: by keys, which stay where the answers are.
  await unit.ring()
  await page.timed('bell: from the ring to the page', () => page.see(waits, {seconds: 4}))
  await unit.ring() // again: it is one call
  await page.shot('waits')
  await page.axe()
  await page.button('page.bell-coming').focus()
  await page.keys('Enter')
  await page.see(/somebody comes\.|已告知有人过去/)
  await answered('coming')
  await page.gone(waits)
  assert.equal(await unit.relay(), false)
  await page.shot('coming')
  await page.axe()
  assert.ok(await call.evaluate((e) => e.contains(document.activeElement)), 'the focus left the call')
  await page.button('page.open-door', {within: call}).focus()
  await page.keys('Enter')
  await unit.relayIs(true)
  assert.equal((await answered('open')).detail.rings, '2')
  await unit.recorded('decision', (e) => e.reason === 'console' && e.grant)
  await call.waitFor({state: 'hidden'})
  assert.equal(await page.focused(), page.say('page.open-door'), 'the focus is at the door')
  await unit.relayIs(false)

  // Nobody can come.
  await unit.ring()
  await page.see(waits)
  await page.click('page.bell-nobody')
  await answered('nobody')
  await call.waitFor({state: 'hidden'})

  // Nobody answers: the call ends, and the page does not go on saying that somebody waits.
  await unit.ring()
  await page.see(waits)
  await unit.later(61)
  await unit.recorded('bell unanswered')
  await call.waitFor({state: 'hidden'})
  assert.equal(await unit.relay(), false)
  await page.click('page.log-out')

  // An auditor opens nothing, and answers nothing.
  await unit.operator('vera', 'auditor')
  await page.logIn('vera')
  await unit.ring()
  await page.see(waits)
  assert.equal(await page.button('page.bell-coming').count(), 0)
  await page.axe()
}
