// The manager's seat: all doors, and nothing of a door of its own.

import assert from 'node:assert/strict'

export const options = {seat: true, seconds: 90}

export default async ({unit, page}) => {
  await unit.site({version: '8c0c084d0123', raised: ['forced'], faults: [], supply: 'mains'})
  await unit.person({name: 'Ada Archer', cards: [1]})
  await page.logIn()
  await page.heading('page.today')
  await page.see('page.door-seat')
  for (const word of ['page.open-door', 'page.begin-lockdown', 'page.begin-evacuation'])
    assert.equal(await page.raw.getByRole('button', {name: page.say(word), exact: true}).count(), 0, word)
  await page.shot('today')
  await page.axe()
  const views = page.raw.getByRole('navigation')
  for (const word of ['page.hours', 'page.who-may-enter'])
    assert.equal(await views.getByText(page.say(word), {exact: true}).count(), 0, word)
  await page.go('page.faces')
  await page.see('page.faces-seat')
  await page.shot('faces', {dark: false})

  // All doors: an order for them is given and ended here, and stands at none of its own.
  await page.go('page.doors')
  await page.raw.getByRole('row').filter({hasText: 'garage'}).getByText('8c0c084d0123').waitFor()
  await page.click('page.order-lock-all')
  await page.click('page.lock-now')
  await page.see('page.order-lockdown')
  await page.shot('doors')
  await page.axe()
  await page.click('page.order-end')
  await page.click('page.end-now')
  await page.gone('page.order-lockdown')

  // People are kept as at any door.
  await page.go('page.people')
  await page.click('Ada Archer')
  await page.shot('person', {dark: false})
  await page.axe()

  // A pass names the doors that it is for.
  await page.go('page.visitors')
  await page.click('page.make-pass')
  await page.click('page.make-pass') // without them
  assert.equal(await page.sees('page.pass-made'), false)
  await page.shot('pass', {dark: false})
  await page.axe()
  await page.fill(/^(Doors|用于哪些门)/, 'lobby')
  await page.click('page.make-pass')
  await page.heading('page.pass-made')
}
