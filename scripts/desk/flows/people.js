// The list of people: its search and pages, an empty one, names that want to be more than names,
// and what an auditor sees of it.

import assert from 'node:assert/strict'

const markup = '<img src=x onerror=alert(1)> & <b>Bold</b>'
const turned = 'Ada \u202egnp.evil\u202c \u001b[31mred'
const long = 'Maximiliana-Theodora von und zu Hohenstein-Wittelsbach '.repeat(2).trim()

export default async ({unit, page}) => {
  await page.logIn()
  await page.go('page.people')
  await page.see('page.nobody-yet')
  await page.shot('empty')
  await page.axe()

  await unit.people(120)
  await unit.person({name: markup, apartment: '<i>9</i>'})
  await unit.person({name: turned, apartment: '9-902'})
  await unit.person({name: long, apartment: '9-901-a-very-long-apartment'})
  await page.click('page.search')
  await page.see(page.say('page.people-in-all', 123))
  assert.equal(await page.raw.locator('tbody tr').count(), 50)
  await page.shot('list', {print: true})
  await page.axe()

  await page.click('page.page-after')
  await page.see(page.say('page.page-of', 2, 3))
  await page.click('page.page-after')
  await page.see(page.say('page.page-of', 3, 3))
  await page.see(markup)
  await page.see('Ada ‹U+202E›gnp.evil‹U+202C› ␛[31mred')
  assert.equal(await page.raw.locator('main img, main b, main i').count(), 0)
  await page.shot('hostile')
  await page.axe()

  // Letters alone ask nothing: the look-up is one, on Enter.
  const before = (await unit.log('people listed')).length
  await page.fill('page.search-people', '9-90')
  assert.equal((await unit.log('people listed')).length, before)
  await page.keys('Enter')
  await page.see(page.say('page.people-fit', 2, '9-90'))
  await unit.recorded('looked up')
  await page.fill('page.search-people', 'nobody at all')
  await page.keys('Enter')
  await page.see(page.say('page.nobody-fits', 'nobody at all'))
  await page.shot('nobody', {dark: false})

  await page.raw.goBack()
  await page.click(/Hohenstein/)
  await page.heading(/Hohenstein/)
  await page.shot('long-name', {dark: false})
  await page.axe()

  await page.click('page.log-out')
  await unit.operator('vera', 'auditor')
  await page.logIn('vera')
  await page.go('page.people')
  await page.see(page.say('page.people-in-all', 123))
  assert.equal(await page.sees('page.add-person'), false)
  await page.fill('page.search-people', 'Hohenstein')
  await page.keys('Enter')
  await page.click(/Hohenstein/)
  await page.heading(/Hohenstein/)
  assert.equal(await page.sees('page.give-card'), false)
  assert.equal(await page.sees('page.remove-person'), false)
  await page.shot('auditor', {widths: [1280], dark: false})
}
