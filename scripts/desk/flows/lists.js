// A list of people is brought in: mended, imported as one act, undone except whom something happened
// to; and lists are taken along, each role its own.

import assert from 'node:assert/strict'

export const options = {seconds: 120, config: `
[[site.access]]
group = "residents"
hours = ["daily 00:00-24:00"]
[[readers]]
kind = "wiegand"
side = "outside"
bits = 26
`}

const heads = 'name,apartment,lease ends,access groups,language,cards,note\r\n'

export default async ({unit, page}) => {
  await unit.person({name: 'Ben Baker', apartment: '3-103', groups: ['residents'], lang: 'en'})
  await page.logIn()
  await page.go('page.lists')
  await page.see('page.no-import')
  await page.shot('empty')
  await page.axe()

  // The template to fill in.
  const template = await page.saves(() => page.click('page.list-template'))
  assert.match(template.name, /^template-\d+-\d+\.csv$/)
  assert.match(template.bytes.toString(), /1204/)

  // What is wrong is told by line and column, as text whatever it is.
  const give = (name, text) => page.raw.locator('#list-file').setInputFiles({name, mimeType: 'text/csv', buffer: Buffer.from(text)})
  await give('tenants.csv', heads + '李娜,1204,2027-01-31,residents,zh,12:34567,x\r\n' +
    'Ben Baker,3-103,2027-06-30,,,,\r\n<script>alert(1)</script>\u202e,1205,31.1.2027,gardening club,,99:12345678,\r\n' +
    '李娜,1204,2027-01-31,residents,zh,12:34567,x\r\n')
  await page.see('page.list-refused')
  await page.see('<script>alert(1)</script>‹U+202E›')
  await page.shot('refused', {print: true})
  await page.axe()
  assert.equal(await page.button(/^Import \d|^导入 \d/).count(), 0)
  await page.click('page.show-all-lines')
  await page.see(page.say('page.all-lines', 4))

  // Mended, dropped on the page.
  const mended = heads + '李娜,1204,2027-01-31,residents,zh,12:34567,x\r\nBen Baker,3-103,2027-06-30,,,,\r\n' +
    '<script>alert(1)</script>,1205,,residents,,,\r\n'
  await page.click('page.another-list')
  await page.raw.evaluate((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'tenants.csv', {type: 'text/csv'}))
    for (const type of ['dragenter', 'drop']) {
      document.querySelector('.drop').dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}))
    }
  }, mended)
  await page.see('page.would-do')
  await page.shot('planned')
  await page.axe()
  await page.click(page.say('page.import-n', 3))
  await page.see(page.say('page.imported', 2, 1, 1))
  await unit.recorded('people imported')
  await page.shot('imported')

  // Nothing of it is new now.
  await give('tenants.csv', mended)
  await page.see('page.nothing-new')
  await page.click('page.another-list')

  // Undone, but for whoever was at the door since.
  await page.click('page.undo-import')
  await page.see('page.undo-text')
  await page.shot('undo')
  await page.axe()
  await page.click('page.undo-now')
  await page.see('page.no-import')

  // Lists to take along.
  const people = await page.saves(() => page.raw.getByRole('listitem').filter({hasText: page.say('page.list-people')})
    .getByRole('button').click())
  assert.match(people.bytes.toString(), /Ben Baker/)
  assert.doesNotMatch(people.bytes.toString(), /1204/)
  await unit.recorded('list exported', (e) => e.detail.list === 'people')

  // A technician takes what is counted, and sees no import.
  await unit.operator('tom', 'technician')
  await page.click('page.log-out')
  await page.logIn('tom')
  await page.go('page.lists')
  assert.equal(await page.sees('page.import'), false)
  assert.equal(await page.sees('page.list-people', {within: page.raw.getByRole('main')}), false)
  const counters = await page.saves(() => page.raw.getByRole('listitem').filter({hasText: page.say('page.list-counters')})
    .getByRole('button').click())
  assert.match(counters.name, /^counters-/)
  await page.shot('technician', {dark: false})
}
