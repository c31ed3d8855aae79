// Who may come in: everybody who could at a moment, and for one person why not, question by question.

import assert from 'node:assert/strict'

export const options = {config: `
[[site.access]]
group = "residents"
hours = ["daily 05:00-24:00"]
[[site.access]]
group = "cleaners"
hours = ["mon-fri 06:00-09:00"]
`}

export default async ({unit, page}) => {
  const ada = page.lang === 'zh' ? '王小明' : 'Ada Archer'
  await unit.person({name: ada, apartment: '3-101', groups: ['residents'], cards: [1]})
  await unit.person({name: '<img src=x>\u202eMallory', apartment: '3-102', groups: ['cleaners'], cards: [2, 3]})
  await unit.person({name: 'Ben Baker', apartment: '3-103', groups: ['residents']})
  await page.logIn()
  await page.go('page.who-may-enter')
  await page.see(ada)
  await page.axe()
  assert.equal(await page.sees(/Mallory/), false) // it is 16:00

  // In the morning; and the one who could not at noon, by keys.
  await page.fill('page.moment', '2026-03-03T07:30')
  await page.click('page.show')
  await page.see('<img src=x>‹U+202E›Mallory')
  await page.fill('page.moment', '2026-03-03T12:00')
  await page.keys('Enter')
  await page.gone(/Mallory/)
  await page.field('page.name-or-apartment').focus()
  await page.raw.keyboard.type('mallory')
  await page.keys('Enter')
  await page.see(page.say('page.people-found', 1), {within: page.raw.locator('body')}).catch(() => {})
  await page.button(/Mallory/).first().focus()
  await page.keys('Enter')
  await page.see('console.not-in-hours')
  await page.see(page.say('page.could-from', '2026-03-04 06:00'))
  await page.shot('why-not', {print: true})
  await page.axe()

  // Somebody with nothing to show, and somebody who could.
  await page.fill('page.name-or-apartment', '3-103')
  await page.click('page.find')
  await page.click(/Ben/)
  await page.see(page.say('page.has-nothing', 'Ben Baker'))
  await page.click(ada, {within: page.raw.getByRole('table')})
  await page.see(page.say('page.could', ada, '2026-03-03 12:00'))
  await page.shot('could')
  await page.fill('page.name-or-apartment', 'nobody at all')
  await page.click('page.find')
  await page.see('page.nobody-found')
}
